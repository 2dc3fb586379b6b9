internal import Filter
internal import Wire

/// Checks the files of the router that a configuration names.
enum RouterFilesCheck {
  /// What is wrong with them.
  static func run(_ loaded: LoadedConfiguration) -> [Fault] {
    do throws(RouterFilesFault) {
      _ = try RouterFiles(RouterFilesRequest(loaded.configuration))
      return []
    } catch {
      return [loaded.fault(at: "router.directory", error)]
    }
  }
}
