import Filter
import Foundation
import Testing
import Wire

@testable import sallyport

@Suite("Router files of SSU2")
struct SSU2RouterFilesTests {
  private static let ports: [Transport: [UInt16]] = [.ssu2: [9_222]]

  @Test(
    "Both kinds give the same facts",
    arguments: [
      (["i2pd/router.info", "i2pd/ssu2.keys"], RouterKind.i2pd),
      (["java/router.info", "java/router.config"], RouterKind.java),
    ]
  )
  func bothKinds(files: [String], kind: RouterKind) throws {
    let folder = try RouterFolder(files[0], files[1])
    let router = try RouterFiles(folder.request(.auto, .full, Self.ports))
    let facts = try #require(router.facts.ssu2)
    let hasPrivateKey =
      switch router.ntcp2PrivateKey {
      case .some: true
      case .none: false
      }
    #expect(!hasPrivateKey)
    #expect(router.facts.ntcp2 == nil)
    #expect(facts.kind == kind)
    #expect(facts.networkIdentifier == 99)
    #expect(facts.version == 957)
    #expect(facts.versions == .classic)
    #expect(router.endpoints == [.ssu2: [try #require(Endpoint("11.1.0.1:9222"))]])

    let expected = try RouterFolder("i2pd/ssu2.keys").bytes("ssu2.keys")
    #expect(facts.staticPublicKey == Array(expected[..<32]))
    #expect(facts.introductionKey == Array(expected[64...]))
  }

  @Test("Both transports of one router, two families each")
  func bothTransports() throws {
    let folder = try RouterFolder(
      "i2pd-dual/router.info",
      "i2pd-dual/ssu2.keys",
      "i2pd-dual/ntcp2.keys"
    )
    let ports: [Transport: [UInt16]] = [.ntcp2: [9_111, 9_111], .ssu2: [9_222]]
    let router = try RouterFiles(folder.request(.auto, .full, ports))
    #expect(router.facts.transports == [.ntcp2, .ssu2])
    #expect(
      router.endpoints[.ssu2]?.map(\.description) == ["11.1.0.1:9222", "[2c01::1]:9222"]
    )
    #expect(router.facts.ntcp2?.routerHash == router.facts.ssu2?.routerHash)
  }

  @Test("Only the files of the transports that gates speak are opened and watched")
  func onlyWhatIsSpoken() throws {
    let folder = try RouterFolder("i2pd/router.info", "i2pd/ssu2.keys")
    #expect(folder.fault(folder.request(.auto, .full, Self.ports)) == nil)
    let fault = folder.fault(folder.request(.auto, .full, [.ntcp2: [], .ssu2: []]))
    #expect(fault?.hasPrefix("DIR/ntcp2.keys: cannot be read") == true)
    #expect(RouterFileNames.watched(of: .i2pd, [.ssu2]) == ["router.info", "ssu2.keys"])
    #expect(RouterFileNames.watched(of: .java, [.ssu2]) == ["router.info", "router.config"])
  }

  @Test("A public proof never opens the key file", arguments: RouterKind.allCases)
  func publicProof(kind: RouterKind) throws {
    let folder = try RouterFolder("i2pd/router.info")
    let keyFile = kind == .i2pd ? "/ssu2.keys" : "/router.config"
    try FileManager.default.createDirectory(
      atPath: folder.path + keyFile,
      withIntermediateDirectories: false
    )
    let router = try RouterFiles(folder.request(.auto, .public, Self.ports))
    #expect(router.facts.ssu2?.kind == kind)
  }

  @Test("i2pd's keys, any byte of either secret half changed, or a byte too few or too many")
  func i2pdKeys() throws {
    let folder = try RouterFolder("i2pd/router.info", "i2pd/ssu2.keys")
    let request = folder.request(.auto, .full, Self.ports)
    let keys = try folder.bytes("ssu2.keys")
    for index in 33..<96 {
      var changed = keys
      changed[index] ^= 0x10
      try folder.write("ssu2.keys", changed)
      let what =
        index < 64
        ? "private key is not the one that DIR/router.info publishes as 's'"
        : "introduction key is not the one that DIR/router.info publishes as 'i'"
      #expect(
        folder.fault(request)
          == "DIR/ssu2.keys: SSU2's \(what). Restart the router, so that both files come from the "
          + "same start",
        "byte \(index)"
      )
    }
    try folder.write("ssu2.keys", Array(keys.dropLast()))
    #expect(folder.fault(request)?.contains("has 95 bytes instead of 96") == true)
    try folder.write("ssu2.keys", keys + [0])
    #expect(folder.fault(request)?.contains("is larger than 96 bytes") == true)
  }

  @Test(
    "Java's properties, absent, malformed or others",
    arguments: [
      ("i2np.ssu2.sp=", "i2np.ssu2.xx=", "has no property i2np.ssu2.sp with 32 bytes"),
      ("i2np.ssu2.ikey=", "i2np.ssu2.xx=", "has no property i2np.ssu2.ikey with 32 bytes"),
      ("i2np.ssu2.sp=", "i2np.ssu2.sp=AAAA", "has no property i2np.ssu2.sp with 32 bytes"),
      ("i2np.ssu2.ikey=Ue0Y", "i2np.ssu2.ikey=", "has no property i2np.ssu2.ikey with 32 bytes"),
      ("i2np.ssu2.ikey=Ue0Y", "i2np.ssu2.ikey=Ue0Z", "SSU2's introduction key is not the one"),
    ]
  )
  func javaProperties(old: String, new: String, words: String) throws {
    let folder = try RouterFolder("java/router.info", "java/router.config")
    try folder.replace(old, by: new, in: "router.config")
    let fault = try #require(folder.fault(folder.request(.auto, .full, Self.ports)))
    #expect(fault.contains(words), "\(fault)")
    #expect(fault.hasPrefix("DIR/router.config: "))
    #expect(!fault.contains("property") || fault.contains("start the router once with SSU2 on"))
  }

  @Test("Gates on several ports, of which one is not published")
  func otherPort() throws {
    let folder = try RouterFolder("i2pd/router.info", "i2pd/ssu2.keys")
    #expect(
      folder.fault(folder.request(.auto, .full, [.ssu2: [9_222, 9_111]]))
        == "DIR/router.info: publishes SSU2 on port 9222, but the gate stands on port 9111. Set "
        + "port in [[gate]] to what the router publishes"
    )
  }
}
