internal import CPcap
internal import Wire

/// Reads the packets of a capture file (pcap or pcapng), one after the other.
@safe
public struct CaptureReader: ~Copyable {
  /// What stands before the IP header of each packet.
  public let link: LinkType
  private let path: String
  private let handle: OpaquePointer

  /// Opens the file at `path`.
  /// - Throws: `CaptureFault` when it can't be read or is of an unknown link layer.
  public init(path: String) throws(CaptureFault) {
    var error = CaptureErrorText()
    let opened = unsafe error.filled { text in
      unsafe pcap_open_offline_with_tstamp_precision(
        path,
        UInt32(PCAP_TSTAMP_PRECISION_NANO),
        text
      )
    }
    guard let handle = unsafe opened ?? nil else {
      throw .unreadable(path: path, problem: error.text)
    }
    let link = LinkType(rawValue: unsafe pcap_datalink(handle))
    guard link.isKnown else {
      unsafe pcap_close(handle)
      throw .unknownLink(path: path, number: link.rawValue)
    }
    self.path = path
    self.link = link
    unsafe self.handle = handle
  }

  deinit {
    unsafe pcap_close(handle)
  }

  /// The next packet; nil at the end.
  /// - Throws: `CaptureFault.unreadable` when the file is damaged from here on.
  public mutating func next() throws(CaptureFault) -> CapturedPacket? {
    var header: UnsafeMutablePointer<pcap_pkthdr>?
    var data: UnsafePointer<UInt8>?
    switch unsafe pcap_next_ex(handle, &header, &data) {
    case 1:
      guard let header = unsafe header, let data = unsafe data else { return nil }
      return unsafe CapturedPacket(header.pointee, data, link: link)
    case PCAP_ERROR_BREAK:
      return nil
    default:
      let text = unsafe pcap_geterr(handle).map { unsafe String(cString: $0) }
      throw .unreadable(path: path, problem: text ?? "unknown")
    }
  }
}

extension CapturedPacket {
  /// Copies a packet out of libpcap's buffer; its times are in nanoseconds.
  init(_ header: pcap_pkthdr, _ data: UnsafePointer<UInt8>, link: LinkType) {
    let bytes = unsafe Array(UnsafeBufferPointer(start: data, count: Int(header.caplen)))
    self.init(
      link: link,
      nanoseconds: header.nanosecondsSince1970,
      wireByteCount: Int(header.len),
      bytes: bytes
    )
  }
}

extension pcap_pkthdr {
  /// The moment of the capture, from a handle that tells nanoseconds. A file may claim any moment.
  var nanosecondsSince1970: UInt64 {
    let seconds = UInt64(clamping: ts.tv_sec)
    let fraction = UInt64(clamping: ts.tv_usec)
    let (product, overflow) = seconds.multipliedReportingOverflow(by: Nanoseconds.perSecond)
    guard !overflow else { return .max }
    let sum = product.addingReportingOverflow(fraction)
    return sum.overflow ? .max : sum.partialValue
  }
}
