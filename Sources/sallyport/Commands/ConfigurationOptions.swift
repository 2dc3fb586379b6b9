internal import ArgumentParser

/// The option that names the configuration, shared by every subcommand that reads it.
struct ConfigurationOptions: ParsableArguments {
  @Option(name: .customLong("config"), help: "The configuration file.")
  var path = "/etc/sallyport/sallyport.toml"
}

/// The option that asks for output made for programs.
struct OutputOptions: ParsableArguments {
  @Flag(help: "Show JSON, for programs.")
  var json = false
}
