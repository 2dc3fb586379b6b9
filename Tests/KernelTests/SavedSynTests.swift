import CLinux
import Foundation
import Glibc
import Testing
import Wire

@testable import Kernel

/// The first packet of an accepted connection, and the round trip, as the kernel tells them.
@Suite struct SavedSynTests {
  private static let loopback = SourceAddress(ipv4: 0x7f00_0001)

  private static func listener(_ address: SourceAddress, saves: Bool) throws -> Listener {
    let listener = try Listener(on: Endpoint(address: address, port: 0), isTransparent: false)
    if saves { try listener.saveSyns() }
    return listener
  }

  private static func endpoint(_ listener: borrowing Listener, _ address: SourceAddress) -> Endpoint
  {
    var local = linux_endpoint()
    linux_local_endpoint(listener.descriptor.rawValue, &local)
    return Endpoint(address: address, port: local.port)
  }

  private static func accepted(_ listener: borrowing Listener) throws -> StreamSocket {
    for _ in 0..<1_000 {
      if case .connection(let arrival) = listener.accept() { return arrival.socket }
      usleep(1_000)
    }
    throw Errno(rawValue: ETIMEDOUT)
  }

  private static func syn(_ socket: borrowing StreamSocket) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: StreamSocket.savedSynByteCount)
    let count = bytes.withUnsafeMutableBytes { buffer in
      buffer.baseAddress.map { socket.savedSyn($0, buffer.count) } ?? 0
    }
    return Array(bytes.prefix(count))
  }

  @Test(arguments: [loopback, SourceAddress(high: 0, low: 1)])
  func theSynOfAConnectionIsReadOnce(address: SourceAddress) throws {
    let listener = try Self.listener(address, saves: true)
    let endpoint = Self.endpoint(listener, address)
    let client = try TestSocket.connected(to: endpoint)
    let socket = try Self.accepted(listener)
    let bytes = Self.syn(socket)
    let header = IPHeader(bytes.span)
    let ip = try #require(header)
    let segment = TCPHeader(bytes.span, in: ip.payload)
    let tcp = try #require(segment)
    #expect(ip.source == address && ip.destination == address)
    #expect(tcp.sourcePort == client.own?.port && tcp.destinationPort == endpoint.port)
    #expect(tcp.flags.isSynchronize && !tcp.flags.isAcknowledgement)
    #expect(tcp.options.upperBound == bytes.count)
    #expect(Self.syn(socket).isEmpty)
    let measured = socket.roundTripMicroseconds()
    let roundTrip = try #require(measured)
    #expect(roundTrip < 100_000)
  }

  @Test func withoutTheOptionNothingIsSaved() throws {
    let listener = try Self.listener(Self.loopback, saves: false)
    let endpoint = Self.endpoint(listener, Self.loopback)
    let client = try TestSocket.connected(to: endpoint)
    let socket = try Self.accepted(listener)
    #expect(Self.syn(socket).isEmpty)
    _ = client
  }

  @Test func whatDoesNotFitIsNotRead() throws {
    let listener = try Self.listener(Self.loopback, saves: true)
    let endpoint = Self.endpoint(listener, Self.loopback)
    let client = try TestSocket.connected(to: endpoint)
    let socket = try Self.accepted(listener)
    var few = [UInt8](repeating: 7, count: 20)
    let count = few.withUnsafeMutableBytes { buffer in
      buffer.baseAddress.map { socket.savedSyn($0, buffer.count) } ?? -1
    }
    #expect(count == 0 && few.allSatisfy { $0 == 7 })
    _ = client
  }

  /// What it costs is printed; only an order of magnitude is held, since the machine is shared.
  @Test func theCostOfAConnectionIsSmall() throws {
    let rounds = 300
    var cost: [Bool: UInt64] = [:]
    for saves in [false, true] {
      let listener = try Self.listener(Self.loopback, saves: saves)
      let endpoint = Self.endpoint(listener, Self.loopback)
      // The shortest is what it costs: the others were interrupted.
      var shortest = UInt64.max
      for _ in 0..<rounds {
        let client = try TestSocket.connected(to: endpoint)
        let started = Clock.now
        let socket = try Self.accepted(listener)
        if saves { _ = Self.read(socket) }
        shortest = min(shortest, Clock.now.nanoseconds(since: started))
        socket.resetOnClose()
        _ = client
      }
      cost[saves] = shortest
    }
    let (bare, whole) = (cost[false] ?? 0, cost[true] ?? 0)
    print("accept: \(bare) ns; with SYN and round trip: \(whole) ns")
    #expect(whole < bare + 50_000)
  }

  private static func read(_ socket: borrowing StreamSocket) -> Int {
    withUnsafeTemporaryAllocation(byteCount: StreamSocket.savedSynByteCount, alignment: 8) {
      guard let start = $0.baseAddress else { return 0 }
      return socket.savedSyn(start, $0.count) + Int(socket.roundTripMicroseconds() ?? 0)
    }
  }
}
