/// How numbers are shown to people.
enum Report {
  /// `2.9 s`.
  static func seconds(_ value: Double) -> String {
    "\(rounded(value, to: 100)) s"
  }

  /// One line about a router now.
  static func line(_ router: LabRouter) -> String {
    guard let now = router.observe() else { return "r\(router.number) is stopped" }
    let console = router.lookAtConsole()
    let sessions = console.map { ", SSU2 \($0.sessionsSSU2.count), \($0.statusText)" } ?? ""
    return """
      r\(router.number) cpu \(now.processorNanoseconds / 1_000_000) ms, \
      rss \(now.residentBytes >> 20) MiB, fds \(now.openDescriptors), \
      log \(now.logBytes) bytes, sessions \(now.sessionsNTCP2)\(sessions)
      """
  }

  /// `value` with as many decimals as `steps` has zeros.
  static func rounded(_ value: Double, to steps: Double) -> Double {
    (value * steps).rounded() / steps
  }
}
