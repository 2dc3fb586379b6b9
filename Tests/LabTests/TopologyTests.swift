import Glibc
import Kernel
import Testing
import Wire

@testable import Lab

/// Namespaces and wires: who reaches whom from which address, and that nothing stays.
@Suite(.enabled(if: LabNeeds.namespaces, LabNeeds.why), .serialized)
struct TopologyTests {
  @Test func theWorldReachesAHostFromAnySource() throws {
    let start = Clock.now
    let star = try StarTopology(hostCount: 4)
    defer { star.remove() }
    let seconds = start.secondsUntilNow
    print("a star of 4 hosts, a world and a hub takes \(seconds) s")
    #expect(seconds < 1)

    let host = star.hosts[0]
    let pairs = [
      (host.address, AddressPlan.worldSource(0)),
      (host.address, AddressPlan.worldSource(AddressPlan.worldSourceCount - 1)),
      (host.addressIPv6, AddressPlan.worldSourceIPv6(0)),
      (host.addressIPv6, AddressPlan.worldSourceIPv6(70_000)),
    ]
    for (address, source) in pairs {
      let endpoint = Endpoint(address: address, port: 7_000)
      let sink = try StreamSink(.echo, in: host.namespace, at: endpoint)
      defer { sink.stop() }
      let echoed = try star.world.namespace.run {
        try Exchange.once([1, 2, 3], at: endpoint, from: source)
      }
      #expect(echoed == [1, 2, 3])
      #expect(sink.lastPeer?.address == source)
    }
  }

  @Test func nothingStaysWhenAStarIsRemoved() throws {
    let star = try StarTopology(hostCount: 2)
    let process = try star.hosts[1].namespace.spawn(["/bin/sleep", "60"], label: "sleep")
    #expect(Leftovers.namespaces(of: star.run).count == 4)
    star.remove()
    #expect(Leftovers.namespaces(of: star.run).isEmpty)
    #expect(Files.size(star.directory) == nil)
    #expect(
      process.wait(timeoutNanoseconds: Nanoseconds.perSecond) == .signalled(signal: SIGKILL)
    )
  }

  @Test func theNextStartRemovesWhatACrashedRunHasLeft() throws {
    // A name of this process's number with another start time: its owner lives no more.
    let own = RunName.next()
    let dead = RunName(processID: own.processID, startTicks: 1, serial: own.serial)
    try Files.makeDirectory(dead.directory)
    try ToolCommand.ipBatch(["netns add \(dead)-r1"], scratchDirectory: dead.directory)
    let namespace = NetworkNamespace(name: "\(dead)-r1", runDirectory: dead.directory)
    let process = try namespace.spawn(["/bin/sleep", "60"], label: "sleep")
    #expect(process.isRunning)

    let star = try StarTopology(hostCount: 1)
    defer { star.remove() }
    #expect(Leftovers.namespaces(of: dead).isEmpty)
    #expect(Files.size(dead.directory) == nil)
    #expect(
      process.wait(timeoutNanoseconds: Nanoseconds.perSecond) == .signalled(signal: SIGKILL)
    )
    #expect(Leftovers.namespaces(of: star.run).count == 3)
  }

  @Test func aThreadThatEntersANamespaceLeavesOthersWhereTheyAre() throws {
    let star = try StarTopology(hostCount: 1)
    defer { star.remove() }
    let inside = try star.hosts[0].namespace.run { Files.text("/proc/thread-self/net/dev") ?? "" }
    let outside = Files.text("/proc/thread-self/net/dev") ?? ""
    #expect(inside.contains("eth0"))
    #expect(inside != outside)
  }
}
