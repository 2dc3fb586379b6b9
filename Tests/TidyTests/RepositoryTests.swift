import Foundation
import Testing

/// The repository checks itself.
@Suite struct RepositoryTests {
  @Test func theRepositoryIsFound() {
    #expect(Repository.sources.contains { $0.path == "Sources/Wire/Instant.swift" })
    #expect(Repository.allSwift.contains { $0.path == "Tests/TidyTests/RepositoryTests.swift" })
    #expect(Repository.allText.contains { $0.path == "Deploy/test" })
  }

  @Test func modulesImportOnlyAlongTheArrows() {
    #expect(Repository.sources.flatMap(Checks.imports) == [])
  }

  @Test func filesFunctionsAndLinesAreShort() {
    #expect(Repository.allSwift.flatMap(Checks.lengths) == [])
  }

  @Test func noBannedWordIsUsed() {
    #expect(Repository.allSwift.flatMap(Checks.words) == [])
  }

  @Test func everyFileSaysWhatItIsFor() {
    #expect(Repository.sources.flatMap(Checks.header) == [])
  }

  @Test func nothingNamesAPlaceOnOneMachine() {
    #expect(Repository.allText.flatMap(Checks.machinePaths) == [])
  }

  @Test func everyRoomHasAPageForNewcomers() {
    let rooms = Repository.folders(under: "Sources").map { "Sources/\($0)" } + ["Rules", "Deploy"]
    // A system library's folder is a module map and one line; the name says it all.
    let isSystemLibrary = { (room: String) in
      Repository.file("\(room)/module.modulemap") != nil
    }
    for room in rooms where !isSystemLibrary(room) {
      let page = Repository.file("\(room)/README.md")?.text ?? ""
      #expect(page.hasPrefix("# "), "\(room)/README.md")
      #expect(page.count > 100, "\(room)/README.md")
    }
  }

  @Test func theTopHoldsWhatItShould() throws {
    let known: Set<String> = [
      "Package.swift", "Package.resolved", "Sources", "Tests", "Rules", "Deploy", "README.md",
      "LICENSE",
    ]
    let names = try FileManager.default.contentsOfDirectory(atPath: Repository.top.path)
    #expect(names.filter { !$0.hasPrefix(".") && !known.contains($0) } == [])
  }

  @Test func whatPeopleRunCanBeRun() {
    let paths = ["run", "test", "build-deb", "test-deb", "man/build"].map { "Deploy/\($0)" }
    for path in paths + [".ci/run"] {
      let file = Repository.top.appending(path: path).path
      #expect(FileManager.default.isExecutableFile(atPath: file), "\(path)")
    }
  }
}
