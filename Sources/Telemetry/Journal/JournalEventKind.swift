/// How much an event matters, as syslog counts it.
public enum JournalPriority: Int, Sendable {
  /// Something does not work.
  case error = 3
  /// Something needs a look.
  case warning = 4
  /// Something out of the ordinary course, and all right.
  case notice = 5
  /// The ordinary course.
  case information = 6
}

/// The kinds of journal events, each with an identifier that stays.
public enum JournalEventKind: CaseIterable, Sendable {
  /// See `JournalEvent.started`.
  case started
  /// See `JournalEvent.stopping`.
  case stopping
  /// See `JournalEvent.stopped`.
  case stopped
  /// See `JournalEvent.reloaded`.
  case reloaded
  /// See `JournalEvent.reloadFailed`.
  case reloadFailed
  /// See `JournalEvent.routerFilesChanged`.
  case routerFilesChanged
  /// See `JournalEvent.routerFilesBroken`.
  case routerFilesBroken
  /// See `JournalEvent.routerUnreachable`.
  case routerUnreachable
  /// See `JournalEvent.routerBack`.
  case routerBack
  /// See `JournalEvent.firewallMissing`.
  case firewallMissing
  /// See `JournalEvent.firewallRestored`.
  case firewallRestored
  /// See `JournalEvent.descriptorsShort`.
  case descriptorsShort
  /// See `JournalEvent.boundsLowered`.
  case boundsLowered
  /// See `JournalEvent.radarUnavailable`.
  case radarUnavailable
  /// See `JournalEvent.adminUnavailable`.
  case adminUnavailable
  /// See `JournalEvent.personEntered`.
  case personEntered
  /// See `JournalEvent.personUndone`.
  case personUndone
  /// See `JournalEvent.peopleUndone`.
  case peopleUndone
  /// See `JournalEvent.personEnded`.
  case personEnded
  /// See `JournalEvent.pageUnavailable`.
  case pageUnavailable
  /// See `JournalEvent.stageChanged`.
  case stageChanged
  /// See `JournalEvent.stateBroken`.
  case stateBroken
  /// See `JournalEvent.stateUnreadable`.
  case stateUnreadable
  /// See `JournalEvent.stateUnwritable`.
  case stateUnwritable
  /// See `JournalEvent.flightsUnwritable`.
  case flightsUnwritable
  /// See `JournalEvent.netDbUnavailable`.
  case netDbUnavailable
  /// See `JournalEvent.sourcesHidden`.
  case sourcesHidden
  /// See `JournalEvent.verdictSum`.
  case verdictSum
  /// See `JournalEvent.ruleSum`.
  case ruleSum
  /// See `JournalEvent.verdictRest`.
  case verdictRest
  /// See `JournalEvent.linesLeftOut`.
  case linesLeftOut

  /// The journal's MESSAGE_ID: 128 random bits as 32 hexadecimal digits, drawn once and for all.
  public var messageID: String {
    switch self {
    case .started: "64996310216b7cc4e8bf625940f1e53c"
    case .stopping: "b9406787d581e58efb06373f5bcba6b4"
    case .stopped: "5b47bc3e1ead446ee2b27670cab90777"
    case .reloaded: "fdaf4bac4ec66b48ce47d6502e19a3da"
    case .reloadFailed: "2ffd456c60788a8d760b0848ecfc13bb"
    case .routerFilesChanged: "e7b49d19299f7a5901ffe67565e9f254"
    case .routerFilesBroken: "6e1330d87b845f4666cb1dcd479dfb59"
    case .routerUnreachable: "a6cba772991bc132646526859728314d"
    case .routerBack: "7619bcd44dde94dcead04f692c7f4c19"
    case .firewallMissing: "0e8f3c9c6a237a0c871e4de69a3f6a16"
    case .firewallRestored: "6f718aa13ecc66261775d29dbc3c7094"
    case .descriptorsShort: "7803f9f4df99cf47f9aea367d07f2281"
    case .boundsLowered: "80afa8d41e315bf459ba8bd0ccf8e4fb"
    case .radarUnavailable: "e151a10a5a507c8cac78f6e482a176ff"
    case .adminUnavailable: "73b3a9d4a3739bbf277380afcf0c2827"
    case .personEntered: "868ed0ff249d2e3e2997093fd5b1658e"
    case .personUndone: "6d8bbe337cacec218786dd9cdf41e4a2"
    case .peopleUndone: "47ea22a4c20a644f58b32ca65fae3d19"
    case .personEnded: "8ccb9b153b9e63e943d2326d54956ab1"
    case .pageUnavailable: "878f2181e689869a053849fff3e8f58c"
    case .stageChanged: "cb089d08c5034b067c83e59980147b0e"
    case .stateBroken: "4a81dd452d224ffa7f904f09362ec72c"
    case .stateUnreadable: "c9c9c7d6f877c4fc298035fdabcc82f4"
    case .flightsUnwritable: "e9b2942ca6c2cbe39b7b92233eb27b94"
    case .netDbUnavailable: "b24c6e4b3507d3aa13a3694e59caced4"
    case .stateUnwritable: "ec8ecb9559082bf552f99d314adba75a"
    case .sourcesHidden: "f28d80c1fa28b4e4bcb2a0e4d722780b"
    case .verdictSum: "e6032d3ba50031d51157c03d7794d47f"
    case .ruleSum: "4b7eff19abfca0dec4d6542588b6d667"
    case .verdictRest: "a4a906cd5ae7e755414cdfe820a9961e"
    case .linesLeftOut: "00fed23dd51b88752e387d7f58ce9f48"
    }
  }

  /// How much events of this kind matter.
  public var priority: JournalPriority {
    switch self {
    case .reloadFailed, .routerFilesBroken, .firewallMissing, .descriptorsShort: .error
    case .adminUnavailable, .pageUnavailable, .routerUnreachable, .boundsLowered, .stateBroken,
      .stateUnreadable, .stateUnwritable, .flightsUnwritable,
      .sourcesHidden,
      .linesLeftOut:
      .warning
    case .started, .stopping, .stopped, .reloaded, .routerBack, .firewallRestored, .stageChanged,
      .routerFilesChanged, .radarUnavailable, .netDbUnavailable, .personEntered, .personUndone,
      .peopleUndone, .personEnded:
      .notice
    case .verdictSum, .ruleSum, .verdictRest: .information
    }
  }
}
