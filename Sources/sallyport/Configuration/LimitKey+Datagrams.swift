internal import Filter
internal import Proxy

extension LimitKey where Settings == DatagramLimits {
  /// Every key of `[datagrams]` that every gate goes by.
  static var ofDatagrams: [LimitKey] {
    let defaults = DatagramLimits()
    let records = 1_024...16_777_216
    let lists: [[LimitKey]] = [
      rate("endpoint-requests", \.endpointRequests, defaults),
      rate("address-others", \.addressOthers, defaults),
      rate("address-echoes", \.addressEchoes, defaults),
      rate("network-echoes", \.networkEchoes, defaults),
      rate("network-challenges", \.networkChallenges, defaults),
      rate("peer-tests", \.peerTests, defaults),
      rate("hole-punches", \.holePunches, defaults),
      rate("moved-sessions", \.movedSessions, defaults),
      rate("silent-sessions", \.silentSessions, defaults),
      time("grace-seconds", \.graceNanoseconds, 0.01...60),
      time("hold-seconds", \.holdNanoseconds, 0.1...3_600),
      time("proven-lifetime-seconds", \.provenLifetimeNanoseconds, 60...604_800),
      count("proven-endpoints", \.provenEndpoints, records),
      count("witnessed-tokens", \.witnessedTokens, records),
      count("source-records", \.sourceRecords, records),
      count("cookie-records", \.cookieRecords, records),
    ]
    return lists.flatMap(\.self)
  }
}

extension LimitKey where Settings == RouterAllowance {
  /// Every key of `[datagrams.i2pd]` and `[datagrams.java]`, whose units are those of `defaults`.
  static func ofAllowance(_ defaults: RouterAllowance) -> [LimitKey] {
    let lists: [[LimitKey]] = [
      rate("address-requests", \.addressRequests, defaults),
      rate("network-requests", \.networkRequests, defaults),
      rate("site-requests", \.siteRequests, defaults),
      rate("requests", \.requests, defaults),
      rate("grace", \.grace, defaults),
      rate("known-requests", \.knownRequests, defaults),
      rate("unknown-tokens", \.unknownTokens, defaults),
      rate("proven-token-requests", \.provenTokenRequests, defaults),
      rate("proven-requests", \.provenRequests, defaults),
      rate("echoes", \.echoes, defaults),
      rate("skewed-peers", \.skewedPeers, defaults),
    ]
    return lists.flatMap(\.self)
  }
}

extension LimitKey where Settings == FlowLimits {
  /// Every key of `[datagrams]` that gates in proxy mode go by.
  static var ofFlows: [LimitKey] {
    count("flows", \.flows, 1...65_536)
      + time("flow-idle-seconds", \.idleTimeoutNanoseconds, 10...86_400)
  }
}
