internal import Filter
internal import Glibc

/// Tells from the files in a directory which router program keeps it.
enum RouterKindDetection {
  /// The kind that `request` names, or for `auto` the one whose files exist.
  static func kind(for request: RouterFilesRequest) throws(RouterFilesFault) -> RouterKind {
    switch request.kind {
    case .i2pd: return .i2pd
    case .java: return .java
    case .auto: break
    }
    switch (holds(.i2pd, request), holds(.java, request)) {
    case (true, false): return .i2pd
    case (false, true): return .java
    case (true, true): throw .ambiguousKind(directory: request.directory)
    case (false, false): throw .unknownKind(directory: request.directory)
    }
  }

  private static func holds(_ kind: RouterKind, _ request: RouterFilesRequest) -> Bool {
    RouterFileNames.marks(of: kind).contains { unsafe access(request.path($0), F_OK) == 0 }
  }
}
