internal import Filter
internal import Kernel
internal import Wire

/// A plan as people and programs see it.
struct SetupReport {
  /// The plan.
  let plan: SetupPlan

  private static let indent = 10

  /// The lines for a terminal.
  func lines(for layout: Layout) -> [String] {
    found(layout) + configuration(layout) + kernel + notes(layout) + steps(layout)
  }

  private func found(_ layout: Layout) -> [String] {
    guard !plan.routers.isEmpty else { return [] }
    return ["Routers"]
      + plan.routers.flatMap { router in
        let lead = router == plan.router ? "  chosen  " : "  found   "
        let words = "\(router.name): \(router.evidence.joined(separator: ", "))"
        return layout.wrap(words, lead: lead, indent: Self.indent)
          + layout.wrap(
            Self.presence(of: router),
            lead: String(repeating: " ", count: Self.indent),
            indent: Self.indent
          )
      }
  }

  private static func presence(of router: FoundRouter) -> String {
    guard let presence = router.presence else {
      return router.fault.map(\.problem) ?? "publishes nothing"
    }
    return Transport.allCases.map { transport in
      switch presence[transport] {
      case .published(let places):
        let names = places.map { place in
          place.address.map { "\(Endpoint(address: $0, port: place.port))" }
            ?? "a name, port \(place.port)"
        }
        return "\(transport.rawValue) \(names.joined(separator: " and "))"
      case .hidden: return "\(transport.rawValue) not published"
      case .off, nil: return "\(transport.rawValue) off"
      }
    }.joined(separator: "; ")
  }

  private func configuration(_ layout: Layout) -> [String] {
    guard !plan.text.isEmpty else { return [] }
    switch plan.place {
    case .same: return ["Configuration", "  \(plan.path) is as it should be"]
    case .free, .own, .persons:
      let lines = LineDifference.lines(from: plan.existing ?? "", to: plan.text).map { line in
        line.hasPrefix("+")
          ? layout.ink.good(line) : line.hasPrefix("-") ? layout.ink.bad(line) : line
      }
      return ["Configuration: \(plan.path)"] + lines.map { "  \($0)" }
    }
  }

  private var kernel: [String] {
    guard let firewall = plan.firewall else { return [] }
    let table = Firewall.ruleset(for: firewall).split(whereSeparator: \.isNewline)
    return ["Kernel rules, which `sallyport firewall down` takes away"]
      + (Firewall.commands(for: firewall) + table.map(String.init)).map { "  \($0)" }
  }

  private func notes(_ layout: Layout) -> [String] {
    guard !plan.notes.isEmpty else { return [] }
    let blanks = String(repeating: " ", count: Self.indent)
    return ["Notes"]
      + plan.notes.flatMap { note in
        let word = note.kind == .problem ? layout.ink.bad("problem") : "note   "
        let lines = layout.wrap(note.text, lead: "  \(word) ", indent: Self.indent)
        let remedy = note.remedy.map { "Do: \($0)" }
        return lines + (remedy.map { layout.wrap($0, lead: blanks, indent: Self.indent) } ?? [])
      }
  }

  private func steps(_ layout: Layout) -> [String] {
    guard plan.isPossible, !plan.steps.isEmpty else { return [] }
    return ["Steps"]
      + plan.steps.enumerated().flatMap { place, step in
        layout.wrap(step.description, lead: "  \(place + 1). ", indent: 5)
      }
  }
}

extension SetupReport {
  /// What `--json` shows.
  struct Document: Encodable {
    /// A router as programs see it.
    struct Router: Encodable {
      var kind: String
      var directory: String
      var evidence: [String]
      var process: Int32?
      var chosen: Bool
      var published: [String]
      var fault: String?
    }

    var ok: Bool
    var done: Bool
    var path: String
    var routers: [Router]
    var configuration: String
    var table: String
    var commands: [String]
    var notes: [SetupNote]
    var steps: [String]
  }

  /// The plan for programs; whether it was carried out.
  func document(isDone: Bool) -> Document {
    Document(
      ok: plan.isPossible,
      done: isDone,
      path: plan.path,
      routers: plan.routers.map { router in
        Document.Router(
          kind: router.kind.rawValue,
          directory: router.directory,
          evidence: router.evidence,
          process: router.process,
          chosen: router == plan.router,
          published: Self.published(by: router),
          fault: router.fault?.description
        )
      },
      configuration: plan.text,
      table: plan.firewall.map(Firewall.ruleset) ?? "",
      commands: plan.firewall.map(Firewall.commands) ?? [],
      notes: plan.notes,
      steps: plan.steps.map(\.description)
    )
  }

  private static func published(by router: FoundRouter) -> [String] {
    Transport.allCases.flatMap { transport -> [String] in
      guard case .published(let places) = router.presence?[transport] else { return [] }
      return places.compactMap { place in
        place.address.map { "\(transport.word) \(Endpoint(address: $0, port: place.port))" }
      }
    }
  }
}
