import Foundation
import Testing
import Wire

@testable import Capture

/// Packets behind each kind of link, whole and broken.
@Suite struct PacketTests {
  private static let folder = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Corpus/Packet")

  private static func kept() throws -> [[UInt8]] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
      .map { [UInt8](try Data(contentsOf: folder.appending(path: $0))) }
  }

  /// 203.0.113.1:1000 to 203.0.113.2:2000, five bytes of data.
  private static let tcp: [UInt8] =
    [0x45, 0, 0, 45, 0, 1, 0x40, 0, 64, 6, 0, 0, 203, 0, 113, 1, 203, 0, 113, 2]
    + [3, 232, 7, 208, 0, 0, 0, 9, 0, 0, 0, 8, 0x50, 0x18, 1, 0, 0, 0, 0, 0] + Array("hello".utf8)
  private static let udp: [UInt8] =
    [0x60, 0, 0, 0, 0, 11, 17, 64] + [UInt8](repeating: 1, count: 16)
    + [UInt8](repeating: 2, count: 16) + [3, 232, 7, 208, 0, 11, 0, 0] + Array("you".utf8)

  private static func framed(_ packet: [UInt8], _ link: LinkType) -> [UInt8] {
    let type: [UInt8] = packet[0] >> 4 == 4 ? [8, 0] : [0x86, 0xdd]
    switch link {
    case .ethernet: return [UInt8](repeating: 2, count: 12) + type + packet
    case .cooked: return [UInt8](repeating: 0, count: 14) + type + packet
    case .cooked2: return type + [UInt8](repeating: 0, count: 18) + packet
    default: return packet
    }
  }

  @Test(arguments: [LinkType.raw, .ethernet, .cooked, .cooked2])
  func packetsAreReadBehindEveryLink(link: LinkType) throws {
    let bytes = Self.framed(Self.tcp, link)
    let read = DecodedPacket(bytes.span, link: link)
    let packet = try #require(read)
    #expect(packet.source.description == "203.0.113.1:1000")
    #expect(packet.destination.description == "203.0.113.2:2000")
    guard case .tcp(let header) = packet.transport else { return #expect(Bool(false)) }
    #expect(Array(bytes[header.payload]) == Array("hello".utf8) && header.flags.isPush)
    let datagram = Self.framed(Self.udp, link)
    let other = DecodedPacket(datagram.span, link: link)
    guard case .udp(let udp) = try #require(other).transport else {
      return #expect(Bool(false))
    }
    #expect(Array(datagram[udp.payload]) == Array("you".utf8))
  }

  @Test func tagsOfNetworksArePassedOver() {
    let tag: [UInt8] = [0x81, 0, 0, 7]
    let head = [UInt8](repeating: 2, count: 12)
    for count in 0...3 {
      let tags = Array(repeatElement(tag, count: count).joined())
      let bytes = head + tags + [8, 0] + Self.tcp
      let read = DecodedPacket(bytes.span, link: .ethernet)
      #expect((read != nil) == (count <= 2), "\(count) tags")
    }
  }

  @Test func loopbackOfACookedCaptureIsKnown() {
    var bytes = Self.framed(Self.tcp, .cooked2)
    let before = LinkType.cooked2.isLoopback(bytes.span)
    bytes[8...9] = [3, 4]
    let after = LinkType.cooked2.isLoopback(bytes.span)
    #expect(!before && after)
  }

  @Test func framesOfEthernetArePadded() throws {
    let bytes = Self.framed(Self.tcp, .ethernet) + [0, 0, 0]
    let read = DecodedPacket(bytes.span, link: .ethernet)
    guard case .tcp(let header) = try #require(read).transport else {
      return #expect(Bool(false))
    }
    #expect(header.payload.count == 5)
  }

  @Test func keptAndBrokenPacketsHoldTheProperties() throws {
    let kept = try Self.kept()
    #expect(kept.count >= 4)
    let all = kept + [Self.tcp, Self.udp]
    for bytes in all { #expect(PacketProperties.violated(by: bytes) == nil) }
    var state: UInt64 = 88_172_645_463_325_252
    func draw(_ bound: Int) -> Int {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return Int(state % UInt64(max(bound, 1)))
    }
    for round in 0..<20_000 {
      var bytes = all[draw(all.count)]
      for _ in 0..<draw(5) where !bytes.isEmpty {
        bytes[draw(min(bytes.count, 90))] = UInt8(draw(256))
      }
      if round.isMultiple(of: 2) { bytes = Array(bytes.prefix(draw(bytes.count + 1))) }
      #expect(PacketProperties.violated(by: bytes) == nil, "round \(round)")
    }
  }
}
