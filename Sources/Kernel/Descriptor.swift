internal import CLinux

/// The one owner of a file descriptor: closes it when it goes, and cannot be copied.
public struct Descriptor: ~Copyable, Sendable {
  /// The kernel's number, for a call that borrows it.
  public let rawValue: Int32

  /// Takes over an open descriptor.
  @_noLocks
  public init(owning rawValue: Int32) {
    precondition(rawValue >= 0, "a descriptor is not negative")
    self.rawValue = rawValue
  }

  deinit {
    _ = linux_close(rawValue)
  }

  /// Another descriptor for the same thing, with an owner of its own.
  public func duplicate() throws(Errno) -> Descriptor {
    Descriptor(owning: try Errno.check(linux_duplicate(rawValue)))
  }

  /// Gives up the descriptor without closing it.
  @_noLocks
  public consuming func release() -> Int32 {
    let value = rawValue
    discard self
    return value
  }
}
