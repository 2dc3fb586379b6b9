import Filter
import Foundation
import Kernel
import Testing
import Wire

@testable import sallyport

extension RouterFiles {
  /// The private key in ordinary memory, for comparing.
  fileprivate var privateKeyBytes: [UInt8]? {
    switch ntcp2PrivateKey {
    case .some(let secret): Array(UnsafeBufferPointer(start: secret.bytes, count: secret.count))
    case .none: nil
    }
  }
}

@Suite("Router files")
struct RouterFilesTests {
  @Test(
    "Both kinds give the same facts and the key itself",
    arguments: [
      (["i2pd/router.info", "i2pd/ntcp2.keys"], RouterKind.i2pd),
      (["java/router.info", "java/router.config"], RouterKind.java),
    ]
  )
  func bothKinds(files: [String], kind: RouterKind) throws {
    let folder = try RouterFolder(files[0], files[1])
    let router = try RouterFiles(folder.request())
    let facts = try #require(router.facts.ntcp2)
    #expect(router.facts.kind == kind && facts.kind == kind)
    #expect(router.facts.ssu2 == nil)
    #expect(facts.networkIdentifier == 99)
    #expect(facts.version == 957)
    #expect(router.endpoints == [.ntcp2: [try #require(Endpoint("11.1.0.1:9111"))]])
    #expect(router.publishedMilliseconds == 1_795_369_587_711)

    let expected = try RouterFolder("i2pd/ntcp2.keys").bytes("ntcp2.keys")
    #expect(facts.staticPublicKey == Array(expected[..<32]))
    #expect(facts.initializationVector == Array(expected[64...]))
    #expect(router.privateKeyBytes == Array(expected[32..<64]))
  }

  @Test("Two families are one gate's business")
  func dualStack() throws {
    let folder = try RouterFolder("i2pd-dual/router.info", "i2pd-dual/ntcp2.keys")
    let router = try RouterFiles(folder.request())
    #expect(
      router.endpoints[.ntcp2]?.map(\.description) == ["11.1.0.1:9111", "[2c01::1]:9111"]
    )
  }

  @Test("A public proof never opens the key file", arguments: RouterKind.allCases)
  func publicProof(kind: RouterKind) throws {
    let folder = try RouterFolder("i2pd/router.info")
    // A directory can be seen but not read as a file, by no user.
    let keyFile = kind == .i2pd ? "/ntcp2.keys" : "/router.config"
    try FileManager.default.createDirectory(
      atPath: folder.path + keyFile,
      withIntermediateDirectories: false
    )
    let router = try RouterFiles(folder.request(.auto, .public))
    #expect(router.privateKeyBytes == nil)
    #expect(router.facts.kind == kind)
    #expect(
      folder.fault(folder.request())
        == "DIR\(keyFile): is not a regular file. Check [router] directory"
    )
  }

  @Test("The kind must be told by exactly one router's files")
  func kinds() throws {
    let folder = try RouterFolder("i2pd/router.info")
    #expect(
      folder.fault(folder.request(.auto, .public))
        == "DIR: holds the files of neither i2pd nor Java I2P. Set [router] directory to where "
        + "router.info lies, and start the router once"
    )
    try folder.write("router.keys", [])
    #expect(folder.fault(folder.request(.auto, .public)) == nil)
    try folder.write("router.config", [])
    #expect(
      folder.fault(folder.request(.auto, .public))
        == "DIR: holds files of both i2pd and Java I2P. Set [router] kind to \"i2pd\" or \"java\""
    )
    #expect(folder.fault(folder.request(.i2pd, .public)) == nil)
  }
}

@Suite("Router files that do not fit")
struct RouterFilesFaultTests {
  @Test("Files that are absent, too large or too small")
  func access() throws {
    let folder = try RouterFolder("i2pd/router.info", "i2pd/ntcp2.keys")
    let keys = try folder.bytes("ntcp2.keys")
    try folder.write("ntcp2.keys", Array(keys.dropLast()))
    #expect(
      folder.fault(folder.request())
        == "DIR/ntcp2.keys: has 79 bytes instead of 80. Check [router] kind, or set "
        + "proof = \"public\""
    )
    try folder.write("ntcp2.keys", keys + [0])
    #expect(
      folder.fault(folder.request())
        == "DIR/ntcp2.keys: is larger than 80 bytes, which no router writes. Check [router] "
        + "directory"
    )
    try FileManager.default.removeItem(atPath: folder.path + "/router.info")
    #expect(
      folder.fault(folder.request())
        == "DIR/router.info: cannot be read: No such file or directory. Check [router] directory, "
        + "and let the user that sallyport runs as read the file"
    )
    try folder.write("router.info", [UInt8](repeating: 0, count: 4_097))
    #expect(folder.fault(folder.request())?.contains("is larger than 4096 bytes") == true)
  }

  @Test("A pipe in a file's place does not hold the start up", .timeLimit(.minutes(1)))
  func pipe() throws {
    let folder = try RouterFolder("i2pd/ntcp2.keys")
    #expect(mkfifo(folder.path + "/router.info", 0o600) == 0)
    #expect(folder.fault(folder.request())?.contains("is not a regular file") == true)
  }

  @Test("A router.info that is half written, changed or another router's")
  func routerInfo() throws {
    let folder = try RouterFolder("i2pd/router.info", "i2pd/ntcp2.keys")
    var bytes = try folder.bytes("router.info")
    try folder.write("router.info", Array(bytes.prefix(500)))
    #expect(
      folder.fault(folder.request())
        == "DIR/router.info: is not a RouterInfo: byte 415: expected a mapping as long as its "
        + "length says. Restart the router, so that it writes the file anew"
    )
    bytes[720] ^= 1
    try folder.write("router.info", bytes)
    #expect(
      folder.fault(folder.request())
        == "DIR/router.info: the signature does not fit: the file is damaged or only half written. "
        + "Restart the router, so that it writes the file anew"
    )
    let other = RouterFolder.corpus.appending(path: "i2pd-dual/router.info")
    try folder.write("router.info", [UInt8](try Data(contentsOf: other)))
    #expect(
      folder.fault(folder.request())
        == "DIR/ntcp2.keys: NTCP2's private key is not the one that DIR/router.info publishes as "
        + "'s'. Restart the router, so that both files come from the same start"
    )
  }

  @Test("A gate on another port")
  func otherPort() throws {
    let folder = try RouterFolder("i2pd/router.info", "i2pd/ntcp2.keys")
    #expect(
      folder.fault(folder.request(.auto, .full, [.ntcp2: [9_222]]))
        == "DIR/router.info: publishes NTCP2 on port 9111, but the gate stands on port 9222. Set "
        + "port in [[gate]] to what the router publishes"
    )
    #expect(folder.fault(folder.request(.auto, .full, [.ntcp2: []])) == nil)
  }

  @Test("i2pd's keys, any byte of either secret half changed")
  func i2pdKeys() throws {
    let folder = try RouterFolder("i2pd/router.info", "i2pd/ntcp2.keys")
    let keys = try folder.bytes("ntcp2.keys")
    for index in 33..<80 {
      // Clamping ignores three low bits of the key's first byte and two high ones of its last.
      var changed = keys
      changed[index] ^= 0x10
      try folder.write("ntcp2.keys", changed)
      let fault = try #require(folder.fault(folder.request()), "byte \(index)")
      #expect(
        fault.contains(index < 64 ? "private key is not" : "initialisation vector is not")
      )
    }
  }

  @Test(
    "Java's properties, absent, malformed or others",
    arguments: [
      ("i2np.ntcp2.sp=", "i2np.ntcp2.xx=", "has no property i2np.ntcp2.sp with 32 bytes"),
      ("i2np.ntcp2.iv=", "i2np.ntcp2.xx=", "has no property i2np.ntcp2.iv with 16 bytes"),
      ("i2np.ntcp2.sp=eDNb", "i2np.ntcp2.sp=", "has no property i2np.ntcp2.sp with 32 bytes"),
      ("i2np.ntcp2.sp=eDNb", "i2np.ntcp2.sp=eDN+", "has no property i2np.ntcp2.sp with 32 bytes"),
      ("i2np.ntcp2.sp=", "i2np.ntcp2.sp=AAAA", "has no property i2np.ntcp2.sp with 32 bytes"),
      ("i2np.ntcp2.sp=eDNb", "i2np.ntcp2.sp=eDNc", "NTCP2's private key is not the one"),
      ("i2np.ntcp2.iv=pRdG", "i2np.ntcp2.iv=pRdH", "NTCP2's initialisation vector is not the one"),
    ]
  )
  func javaProperties(old: String, new: String, words: String) throws {
    let folder = try RouterFolder("java/router.info", "java/router.config")
    try folder.replace(old, by: new, in: "router.config")
    let fault = try #require(folder.fault(folder.request()))
    #expect(fault.contains(words))
    #expect(fault.hasPrefix("DIR/router.config: "))
  }

  @Test("No fault's words hold a key")
  func noSecretInWords() throws {
    let folder = try RouterFolder("java/router.info", "java/router.config")
    try folder.replace("i2np.ntcp2.sp=eDNb", by: "i2np.ntcp2.sp=eDN+", in: "router.config")
    #expect(folder.fault(folder.request())?.contains("ausyBZfm") == false)
  }
}
