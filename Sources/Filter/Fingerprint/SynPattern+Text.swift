/// A fault in the text of a signature, with what would be right.
public struct SynPatternFault: Error, Equatable, CustomStringConvertible {
  /// What is wrong.
  public let problem: String
  /// What to do about it.
  public let remedy: String

  /// Both, on one line.
  public var description: String { "\(problem); \(remedy)" }
}

extension SynPattern {
  /// More than any signature.
  private static let textBytes = 256
  private static let example = "4:64:0:*:mss*20,10:mss,sok,ts,nop,ws:df,id+:0"

  /// Reads p0f's notation, `version:ttl:olen:mss:window,scale:layout:quirks:payload`.
  /// - Throws: `SynPatternFault` for the first field that can't be read.
  public init(text: some StringProtocol) throws(SynPatternFault) {
    self.init()
    let fields = text.split(separator: ":", omittingEmptySubsequences: false)
      .map { String($0) }
    guard text.utf8.count <= Self.textBytes, fields.count == 8 else {
      throw SynPatternFault(
        problem: "\"\(text.prefix(80))\" is not a signature of eight fields",
        remedy: "write it like \(Self.example)"
      )
    }
    version = try Self.number(fields[0], "the version of IP", oneOf: [4, 6])
    initialTimeToLive = try Self.number(fields[1], "the time to live", oneOf: [32, 64, 128, 255])
    guard let options = UInt8(fields[2]) else {
      throw Self.fault("the length of IP options", fields[2], "write a number, usually 0")
    }
    optionByteCount = options
    segmentSize = try Self.number(fields[3], "the segment size")
    try readWindow(fields[4])
    layout = try Self.layout(fields[5])
    quirks = try Self.quirks(fields[6])
    switch fields[7] {
    case "*": hasPayload = nil
    case "0": hasPayload = false
    case "+": hasPayload = true
    default: throw Self.fault("the payload", fields[7], "write 0, + or *")
    }
  }

  private mutating func readWindow(_ field: String) throws(SynPatternFault) {
    let parts = field.split(separator: ",", omittingEmptySubsequences: false).map { String($0) }
    guard parts.count == 2 else {
      throw Self.fault("the window", field, "write it with its scale, e.g. mss*20,10")
    }
    windowScale = try Self.number(parts[1], "the window's scale")
    window = try Self.window(parts[0])
  }

  private static func window(_ text: String) throws(SynPatternFault) -> SynPatternWindow {
    if text == "*" { return .any }
    let forms: [(String, (UInt16) -> SynPatternWindow)] = [
      ("mss*", { .exactly(.segments($0)) }), ("mtu*", { .exactly(.packets($0)) }),
      ("%", { .multiple(of: $0) }), ("", { .exactly(.bytes($0)) }),
    ]
    for (prefix, form) in forms where text.hasPrefix(prefix) {
      guard let number = UInt16(text.dropFirst(prefix.count)) else { break }
      if prefix == "%", number == 0 { break }
      return form(number)
    }
    throw fault("the window", text, "write *, a number, mss*N, mtu*N or %N")
  }

  private static func layout(_ text: String) throws(SynPatternFault) -> SynLayout {
    var layout = SynLayout()
    guard !text.isEmpty else { return layout }
    for word in text.split(separator: ",", omittingEmptySubsequences: false) {
      guard let kind = kind(word), layout.append(kind) else {
        throw fault("the option", String(word), "write mss, nop, ws, sok, sack, ts, ?N or eol+N")
      }
      if kind == SynLayout.end { layout.paddingByteCount = UInt8(word.dropFirst(4)) ?? 0 }
    }
    return layout
  }

  private static func kind(_ word: Substring) -> UInt8? {
    if let known = SynLayout.words.first(where: { $0.1 == word }) { return known.0 }
    if word.hasPrefix("eol+") { return UInt8(word.dropFirst(4)).map { _ in SynLayout.end } }
    return word.hasPrefix("?") ? UInt8(word.dropFirst()) : nil
  }

  private static func quirks(_ text: String) throws(SynPatternFault) -> SynQuirks {
    var quirks = SynQuirks(rawValue: 0)
    guard !text.isEmpty else { return quirks }
    for word in text.split(separator: ",", omittingEmptySubsequences: false) {
      guard let known = SynQuirks.words.first(where: { $0.1 == word }) else {
        let all = SynQuirks.words.map(\.1).joined(separator: ", ")
        throw fault("the quirk", String(word), "write some of \(all)")
      }
      quirks.formUnion(known.0)
    }
    return quirks
  }

  private static func number<Number: FixedWidthInteger>(
    _ text: String,
    _ what: String,
    oneOf allowed: [Number] = []
  ) throws(SynPatternFault) -> Number? {
    if text == "*" { return nil }
    guard let number = Number(text), allowed.isEmpty || allowed.contains(number) else {
      let list = allowed.map { "\($0)" }.joined(separator: ", ")
      let choice = allowed.isEmpty ? "a number" : "one of \(list)"
      throw fault(what, text, "write \(choice), or * to leave it open")
    }
    return number
  }

  private static func fault(
    _ what: String,
    _ text: String,
    _ remedy: String
  ) -> SynPatternFault {
    SynPatternFault(problem: "\(what) can't be \"\(text.prefix(40))\"", remedy: remedy)
  }
}
