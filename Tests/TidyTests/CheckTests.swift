import Testing

/// Every check is shown something bad and something good: a check that finds nothing is worth
/// nothing.
@Suite struct CheckTests {
  private func file(_ text: String, at path: String = "Sources/Filter/X.swift") -> RepositoryFile {
    RepositoryFile(path: path, text: text)
  }

  private func lines(_ complaints: [Complaint]) -> [Int] {
    complaints.map(\.line)
  }

  @Test func importsAgainstTheArrowsAreFound() {
    let text =
      "internal import Wire\npublic import Kernel\nimport struct Glibc.stat\n// import Lab\n"
    #expect(lines(Checks.imports(file(text))) == [2, 3])
    #expect(Checks.imports(file("import Glibc\n", at: "Sources/Wire/A.swift")).count == 1)
    #expect(Checks.imports(file("import Filter\n", at: "Sources/Telemetry/A.swift")).count == 1)
    #expect(Checks.imports(file("import Foundation\n", at: "Sources/Lab/A.swift")).isEmpty)
    #expect(Checks.imports(file("", at: "Sources/Attic/A.swift")).count == 1)
  }

  @Test func longFilesAndLinesAreFound() {
    let short = String(repeating: "\n", count: Checks.longestFileLines)
    #expect(Checks.lengths(file(short)).isEmpty)
    #expect(Checks.lengths(file(short + "\n")).count == 1)
    let line = String(repeating: "ä", count: Checks.longestLineColumns)
    #expect(Checks.lengths(file(line)).isEmpty)
    #expect(Checks.lengths(file(line + "x")).count == 1)
  }

  @Test(arguments: [
    "func f() {", "  public static func f<A>(", "  @inline(never) private func f() {",
    "  init?(text: String) {", "  deinit {", "  private(set) subscript(index: Int) -> Int {",
  ])
  func longFunctionsAreFound(head: String) {
    let indent = String(head.prefix { $0 == " " })
    func body(_ count: Int) -> String {
      let inner = String(repeating: "\(indent)  call() { 1 }\n", count: count)
      return "\(head)\n\(inner)\(indent)}\n"
    }
    #expect(Checks.lengths(file(body(Checks.longestFunctionLines - 2))).isEmpty)
    #expect(Checks.lengths(file(body(Checks.longestFunctionLines - 1))).count == 1)
  }

  @Test func bannedWordsAreFoundInCodeAlone() {
    for bad in [
      "let a: [String: Int] = [:]", "var b: [SourcePrefix: [UInt8]]", "Dictionary(x)",
      "import Foundation", "print(a)", "// TO" + "DO: later", "/// FIX" + "ME",
    ] {
      #expect(Checks.words(file(bad)).count >= 1, "\(bad)")
    }
    for good in [
      "let a: [Int] = []", "// a Dictionary has no place here", "\"print(a)\"", "x[a, default: b]",
      "\"[String: Int]\"", "let a = condition ? [One.b] : [Two.c]", "fingerprint(a)",
    ] {
      #expect(Checks.words(file(good)).isEmpty, "\(good)")
    }
    let allowed = "import Foundation\nlet a: [String: Int] = [:]\nprint(a)\n"
    #expect(Checks.words(file(allowed, at: "Sources/sallyport/A.swift")).isEmpty)
    #expect(Checks.words(file(allowed, at: "Tests/WireTests/A.swift")).isEmpty)
  }

  @Test func pathsOfAMachineAreFound() {
    #expect(Checks.machinePaths(file("see /wo" + "rk/notes")).count == 1)
    #expect(Checks.machinePaths(file("/ho" + "me/me/x")).count == 1)
    #expect(Checks.machinePaths(file("/etc/sallyport network/ work")).isEmpty)
  }

  @Test func filesWithoutAPurposeAreFound() {
    #expect(Checks.header(file("import Wire\n\nstruct A {}\n")).count == 1)
    #expect(Checks.header(file("import Wire\n\n/// Why.\nstruct A {}\n")).isEmpty)
    #expect(Checks.header(file("// Why.\nimport Wire\nstruct A {}\n")).isEmpty)
    #expect(Checks.header(file("extension A {\n  /// Why.\n  var b: Int { 1 }\n}\n")).isEmpty)
    #expect(Checks.header(file("extension A {\n  var b: Int { 1 }\n}\n")).count == 1)
  }

  @Test func codeIsToldFromCommentsAndStrings() {
    #expect(SwiftText.code(of: "a // b") == ["a "])
    #expect(SwiftText.code(of: #"a("b\"c // d") + e"#) == ["a() + e"])
    #expect(SwiftText.code(of: "a\n\"\"\"\nb\n\"\"\"\nc") == ["a", "", "", "", "c"])
  }
}
