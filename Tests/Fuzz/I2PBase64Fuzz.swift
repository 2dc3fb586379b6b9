// fuzz: modules=Wire sources=Tests/WireTests/RouterFileProperties.swift
//
// I2P base64: bytes survive the way there and back, and no two texts stand for the same bytes.

/// Called by libFuzzer with one input.
@c(LLVMFuzzerTestOneInput)
public func fuzzI2PBase64(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
  if let violated = violatedBase64Property(bytes) { fatalError(violated) }
  return 0
}
