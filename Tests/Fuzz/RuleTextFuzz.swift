// fuzz: modules=Wire,Filter sources=Tests/FilterTests/Rules/RuleTextProperties.swift
//
// The texts of rules: comparisons, limits, SYN signatures, lists of networks and patterns, and the
// program that is made of them.

/// Called by libFuzzer with one input.
@c(LLVMFuzzerTestOneInput)
public func fuzzRuleTexts(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
  if let violated = violatedRuleTextProperty(bytes) { fatalError(violated) }
  return 0
}
