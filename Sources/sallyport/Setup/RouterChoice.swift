internal import Filter
internal import Wire

/// Which of the routers that were found is to be guarded.
enum RouterChoice {
  /// The router, or why there is none.
  static func choose(
    among routers: [FoundRouter],
    unstarted: [String],
    wish: String?
  ) -> Result<FoundRouter, Refusal> {
    if let wish {
      guard let router = routers.first(where: { $0.directory == wish }) else {
        return .failure(
          Refusal(
            "\(wish) holds the files of neither i2pd nor Java I2P",
            remedy: "name the folder with router.info and the keys, and start the router once"
          )
        )
      }
      return usable(router)
    }
    let running = routers.filter { $0.process != nil }
    let eligible = running.isEmpty ? routers : running
    guard let first = eligible.first else { return .failure(nothing(unstarted)) }
    guard eligible.count == 1 else {
      let names = eligible.map(\.directory).joined(separator: ", ")
      return .failure(
        Refusal(
          "there are \(eligible.count) routers: \(names)",
          remedy: "say which one: --router \(first.directory)"
        )
      )
    }
    return usable(first)
  }

  /// Why no router was chosen.
  struct Refusal: Error, Equatable {
    /// The words for people.
    let note: SetupNote

    init(_ text: String, remedy: String) {
      note = .problem(text, remedy: remedy)
    }
  }

  private static func nothing(_ unstarted: [String]) -> Refusal {
    if let directory = unstarted.first {
      return Refusal(
        "a router is installed, but \(directory) holds none of its files yet",
        remedy: "start it once, e.g. systemctl start i2pd, wait a minute, and run setup again"
      )
    }
    return Refusal(
      "no I2P router was found: none runs here, and none has files where they usually lie",
      remedy: "install one (apt install i2pd), or name its folder: --router DIRECTORY"
    )
  }

  private static func usable(_ router: FoundRouter) -> Result<FoundRouter, Refusal> {
    // A router that publishes nothing is named as such below.
    if let fault = router.fault, router.presence == nil || router.isPublished {
      return .failure(Refusal(fault.problem, remedy: fault.remedy))
    }
    guard router.isPublished else { return .failure(unpublished(router)) }
    return .success(router)
  }

  private static func unpublished(_ router: FoundRouter) -> Refusal {
    let reason =
      if router.capabilities.contains("H") {
        "it is hidden"
      } else if router.capabilities.contains("U") {
        "it takes itself for firewalled"
      } else { "it has not found its address yet" }
    return Refusal(
      "\(router.name) publishes no address: \(reason)",
      remedy: router.kind == .i2pd
        ? "set host and port in i2pd.conf, let the port through the firewall, and restart i2pd; "
          + "the gate guards what strangers can reach, and nobody reaches this router"
        : "set host and port under \"Network\" in the router's console and let them through the "
          + "firewall; the gate guards what strangers can reach, and nobody reaches this router"
    )
  }
}
