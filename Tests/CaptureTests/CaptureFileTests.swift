import Foundation
import Testing
import Wire

@testable import Capture

/// Capture files: what is written is read back, and what is no capture is refused.
@Suite struct CaptureFileTests {
  private func withPath(_ body: (String) throws -> Void) throws {
    let path = NSTemporaryDirectory() + "/sallyport-capture-\(UUID().uuidString).pcap"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try body(path)
  }

  private func packet(_ number: UInt8, link: LinkType = .raw) -> CapturedPacket {
    CapturedPacket(
      link: link,
      nanoseconds: 1_700_000_000_123_456_789 + UInt64(number),
      wireByteCount: 40 + Int(number),
      bytes: [UInt8](repeating: number, count: 40)
    )
  }

  private func read(_ path: String) throws -> [CapturedPacket] {
    var reader = try CaptureReader(path: path)
    var packets: [CapturedPacket] = []
    while let packet = try reader.next() { packets.append(packet) }
    return packets
  }

  @Test(arguments: [LinkType.raw, .ethernet, .cooked, .cooked2])
  func whatIsWrittenIsReadBack(link: LinkType) throws {
    try withPath { path in
      let packets = (0..<5).map { packet($0, link: link) }
      var writer = try CaptureWriter(path: path, link: link)
      for packet in packets { writer.write(packet) }
      let flushed = writer.flush()
      let expected = writer.byteCount
      #expect(flushed)
      _ = consume writer
      #expect(try read(path) == packets)
      let attributes = try FileManager.default.attributesOfItem(atPath: path)
      #expect(attributes[.size] as? Int == expected)
      #expect(attributes[.posixPermissions] as? Int == 0o600)
    }
  }

  @Test func whatIsNoCaptureIsRefusedWithItsName() throws {
    try withPath { path in
      for bytes in [[], [1, 2, 3], [UInt8]("port 17654\n".utf8)] {
        try Data(bytes).write(to: URL(filePath: path))
        let fault = #expect(throws: CaptureFault.self) { _ = try read(path) }
        #expect(fault?.description.contains(path) == true)
      }
      #expect(throws: CaptureFault.self) { _ = try read(path + ".missing") }
    }
  }

  @Test func aCutFileGivesWhatIsWhole() throws {
    try withPath { path in
      var writer = try CaptureWriter(path: path, link: .raw)
      for number: UInt8 in 0..<3 { writer.write(packet(number)) }
      _ = consume writer
      let whole = try Data(contentsOf: URL(filePath: path))
      try whole.dropLast(10).write(to: URL(filePath: path))
      var reader = try CaptureReader(path: path)
      #expect(try reader.next() == packet(0))
      #expect(try reader.next() == packet(1))
      #expect(throws: CaptureFault.self) { try reader.next() }
    }
  }

  @Test func aLinkIsNotFollowed() throws {
    try withPath { path in
      let link = path + ".link"
      defer { try? FileManager.default.removeItem(atPath: link) }
      try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: path)
      let fault = #expect(throws: CaptureFault.self) {
        _ = try CaptureWriter(path: link, link: .raw).byteCount
      }
      #expect(fault?.description.contains(link) == true)
    }
  }
}
