import Testing

@testable import Lab

/// What a test of the lab needs: network namespaces need root, and the programs must be installed.
/// Elsewhere the test is skipped, not passed.
enum LabNeeds {
  static let namespaces = Prerequisites.areMet(for: [])
  static let routers = Prerequisites.areMet(for: [.routers])
  static let proxies = Prerequisites.areMet(for: [.haproxy, .nginx])
  static let gate = (try? OwnProgram.sibling("sallyport")) != nil
  static let why: Comment = "needs root and the programs that `sallyport-lab doctor` names"
}
