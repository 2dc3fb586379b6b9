// fuzz: modules=Wire,Filter
//
// The text of patterns, the compiled set, and what it says to arbitrary bytes.
//
// The input is the text of up to four patterns, one a line, then a line `---`, then the bytes of a
// connection. The compiled set must agree with the plainest matcher there is: a match is found for
// the whole input if and only if some pattern describes one of its prefixes.

import Filter

/// Called by libFuzzer with one input.
@c(LLVMFuzzerTestOneInput)
public func fuzzSignatures(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  let input = unsafe Array(UnsafeBufferPointer(start: start, count: count))
  let separator = Array("\n---\n".utf8)
  guard let split = firstRange(of: separator, in: input) else { return 0 }
  let bytes = Array(input[split.upperBound...])
  var patterns: [SignaturePattern] = []
  for line in input[..<split.lowerBound].split(separator: 0x0a).prefix(4) {
    guard let pattern = try? SignaturePattern(text: line) else { continue }
    precondition(pattern.longest <= SignatureLimits.patternBytes, "a pattern is too long")
    patterns.append(pattern)
  }
  let definition = SignatureDefinition(name: "fuzz", patterns: patterns, mode: .enforce)
  guard let chance = try? definition.chance() else { return 0 }
  precondition(chance >= 0 && chance <= 1.000_001, "a chance is no probability")
  guard let set = try? SignatureSet([definition]) else {
    precondition(chance > SignatureLimits.chance, "an improbable rule was refused")
    return 0
  }
  let expected = patterns.contains { describesPrefix($0, of: bytes) }
  precondition((set.match(bytes.span) != nil) == expected, "the set and the patterns disagree")
  return 0
}

private func firstRange(of needle: [UInt8], in bytes: [UInt8]) -> Range<Int>? {
  guard bytes.count >= needle.count else { return nil }
  for start in 0...(bytes.count - needle.count)
  where bytes[start..<(start + needle.count)].elementsEqual(needle) {
    return start..<(start + needle.count)
  }
  return nil
}

private func describesPrefix(_ pattern: SignaturePattern, of bytes: [UInt8]) -> Bool {
  var places: Set<Int> = [0]
  for piece in pattern.pieces {
    var next: Set<Int> = []
    for place in places {
      var end = place
      for count in 0...piece.maximum {
        if count >= piece.minimum { next.insert(end) }
        guard end < bytes.count, piece.bytes.contains(bytes[end]) else { break }
        end += 1
      }
    }
    places = next
  }
  return !places.isEmpty
}
