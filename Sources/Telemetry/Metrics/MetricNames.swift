extension Gauge {
  /// The metric's name: people's dashboards rely on it.
  var metricName: String { "sallyport_" + word }

  /// The metric's name without the program's.
  public var word: String {
    switch self {
    case .held: "held"
    case .reading: "reading"
    case .open: "open"
    case .handshakesInFlight: "handshakes_in_flight"
    case .dialled: "dialled"
    case .sessions: "sessions"
    case .stage: "stage"
    case .provenEndpoints: "proven_endpoints"
    case .flows: "flows"
    case .sourceRecords: "source_records"
    case .replayRecords: "replay_records"
    case .witnessedTokens: "witnessed_tokens"
    case .cookieRecords: "cookie_records"
    }
  }

  /// What the metric shows.
  var help: String {
    switch self {
    case .held: "Strangers held: not let through, whatever they have shown."
    case .reading: "Strangers whose first flight is awaited."
    case .open: "Connections that were let through."
    case .handshakesInFlight: "Connections handed to the router, handshake not over."
    case .dialled: "Connections to the router that are being set up."
    case .sessions: "Connections on which data flows."
    case .stage: "Overload stage, 0 is calm."
    case .provenEndpoints: "Endpoints that have shown that datagrams to them arrive."
    case .flows: "Flows of datagrams that a proxy carries."
    case .sourceRecords: "Records of addresses and networks."
    case .replayRecords: "First flights remembered against being used twice."
    case .witnessedTokens: "Tokens of the router that are remembered."
    case .cookieRecords: "Cookies that came back, remembered against being used twice."
    }
  }

  /// The name of the metric that shows how many there may be.
  var limitMetricName: String { metricName + "_limit" }
}

extension Tally {
  /// The metric's name: people's dashboards rely on it.
  var metricName: String {
    switch self {
    case .accepted: "sallyport_accepted_total"
    case .bytesToRouter: "sallyport_to_router_bytes_total"
    case .bytesToPeer: "sallyport_to_peer_bytes_total"
    case .staleEvents: "sallyport_stale_events_total"
    case .answersSeen: "sallyport_answers_seen_total"
    case .retriesSeen: "sallyport_retries_seen_total"
    case .flowsAdmitted: "sallyport_flows_admitted_total"
    case .unsent: "sallyport_unsent_total"
    case .flightsLost: "sallyport_refused_flights_lost_total"
    }
  }

  /// What the metric shows.
  var help: String {
    switch self {
    case .accepted: "Connections or datagrams taken from the kernel."
    case .bytesToRouter: "Bytes from peers to the router."
    case .bytesToPeer: "Bytes from the router to peers."
    case .staleEvents: "Poller events for connections already gone."
    case .answersSeen: "Answers of the router to datagrams on trial."
    case .retriesSeen: "Retries of the router to datagrams on trial."
    case .flowsAdmitted: "Datagrams after which the kernel carries their flow."
    case .unsent: "Datagrams that the kernel did not take."
    case .flightsLost: "Refused first flights that were to be kept, and found no room."
    }
  }
}

extension TimedWork {
  /// The metric's name: people's dashboards rely on it.
  var metricName: String {
    switch self {
    case .proof: "sallyport_proof_seconds"
    case .routerAnswer: "sallyport_router_answer_seconds"
    }
  }

  /// What the metric shows.
  var help: String {
    switch self {
    case .proof: "Time to prove a first flight with the router's key."
    case .routerAnswer: "Time from handing over a first flight to the router's first byte back."
    }
  }
}
