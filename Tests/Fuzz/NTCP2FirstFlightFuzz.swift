// fuzz: modules=Wire,Filter sources=Tests/FilterTests/FirstFlightProperties.swift
//
// NTCP2 first flights: no trap, verdicts that fit the length, parts that agree with the whole.

/// Nobody else calls the fuzzer's entry, and libFuzzer calls it from one thread.
nonisolated(unsafe) private let properties = FirstFlightProperties()

/// Called by libFuzzer with one input.
@c(LLVMFuzzerTestOneInput)
public func fuzzNTCP2FirstFlight(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
  if let violated = unsafe properties.violated(by: bytes) { fatalError(violated) }
  return 0
}
