// fuzz: modules=Wire,Capture sources=Tests/CaptureTests/PacketProperties.swift
//
// Captured packets behind every kind of link: no trap, and ranges that lie inside.

/// Called by libFuzzer with one input.
@c(LLVMFuzzerTestOneInput)
public func fuzzPacket(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
  if let violated = PacketProperties.violated(by: bytes) { fatalError(violated) }
  return 0
}
