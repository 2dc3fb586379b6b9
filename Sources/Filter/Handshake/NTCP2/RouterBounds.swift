/// What one router program takes in a first flight's options; more is refused for it.
struct RouterBounds: BitwiseCopyable {
  /// Longest clear padding of a classic first flight, in bytes.
  let classicPadding: Int
  /// Shortest second part of message 3: a router.info of the smallest kind, with header and tag.
  let message3Part2Minimum: Int
  /// Longest second part of message 3 that the router can use.
  let message3Part2Maximum: Int
  /// Difference of the clocks that the router takes, in seconds.
  let clockSkewSeconds: UInt64

  /// i2pd reads at most 287 bytes in all and allocates what message 3 announces, up to 64 KiB a
  /// stranger; it refuses a router.info beyond 3,072 bytes. Java I2P takes 256 bytes of padding,
  /// and its 4,096-byte buffer can't hold a second part beyond 4,048. Both take 60 seconds of skew.
  init(_ kind: RouterKind) {
    message3Part2Minimum = 459
    clockSkewSeconds = 60
    switch kind {
    case .i2pd:
      classicPadding = 287 - NTCP2Length.key - NTCP2Length.optionsFrame
      message3Part2Maximum = 6_000
    case .java:
      classicPadding = 256
      message3Part2Maximum = 4_048
    }
  }

  /// Longest clear padding of a first flight of `form`, in bytes.
  func padding(_ form: NTCP2Form) -> Int {
    form == .classic ? classicPadding : form.lengthBeforePadding
  }
}
