internal import ArgumentParser

/// The option that names the configuration, shared by every subcommand that reads it.
struct ConfigurationOptions: ParsableArguments {
  /// Where the configuration is unless it is said otherwise.
  static let standardPath = "/etc/sallyport/sallyport.toml"

  @Option(name: .customLong("config"), help: "The configuration file.")
  var path = Self.standardPath
}

/// The option that asks for output made for programs.
struct OutputOptions: ParsableArguments {
  @Flag(help: "Show JSON, for programs.")
  var json = false
}
