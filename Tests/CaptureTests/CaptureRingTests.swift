import Foundation
import Testing
import Wire

@testable import Capture

/// The ring of refused first flights: bounded, readable, and discreet.
@Suite struct CaptureRingTests {
  private func withDirectory(_ body: (String) throws -> Void) throws {
    let path = NSTemporaryDirectory() + "/sallyport-ring-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: path) }
    try body(path)
  }

  private func flight(_ number: Int, peer: String = "203.0.113.77") throws -> RefusedFlight {
    let address = try #require(SourceAddress(peer))
    let gate = address.isIPv4 ? "198.51.100.1" : "2001:db8::1"
    return RefusedFlight(
      peer: Endpoint(address: address, port: 40_000),
      gate: Endpoint(address: try #require(SourceAddress(gate)), port: 17_654),
      nanoseconds: 1_700_000_000_000_000_000 + UInt64(number),
      bytes: [UInt8](repeating: UInt8(number & 255), count: 3_000)
    )
  }

  private func packets(_ path: String) throws -> [CapturedPacket] {
    var reader = try CaptureReader(path: path)
    var packets: [CapturedPacket] = []
    while let packet = try reader.next() { packets.append(packet) }
    return packets
  }

  @Test func filesAndBytesAreBounded() throws {
    try withDirectory { directory in
      var settings = CaptureRingSettings(directory: directory)
      settings.fileCount = 3
      settings.fileByteCount = 65_536
      var ring = try CaptureRing(settings)
      for number in 0..<200 { try ring.add(try flight(number)) }
      _ = consume ring
      let names = try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
      #expect(names == ["refused-0.pcap", "refused-1.pcap", "refused-2.pcap"])
      var newest: UInt64 = 0
      for name in names {
        let size = try Data(contentsOf: URL(filePath: "\(directory)/\(name)")).count
        #expect(size > 24 && size <= 65_536)
        newest = max(newest, try packets("\(directory)/\(name)").last?.nanoseconds ?? 0)
      }
      #expect(newest == 1_700_000_000_000_000_199)
    }
  }

  @Test(arguments: [
    ("203.0.113.77", true, "203.0.113.0"), ("203.0.113.77", false, "203.0.113.77"),
    ("2001:db8:1:2::9", true, "2001:db8:1::"), ("2001:db8:1:2::9", false, "2001:db8:1:2::9"),
  ])
  func addressesAreCutOnRequest(peer: String, cuts: Bool, expected: String) throws {
    try withDirectory { directory in
      var settings = CaptureRingSettings(directory: directory)
      settings.cutsAddresses = cuts
      var ring = try CaptureRing(settings)
      try ring.add(try flight(7, peer: peer))
      _ = consume ring
      let read = try packets("\(directory)/refused-0.pcap").compactMap(\.decoded)
      #expect(read.count == 7)
      #expect(read.first?.source.address.description == expected)
      #expect(Set(read.map(\.ip.version)).count == 1)
      #expect(read.allSatisfy { $0.source.port == 40_000 || $0.source.port == 17_654 })
    }
  }

  /// Behind cut addresses two peers may look like one: the second is not to pass for a repetition.
  @Test func flightsOfOneEndpointAreToldApart() throws {
    try withDirectory { directory in
      var ring = try CaptureRing(CaptureRingSettings(directory: directory))
      for number in [3, 8] { try ring.add(try flight(number)) }
      _ = consume ring
      let sequences = try packets("\(directory)/refused-0.pcap").compactMap { packet in
        if case .tcp(let header) = packet.decoded?.transport,
          header.flags.isSynchronize, !header.flags.isAcknowledgement
        {
          return header.sequence
        }
        return nil as UInt32?
      }
      #expect(sequences.count == 2 && Set(sequences).count == 2 && !sequences.contains(0))
    }
  }

  @Test func whatIsReadBackIsWhatWasSaid() throws {
    try withDirectory { directory in
      var ring = try CaptureRing(CaptureRingSettings(directory: directory))
      let flight = try flight(9)
      try ring.add(flight)
      _ = consume ring
      var said: [UInt8] = []
      for packet in try packets("\(directory)/refused-0.pcap") {
        guard case .tcp(let header) = packet.decoded?.transport else { continue }
        said += packet.bytes[header.payload]
      }
      #expect(said == flight.bytes)
    }
  }

  @Test func aMissingDirectoryIsAFault() throws {
    let settings = CaptureRingSettings(directory: "/nonexistent/sallyport")
    #expect(throws: CaptureFault.self) { _ = try CaptureRing(settings) }
  }
}
