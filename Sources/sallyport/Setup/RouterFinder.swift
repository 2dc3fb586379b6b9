internal import Filter
internal import Wire

/// Finds the routers of a host: those that run, and those whose files lie where they usually do.
struct RouterFinder {
  /// The most directories that are looked at.
  static let candidates = 256

  /// A place where a router may be.
  private struct Candidate {
    var kind: RouterKind
    var directory: String
    var evidence: String
    var process: Int32?
  }

  /// The host.
  let tree: HostTree
  /// Its processes in this network.
  let processes: [HostProcess]

  /// Every router, those that run first. One directory is one router, however often it was found.
  func routers() -> [FoundRouter] {
    var found: [FoundRouter] = []
    for candidate in candidates().prefix(Self.candidates) {
      let directory = tree.canonical(candidate.directory) ?? candidate.directory
      if let known = found.firstIndex(where: { $0.directory == directory }) {
        if !found[known].evidence.contains(candidate.evidence) {
          found[known].evidence.append(candidate.evidence)
        }
        continue
      }
      guard candidate.process != nil || isHome(directory, of: candidate.kind) else { continue }
      found.append(router(candidate, directory: directory))
    }
    return found
  }

  /// The router of which `directory` is told to be the home.
  func router(in directory: String) -> FoundRouter? {
    let canonical = tree.canonical(directory) ?? directory
    if let known = routers().first(where: { $0.directory == canonical }) { return known }
    guard let kind = RouterKind.allCases.first(where: { isHome(canonical, of: $0) }) else {
      return nil
    }
    let candidate = Candidate(kind: kind, directory: canonical, evidence: "named by --router")
    return router(candidate, directory: canonical)
  }

  /// Directories of routers that are installed and have left no file yet.
  func unstarted() -> [String] {
    [HostTree.i2pdServiceDirectory, "/var/lib/i2p"].filter { directory in
      tree.exists(directory) && !routers().contains { $0.directory.hasPrefix(directory) }
    }
  }

  private func candidates() -> [Candidate] {
    var candidates = tree.routers(among: processes).compactMap { router in
      router.directory.map { directory in
        Candidate(
          kind: router.kind,
          directory: directory,
          evidence: "process \(router.number) runs with it",
          process: router.number
        )
      }
    }
    candidates += namedI2PDDirectories()
    let usual: [(RouterKind, String)] = [
      (.i2pd, HostTree.i2pdServiceDirectory), (.java, "/var/lib/i2p/i2p-config"),
    ]
    candidates += usual.map {
      Candidate(kind: $0.0, directory: $0.1, evidence: "where Debian's package keeps it")
    }
    for account in tree.accounts() where account.home.hasPrefix("/") {
      for (kind, name) in [(RouterKind.i2pd, ".i2pd"), (.java, ".i2p")] {
        candidates.append(
          Candidate(
            kind: kind,
            directory: account.home == "/" ? "/\(name)" : "\(account.home)/\(name)",
            evidence: "in the home of \(account.name)"
          )
        )
      }
    }
    return candidates
  }

  /// Directories that i2pd's own settings name.
  private func namedI2PDDirectories() -> [Candidate] {
    var candidates: [Candidate] = []
    let file = "/etc/i2pd/i2pd.conf"
    if let text = tree.text(file).value,
      let directory = SettingsText(text).value("datadir", in: "")
    {
      candidates.append(Candidate(kind: .i2pd, directory: directory, evidence: "named in \(file)"))
    }
    let defaults = "/etc/default/i2pd"
    let lines = (tree.text(defaults).value ?? "").split(whereSeparator: \.isNewline)
    for line in lines where !line.drop(while: \.isWhitespace).hasPrefix("#") {
      for word in line.split(whereSeparator: { $0.isWhitespace || $0 == "\"" || $0 == "'" })
      where word.hasPrefix("--datadir=") {
        candidates.append(
          Candidate(
            kind: .i2pd,
            directory: String(word.dropFirst(10)),
            evidence: "named in \(defaults)"
          )
        )
      }
    }
    return candidates.filter { $0.directory.hasPrefix("/") }
  }

  /// Whether files of such a router lie there.
  private func isHome(_ directory: String, of kind: RouterKind) -> Bool {
    RouterFileNames.marks(of: kind).contains { tree.exists("\(directory)/\($0)") }
  }

  private func router(_ candidate: Candidate, directory: String) -> FoundRouter {
    var found = FoundRouter(
      kind: candidate.kind,
      directory: directory,
      evidence: [candidate.evidence],
      process: candidate.process,
      capabilities: ""
    )
    let whole = RouterFilesRequest(
      directory: tree.place(directory),
      kind: candidate.kind == .i2pd ? .i2pd : .java,
      proof: .full,
      ports: [:]
    )
    do throws(RouterFilesFault) {
      let published = try PublishedRouter(whole)
      let info = published.verified.info
      found.capabilities = info.options["caps"] ?? ""
      let presence = Transport.allCases.map { ($0, Self.presence(of: $0, in: info)) }
      found.presence = Dictionary(uniqueKeysWithValues: presence)
      var request = whole
      for case (let transport, .published) in presence { request.ports[transport] = [] }
      _ = try RouterFiles(request)
    } catch {
      found.fault = error
    }
    return found
  }

  private static func presence(
    of transport: Transport,
    in info: RouterInfo
  ) -> FoundRouter.Presence {
    guard info.addresses.contains(where: { $0.speaks(transport) }) else { return .off }
    let places = info.publishedAddresses(transport).compactMap { address in
      address.port.map { FoundRouter.Place(address: address.host, port: $0) }
    }
    return places.isEmpty ? .hidden : .published(places)
  }
}
