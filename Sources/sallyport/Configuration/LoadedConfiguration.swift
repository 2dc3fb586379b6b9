/// A configuration together with where it came from, so that what turns out wrong later can still
/// be reported with its line.
struct LoadedConfiguration: Sendable {
  /// What the file says.
  let configuration: Configuration
  /// The file's path, as it was given.
  let file: String
  /// Where each key stands.
  let index: TOMLLineIndex

  /// Reads the file at `path`; faults keep their defaults. Nil when it is no document at all.
  init?(path: String, faults: FaultCollector) {
    guard let document = Document(path: path, faults: faults) else { return nil }
    configuration = Configuration(document: document, faults: faults)
    file = path
    index = document.index
  }

  /// Reads the file at `path`.
  /// - Throws: `FaultReport` with everything that is wrong in it.
  static func load(path: String) throws(FaultReport) -> LoadedConfiguration {
    let faults = FaultCollector(file: path)
    guard let loaded = LoadedConfiguration(path: path, faults: faults), faults.faults.isEmpty else {
      throw FaultReport(faults: faults.faults.sorted())
    }
    return loaded
  }

  /// A fault at the key `keyPath`, e.g. `router.directory` or `gate[0].address`.
  func fault(at keyPath: String, _ problem: String, _ remedy: String) -> Fault {
    Fault(file: file, line: index.line(of: keyPath), problem: problem, remedy: remedy)
  }
}
