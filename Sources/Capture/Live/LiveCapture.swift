internal import CPcap

/// What a live capture takes.
public struct LiveCaptureSettings: Sendable, Equatable {
  /// The device, or "any".
  public var device = "any"
  /// libpcap's filter expression; empty takes everything. It runs in the kernel.
  public var filter = ""
  /// Bytes kept of each packet, link layer included.
  public var packetByteCount: Int32 = 65_535
  /// How long the kernel may gather packets before it wakes the reader.
  public var gatherMilliseconds: Int32 = 100
  /// Bytes of the buffer that kernel and reader share.
  public var bufferByteCount: Int32 = 2 << 20

  /// Everything, on all devices.
  public init() {}
}

/// What the kernel counted of a live capture.
public struct LiveCaptureCounts: Sendable, Equatable {
  /// Packets that the filter let through.
  public var received: UInt32
  /// Packets that found no room in the buffer.
  public var dropped: UInt32
}

/// A capture of what passes the devices of this network namespace. Needs CAP_NET_RAW when it is
/// made, and not afterwards; stays in the namespace that it was made in.
@safe
public struct LiveCapture: ~Copyable, @unchecked Sendable {
  /// What stands before the IP header of each packet.
  public let link: LinkType
  /// Readable when there are packets.
  public let descriptor: Int32
  private let handle: OpaquePointer

  /// Starts to capture.
  /// - Throws: `CaptureFault` when it is not permitted or not possible.
  public init(_ settings: LiveCaptureSettings) throws(CaptureFault) {
    var error = CaptureErrorText()
    let created = unsafe error.filled { unsafe pcap_create(settings.device, $0) }
    guard let handle = unsafe created ?? nil else { throw .failed(problem: error.text) }
    do throws(CaptureFault) {
      try unsafe Self.activate(handle, settings)
      try unsafe Self.filter(handle, settings.filter)
    } catch {
      unsafe pcap_close(handle)
      throw error
    }
    link = LinkType(rawValue: unsafe pcap_datalink(handle))
    descriptor = unsafe pcap_get_selectable_fd(handle)
    unsafe self.handle = handle
  }

  deinit {
    unsafe pcap_close(handle)
  }

  private static func activate(
    _ handle: OpaquePointer,
    _ settings: LiveCaptureSettings
  ) throws(CaptureFault) {
    unsafe pcap_set_snaplen(handle, settings.packetByteCount)
    unsafe pcap_set_promisc(handle, 0)
    unsafe pcap_set_timeout(handle, settings.gatherMilliseconds)
    unsafe pcap_set_buffer_size(handle, settings.bufferByteCount)
    unsafe pcap_set_tstamp_precision(handle, PCAP_TSTAMP_PRECISION_NANO)
    let result = unsafe pcap_activate(handle)
    guard result < 0 else {
      // The second version names the device of each packet, which the radar's filter asks for.
      if settings.device == "any" { unsafe pcap_set_datalink(handle, DLT_LINUX_SLL2) }
      var error = CaptureErrorText()
      _ = unsafe error.filled { unsafe pcap_setnonblock(handle, 1, $0) }
      return
    }
    let text = unsafe problem(handle)
    switch result {
    case PCAP_ERROR_PERM_DENIED, PCAP_ERROR_PROMISC_PERM_DENIED: throw .notPermitted
    case PCAP_ERROR_NO_SUCH_DEVICE, PCAP_ERROR_IFACE_NOT_UP:
      throw .noDevice(name: settings.device, problem: text)
    default: throw .failed(problem: text)
    }
  }

  private static func filter(_ handle: OpaquePointer, _ text: String) throws(CaptureFault) {
    guard !text.isEmpty else { return }
    var program = unsafe bpf_program()
    guard unsafe pcap_compile(handle, &program, text, 1, PCAP_NETMASK_UNKNOWN) == 0 else {
      throw .failed(problem: unsafe problem(handle))
    }
    defer { unsafe pcap_freecode(&program) }
    guard unsafe pcap_setfilter(handle, &program) == 0 else {
      throw .failed(problem: unsafe problem(handle))
    }
  }

  private static func problem(_ handle: OpaquePointer) -> String {
    let text = unsafe pcap_geterr(handle).map { unsafe String(cString: $0) }
    return text.flatMap { $0.isEmpty ? nil : $0 } ?? "unknown"
  }

  /// Hands the packets that are there to `body`, at most `count`, without waiting; how many there
  /// were. The bytes are good during the call only.
  public mutating func read(
    atMost count: Int,
    _ body: (_ bytes: UnsafeBufferPointer<UInt8>, _ nanoseconds: UInt64) -> Void
  ) -> Int {
    for index in 0..<count {
      var header: UnsafeMutablePointer<pcap_pkthdr>?
      var data: UnsafePointer<UInt8>?
      guard unsafe pcap_next_ex(handle, &header, &data) == 1, let header = unsafe header,
        let data = unsafe data
      else { return index }
      let kept = unsafe Int(header.pointee.caplen)
      unsafe body(
        UnsafeBufferPointer(start: data, count: kept),
        header.pointee.nanosecondsSince1970
      )
    }
    return count
  }

  /// The next packet, copied; nil when there is none now.
  public mutating func next() -> CapturedPacket? {
    var header: UnsafeMutablePointer<pcap_pkthdr>?
    var data: UnsafePointer<UInt8>?
    guard unsafe pcap_next_ex(handle, &header, &data) == 1, let header = unsafe header,
      let data = unsafe data
    else { return nil }
    return unsafe CapturedPacket(header.pointee, data, link: link)
  }

  /// What the kernel counted so far.
  public var counts: LiveCaptureCounts {
    var counts = pcap_stat()
    guard unsafe pcap_stats(handle, &counts) == 0 else {
      return LiveCaptureCounts(received: 0, dropped: 0)
    }
    return LiveCaptureCounts(received: counts.ps_recv, dropped: counts.ps_drop)
  }
}
