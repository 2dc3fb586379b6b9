internal import Glibc

/// What a process had used and held at one moment.
struct ProcessSample: Equatable {
  /// Processor time that it has used, in seconds.
  var processorSeconds: Double
  /// Memory that it holds, in bytes.
  var residentBytes: UInt64
  /// Descriptors that it has open; nil when that may not be seen.
  var descriptors: Int?
  /// Descriptors that it may have open; nil when that may not be seen.
  var descriptorsMaximum: Int?
}

extension HostTree {
  /// What is to be seen of a process now; nil when it is gone.
  func sample(ofProcess number: Int32) -> ProcessSample? {
    // proc(5): the fields behind the name, which may hold anything; utime and stime are 14 and 15.
    guard let line = text("/proc/\(number)/stat").value, let end = line.lastIndex(of: ")") else {
      return nil
    }
    let fields = line[line.index(after: end)...].split(separator: " ")
    guard fields.count > 21, let user = Double(fields[11]), let system = Double(fields[12]),
      let pages = UInt64(fields[21])
    else { return nil }
    return ProcessSample(
      processorSeconds: (user + system) / Double(max(sysconf(Int32(_SC_CLK_TCK)), 1)),
      residentBytes: pages &* UInt64(clamping: sysconf(Int32(_SC_PAGESIZE))),
      descriptors: openDescriptors(ofProcess: number),
      descriptorsMaximum: descriptorLimit(ofProcess: number).value
    )
  }
}
