/// What counts of the gate itself.
struct GateFacts {
  /// Whether the gate answers on its socket.
  enum Answer: Equatable {
    case answers
    /// There is no socket.
    case absent
    /// This user may not ask.
    case forbidden
    /// A socket is there, but no answer comes.
    case silent
  }

  /// The unit as it lies on the disk.
  struct Unit: Equatable {
    var path: String
    var isEnabled: Bool
  }

  /// A running gate of this configuration.
  struct Running: Equatable {
    var process: Int32
    /// Its program; nil when that can't be seen.
    var program: String?
    /// Descriptors that it may have open.
    var descriptorLimit: Reading<Int>
    /// Its capabilities, one bit each.
    var capabilities: Reading<UInt64>
  }

  /// The gate of this configuration; nil when none runs.
  var running: Running?
  /// Gates of other configurations.
  var others: [Int32]
  /// Where it answers.
  var socket: String
  /// Whether it does.
  var answer: Answer
  /// Whether systemd runs this host.
  var hasSystemd: Bool
  /// The unit; nil when no folder has it.
  var unit: Unit?
  /// This command's own program.
  var ownProgram: String?
  /// Descriptors that the configuration asks for.
  var descriptorsWanted: Int
  /// Whether any gate is transparent.
  var isTransparent: Bool
  /// Whether the radar is to listen, and where; nil when it is off.
  var radarDevice: String?
  /// Whether that device is there.
  var hasRadarDevice: Bool
  /// The directory for what outlives a restart, and whether the gate may write there.
  var stateDirectory: String
  /// nil when it is not known who runs the gate.
  var stateVerdict: FileAccess.Verdict?
}
