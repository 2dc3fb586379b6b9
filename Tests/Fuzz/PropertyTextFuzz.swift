// fuzz: modules=Wire sources=Tests/WireTests/RouterFileProperties.swift
//
// Java I2P's router.config: a value lies inside the text, on one line, trimmed.

/// Called by libFuzzer with one input.
@c(LLVMFuzzerTestOneInput)
public func fuzzPropertyText(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
  if let violated = violatedPropertyTextProperty(bytes) { fatalError(violated) }
  return 0
}
