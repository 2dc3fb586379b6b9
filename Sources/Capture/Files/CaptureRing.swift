internal import Glibc
public import Wire

/// What a ring of captures may take.
public struct CaptureRingSettings: Sendable, Equatable {
  /// Where its files lie; the directory must exist.
  public var directory: String
  /// Files, at least two: the oldest is replaced.
  public var fileCount = 4
  /// Bytes of each file.
  public var fileByteCount = 4 << 20
  /// Whether the last bits of the peers' addresses are cut: /24 and /48 are left.
  public var cutsAddresses = true

  /// A ring in this directory.
  public init(directory: String) {
    self.directory = directory
  }
}

/// A first flight that was refused.
public struct RefusedFlight: Sendable, Equatable {
  /// The peer.
  public var peer: Endpoint
  /// The guarded port; of the same family as the peer.
  public var gate: Endpoint
  /// Nanoseconds since 1970.
  public var nanoseconds: UInt64
  /// What the peer said.
  public var bytes: [UInt8]

  /// A flight from `peer` to `gate`.
  public init(peer: Endpoint, gate: Endpoint, nanoseconds: UInt64, bytes: [UInt8]) {
    self.peer = peer
    self.gate = gate
    self.nanoseconds = nanoseconds
    self.bytes = bytes
  }
}

/// Keeps the first flights that were refused last, as capture files of a bounded number and size:
/// `refused-0.pcap` and on. Each flight is a small TCP connection made up around its bytes, so that
/// any tool can read it, and `sallyport simulate` can judge it again.
public struct CaptureRing: ~Copyable {
  private let settings: CaptureRingSettings
  private var file: CaptureWriter
  private var fileNumber = 0

  /// The most bytes of a flight that are kept.
  public static let flightBytesMaximum = 4_096

  /// Starts a ring, in place of one that is there.
  /// - Throws: `CaptureFault.unwritable`.
  public init(_ settings: CaptureRingSettings) throws(CaptureFault) {
    precondition(settings.fileCount >= 2 && settings.fileByteCount >= 65_536, "a ring has room")
    self.settings = settings
    file = try Self.open(settings, number: 0)
    // What an earlier ring left behind is older than all that comes.
    for number in 1..<settings.fileCount { unsafe unlink(Self.path(settings, number: number)) }
  }

  /// Adds a flight; the next file begins when this one is full.
  /// - Throws: `CaptureFault.unwritable` when the next file can't be made or the disk is full.
  public mutating func add(_ flight: RefusedFlight) throws(CaptureFault) {
    let packets = FlightPackets(flight, cutsAddresses: settings.cutsAddresses).all
    let size = packets.reduce(0) { $0 + $1.bytes.count + CaptureWriter.packetHeaderBytes }
    if file.byteCount + size > settings.fileByteCount {
      fileNumber = (fileNumber + 1) % settings.fileCount
      file = try Self.open(settings, number: fileNumber)
    }
    for packet in packets { file.write(packet) }
    guard file.flush() else {
      throw .unwritable(path: Self.path(settings, number: fileNumber), problem: "the disk is full")
    }
  }

  private static func path(_ settings: CaptureRingSettings, number: Int) -> String {
    "\(settings.directory)/refused-\(number).pcap"
  }

  private static func open(
    _ settings: CaptureRingSettings,
    number: Int
  ) throws(CaptureFault) -> CaptureWriter {
    try CaptureWriter(path: path(settings, number: number), link: .raw)
  }
}
