import Filter
import Foundation
import Kernel
import Testing
import Wire

@testable import sallyport

@Suite("The router's netDb")
struct NetDbScanTests {
  /// A netDb in the layout that both routers have.
  private struct NetDb {
    let directory: TemporaryDirectory

    init() throws {
      directory = try TemporaryDirectory()
    }

    func put(_ bytes: [UInt8], _ name: String = "routerInfo-\(UUID().uuidString).dat") throws {
      let folder = "\(directory.path)/netDb/rA"
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      try Data(bytes).write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
    }

    var scan: NetDbScan { NetDbScan(routerDirectory: directory.path) }
  }

  private static func pass(_ scan: inout NetDbScan) -> [String]? {
    for _ in 0..<10_000 {
      switch scan.advance() {
      case .underWay: continue
      case .listed(let addresses): return addresses.map { "\($0)" }.sorted()
      case .unavailable: return nil
      }
    }
    return nil
  }

  @Test("Whom signed RouterInfos publish is listed, and nobody else")
  func listed() throws {
    let netDb = try NetDb()
    try netDb.put(PublishedRouterInfo.make(hosts: ["203.0.113.7", "2001:db8::7"]))
    try netDb.put(PublishedRouterInfo.make(hosts: ["203.0.113.7", "router.example"]))
    try netDb.put(PublishedRouterInfo.make(hosts: []))
    try netDb.put(PublishedRouterInfo.make(hosts: ["127.0.0.1", "0.0.0.0", "224.0.0.1", "::1"]))
    var forged = PublishedRouterInfo.make(hosts: ["203.0.113.66"])
    forged[forged.count - 1] ^= 1
    try netDb.put(forged)
    try netDb.put(Array(PublishedRouterInfo.make(hosts: ["203.0.113.67"]).dropLast()))
    try netDb.put([])
    try netDb.put([UInt8](repeating: 7, count: 10_000))
    try netDb.put(PublishedRouterInfo.make(hosts: ["203.0.113.68"]), "leaseSet-x.dat")
    var scan = netDb.scan
    #expect(Self.pass(&scan) == ["2001:db8::7", "203.0.113.7"])
  }

  @Test("Java I2P's layout, with what real routers publish of themselves")
  func javaLayout() throws {
    let folder = try RouterFolder()
    var expected: Set<String> = []
    for kind in ["java", "i2pd", "i2pd-dual"] {
      let path = RouterFolder.corpus.appending(path: "\(kind)/router.info")
      let bytes = [UInt8](try Data(contentsOf: path))
      let verified = try VerifiedRouterInfo(RouterInfo(bytes))
      let name = I2PBase64.encode(verified.routerHash.span)
      let place = "\(folder.path)/netDb/r\(name.prefix(1))"
      try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
      try folder.write("netDb/r\(name.prefix(1))/routerInfo-\(name).dat", bytes)
      expected.formUnion(verified.info.addresses.compactMap(\.host).map { "\($0)" })
    }
    // Java I2P keeps lists beside its folders.
    try folder.write("netDb/blocklist.txt", Array("x".utf8))
    var scan = NetDbScan(routerDirectory: folder.path)
    #expect(Set(try #require(Self.pass(&scan))) == expected)
    #expect(expected.contains("11.1.0.1"))
  }

  @Test("What changes is read again, and what is gone is forgotten")
  func changes() throws {
    let netDb = try NetDb()
    try netDb.put(PublishedRouterInfo.make(hosts: ["203.0.113.1"]), "routerInfo-a.dat")
    try netDb.put(PublishedRouterInfo.make(hosts: ["203.0.113.2"]), "routerInfo-b.dat")
    var scan = netDb.scan
    #expect(Self.pass(&scan) == ["203.0.113.1", "203.0.113.2"])
    try netDb.put(PublishedRouterInfo.make(hosts: ["203.0.113.30"]), "routerInfo-a.dat")
    try FileManager.default.removeItem(
      atPath: "\(netDb.directory.path)/netDb/rA/routerInfo-b.dat"
    )
    #expect(Self.pass(&scan) == ["203.0.113.30"])
    #expect(Self.pass(&scan) == ["203.0.113.30"])
  }

  @Test("The work is done in shares")
  func shares() throws {
    let netDb = try NetDb()
    for host in 1...9 { try netDb.put(PublishedRouterInfo.make(hosts: ["203.0.113.\(host)"])) }
    var scan = netDb.scan
    var share = NetDbScan.Share()
    share.readings = 2
    share.nanoseconds = .max
    var shares = 0
    while scan.advance(share) == .underWay { shares += 1 }
    #expect(shares == 4)
    // Nothing has changed: nothing is read.
    guard case .listed(let addresses) = scan.advance(share) else {
      Issue.record("files that have not changed were read again")
      return
    }
    #expect(addresses.count == 9)
  }

  @Test("A netDb that is not there is said to be")
  func missing() throws {
    let directory = try TemporaryDirectory()
    var scan = NetDbScan(routerDirectory: directory.path)
    guard case .unavailable(let errno) = scan.advance() else {
      Issue.record("there is no netDb")
      return
    }
    #expect(errno.rawValue == ENOENT)
    try FileManager.default.createDirectory(
      atPath: directory.path + "/netDb",
      withIntermediateDirectories: false
    )
    #expect(Self.pass(&scan) == [])
  }
}
