/// How a stack chose the window of a SYN: stacks take a number, or a multiple of their segment.
public enum SynWindow: BitwiseCopyable, Sendable, Equatable {
  /// A number of bytes.
  case bytes(UInt16)
  /// So many segments.
  case segments(UInt16)
  /// So many packets with their headers.
  case packets(UInt16)
}

extension SynFingerprint {
  /// Below this a segment size is none, and divides everything.
  private static let smallestSegment: UInt16 = 100
  /// What timestamps take from a segment.
  private static let timestampBytes: UInt16 = 12

  /// How the window was chosen, as far as it can be guessed.
  ///
  /// A router on the way may have lowered the segment size that arrives (lines with PPPoE or
  /// tunnels do), so a window that fits Ethernet's own segment counts as a multiple of it.
  public var windowRule: SynWindow {
    guard window > 0, segmentSize >= Self.smallestSegment else { return .bytes(window) }
    if window % segmentSize == 0 { return .segments(window / segmentSize) }
    let shortened = segmentSize &- Self.timestampBytes
    if hasTimestamps, shortened >= Self.smallestSegment, window % shortened == 0 {
      return .segments(window / shortened)
    }
    let headers: UInt16 = version == 4 ? 40 : 60
    let ethernet = 1_500 &- headers
    if segmentSize < ethernet, window % ethernet == 0 { return .segments(window / ethernet) }
    let packet = segmentSize.addingReportingOverflow(headers)
    if !packet.overflow, window % packet.partialValue == 0 {
      return .packets(window / packet.partialValue)
    }
    return .bytes(window)
  }

  private var hasTimestamps: Bool {
    var index: UInt8 = 0
    while let kind = layout.kind(index) {
      if kind == SynLayout.timestamps { return true }
      index &+= 1
    }
    return false
  }
}
