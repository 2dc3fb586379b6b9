import Capture
import Wire

/// What holds for any bytes that are taken for a packet; shared by the tests and the fuzzer.
enum PacketProperties {
  private static let links: [LinkType] = [.raw, .ethernet, .cooked, .cooked2]

  /// The first property that does not hold; nil when all do.
  static func violated(by bytes: [UInt8]) -> String? {
    for link in links {
      guard let packet = DecodedPacket(bytes.span, link: link) else { continue }
      guard let offset = link.networkOffset(bytes.span) else { return "a packet from nowhere" }
      if let violated = violated(packet, offset, bytes) { return violated }
      // The same packet without its link layer says the same.
      let bare = DecodedPacket(Array(bytes[offset...]).span, link: .raw)
      guard let bare, bare.source == packet.source, bare.destination == packet.destination else {
        return "the link layer changes the packet"
      }
    }
    return nil
  }

  private static func violated(
    _ packet: DecodedPacket,
    _ offset: Int,
    _ bytes: [UInt8]
  ) -> String? {
    let payload = packet.ip.payload
    guard payload.lowerBound >= offset + 20, payload.upperBound <= bytes.count else {
      return "an IP payload outside of the packet"
    }
    switch packet.transport {
    case .tcp(let header):
      guard header.options.lowerBound == payload.lowerBound + 20,
        header.options.upperBound == header.payload.lowerBound,
        header.payload.upperBound == payload.upperBound
      else { return "TCP outside of its packet" }
    case .udp(let header):
      guard header.payload.lowerBound == payload.lowerBound + 8,
        header.payload.upperBound <= payload.upperBound
      else { return "UDP outside of its packet" }
    case .other:
      break
    }
    return nil
  }
}
