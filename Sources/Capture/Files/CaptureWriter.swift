internal import CPcap
internal import Glibc
internal import Wire

/// Writes packets to a capture file that only its owner may read: first flights are in it.
@safe
public struct CaptureWriter: ~Copyable {
  /// Bytes of the file so far, as far as they were handed to the system or wait to be.
  public private(set) var byteCount = Self.fileHeaderBytes
  private let link: LinkType
  private let handle: OpaquePointer
  private let dumper: OpaquePointer

  /// Bytes at the start of a pcap file, and before each packet.
  public static let fileHeaderBytes = 24
  /// Bytes before each packet.
  public static let packetHeaderBytes = 16
  /// The most bytes that are kept of a packet.
  public static let packetBytesMaximum = 65_535

  /// Creates the file at `path`, in place of one that is there; a symbolic link is not followed.
  /// - Throws: `CaptureFault.unwritable`.
  public init(path: String, link: LinkType) throws(CaptureFault) {
    let flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW
    let number = unsafe open(path, flags, 0o600)
    guard number >= 0 else { throw Self.lastFault(path) }
    guard let file = unsafe fdopen(number, "wb") else {
      let fault = Self.lastFault(path)
      close(number)
      throw fault
    }
    let dead = unsafe pcap_open_dead_with_tstamp_precision(
      link.rawValue,
      Int32(Self.packetBytesMaximum),
      UInt32(PCAP_TSTAMP_PRECISION_NANO)
    )
    guard let handle = unsafe dead else {
      unsafe fclose(file)
      throw .unwritable(path: path, problem: "no memory")
    }
    guard let dumper = unsafe pcap_dump_fopen(handle, file) else {
      let text = unsafe pcap_geterr(handle).map { unsafe String(cString: $0) }
      unsafe pcap_close(handle)
      throw .unwritable(path: path, problem: text ?? "unknown")
    }
    self.link = link
    unsafe self.handle = handle
    unsafe self.dumper = dumper
  }

  deinit {
    unsafe pcap_dump_close(dumper)
    unsafe pcap_close(handle)
  }

  private static func lastFault(_ path: String) -> CaptureFault {
    let text = unsafe strerror(errno).map { unsafe String(cString: $0) }
    return .unwritable(path: path, problem: text ?? "unknown")
  }

  /// Adds a packet of the file's own link type.
  public mutating func write(_ packet: CapturedPacket) {
    precondition(packet.link == link, "a file has one link type")
    let kept = min(packet.bytes.count, Self.packetBytesMaximum)
    var header = pcap_pkthdr()
    header.ts.tv_sec = Int(clamping: packet.nanoseconds / Nanoseconds.perSecond)
    header.ts.tv_usec = Int(packet.nanoseconds % Nanoseconds.perSecond)
    header.caplen = UInt32(kept)
    header.len = UInt32(clamping: max(packet.wireByteCount, kept))
    unsafe packet.bytes.withUnsafeBufferPointer { buffer in
      unsafe pcap_dump(UnsafeMutablePointer(dumper), &header, buffer.baseAddress)
    }
    byteCount += Self.packetHeaderBytes + kept
  }

  /// Hands everything to the system; false when the disk is full or gone.
  public mutating func flush() -> Bool {
    unsafe pcap_dump_flush(dumper) == 0
  }
}
