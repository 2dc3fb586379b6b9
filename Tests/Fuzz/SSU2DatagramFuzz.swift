// fuzz: modules=Wire,Filter sources=Tests/FilterTests/SSU2DatagramProperties.swift
// fuzz: sources=Tests/FilterTests/PlainDatagram.swift
//
// SSU2 datagrams: no trap, a second look that agrees, answers within their bound. Each input is
// also sealed as a peer would, so that it reaches the blocks.

/// Nobody else calls the fuzzer's entry, and libFuzzer calls it from one thread.
nonisolated(unsafe) private let properties = SSU2DatagramProperties()

/// Called by libFuzzer with one input.
@c(LLVMFuzzerTestOneInput)
public func fuzzSSU2Datagrams(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
  if let violated = unsafe properties.violated(by: bytes) { fatalError(violated) }
  return 0
}
