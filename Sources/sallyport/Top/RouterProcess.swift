internal import Foundation
internal import Glibc

/// The router's process on this host, as far as whoever looks may see it.
struct RouterProcess: Equatable {
  /// What was seen at one moment.
  struct Sample: Equatable {
    /// Processor time that it has used, in seconds.
    var processorSeconds: Double
    /// Memory that it holds, in bytes.
    var residentBytes: UInt64
    /// Descriptors that it has open; nil when that may not be seen.
    var descriptors: Int?
    /// Descriptors that it may have open; nil when that may not be seen.
    var descriptorsMaximum: Int?
  }

  /// Bytes of a file of /proc that are looked at.
  private static let bytesMaximum = 16_384

  /// The process.
  let pid: Int

  /// The router of this kind with its files in `directory`; nil when none is found, or several of
  /// which none names that directory.
  static func find(kind: String, directory: String) -> RouterProcess? {
    let pids = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    let found = pids.compactMap(Int.init).filter { isRouter($0, kind) }
    let named = found.filter { pid in
      text("/proc/\(pid)/cmdline").contains(directory)
        || (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(pid)/cwd"))
          == directory
    }
    if let pid = named.min() { return RouterProcess(pid: pid) }
    return found.count == 1 ? found.first.map { RouterProcess(pid: $0) } : nil
  }

  private static func isRouter(_ pid: Int, _ kind: String) -> Bool {
    let name = text("/proc/\(pid)/comm").trimmingCharacters(in: .newlines)
    switch kind {
    case "i2pd": return name == "i2pd"
    default: return name == "java" && text("/proc/\(pid)/cmdline").contains("net.i2p.router")
    }
  }

  /// What is to be seen of it now; nil when it is gone.
  func sample() -> Sample? {
    // proc(5): the fields behind the name, which may hold anything; utime and stime are 14 and 15.
    let line = Self.text("/proc/\(pid)/stat")
    guard let end = line.lastIndex(of: ")") else { return nil }
    let fields = line[line.index(after: end)...].split(separator: " ")
    guard fields.count > 21, let user = Double(fields[11]), let system = Double(fields[12]),
      let pages = UInt64(fields[21])
    else { return nil }
    let open = try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/fd").count
    return Sample(
      processorSeconds: (user + system) / Double(max(sysconf(Int32(_SC_CLK_TCK)), 1)),
      residentBytes: pages &* UInt64(clamping: sysconf(Int32(_SC_PAGESIZE))),
      descriptors: open,
      descriptorsMaximum: descriptorsMaximum
    )
  }

  private var descriptorsMaximum: Int? {
    let limits = Self.text("/proc/\(pid)/limits").split(whereSeparator: \.isNewline)
    let line = limits.first { $0.hasPrefix("Max open files") }
    return line?.split(separator: " ").dropFirst(3).first.flatMap { Int($0) }
  }

  private static func text(_ path: String) -> String {
    guard let file = FileHandle(forReadingAtPath: path),
      let data = try? file.read(upToCount: bytesMaximum)
    else { return "" }
    return String(decoding: data, as: UTF8.self).replacingOccurrences(of: "\0", with: " ")
  }
}
