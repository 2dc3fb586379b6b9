/// Which of the known manners a router has when a handshake fails.
///
/// Measured on the wire against i2pd 2.45.1 and 2.58 and Java I2P 2.8.0.
enum RouterManner: BitwiseCopyable {
  /// i2pd up to 2.56: reads 64 bytes and closes at once; sweeps silent connections away.
  case i2pdPrompt
  /// i2pd from 2.57: reads up to 286 bytes more before it closes, else waits for the sweep.
  case i2pdReadsOn
  /// Java I2P: reads up to 127 bytes more after a failed tag, closes at once on everything that it
  /// sees without one, and never waits much longer than ten seconds.
  case java

  /// i2pd 2.57 is the first that publishes router version 0.9.66.
  private static let firstReadingOnVersion: UInt32 = 966

  init(kind: RouterKind, version: UInt32) {
    switch kind {
    case .java: self = .java
    case .i2pd: self = version >= Self.firstReadingOnVersion ? .i2pdReadsOn : .i2pdPrompt
    }
  }
}
