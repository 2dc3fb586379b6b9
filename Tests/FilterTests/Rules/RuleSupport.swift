import Wire

@testable import Filter

func prefix(_ text: String) -> SourcePrefix {
  SourcePrefix(text) ?? SourcePrefix(SourceAddress(ipv4: 0), length: 0)
}

func address(_ text: String) -> SourceAddress {
  SourceAddress(text) ?? SourceAddress(ipv4: 0)
}

func range(_ text: String, _ feature: Feature) throws -> FeatureCondition {
  FeatureCondition(feature, [try FeatureRange(text: text, unit: feature.unit ?? .count)])
}

/// A book of these rules and nothing else.
func book(_ rules: RuleDefinition...) -> RuleBook {
  var book = RuleBook()
  book.rules = rules
  return book
}

func rule(
  _ name: String,
  _ effect: RuleEffect,
  mode: RuleMode = .enforce,
  _ fill: (inout RuleConditions) throws -> Void
) rethrows -> RuleDefinition {
  var conditions = RuleConditions()
  try fill(&conditions)
  return RuleDefinition(name: name, mode: mode, conditions: conditions, effect: effect)
}

/// A rule that everybody meets.
func rule(_ name: String, _ effect: RuleEffect, mode: RuleMode = .enforce) -> RuleDefinition {
  RuleDefinition(name: name, mode: mode, effect: effect)
}

extension SynFingerprint {
  /// A SYN of Linux, as it arrives over eleven routers.
  static var linux: SynFingerprint {
    var layout = SynLayout()
    for kind: UInt8 in [2, 4, 8, 1, 3] { _ = layout.append(kind) }
    return SynFingerprint(
      version: 4,
      timeToLive: 53,
      optionByteCount: 0,
      segmentSize: 1_460,
      window: 29_200,
      windowScale: 7,
      layout: layout,
      quirks: [.df, .idPlus],
      hasPayload: false,
      telltale: .none
    )
  }

  /// A SYN of masscan.
  static var masscan: SynFingerprint {
    var layout = SynLayout()
    _ = layout.append(2)
    var form = linux
    form.timeToLive = 244
    form.window = 1_024
    form.windowScale = 0
    form.layout = layout
    form.quirks = []
    form.telltale = .foldedIdentification
    return form
  }
}
