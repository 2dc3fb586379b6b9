// fuzz: sources=Sources/sallyport/Configuration/TOMLLineIndex.swift
// fuzz: sources=Sources/sallyport/Configuration/ConfigurationLimits.swift
//
// The index of lines over a configuration's text.
//
// Whatever the bytes are, the index is built in one pass, and a line that it names exists.

/// Called by libFuzzer with one input.
@c(LLVMFuzzerTestOneInput)
public func fuzzLineIndex(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  let input = unsafe Array(UnsafeBufferPointer(start: start, count: count))
  let index = TOMLLineIndex(input)
  let lines = 1 + input.count { $0 == 0x0a }
  for path in ["gate", "gate[0].port", "limits.open-sessions", "a.b[1].c", "a"] {
    precondition((1...lines).contains(index.line(of: path)), "a line that is not there")
  }
  precondition(index.linesWithEscapedZero.allSatisfy((1...lines).contains), "no such line")
  return 0
}
