// fuzz: modules=Wire sources=Tests/WireTests/RouterFileProperties.swift
//
// RouterInfo: no trap, faults that point into the bytes, and every byte given back.

/// Called by libFuzzer with one input.
@c(LLVMFuzzerTestOneInput)
public func fuzzRouterInfo(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
  if let violated = violatedRouterInfoProperty(bytes) { fatalError(violated) }
  return 0
}
