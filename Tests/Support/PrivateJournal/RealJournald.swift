import CPrivateMounts
import Foundation

/// A real systemd-journald, whose socket and files lie in the `/run` of one thread.
public final class RealJournald {
  private static let program = "/lib/systemd/systemd-journald"
  private static let reader = "/usr/bin/journalctl"
  private static let machine = "/etc/machine-id"
  /// A journald may take so long to listen, and a line so long to reach its file.
  private static let patienceSeconds = 20.0

  /// Whether one can be had here.
  public static let isPossible =
    PrivateRun.isPossible
    && [program, reader, machine].allSatisfy(FileManager.default.fileExists)

  private let process: Process

  /// Starts it; to be called inside `PrivateRun`. Nil when it does not come up.
  public init?() {
    // It keeps to itself: neither the kernel's lines nor its auditing are this one's business.
    let settings = "[Journal]\nStorage=volatile\nReadKMsg=no\nAudit=no\nRateLimitBurst=0\n"
    let folder = "/run/systemd/journald.conf.d"
    let files = FileManager.default
    try? files.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try? settings.write(toFile: "\(folder)/test.conf", atomically: true, encoding: .utf8)
    process = Process()
    process.executableURL = URL(filePath: Self.program)
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return nil }
    let isThere = Self.soon { files.fileExists(atPath: "/run/systemd/journal/socket") }
    guard isThere else { return nil }
  }

  deinit {
    process.terminate()
    process.waitUntilExit()
  }

  /// Its entries of this program, as `journalctl` shows them in JSON, as soon as there are `count`.
  public func entries(_ count: Int) -> [[String: String]] {
    var found: [[String: String]] = []
    _ = Self.soon {
      let text = Self.journalctl("--output=json", "--identifier=sallyport", "--all")
      found = text.split(separator: "\n").compactMap { line in
        let object = try? JSONSerialization.jsonObject(with: Data(line.utf8))
        return (object as? [String: Any])?.compactMapValues { $0 as? String }
      }
      return found.count >= count
    }
    return found
  }

  /// Its entries of this program as `journalctl --output=form` writes them, as soon as there is one
  /// of the kind with this MESSAGE_ID.
  public func export(_ form: String, withEntryOf messageID: String) -> String {
    _ = Self.soon { !Self.journalctl("--output=json", "MESSAGE_ID=\(messageID)").isEmpty }
    return Self.journalctl("--output=\(form)", "--identifier=sallyport", "--all")
  }

  /// What `journalctl --catalog` shows of this program, where `catalog` is the only one.
  public func explanations(by catalog: URL) -> String {
    let source = "/usr/lib/systemd/catalog"
    for folder in [source, "/var/lib/systemd/catalog"] {
      guard private_mounts_cover(folder) == 0 else { return "" }
    }
    try? FileManager.default.copyItem(atPath: catalog.path, toPath: "\(source)/sallyport.catalog")
    _ = Self.journalctl("--update-catalog")
    return Self.journalctl("--catalog", "--identifier=sallyport")
  }

  private static func journalctl(_ arguments: String...) -> String {
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(filePath: reader)
    process.arguments = ["--no-pager", "--quiet"] + arguments
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return "" }
    let bytes = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func soon(_ isSo: () -> Bool) -> Bool {
    let end = Date(timeIntervalSinceNow: patienceSeconds)
    while Date() < end {
      if isSo() { return true }
      usleep(50_000)
    }
    return isSo()
  }
}
