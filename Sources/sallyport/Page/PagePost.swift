internal import Kernel
internal import Telemetry
internal import Wire

/// The page's server, where the configuration wants it. A convenience: without it the gate works
/// all the same.
struct PagePost {
  private let site = WebSite(PageWords.ofFilter)
  private var server: WebServerHandle?

  /// Shows `report` to those who ask from now on.
  func publish(_ report: Report) {
    site.publish(report)
  }

  /// Serves on `endpoint` and nowhere else; what stood in the way, for the journal.
  mutating func serve(on endpoint: Endpoint?) -> JournalEvent? {
    guard server?.endpoint != endpoint else { return nil }
    server = nil
    guard let endpoint else { return nil }
    do throws(Errno) {
      server = try WebServerHandle(on: endpoint) { [site] request, now in
        site.respond(request, at: now)
      }
      return nil
    } catch {
      return .pageUnavailable(address: "\(endpoint)", problem: "\(error)")
    }
  }
}
