extension LimitSettings {
  /// Source records that the tables of so many shards have room for together: sizes are rounded up.
  public func sourceRoom(shards: UInt32) -> UInt64 {
    PowerOfTwo.room(share(of: shards).sourceRecords, shards: shards)
  }

  /// First flights that they remember of one span, at least.
  public func replayRoom(shards: UInt32) -> UInt64 {
    PowerOfTwo.room(share(of: shards).replayRecords, shards: shards)
  }
}

extension DatagramLimits {
  /// Source records that the tables of so many shards have room for together.
  public func sourceRoom(shards: UInt32) -> UInt64 {
    PowerOfTwo.room(share(of: shards).sourceRecords, shards: shards)
  }

  /// Good cookies that they remember of one span, at least.
  public func cookieRoom(shards: UInt32) -> UInt64 {
    PowerOfTwo.room(share(of: shards).cookieRecords, shards: shards)
  }

  /// Proven endpoints that they have places for: those that are over keep theirs until another one
  /// needs it.
  public func provenRoom(shards: UInt32) -> UInt64 {
    UInt64(TagTable.slots(capacity: share(of: shards).provenEndpoints)) * UInt64(shards)
  }

  /// Tokens of the router that they have places for.
  public func witnessedRoom(shards: UInt32) -> UInt64 {
    UInt64(TagTable.slots(capacity: share(of: shards).witnessedTokens)) * UInt64(shards)
  }
}

extension PowerOfTwo {
  /// Places of a table of this share at each of so many shards.
  fileprivate static func room(_ share: UInt32, shards: UInt32) -> UInt64 {
    UInt64(atLeast(share)) * UInt64(shards)
  }
}
