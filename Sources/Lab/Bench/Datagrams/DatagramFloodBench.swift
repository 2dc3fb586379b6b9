import Kernel
import Wire

/// What a flood of TokenRequests with made-up senders does to a router's newcomers, behind the gate
/// and without it.
enum DatagramFloodBench {
  private static let requestsPerSecond = 20_000.0
  /// Unfinished TokenRequests that keep all newcomers from a bare Java router.
  private static let javaRequestsPerSecond = 20.0
  /// Six newcomers a minute: from fifteen a minute on the router's own limiter refuses, flood or
  /// not, and the gate lets eight strangers a minute try.
  private static let javaIntervalNanoseconds = 10 * Nanoseconds.perSecond
  /// So few newcomers take longer to say anything: what passes before the first cookie costs one or
  /// two of the first minute, whatever follows.
  private static let javaWindowRatio = 6.0
  private static let bareJavaIntervalNanoseconds = 1_500 * Nanoseconds.perMillisecond
  /// Until a Java router's limiter has counted a flood.
  private static let javaLeadNanoseconds = 8 * Nanoseconds.perSecond
  private static let bareJavaNewcomers = 10.0
  private static let javaPercent = 95.0
  /// The router's time under a flood beside the same newcomers without one.
  private static let routerRatio = 1.5
  /// What a process may grow by and be called flat: its allocator's mood.
  private static let flatMebibytes = 8.0

  /// One window of time.
  private struct Window {
    var routerMilliseconds = 0.0
    var gatePercent = 0.0
    var routerMebibytes = 0.0
    var gateMebibytes = 0.0
    var honest = HonestDatagramPeers.Tallies()
  }

  /// A flood of 20,000 a second before i2pd.
  static func i2pd(_ settings: BenchSettings) throws -> [BenchLine] {
    let seconds = settings.floodSeconds
    let (idle, under, sent) = try i2pd(.guarded, seconds)
    let (bareIdle, bare, _) = try i2pd(.bare, seconds)
    let name = Bench.ssu2Flood.rawValue
    return [
      honestLine(name, under.honest, bare.honest, atLeast: 100, Int(sent.rounded())),
      BenchLine(
        name: name,
        value: under.honest.all.medianMilliseconds ?? 0,
        unit: "ms, median",
        peer: "no flood",
        peerValue: idle.honest.all.medianMilliseconds,
        note: "the worst \(Int(under.honest.all.worstMilliseconds)) ms, without a flood "
          + "\(Int(idle.honest.all.worstMilliseconds)) ms; Java manner, median: "
          + "\(Int(under.honest.java.sessions.medianMilliseconds ?? 0)) ms"
      ),
      BenchLine(
        name: name,
        value: under.routerMilliseconds,
        unit: "router ms/s",
        peer: "no flood",
        peerValue: idle.routerMilliseconds,
        bound: .ratioAtMost(routerRatio),
        note: "bare: \(Report.rounded(bare.routerMilliseconds, to: 10)) ms/s under the flood, "
          + "\(Report.rounded(bareIdle.routerMilliseconds, to: 10)) without"
      ),
      BenchLine(
        name: name,
        value: under.routerMebibytes,
        unit: "router MiB more",
        peer: "bare i2pd",
        peerValue: bare.routerMebibytes,
        bound: .valueAtMost(flatMebibytes)
      ),
      BenchLine(
        name: name,
        value: under.gateMebibytes,
        unit: "gate MiB more",
        bound: .valueAtMost(flatMebibytes),
        note: "the gate took \(Report.rounded(under.gatePercent, to: 10)) % of its core"
      ),
    ]
  }

  /// 20 a second before the stand-in for a Java router.
  static func java(_ settings: BenchSettings) throws -> [BenchLine] {
    let under = try java(
      .guarded,
      settings.floodSeconds * javaWindowRatio,
      intervalNanoseconds: javaIntervalNanoseconds
    )
    let bare = try java(
      .bare,
      bareJavaNewcomers * Double(bareJavaIntervalNanoseconds) / 1e9,
      intervalNanoseconds: bareJavaIntervalNanoseconds
    )
    let rate = Int(javaRequestsPerSecond)
    return [honestLine(Bench.ssu2Java.rawValue, under, bare, atLeast: javaPercent, rate)]
  }

  private static func honestLine(
    _ name: String,
    _ honest: HonestDatagramPeers.Tallies,
    _ bare: HonestDatagramPeers.Tallies,
    atLeast bound: Double,
    _ rate: Int
  ) -> BenchLine {
    BenchLine(
      name: name,
      value: honest.all.percent,
      unit: "% honest",
      peer: "bare",
      peerValue: bare.all.percent,
      bound: .valueAtLeast(bound),
      note: "\(rate) TokenRequests/s; \(honest.text); bare: \(bare.text)"
    )
  }

  private static func i2pd(
    _ state: DatagramScene.State,
    _ seconds: Double
  ) throws -> (idle: Window, under: Window, sentPerSecond: Double) {
    let scene = try DatagramScene(.i2pd, state)
    defer { scene.stop() }
    let idle = try window(scene, seconds)
    let flood = try RunningFlood(
      scene.flood(.tokenRequest, perSecond: requestsPerSecond, seconds: 3_600),
      in: scene.world
    )
    // Requests are made before the first is sent.
    Pause.nanoseconds(2 * Nanoseconds.perSecond)
    let under = try window(scene, seconds)
    if let failure = flood.stop() { throw failure }
    return (idle, under, flood.report?.sentPerSecond ?? 0)
  }

  private static func window(_ scene: DatagramScene, _ seconds: Double) throws -> Window {
    let before = observe(scene)
    let usedBefore = (scene.routerNanoseconds, scene.gateNanoseconds)
    let peers = try HonestDatagramPeers(in: scene.world, to: scene.target, router: scene.facts)
    let start = Clock.now
    Pause.nanoseconds(UInt64(seconds * 1e9))
    let elapsed = start.secondsUntilNow
    var window = Window()
    window.routerMilliseconds = Double(scene.routerNanoseconds &- usedBefore.0) / 1e6 / elapsed
    window.gatePercent = Double(scene.gateNanoseconds &- usedBefore.1) / 1e7 / elapsed
    let now = observe(scene)
    window.routerMebibytes = now.router - before.router
    window.gateMebibytes = now.gate - before.gate
    window.honest = peers.stop()
    return window
  }

  private static func observe(_ scene: DatagramScene) -> (router: Double, gate: Double) {
    func mebibytes(_ pid: Int32?) -> Double {
      Double(pid.flatMap { ProcessTimes.residentBytes(of: $0) } ?? 0) / Double(1 << 20)
    }
    return (mebibytes(scene.routerPID), mebibytes(scene.gate?.pid))
  }

  private static func java(
    _ state: DatagramScene.State,
    _ seconds: Double,
    intervalNanoseconds: UInt64
  ) throws -> HonestDatagramPeers.Tallies {
    let scene = try DatagramScene(.java, state)
    defer { scene.stop() }
    let flood = try RunningFlood(
      scene.flood(.tokenRequest, perSecond: javaRequestsPerSecond, seconds: 3_600),
      in: scene.world
    )
    Pause.nanoseconds(javaLeadNanoseconds)
    var plan = HonestDatagramPeers.Plan()
    plan.intervalNanoseconds = intervalNanoseconds
    // A refusal with "come again" is one that both programs come back from.
    plan.attemptsI2PD = 2
    let peers = try HonestDatagramPeers(
      in: scene.world,
      to: scene.target,
      router: scene.facts,
      plan: plan
    )
    Pause.nanoseconds(UInt64(seconds * 1e9))
    let honest = peers.stop()
    if let failure = flood.stop() { throw failure }
    return honest
  }
}
