import AllocationCounter
import Filter
import Foundation
import Testing

/// The properties over broken SYNs, and what a fingerprint costs.
@Suite struct SynPropertyTests {
  private static let forms: [SynBytes] = {
    var forms = [SynBytes](repeating: SynBytes(), count: 5)
    forms[1].options = SynBytes.macOptions
    forms[2].isIPv6 = true
    forms[3].options = SynBytes.openBSDOptions
    forms[4].ipOptions = [1, 1, 1, 0]
    return forms
  }()

  @Test(arguments: UInt64(1)...4)
  func brokenSynsHoldTheProperties(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    for round in 0..<5_000 {
      var bytes = Self.forms.randomElement(using: &generator)?.bytes ?? []
      for _ in 0..<Int.random(in: 0...4, using: &generator) {
        bytes[Int.random(in: bytes.indices, using: &generator)] =
          UInt8.random(in: 0...255, using: &generator)
      }
      if round.isMultiple(of: 3) {
        bytes = Array(bytes.prefix(Int.random(in: 0...bytes.count, using: &generator)))
      }
      #expect(SynProperties.violated(by: bytes) == nil, "seed \(seed), round \(round)")
    }
  }

  @Test func keptInputsHoldTheProperties() throws {
    let folder = FirstFlightCorpus.folder.deletingLastPathComponent().appending(path: "Syn")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    #expect(names.count >= 5)
    for name in names {
      let bytes = [UInt8](try Data(contentsOf: folder.appending(path: name)))
      #expect(SynProperties.violated(by: bytes) == nil, "\(name)")
    }
  }

  #if !DEBUG
    @Test func fingerprintsCostNoMemoryAndLittleTime() throws {
      let pattern = try SynPattern(text: "4:64:0:*:mss*44,7:mss,sok,ts,nop,ws:df,id+:0")
      let slot = 128
      let memory = UnsafeMutablePointer<UInt8>.allocate(capacity: slot * 5)
      defer { memory.deallocate() }
      for (index, form) in Self.forms.enumerated() {
        (memory + index * slot).initialize(from: form.bytes, count: form.bytes.count)
      }
      let counts = Self.forms.map(\.bytes.count)
      var sum: UInt64 = 0
      func run(_ count: Int) {
        for index in 0..<count {
          let start = memory + index % 5 * slot
          let bytes = Span(_unsafeStart: start, count: counts[index % 5])
          guard let fingerprint = SynFingerprint(syn: bytes) else { continue }
          sum &+= UInt64(fingerprint.hash) &+ UInt64(fingerprint.senderClass.rawValue)
          if pattern.matches(fingerprint) { sum &+= 1 }
        }
      }
      run(100)
      let count = 200_000
      let started = ContinuousClock.now
      let cost = AllocationCounter.measure { run(count) }
      let each = (ContinuousClock.now - started) / count
      #expect(cost.allocations == 0, "\(cost)")
      #expect(each < .microseconds(2), "\(each)")
      #expect(sum > 0)
      print("a fingerprint with hash, class and one pattern: \(each)")
    }
  #endif
}
