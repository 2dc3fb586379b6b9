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

  /// The process.
  let pid: Int

  /// The router of this kind with its files in `directory`; nil when none is found, or several of
  /// which none names that directory.
  static func find(kind: String, directory: String) -> RouterProcess? {
    let tree = HostTree.host
    let found = tree.routers(among: tree.processes()).filter { $0.kind.word == kind }
    let own = tree.canonical(directory) ?? directory
    let named = found.first { $0.directory == own } ?? (found.count == 1 ? found.first : nil)
    return named.map { RouterProcess(pid: Int($0.number)) }
  }

  /// What is to be seen of it now; nil when it is gone.
  func sample() -> Sample? {
    // proc(5): the fields behind the name, which may hold anything; utime and stime are 14 and 15.
    let line = HostTree.host.text("/proc/\(pid)/stat").value ?? ""
    guard let end = line.lastIndex(of: ")") else { return nil }
    let fields = line[line.index(after: end)...].split(separator: " ")
    guard fields.count > 21, let user = Double(fields[11]), let system = Double(fields[12]),
      let pages = UInt64(fields[21])
    else { return nil }
    let number = Int32(clamping: pid)
    return Sample(
      processorSeconds: (user + system) / Double(max(sysconf(Int32(_SC_CLK_TCK)), 1)),
      residentBytes: pages &* UInt64(clamping: sysconf(Int32(_SC_PAGESIZE))),
      descriptors: HostTree.host.openDescriptors(ofProcess: number),
      descriptorsMaximum: HostTree.host.descriptorLimit(ofProcess: number).value
    )
  }
}
