import Testing

@testable import sallyport

@Suite struct TOMLLineIndexTests {
  @Test func knowsKeysOfEveryForm() {
    let text = """
      # a = 0
      top = 1
      [a] # comment
      b = "x # no comment"
      c.d = '''
      [not.a.table]
      z = 1
      '''
      "quoted key" = 5
      [a.e]
      f = [
        1, # [
        [2, "]"],
        { g = 3 },
      ]
      [[list]]
      n = 1
      [list.sub]
      m = 1
      [[list]]
      n = 2
      o = { p = 1, q = [ { r = 2 } ] }
      s = \"""
      ""quotes\\" inside\"""
      t = 1979-05-27 07:32:00
      [[list.inner]]
      u = 1
      """
    let index = TOMLLineIndex(Array(text.utf8))
    let expected: KeyValuePairs = [
      "top": 2, "a": 3, "a.b": 4, "a.c": 5, "a.c.d": 5, "a.quoted key": 9, "a.e": 10, "a.e.f": 11,
      "a.e.f[0]": 12, "a.e.f[1]": 13, "a.e.f[1][1]": 13, "a.e.f[2]": 14, "a.e.f[2].g": 14,
      "list": 16, "list[0]": 16, "list[0].n": 17, "list[0].sub": 18, "list[0].sub.m": 19,
      "list[1]": 20, "list[1].n": 21, "list[1].o.p": 22, "list[1].o.q[0].r": 22, "list[1].s": 23,
      "list[1].t": 25, "list[1].inner[0]": 26, "list[1].inner[0].u": 27,
    ]
    for (path, line) in expected { #expect(index.line(of: path) == line, "\(path)") }
  }

  @Test func fallsBackToTheTableAround() {
    let index = TOMLLineIndex(Array("\n[a]\nb = 1\n".utf8))
    #expect(index.line(of: "a.nothing") == 2)
    #expect(index.line(of: "a.b.c[3].d") == 3)
    #expect(index.line(of: "z") == 1)
    #expect(index.linesWithEscapedZero == [])
  }

  @Test func findsEscapedZeros() {
    let text = "a = \"\\u0000\"\nb = '\\u0000'\nc = \"\"\"\n\\U00000000\"\"\"\nd = \"\\\\u0000\"\n"
    #expect(TOMLLineIndex(Array(text.utf8)).linesWithEscapedZero == [1, 4])
  }

  /// Whatever the bytes are, the index ends and does not trap.
  @Test func survivesAnything() {
    var generator = SystemRandomNumberGenerator()
    let alphabet = Array("[]{}=,.\"'\\#\n\t ab1-u0".utf8)
    for _ in 0..<20_000 {
      let count = Int.random(in: 0...40, using: &generator)
      let bytes = (0..<count).map { _ in alphabet.randomElement(using: &generator) ?? 0 }
      #expect(TOMLLineIndex(bytes).line(of: "a.b") >= 1, "\(bytes)")
    }
  }
}
