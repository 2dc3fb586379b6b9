internal import Capture

/// What is kept of the first flights that are refused, as capture files for people.
struct RefusedFlightSettings: Sendable, Equatable {
  /// How much of a peer's address is kept.
  enum Addresses: String, Sendable, CaseIterable {
    /// All of it.
    case full
    /// The network, /24 or /48.
    case network
  }

  /// Whether any are kept.
  var isKept = false
  /// Where the files lie; made when it is missing.
  var directory = "/var/lib/sallyport/refused-flights"
  /// What all files may take together.
  var mebibytes = 16
  /// How much of the peers' addresses is kept.
  var addresses = Addresses.full

  private static let files = 4
  private static let mebibytesAllowed = 1...4_096

  /// The files that these settings ask for.
  var ring: CaptureRingSettings {
    var ring = CaptureRingSettings(directory: directory)
    ring.fileCount = Self.files
    ring.fileByteCount = mebibytes << 20 / Self.files
    ring.cutsAddresses = addresses == .network
    return ring
  }
}

extension RefusedFlightSettings {
  /// Reads `[refused-flights]`.
  init(_ table: TableReader) {
    var reader = table
    let words: KeyValuePairs<String, Bool> = ["on": true, "off": false]
    let extents: KeyValuePairs<String, Addresses> = ["full": .full, "network": .network]
    if let keeps = reader.choice("keep", of: words) { isKept = keeps }
    if let directory = reader.path("directory") { self.directory = directory }
    if let size = reader.integer("mebibytes", in: Self.mebibytesAllowed) { mebibytes = size }
    if let addresses = reader.choice("addresses", of: extents) { self.addresses = addresses }
    reader.finish()
  }
}
