import Foundation
import Kernel
import Proxy
import Testing
import Wire

@testable import sallyport

/// Everything is read again beside the control thread, once for each that asks in the meantime.
@Suite struct SetupReaderTests {
  /// What the next reading brings, however long it takes; nil when none ends.
  private static func next(
    _ reader: inout SetupReader
  ) -> (causes: Set<SetupReader.Cause>, finding: SetupReader.Finding)? {
    let end = Clock.now.advanced(byNanoseconds: 120 * Nanoseconds.perSecond)
    while Clock.now < end {
      if let taken = reader.take() { return taken }
      usleep(5_000)
    }
    return nil
  }

  private static func configuration(_ directory: TemporaryDirectory) throws -> String {
    let rules = directory.path + "/rules"
    try FileManager.default.createDirectory(atPath: rules, withIntermediateDirectories: true)
    return try directory.write(
      "sallyport.toml",
      """
      [router]
      kind = "i2pd"
      directory = "\(repository)/Tests/Corpus/Captures/router"
      [[gate]]
      transport = "ntcp2"
      address = "11.1.0.1"
      port = 9111
      [rules]
      directory = "\(rules)"
      shipped = "\(rules)"
      """
    )
  }

  /// A reader while what is at `path` is in force.
  private static func reader(of path: String) throws -> SetupReader {
    SetupReader(path: path, inForce: SettingsInForce(try GateSetup.read(path: path)))
  }

  @Test func whoAsksMeanwhileIsAnsweredByTheNextReading() throws {
    let directory = try TemporaryDirectory()
    var reader = try Self.reader(of: try Self.configuration(directory))
    #expect(reader.take()?.causes == nil)
    reader.ask(.reload)
    // Neither has been taken yet, whether the first has ended or not.
    reader.ask(.routerFiles)
    reader.ask(.reload)
    #expect(reader.isAsked(.reload) && reader.isAsked(.routerFiles))
    let first = try #require(Self.next(&reader))
    #expect(first.causes == [.reload])
    #expect(reader.isAsked(.reload) && reader.isAsked(.routerFiles))
    let second = try #require(Self.next(&reader))
    #expect(second.causes == [.reload, .routerFiles])
    #expect(!reader.isAsked(.reload) && !reader.isAsked(.routerFiles))
    guard case .good(let handover) = second.finding else {
      Issue.record("\(second.finding)")
      return
    }
    let setup = handover.take()
    #expect(setup.loaded.configuration.gates.count == 1)
    #expect(reader.take()?.causes == nil)
  }

  @Test func whatIsWrongIsTold() throws {
    let directory = try TemporaryDirectory()
    var reader = try Self.reader(of: try Self.configuration(directory))
    _ = try directory.write("sallyport.toml", "[rooter]\n")
    reader.ask(.reload)
    let taken = try #require(Self.next(&reader))
    guard case .faulty(let report) = taken.finding else {
      Issue.record("a faulty file was taken over")
      return
    }
    #expect(report.faults.contains { $0.line == 1 && $0.description.contains("rooter") })
  }

  /// What people have saved, good or faulty, waits until they ask for it.
  @Test(arguments: ["[limits]\nhandshakes-in-flight = 3\n", "[rooter]\n"])
  func theRoutersFilesAreReadByWhatIsInForce(saved: String) throws {
    let directory = try TemporaryDirectory()
    let path = try Self.configuration(directory)
    var reader = try Self.reader(of: path)
    let text = try String(contentsOfFile: path, encoding: .utf8)
    _ = try directory.write("sallyport.toml", text + "\n" + saved)
    _ = try directory.write("rules/new.toml", "[[signature]]\nname = 1\n")
    reader.ask(.routerFiles)
    let taken = try #require(Self.next(&reader))
    #expect(taken.causes == [.routerFiles])
    guard case .good(let handover) = taken.finding else {
      Issue.record("\(taken.finding)")
      return
    }
    let setup = handover.take()
    #expect(setup.loaded.configuration == reader.inForce.configuration)
    #expect(setup.rules.count == 0)
    #expect(setup.router.facts.ntcp2 != nil)
  }

  @Test func whatIsWrongWithTheRoutersFilesIsTold() throws {
    let directory = try TemporaryDirectory()
    let path = try Self.configuration(directory)
    let router = "\(directory.path)/router"
    try FileManager.default.copyItem(
      atPath: "\(repository)/Tests/Corpus/Captures/router",
      toPath: router
    )
    let text = try String(contentsOfFile: path, encoding: .utf8)
    _ = try directory.write(
      "sallyport.toml",
      text.replacing("\(repository)/Tests/Corpus/Captures/router", with: router)
    )
    var reader = try Self.reader(of: path)
    try FileManager.default.removeItem(atPath: "\(router)/router.info")
    reader.ask(.routerFiles)
    let taken = try #require(Self.next(&reader))
    guard case .faulty(let report) = taken.finding else {
      Issue.record("a file that is gone was taken over")
      return
    }
    #expect(report.faults.map(\.line) == [3])
    #expect(report.faults.allSatisfy { $0.problem.contains("router.info") })
  }
}
