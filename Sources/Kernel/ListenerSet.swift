/// The listeners of one shard, such as one for each address family.
@safe
public struct ListenerSet: ~Copyable, @unchecked Sendable {
  /// The most listeners of one shard.
  public static let capacity = 8

  private let memory: UnsafeMutablePointer<Listener>
  /// How many there are.
  public private(set) var count = 0

  /// No listeners.
  public init() {
    unsafe memory = .allocate(capacity: Self.capacity)
  }

  deinit {
    unsafe memory.deinitialize(count: count)
    unsafe memory.deallocate()
  }

  /// Adds one; there must be room.
  public mutating func append(_ listener: consuming Listener) {
    precondition(count < Self.capacity, "more listeners than a shard has room for")
    unsafe (memory + count).initialize(to: listener)
    count += 1
  }

  /// Takes the next waiting connection of the listener at `index`.
  @_noLocks
  public func accept(_ index: Int) -> AcceptOutcome<StreamSocket> {
    precondition(index >= 0 && index < count, "no such listener")
    return unsafe memory[index].accept()
  }

  /// Lets the kernel keep the first packet of each connection of all; see `Listener`.
  public func saveSyns() throws(Errno) {
    for index in 0..<count { try unsafe memory[index].saveSyns() }
  }

  /// Spreads the connections of the port at `index` over `shards` sets; see `Listener`.
  public func steerByNetwork(
    _ index: Int,
    isIPv4: Bool,
    shards: UInt32,
    secret: UInt32
  ) throws(Errno) {
    precondition(index >= 0 && index < count, "no such listener")
    try unsafe memory[index].steerByNetwork(isIPv4: isIPv4, shards: shards, secret: secret)
  }

  /// Registers all with `poller`, each under the token that `token` gives for its index.
  public func watch(with poller: borrowing Poller, token: (Int) -> UInt64) {
    for index in 0..<count {
      unsafe poller.add(memory[index].descriptor, token: token(index), .readable)
    }
  }

  /// Ends all registrations with `poller`.
  public func ignore(with poller: borrowing Poller) {
    for index in 0..<count {
      unsafe poller.remove(memory[index].descriptor)
    }
  }

  /// Closes all.
  public mutating func removeAll() {
    unsafe memory.deinitialize(count: count)
    count = 0
  }
}
