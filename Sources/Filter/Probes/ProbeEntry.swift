internal import Wire

/// One source's word in the radar's table: from the top 24 bits of its hash, a moment of 12 bits in
/// units of four seconds, 14 bits of SYNs, 14 bits of connections.
struct ProbeEntry: BitwiseCopyable {
  /// The word; zero is an empty place.
  private(set) var word: UInt64

  private static let countMaximum: UInt64 = 0x3fff
  private static let momentMask: UInt64 = 0xfff
  private static let unitNanoseconds: UInt64 = 4 * Nanoseconds.perSecond
  /// After two minutes of silence counts are halved, after each two minutes once more ...
  private static let halvedUnits: UInt64 = 30
  /// ... and after twenty minutes nothing is known any more. Moments wrap after four and a half
  /// hours: an entry that old may look young again for a while, and is then a stranger's anyhow.
  private static let forgottenUnits: UInt64 = 300
  static var forgottenNanoseconds: UInt64 { 1_200 * Nanoseconds.perSecond }

  init(word: UInt64) {
    self.word = word
  }

  init(tag: UInt64) {
    word = tag << 40
  }

  /// The bits of a hash that tell sources in one window apart. Never zero.
  static func tag(_ key: UInt64) -> UInt64 { key >> 40 | 1 }

  var tag: UInt64 { word >> 40 }
  private var moment: UInt64 { word >> 28 & Self.momentMask }
  var syns: UInt16 { UInt16(truncatingIfNeeded: word >> 14 & Self.countMaximum) }
  var connections: UInt16 { UInt16(truncatingIfNeeded: word & Self.countMaximum) }

  /// Units of time since it was touched.
  func age(_ now: Instant) -> UInt64 {
    (now.nanoseconds / Self.unitNanoseconds &- moment) & Self.momentMask
  }

  func isForgotten(_ now: Instant) -> Bool {
    word == 0 || age(now) >= Self.forgottenUnits
  }

  /// The entry with its counts halved for each span of silence.
  func decayed(_ now: Instant) -> ProbeEntry {
    let halvings = age(now) / Self.halvedUnits
    guard halvings > 0 else { return self }
    return with(syns: UInt64(syns) >> halvings, connections: UInt64(connections) >> halvings)
  }

  mutating func touch(_ now: Instant) {
    let moment = now.nanoseconds / Self.unitNanoseconds & Self.momentMask
    word = word & ~(Self.momentMask << 28) | moment << 28
  }

  mutating func addSyn() {
    self = roomy.with(syns: UInt64(roomy.syns) &+ 1, connections: UInt64(roomy.connections))
  }

  mutating func addConnection() {
    self = roomy.with(syns: UInt64(roomy.syns), connections: UInt64(roomy.connections) &+ 1)
  }

  /// Both counts halved when one of them is full: their difference matters, not their size.
  private var roomy: ProbeEntry {
    guard syns == Self.countMaximum || connections == Self.countMaximum else { return self }
    return with(syns: UInt64(syns) >> 1, connections: UInt64(connections) >> 1)
  }

  private func with(syns: UInt64, connections: UInt64) -> ProbeEntry {
    ProbeEntry(word: word & ~0xfff_ffff | syns << 14 | connections)
  }
}
