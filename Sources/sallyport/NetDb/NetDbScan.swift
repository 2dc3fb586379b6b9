internal import Filter
internal import Foundation
internal import Glibc
internal import Kernel
internal import Wire

/// Reads which addresses the router's netDb lists, a share at a time.
///
/// i2pd and Java I2P keep it alike: `netDb/rX/routerInfo-HASH.dat`, where X is the hash's first
/// character in I2P's base64, and the bytes are the RouterInfo's. A file that has not changed since
/// is not read again. What is in it was written by anybody: its signature is checked, which shows
/// that some router says so, and no more.
struct NetDbScan {
  /// The most files that are looked at in one pass; networks have had some 40,000 routers.
  static let filesMaximum = 65_536
  /// The most addresses of one router that count: it publishes two or three.
  static let addressesMaximum = 8

  /// The bounds of one share of the work.
  struct Share {
    /// RouterInfos that are read and verified, at a tenth of a millisecond each.
    var readings = 512
    /// How long it may take.
    var nanoseconds: UInt64 = 200 * Nanoseconds.perMillisecond
  }

  /// What a share of the work brought.
  enum Progress: Equatable {
    /// There is more to do.
    case underWay
    /// A pass is complete: these addresses are listed, each once.
    case listed([SourceAddress])
    /// The directory can't be read.
    case unavailable(Errno)
  }

  /// A file as it was when it was read.
  private struct Entry {
    var modified: timespec
    var size: off_t
    var addresses: [SourceAddress]
    /// The pass in which it was last seen.
    var pass: UInt64
  }

  private let directory: String
  private var entries: [String: Entry] = [:]
  private var pass: UInt64 = 0
  private var folders: [String] = []
  private var files: [String] = []
  private var filesSeen = 0

  /// A scan of the netDb in the data directory of a router.
  init(routerDirectory: String) {
    directory =
      routerDirectory.hasSuffix("/") ? "\(routerDirectory)netDb" : "\(routerDirectory)/netDb"
  }

  /// Where it looks.
  var path: String { directory }

  /// Does one share of the work.
  mutating func advance(_ share: Share = Share()) -> Progress {
    let started = Clock.now
    var readings = 0
    if folders.isEmpty, files.isEmpty {
      if let errno = begin() { return .unavailable(errno) }
    }
    while readings < share.readings, Clock.now.nanoseconds(since: started) < share.nanoseconds {
      if let file = files.popLast() {
        if look(file) { readings += 1 }
      } else if let folder = folders.popLast() {
        open(folder)
      } else {
        return .listed(finish())
      }
    }
    return .underWay
  }

  /// Begins a pass; the error when there is no way in.
  private mutating func begin() -> Errno? {
    pass += 1
    filesSeen = 0
    guard unsafe access(directory, R_OK | X_OK) == 0 else { return .last }
    let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
    folders = names.filter { $0.utf8.count == 2 && $0.hasPrefix("r") }
    return nil
  }

  private mutating func open(_ folder: String) {
    let path = "\(directory)/\(folder)"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    for name in names where name.hasPrefix("routerInfo-") && name.hasSuffix(".dat") {
      guard filesSeen < Self.filesMaximum else { return }
      filesSeen += 1
      files.append("\(path)/\(name)")
    }
  }

  /// Looks at a file; whether it had to be read.
  private mutating func look(_ path: String) -> Bool {
    var status = stat()
    guard unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return false }
    if let known = entries[path], known.size == status.st_size,
      known.modified.tv_sec == status.st_mtim.tv_sec,
      known.modified.tv_nsec == status.st_mtim.tv_nsec
    {
      entries[path]?.pass = pass
      return false
    }
    entries[path] = Entry(
      modified: status.st_mtim,
      size: status.st_size,
      addresses: Self.addresses(inFile: path),
      pass: pass
    )
    return true
  }

  /// Ends a pass: files that are gone are forgotten.
  private mutating func finish() -> [SourceAddress] {
    entries = entries.filter { $0.value.pass == pass }
    return Array(Set(entries.values.flatMap(\.addresses)))
  }

  /// The addresses at which the router of a file says that it is found; none when the file is no
  /// RouterInfo, or was signed by another.
  private static func addresses(inFile path: String) -> [SourceAddress] {
    guard
      let bytes = try? BoundedFile.read(path, maximumBytes: RouterInfo.maximumBytes),
      let info = try? RouterInfo(bytes), let verified = try? VerifiedRouterInfo(info)
    else { return [] }
    let hosts = verified.info.addresses.filter { $0.speaksNTCP2 || $0.speaksSSU2 }
      .compactMap(\.host).filter { !$0.isLoopback && !$0.isUnspecified && !$0.isMulticast }
    return Array(hosts.prefix(addressesMaximum))
  }
}
