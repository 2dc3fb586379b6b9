/// Why a verdict was given: one closed list for every transport.
///
/// The words are a contract: the same in the journal, in the metrics and in `why`. The raw value
/// indexes the counters.
public enum Reason: UInt8, CaseIterable, Sendable, BitwiseCopyable {
  // Limits: before any byte was read.
  /// People blocked the address.
  case blocked
  /// The address opens connections faster than its bucket refills.
  case addressRate
  /// The network around the address does.
  case prefixRate
  /// Everybody together does.
  case gateRate
  /// The address holds too many connections that have shown nothing yet.
  case addressHalfOpen
  /// The network around the address does.
  case prefixHalfOpen
  /// A connection that had shown nothing yet made room for a newer one.
  case shed

  // Rules: what people wrote, asked at arrival and at the first flight.
  /// A rule acted on it.
  case rule
  /// It is over the limit of a rule.
  case ruleLimit
  /// The weights of the rules that it meets reach the score's bound.
  case score

  // Look: the first flight, before any key agreement.
  /// No byte came in time.
  case silent
  /// Some bytes came, but not a whole first flight in time.
  case incomplete
  /// The peer closed before its first flight was whole.
  case hungUp
  /// A rule's signature matched: another protocol's first words.
  case signature
  /// More bytes than a first flight may have.
  case oversized
  /// The hybrid mark is set and the router does not publish a hybrid form.
  case hybridUnpublished
  /// The ephemeral key is none that a peer would make: zero, or a point of low order; in SSU2 also
  /// one that is longer than 255 bits.
  case weakKey
  /// This first flight was seen before.
  case replayed

  // Prove: with the router's own key.
  /// The proof fails: not made for this router.
  case unauthenticated
  /// Another network's identifier.
  case otherNetwork
  /// Another version of the transport.
  case otherVersion
  /// The announced padding is longer than the router takes.
  case paddingTooLong
  /// The announced third message is out of bounds.
  case message3OutOfBounds
  /// The clocks differ by more than the router takes, and the budget for such peers is used up.
  case clockSkew
  /// Bytes behind the first flight, before the router answered.
  case earlyBytes
  /// Strangers together ask for more proofs than the budget has.
  case proofBudget

  // Admit.
  /// The first flight proved itself with the router's key.
  case proven
  /// The first flight is plausible; there is no key to prove it with.
  case plausible
  /// Proven, but the router stayed too busy with other handshakes.
  case routerBusy
  /// Proven, but the router did not take the connection.
  case routerDown

  // What became of the handshake.
  /// The router answered nothing.
  case noAnswer
  /// The peer stalled after the router's answer.
  case stalled
  /// The peer left after the router's answer.
  case peerLeft
  /// The router closed before the handshake was done.
  case routerClosed
  /// Data flows.
  case established

  // Datagrams: what can't be for the router.
  /// A datagram is shorter than its kind can be.
  case undersized
  /// Its header is the router's, but what it says is nothing that a peer says.
  case undecodable
  /// Its two connection identifiers are the same, or one of them is zero.
  case sameIdentifiers
  /// The message does not say when it was sent.
  case noDateTime
  /// A SessionRequest without a token.
  case tokenMissing
  /// A SessionRequest with a token that neither router nor gate gave, over the budget for such.
  case tokenUnknown
  /// TokenRequests of strangers over their budget.
  case strangerBudget
  /// A datagram of a session that nobody knows.
  case unknownFlow
  /// A cookie that has proved its endpoint before.
  case cookieSpent

  // Datagrams: why one was let through or answered.
  /// The router gave the token that is shown, and it reached the endpoint.
  case witnessed
  /// The gate gave the cookie that is shown, and it reached the endpoint.
  case cookie
  /// The endpoint was proven before.
  case provenBefore
  /// A stranger within its budget: the router answers, the gate watches.
  case onTrial
  /// A message of a peer test that the router may take part in.
  case peerTest
  /// A hole was punched for the router.
  case holePunch
  /// A known session from another endpoint.
  case moved
  /// The strangers' budget is used up: the gate itself asks them for a proof.
  case overloaded

  /// Whether a handshake that failed for this reason counts against its source: not when it was the
  /// router that gave up.
  public var isPeersDoing: Bool {
    switch self {
    case .noAnswer, .routerClosed, .routerBusy, .routerDown: false
    default: true
    }
  }

  /// The word that people and other programs read.
  public var word: StaticString {
    switch self {
    case .blocked: "blocked"
    case .addressRate: "address-rate"
    case .prefixRate: "prefix-rate"
    case .gateRate: "gate-rate"
    case .addressHalfOpen: "address-half-open"
    case .prefixHalfOpen: "prefix-half-open"
    case .shed: "shed"
    case .rule: "rule"
    case .ruleLimit: "rule-limit"
    case .score: "score"
    case .silent: "silent"
    case .incomplete: "incomplete"
    case .hungUp: "hung-up"
    case .signature: "signature"
    case .oversized: "oversized"
    case .hybridUnpublished: "hybrid-unpublished"
    case .weakKey: "weak-key"
    case .replayed: "replayed"
    case .unauthenticated: "unauthenticated"
    case .otherNetwork: "other-network"
    case .otherVersion: "other-version"
    case .paddingTooLong: "padding-too-long"
    case .message3OutOfBounds: "message-3-out-of-bounds"
    case .clockSkew: "clock-skew"
    case .earlyBytes: "early-bytes"
    case .proofBudget: "proof-budget"
    case .proven: "proven"
    case .plausible: "plausible"
    case .routerBusy: "router-busy"
    case .routerDown: "router-down"
    case .noAnswer: "no-answer"
    case .stalled: "stalled"
    case .peerLeft: "peer-left"
    case .routerClosed: "router-closed"
    case .established: "established"
    case .undersized: "undersized"
    case .undecodable: "undecodable"
    case .sameIdentifiers: "same-identifiers"
    case .noDateTime: "no-date-time"
    case .tokenMissing: "token-missing"
    case .tokenUnknown: "token-unknown"
    case .strangerBudget: "stranger-budget"
    case .unknownFlow: "unknown-flow"
    case .cookieSpent: "cookie-spent"
    case .witnessed: "witnessed"
    case .cookie: "cookie"
    case .provenBefore: "proven-before"
    case .onTrial: "on-trial"
    case .peerTest: "peer-test"
    case .holePunch: "hole-punch"
    case .moved: "moved"
    case .overloaded: "overloaded"
    }
  }
}
