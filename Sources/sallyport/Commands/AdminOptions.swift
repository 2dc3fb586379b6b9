internal import ArgumentParser

/// The options that name a running gate, shared by every subcommand that asks one.
struct AdminOptions: ParsableArguments {
  @OptionGroup var source: ConfigurationOptions

  @Option(help: "The gate's admin socket, instead of the configured one.")
  var socket: String?

  /// What asks the gate. Faults elsewhere in the configuration are no reason not to ask, and without
  /// a configuration the socket is where it is by default.
  var client: AdminClient {
    if let socket { return AdminClient(path: socket) }
    let faults = FaultCollector(file: source.path)
    let loaded = LoadedConfiguration(path: source.path, faults: faults)
    return AdminClient(path: loaded?.configuration.admin.socket ?? AdminSettings().socket)
  }

  /// What the gate answers to `request`; a fault is said in one line.
  func ask<Content: Codable>(_ request: AdminRequest) throws -> Content {
    do throws(AdminFault) {
      return try client.ask(request)
    } catch {
      Output.complain("sallyport: \(error)")
      throw ExitCode(1)
    }
  }
}
