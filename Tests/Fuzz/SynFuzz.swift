// fuzz: modules=Wire,Filter sources=Tests/FilterTests/SynProperties.swift
//
// The first packet of a connection: no trap, and a signature that can be read back.

/// Called by libFuzzer with one input.
@c(LLVMFuzzerTestOneInput)
public func fuzzSyn(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
  if let violated = SynProperties.violated(by: bytes) { fatalError(violated) }
  return 0
}
