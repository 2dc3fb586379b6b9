internal import Glibc

/// Watches some files of one directory by inotify.
///
/// Routers rewrite their files in place or rename new ones over them, and the directory itself may
/// vanish and come back (a removed and reinstalled router, a remounted disk). So the directory is
/// watched and, for its return, the nearest directory above it that exists. Not noticed: a
/// directory higher up that is renamed while the watched one stays inside it, and writes to the
/// target of a file that is a symbolic link.
///
/// It only says that something changed. Writers change a file many times in a row, so the caller
/// waits for quiet before it reads.
public struct FileWatch: ~Copyable {
  /// What came since the last call.
  public enum News: Sendable, Equatable {
    /// Nothing of interest.
    case nothing
    /// A watched file may have been written, replaced, removed or put back.
    case changed
  }

  /// The most that one call of `drain` takes from the kernel, in buffers; what is left wakes the
  /// caller again.
  private static let maximumReadsPerDrain = 16
  /// Room for some hundred events; one event has at most 272 bytes.
  private static let bufferBytes = 4_096

  /// Looks for the nearest directory above, when the path changes at the same moment.
  private static let maximumLooksPerArming = 8

  private static let fileEvents = UInt32(
    IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_ATTRIB
  )
  private static let directoryEvents = UInt32(IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR)
  private static let ancestorEvents = UInt32(
    IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE
  )

  private let inotify: Descriptor
  private let directory: String
  private let names: Set<String>
  /// The kernel's number of the directory's watch; nil while the directory is away.
  private var directoryWatch: Int32?
  /// The kernel's number of the watch above it; nil when there is nothing above.
  private var ancestorWatch: Int32?

  /// Watches the files `names` in `directory`, an absolute path that need not exist yet.
  ///
  /// - Throws: The kernel's error when there is no inotify instance left for this user.
  public init(directory: String, names: Set<String>) throws(Errno) {
    precondition(directory.hasPrefix("/"), "a watched directory has an absolute path")
    precondition(!names.isEmpty, "a watch without names never tells anything")
    inotify = Descriptor(
      owning: try Errno.check(inotify_init1(Int32(IN_NONBLOCK | IN_CLOEXEC)))
    )
    self.directory = directory
    self.names = names
    arm()
  }

  /// The number to wait on: readable when `drain` has something to take.
  public var rawDescriptor: Int32 { inotify.rawValue }

  /// Takes what the kernel has queued and says whether a watched file may have changed.
  public mutating func drain() -> News {
    var news = News.nothing
    var buffer = [UInt8](repeating: 0, count: Self.bufferBytes)
    for _ in 0..<Self.maximumReadsPerDrain {
      let count = unsafe read(inotify.rawValue, &buffer, buffer.count)
      guard count > 0 else { break }
      if take(buffer.prefix(count)) == .changed { news = .changed }
    }
    return news
  }
}

// What the kernel says.
extension FileWatch {
  private mutating func take(_ events: ArraySlice<UInt8>) -> News {
    var news = News.nothing
    var mustArm = false
    var rest = events
    while let event = Self.nextEvent(&rest) {
      switch meaning(of: event) {
      case .nothing: break
      case .file: news = .changed
      case .place:
        mustArm = true
        news = .changed
      }
    }
    if mustArm { arm() }
    return news
  }

  private struct Event {
    let watch: Int32
    let mask: UInt32
    let name: String
  }

  private enum Meaning {
    case nothing
    case file
    case place
  }

  private static func nextEvent(_ rest: inout ArraySlice<UInt8>) -> Event? {
    let headerBytes = MemoryLayout<inotify_event>.size
    guard rest.count >= headerBytes else { return nil }
    let header = unsafe rest.withUnsafeBytes { bytes in
      unsafe bytes.loadUnaligned(as: inotify_event.self)
    }
    let name = rest.dropFirst(headerBytes).prefix(Int(header.len))
    rest = rest.dropFirst(headerBytes + name.count)
    return Event(
      watch: header.wd,
      mask: header.mask,
      name: String(decoding: name.prefix { $0 != 0 }, as: UTF8.self)
    )
  }

  private func meaning(of event: Event) -> Meaning {
    // After an overflow nobody knows what was missed.
    if event.mask & UInt32(IN_Q_OVERFLOW) != 0 { return .place }
    if event.watch == directoryWatch {
      let gone = UInt32(IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED | IN_UNMOUNT)
      if event.mask & gone != 0 { return .place }
      return names.contains(event.name) ? .file : .nothing
    }
    guard event.watch == ancestorWatch else { return .nothing }
    if event.mask & UInt32(IN_IGNORED | IN_UNMOUNT) != 0 { return .place }
    return isOnTheWay(event.name) ? .place : .nothing
  }

  /// Whether `name` is a part of the directory's path, so that its coming or going can matter.
  private func isOnTheWay(_ name: String) -> Bool {
    directory.split(separator: "/").contains { $0 == name }
  }
}

// Where the watches stand.
extension FileWatch {
  /// Sets both watches anew. A watch on the same directory as before keeps its number, so it is
  /// removed only when it now stands elsewhere.
  private mutating func arm() {
    // Twice the same: a directory made after the first look was seen by the watch of that look.
    for _ in 0..<Self.maximumLooksPerArming {
      let ancestor = watchAncestor()
      if ancestor == ancestorWatch { break }
      if let old = ancestorWatch { inotify_rm_watch(inotify.rawValue, old) }
      ancestorWatch = ancestor
    }

    // After the one above, so that a directory made in between is not missed.
    let mask = Self.fileEvents | Self.directoryEvents
    let watch = unsafe inotify_add_watch(inotify.rawValue, directory, mask)
    if let old = directoryWatch, old != watch { inotify_rm_watch(inotify.rawValue, old) }
    directoryWatch = watch >= 0 ? watch : nil
  }

  /// Watches the nearest directory above the watched one that exists.
  private func watchAncestor() -> Int32? {
    var parts = directory.split(separator: "/")
    while !parts.isEmpty {
      parts.removeLast()
      let path = "/" + parts.joined(separator: "/")
      let mask = Self.ancestorEvents | UInt32(IN_ONLYDIR)
      let watch = unsafe inotify_add_watch(inotify.rawValue, path, mask)
      if watch >= 0 { return watch }
    }
    return nil
  }
}
