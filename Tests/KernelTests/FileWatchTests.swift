import Foundation
import Glibc
import Kernel
import Testing

@Suite("File watch")
struct FileWatchTests {
  /// A folder of one test, removed with it.
  private final class Folder {
    let path: String

    init() {
      path = NSTemporaryDirectory() + "file-watch-" + UUID().uuidString
      try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ name: String, _ text: String = "x") throws {
      // Not atomically: the file is rewritten in place, as i2pd does it.
      try Data(text.utf8).write(to: URL(filePath: path + "/" + name), options: [])
    }

    func move(_ from: String, to name: String) {
      #expect(rename(path + "/" + from, path + "/" + name) == 0)
    }

    func remove(_ name: String) throws {
      try FileManager.default.removeItem(atPath: path + "/" + name)
    }

    func make(_ name: String) throws {
      try FileManager.default.createDirectory(
        atPath: path + "/" + name,
        withIntermediateDirectories: true
      )
    }
  }

  private func isReadable(_ watch: borrowing FileWatch) -> Bool {
    var query = pollfd(fd: watch.rawDescriptor, events: Int16(POLLIN), revents: 0)
    return poll(&query, 1, 0) == 1
  }

  @Test("Rewritten, replaced, removed and put back")
  func changes() throws {
    let folder = Folder()
    try folder.write("router.info")
    var watch = try FileWatch(directory: folder.path, names: ["router.info", "ntcp2.keys"])
    #expect(watch.drain() == .nothing)
    let readableBefore = isReadable(watch)
    #expect(!readableBefore)

    try folder.write("router.info", "rewritten")
    let readableAfter = isReadable(watch)
    #expect(readableAfter)
    #expect(watch.drain() == .changed)
    #expect(watch.drain() == .nothing)

    try folder.write("router.info.new")
    #expect(watch.drain() == .nothing)
    folder.move("router.info.new", to: "router.info")
    #expect(watch.drain() == .changed)

    try folder.remove("router.info")
    #expect(watch.drain() == .changed)
    try folder.write("ntcp2.keys")
    #expect(watch.drain() == .changed)
    folder.move("ntcp2.keys", to: "elsewhere")
    #expect(watch.drain() == .changed)
    #expect(watch.drain() == .nothing)
  }

  @Test("Permissions count, reading and other files do not")
  func otherEvents() throws {
    let folder = Folder()
    try folder.write("router.info")
    var watch = try FileWatch(directory: folder.path, names: ["router.info"])
    _ = try Data(contentsOf: URL(filePath: folder.path + "/router.info"))
    try folder.write("router.keys")
    try folder.make("netDb")
    try folder.write("netDb/router.info")
    #expect(watch.drain() == .nothing)
    #expect(chmod(folder.path + "/router.info", 0o600) == 0)
    #expect(watch.drain() == .changed)
  }

  @Test("The directory vanishes and comes back")
  func directoryReturns() throws {
    let folder = Folder()
    try folder.make("router")
    try folder.write("router/router.info")
    var watch = try FileWatch(directory: folder.path + "/router", names: ["router.info"])

    try folder.remove("router")
    #expect(watch.drain() == .changed)
    _ = watch.drain()
    try folder.make("router")
    #expect(watch.drain() == .changed)
    try folder.write("router/router.info")
    #expect(watch.drain() == .changed)
    #expect(watch.drain() == .nothing)
  }

  @Test("Another directory is put in the place of the watched one")
  func directoryReplaced() throws {
    let folder = Folder()
    try folder.make("router")
    try folder.make("other")
    var watch = try FileWatch(directory: folder.path + "/router", names: ["router.info"])
    folder.move("router", to: "old")
    folder.move("other", to: "router")
    #expect(watch.drain() == .changed)
    _ = watch.drain()

    try folder.write("old/router.info")
    #expect(watch.drain() == .nothing)
    try folder.write("router/router.info")
    #expect(watch.drain() == .changed)
  }

  @Test("The directory and those above it need not exist yet")
  func directoryLater() throws {
    let folder = Folder()
    var watch = try FileWatch(directory: folder.path + "/a/b/c", names: ["router.info"])
    #expect(watch.drain() == .nothing)
    for name in ["a", "a/b", "a/b/c"] {
      try folder.make(name)
      #expect(watch.drain() == .changed, "\(name)")
    }
    try folder.write("a/b/c/router.info")
    #expect(watch.drain() == .changed)

    try folder.remove("a")
    #expect(watch.drain() == .changed)
    try folder.make("a/b/c")
    #expect(watch.drain() == .changed)
    _ = watch.drain()
    try folder.write("a/b/c/router.info")
    #expect(watch.drain() == .changed)
  }

  @Test("More events than one drain takes are not lost")
  func manyEvents() throws {
    let folder = Folder()
    var watch = try FileWatch(directory: folder.path, names: ["router.info"])
    try folder.write("even")
    try folder.write("odd")
    // Two names by turns: the kernel folds an event into one just like it right before.
    for index in 0..<4_000 {
      #expect(chmod(folder.path + (index % 2 == 0 ? "/even" : "/odd"), 0o600) == 0)
    }
    try folder.write("router.info")
    var drains = 0
    while isReadable(watch), drains < 100 {
      drains += 1
      if watch.drain() == .changed { return }
    }
    Issue.record("the change behind many others was not told")
  }
}
