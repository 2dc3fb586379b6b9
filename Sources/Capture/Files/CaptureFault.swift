internal import CPcap

/// Why there is no capture: one line with the remedy.
public enum CaptureFault: Error, Equatable, Sendable, CustomStringConvertible {
  /// The file can't be read, or is no capture.
  case unreadable(path: String, problem: String)
  /// The file holds packets of a link layer that is not understood.
  case unknownLink(path: String, number: Int32)
  /// The file can't be written.
  case unwritable(path: String, problem: String)
  /// This process may not capture.
  case notPermitted
  /// There is no such device, or it is down.
  case noDevice(name: String, problem: String)
  /// libpcap refused.
  case failed(problem: String)

  /// The line.
  public var description: String {
    switch self {
    case .unreadable(let path, let problem):
      "\(path) can't be read as a capture: \(problem); name a pcap or pcapng file"
    case .unknownLink(let path, let number):
      "\(path) has packets of link type \(number); capture on Ethernet, on \"any\" or raw IP"
    case .unwritable(let path, let problem):
      "\(path) can't be written: \(problem); check the directory and its permissions"
    case .notPermitted:
      "capturing is not permitted; grant CAP_NET_RAW, or go without the radar"
    case .noDevice(let name, let problem):
      "the device \(name) can't be captured on: \(problem); name one that `ip link` lists, or any"
    case .failed(let problem):
      "the capture failed: \(problem); see pcap(3)"
    }
  }
}

/// Where libpcap writes what is wrong.
struct CaptureErrorText {
  private var bytes = [CChar](repeating: 0, count: Int(PCAP_ERRBUF_SIZE))

  /// What was written by `body`, whose result is handed on.
  mutating func filled<Result>(
    _ body: (UnsafeMutablePointer<CChar>) -> Result
  ) -> Result? {
    unsafe bytes.withUnsafeMutableBufferPointer { buffer in
      guard let start = buffer.baseAddress else { return nil }
      return unsafe body(start)
    }
  }

  /// The text.
  var text: String {
    String(decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
