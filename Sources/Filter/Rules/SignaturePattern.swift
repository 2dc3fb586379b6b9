/// One byte of a pattern, or a run of bytes of one kind.
public struct SignaturePiece: Sendable, Equatable {
  /// The byte values that fit.
  public var bytes: ByteSet
  /// How many bytes of this kind there are at least.
  public var minimum: Int
  /// How many bytes of this kind there are at most; at least `minimum`.
  public var maximum: Int

  /// `minimum` to `maximum` bytes, each out of `bytes`.
  public init(_ bytes: ByteSet, minimum: Int = 1, maximum: Int = 1) {
    precondition(minimum >= 0 && maximum >= minimum, "a run has at least no bytes")
    self.bytes = bytes
    self.minimum = minimum
    self.maximum = maximum
  }
}

/// The first bytes of a connection, as a rule describes them: pieces one behind the other from the
/// very first byte on.
public struct SignaturePattern: Sendable, Equatable {
  /// The pieces, first to last.
  public var pieces: [SignaturePiece]

  /// A pattern of `pieces`.
  public init(_ pieces: [SignaturePiece]) {
    self.pieces = pieces
  }

  /// The most bytes that a match can take.
  public var longest: Int {
    pieces.reduce(0) { $0 + $1.maximum }
  }
}
