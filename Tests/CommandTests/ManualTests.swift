import ArgumentParser
import Filter
import Foundation
import Telemetry
import Testing

@testable import sallyport

/// The manual pages name everything that there is.
@Suite("The manual") struct ManualTests {
  private static func text(_ path: String) -> String {
    (try? String(contentsOfFile: "\(repository)/\(path)", encoding: .utf8)) ?? ""
  }

  /// Notes each of `words` for which `form` does not stand in the page's text, and what to write.
  private func expect(
    _ words: [String],
    in page: String,
    under heading: String,
    form: (String) -> String = { "*\($0)*" }
  ) {
    let text = Self.text("Deploy/man/\(page)")
    #expect(!words.isEmpty)
    for word in words where !text.contains(form(word)) {
      Issue.record(
        """
        Deploy/man/\(page) does not name \(word). Write below \(heading): a line \(form(word)), \
        and below it, after a tab, what it means.
        """
      )
    }
  }

  @Test("Every verdict and every reason") func verdictsAndReasons() {
    let page = "sallyport-events.7.scd"
    expect(Verdict.allCases.map { "\($0.word)" }, in: page, under: "VERDICTS")
    expect(Reason.allCases.map { "\($0.word)" }, in: page, under: "REASONS")
  }

  @Test("Everything that a rule may ask and do") func rules() {
    let page = "sallyport-rules.5.scd"
    expect(Feature.allCases.map { "\($0.word)" }, in: page, under: "CONDITIONS")
    let words = Feature.allCases.flatMap { RuleWords.words(of: $0).map(\.key) }
    expect(words, in: page, under: "CONDITIONS")
    expect(SynClass.allCases.map { "\($0.word)" }, in: page, under: "CONDITIONS, *syn*")
    expect(RuleWords.actions.map(\.key), in: page, under: "RULES, *action*")
    expect(RuleWords.modes.map(\.key), in: page, under: "RULES, *mode*")
  }
}

/// What the manual pages are filled with comes from the program itself.
@Suite("The manual, filled", .enabled(if: ToolRun.canMakeManual, "needs perl and scdoc"))
struct FilledManualTests {
  /// A page as people read it, without the marks of its format.
  private static func page(_ name: String) throws -> String {
    let folder = try TemporaryDirectory()
    let build = "\(repository)/Deploy/man/build"
    let run = try ToolRun(build, [folder.path], input: SallyportCommand._dumpHelp())
    try #require(run.status == 0, "\(run.output)")
    return try String(contentsOfFile: "\(folder.path)/\(name)", encoding: .utf8)
      .replacing(/\\f[BIPR]/, with: "").replacing("\\-", with: "-").replacing("\\&", with: "")
  }

  /// A command with all that may stand behind its name, and the commands below it.
  private struct Help: Decodable {
    struct Argument: Decodable {
      struct Name: Decodable {
        let kind: String
        let name: String
      }
      let names: [Name]?
      let shouldDisplay: Bool?
    }
    let commandName: String
    let shouldDisplay: Bool?
    let arguments: [Argument]?
    let subcommands: [Help]?

    /// Names of commands as people type them, and options with two dashes.
    func words(after parent: String?) -> [String] {
      guard commandName != "help", shouldDisplay ?? true else { return [] }
      let name = parent.map { "\($0) \(commandName)" } ?? commandName
      var words: [String] = parent == nil ? [] : [name]
      for argument in arguments ?? [] where argument.shouldDisplay ?? true {
        for option in argument.names ?? [] where option.kind == "long" {
          if option.name != "help" { words.append("--" + option.name) }
        }
      }
      for command in subcommands ?? [] { words += command.words(after: name) }
      return words
    }
  }

  private struct HelpFile: Decodable {
    let command: Help
  }

  @Test("Every command and every option") func commands() throws {
    let data = Data(SallyportCommand._dumpHelp().utf8)
    let words = try JSONDecoder().decode(HelpFile.self, from: data).command.words(after: nil)
    let page = try Self.page("sallyport.8")
    #expect(words.contains("sallyport firewall down") && words.contains("--unless-closed"))
    for word in words where !page.contains(word) {
      Issue.record("sallyport(8) does not name \(word): see commands() in Deploy/man/build")
    }
  }

  @Test("Every key of the configuration") func keys() throws {
    let example = try String(contentsOfFile: "\(repository)/Deploy/sallyport.toml", encoding: .utf8)
    let page = try Self.page("sallyport.toml.5")
    let keys = example.matches(of: /(?m)^#?([a-z][a-z0-9-]* = .*)$/).map { String($0.1) }
    #expect(keys.count > 100)
    // An example of an address in the second [[gate]] is the first one's once more.
    for key in Set(keys) where !page.contains(key) && key != #"transport = "ssu2""# {
      Issue.record("sallyport.toml(5) does not name \(key): see keys_of in Deploy/man/build")
    }
  }

  @Test("Every kind of event") func events() throws {
    let page = try Self.page("sallyport-events.7")
    for kind in JournalEventKind.allCases where !page.contains("MESSAGE_ID=\(kind.messageID)") {
      Issue.record(
        "sallyport-events(7) does not name \(kind): add it to Deploy/systemd/sallyport.catalog"
      )
    }
  }
}
