internal import Filter
internal import Proxy
internal import Wire

/// A setting by which something is made once, at the start: a reload can't change it.
struct FixedSetting: Sendable {
  /// The name of the table it is in.
  let table: String
  /// The key in that table; nil when it is the whole table.
  let key: String?

  private let isSame: @Sendable (Configuration, Configuration) -> Bool

  private init<Value: Equatable & SendableMetatype>(
    _ table: String,
    _ key: String? = nil,
    at value: @escaping @Sendable (Configuration) -> Value
  ) {
    self.table = table
    self.key = key
    isSame = { value($0) == value($1) }
  }

  /// All of them, in the order of the file. Every other setting takes effect with a reload.
  static let all = [
    FixedSetting("router", "directory", at: \.router.directory),
    FixedSetting("gate", at: \.gates),
    FixedSetting("limits", "held-strangers", at: \.limits.heldStrangers),
    FixedSetting("limits", "open-sessions", at: \.limits.openSessions),
    FixedSetting("limits", "source-records", at: \.limits.sourceRecords),
    FixedSetting("limits", "replay-records", at: \.limits.replayRecords),
    FixedSetting("datagrams", "proven-endpoints", at: \.datagrams.provenEndpoints),
    FixedSetting("datagrams", "witnessed-tokens", at: \.datagrams.witnessedTokens),
    FixedSetting("datagrams", "source-records", at: \.datagrams.sourceRecords),
    FixedSetting("datagrams", "cookie-records", at: \.datagrams.cookieRecords),
    FixedSetting("datagrams", "flows", at: \.flows.flows),
    FixedSetting("admin", "socket", at: \.admin.socket),
    FixedSetting("state", "directory", at: \.state.directory),
    FixedSetting("standing", "sources", at: \.standing.sources),
    FixedSetting("firewall", at: \.firewall),
    FixedSetting("radar", at: \.radar),
    FixedSetting("process", "shards", at: { $0.shardCount(of: .ntcp2) }),
  ]

  /// As people read it.
  var name: String {
    let heading = table == "gate" ? "[[gate]]" : "[\(table)]"
    return key.map { "\(heading) \($0)" } ?? heading
  }

  private var keyPath: String { key.map { "\(table).\($0)" } ?? table }

  /// What a reload to `loaded` would have to change of it while `running` runs; nil when nothing.
  func fault(of loaded: LoadedConfiguration, whileRunning running: Configuration) -> Fault? {
    guard !isSame(loaded.configuration, running) else { return nil }
    return loaded.fault(
      at: keyPath,
      "\(name) differs from what the gate runs with",
      "restart sallyport: it is not changed while the gate runs"
    )
  }
}
