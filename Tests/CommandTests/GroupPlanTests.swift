import Filter
import Foundation
import Kernel
import Testing
import Wire

@testable import sallyport

/// Which groups and kernel rules follow from which gates.
@Suite struct GroupPlanTests {
  private static func gate(
    _ transport: String,
    _ address: String,
    _ port: Int,
    upstream: String? = nil
  ) -> String {
    let mode = upstream.map { "mode = \"proxy\"\nupstream = \"\($0)\"\n" } ?? ""
    return """
      [[gate]]
      transport = "\(transport)"
      address = "\(address)"
      port = \(port)
      \(mode)
      """
  }

  private static func configuration(_ gates: String...) throws -> Configuration {
    let read = readConfiguration(gates.joined() + "[process]\nshards = 2\n")
    #expect(read.faults == [])
    return try #require(read.configuration)
  }

  private static func words(_ configuration: Configuration) -> [String] {
    GroupPlan.groups(of: configuration).map { group in
      let mode = group.mode == .transparent ? "diverted" : "proxy"
      return ([group.transport.word, mode] + group.arrivals.map(\.description))
        .joined(separator: " ")
    }
  }

  @Test func onlyOneOfEither() throws {
    let ntcp2 = try Self.configuration(Self.gate("ntcp2", "203.0.113.7", 9_111))
    #expect(Self.words(ntcp2) == ["ntcp2 diverted 0.0.0.0:15300"])
    let ssu2 = try Self.configuration(Self.gate("ssu2", "2001:db8::1", 9_222))
    #expect(Self.words(ssu2) == ["ssu2 diverted"])
    let request = RouterFilesRequest(ssu2)
    #expect(request.ports == [.ssu2: [9_222]])
  }

  @Test func severalOfBothWithProxies() throws {
    let configuration = try Self.configuration(
      Self.gate("ssu2", "203.0.113.7", 9_222),
      Self.gate("ntcp2", "203.0.113.7", 9_111),
      Self.gate("ssu2", "127.0.0.1", 7_000, upstream: "127.0.0.1:9222"),
      Self.gate("ssu2", "2001:db8::1", 9_222),
      Self.gate("ntcp2", "2001:db8::1", 9_111),
      Self.gate("ntcp2", "::1", 7_000, upstream: "127.0.0.1:9111")
    )
    #expect(
      Self.words(configuration) == [
        "ntcp2 diverted 0.0.0.0:15300 [::]:15300", "ntcp2 proxy [::1]:7000", "ssu2 diverted",
        "ssu2 proxy 127.0.0.1:7000",
      ]
    )
    #expect(
      RouterFilesRequest(configuration).ports
        == [.ntcp2: [9_111, 9_111], .ssu2: [9_222, 9_222]]
    )
    let plan = try #require(try FirewallPlan(configuration))
    #expect(plan.gates.map(\.listeningPort) == [15_301, 15_300, 15_301, 15_300])
    #expect(plan.shards == 2)
    for index in [0, 2] {
      #expect(plan.gates[index].transport == .udp(witnessPort: 15_302))
      for shard in 0..<2 {
        #expect(plan.strangers(ofGate: index, shard: shard)?.port == 15_301)
        #expect(plan.witness(ofGate: index, shard: shard)?.port == 15_302)
      }
    }
    #expect(try FirewallPlan(configuration) == plan, "every command plans alike")
  }

  @Test func proxiesAloneNeedNoKernelRulesAndNoPorts() throws {
    let configuration = try Self.configuration(
      Self.gate("ssu2", "127.0.0.1", 7_000, upstream: "127.0.0.1:9222")
    )
    #expect(try FirewallPlan(configuration) == nil)
    #expect(RouterFilesRequest(configuration).ports == [.ssu2: []])
  }

  @Test func shardsOfDatagramsAreBounded() throws {
    var configuration = try Self.configuration(Self.gate("ssu2", "203.0.113.7", 9_222))
    configuration.process.shards = 256
    #expect(configuration.shardCount(of: .ssu2) == 4)
    #expect(configuration.shardCount(of: .ntcp2) == 256)
    configuration.process.shards = 3
    #expect(configuration.shardCount(of: .ssu2) == 3)
    configuration.router.kind = .java
    #expect(configuration.shardCount(of: .ssu2) == 1)
    #expect(configuration.shardCount(of: .ntcp2) == 3)
    configuration.router.kind = nil
    configuration.process.shards = 0
    #expect(configuration.shardCount(of: .ssu2) >= 1)
    #expect(try FirewallPlan(configuration)?.shards == Int(configuration.shardCount(of: .ssu2)))
  }
}
