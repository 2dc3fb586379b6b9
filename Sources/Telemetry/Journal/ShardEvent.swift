/// The few rare things that a shard tells the control thread; all else crosses over as counters.
public enum ShardEvent: Equatable, Sendable, BitwiseCopyable {
  /// The process ran out of file descriptors.
  case descriptorsShort(open: UInt64)
  /// The router takes no connection; the error number of the call that said so.
  case routerUnreachable(errorNumber: Int32)
  /// The router takes connections again.
  case routerBack(awayNanoseconds: UInt64)
  /// The overload stage of this shard changed.
  case stageChanged(from: UInt8, to: UInt8)

  /// What kind of event, and its two values: the form in which it crosses over.
  var words: (kind: UInt64, first: UInt64, second: UInt64) {
    @_noLocks get {
      switch self {
      case .descriptorsShort(let open): (0, open, 0)
      case .routerUnreachable(let number): (1, UInt64(UInt32(bitPattern: number)), 0)
      case .routerBack(let nanoseconds): (2, nanoseconds, 0)
      case .stageChanged(let from, let to): (3, UInt64(from), UInt64(to))
      }
    }
  }

  init(kind: UInt64, first: UInt64, second: UInt64) {
    switch kind {
    case 0: self = .descriptorsShort(open: first)
    case 1: self = .routerUnreachable(errorNumber: Int32(truncatingIfNeeded: first))
    case 2: self = .routerBack(awayNanoseconds: first)
    case 3:
      self = .stageChanged(
        from: UInt8(truncatingIfNeeded: first),
        to: UInt8(truncatingIfNeeded: second)
      )
    default: preconditionFailure("an event of no known kind")
    }
  }
}
