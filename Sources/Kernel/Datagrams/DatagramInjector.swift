internal import CLinux
internal import Glibc
public import Wire

/// Whether a datagram was taken for sending.
public enum InjectionOutcome: Equatable, BitwiseCopyable, Sendable {
  /// It goes with the next `flush`, or before.
  case queued
  /// It cannot be sent: it is longer than `DatagramInjector.longestPayloadBytes`, its ends are of
  /// two families, or the host has no IPv6.
  case unfit
}

/// What became of the datagrams of an injector, counted from its beginning.
public struct InjectionCounts: Equatable, BitwiseCopyable, Sendable {
  /// They went.
  public var sent: UInt64 = 0
  /// A rule of this host dropped them: with the gate's own rules, because the set of endpoints on
  /// trial is full.
  public var refused: UInt64 = 0
  /// The kernel had no room for them.
  public var congested: UInt64 = 0
  /// The kernel could not send them: no route, or too long for the link.
  public var failed: UInt64 = 0
  /// They could not be sent at all; see `InjectionOutcome.unfit`.
  public var unfit: UInt64 = 0

  /// Nothing yet.
  @_noLocks
  public init() {}
}

/// Sends datagrams with whatever source, each with the packet mark that is the gate's verdict: the
/// peer's own, on to the router, and answers in the router's name.
///
/// They are collected and go together, in order for each family. None is ever waited for: what
/// cannot be sent is counted and forgotten, as any datagram may be lost. Needs CAP_NET_RAW.
public struct DatagramInjector: ~Copyable, Sendable {
  /// The most datagrams of a family that are collected; one more, and they go.
  public static let capacity = 64
  /// Longest payload: a packet of 1500 bytes over IPv4.
  public static let longestPayloadBytes = 1472

  private var ipv4: InjectionQueue
  private var ipv6: InjectionQueue?
  /// What became of them so far.
  public private(set) var counts = InjectionCounts()

  /// An injector for both families; without IPv6 where the host has none.
  /// - Throws: The error of the call that failed; EPERM without CAP_NET_RAW.
  public init() throws(Errno) {
    let first = try InjectionQueue(isIPv4: true)
    let second = try Self.queueIPv6()
    ipv4 = first
    ipv6 = second
  }

  private static func queueIPv6() throws(Errno) -> InjectionQueue? {
    do throws(Errno) {
      return try InjectionQueue(isIPv4: false)
    } catch {
      guard error.rawValue == EAFNOSUPPORT else { throw error }
      return nil
    }
  }

  /// Collects a copy of `payload`, to be sent from `source` to `destination` with `mark`.
  @_noLocks
  @discardableResult
  public mutating func inject(
    _ payload: UnsafeRawBufferPointer,
    from source: Endpoint,
    to destination: Endpoint,
    mark: PacketMark
  ) -> InjectionOutcome {
    let isIPv4 = destination.address.isIPv4
    guard payload.count <= Self.longestPayloadBytes, source.address.isIPv4 == isIPv4 else {
      counts.unfit &+= 1
      return .unfit
    }
    if isIPv4 {
      unsafe ipv4.add(payload, from: source, to: destination, mark: mark, &counts)
      return .queued
    }
    guard unsafe ipv6?.add(payload, from: source, to: destination, mark: mark, &counts) != nil
    else {
      counts.unfit &+= 1
      return .unfit
    }
    return .queued
  }

  /// Sends what was collected. To be called before each wait of the loop.
  @_noLocks
  public mutating func flush() {
    ipv4.flush(&counts)
    ipv6?.flush(&counts)
  }
}

/// The packets of one family that wait for the next sending call.
@safe
private struct InjectionQueue: ~Copyable, @unchecked Sendable {
  private static let slotBytes = DatagramInjector.longestPayloadBytes + PacketHeaders.bytesIPv6

  private let socket: Descriptor
  private let memory: OpaquePointer
  private var count = 0

  init(isIPv4: Bool) throws(Errno) {
    let raw = Descriptor(owning: try Errno.check(linux_raw_socket(isIPv4 ? 1 : 0)))
    let made = unsafe linux_outgoing_make(UInt32(DatagramInjector.capacity), Self.slotBytes)
    guard let made = unsafe made else { throw Errno(rawValue: ENOMEM) }
    socket = raw
    unsafe memory = made
  }

  deinit {
    unsafe linux_outgoing_free(memory)
  }

  @_noLocks
  mutating func add(
    _ payload: UnsafeRawBufferPointer,
    from source: Endpoint,
    to destination: Endpoint,
    mark: PacketMark,
    _ counts: inout InjectionCounts
  ) {
    if count == DatagramInjector.capacity { flush(&counts) }
    let index = UInt32(truncatingIfNeeded: count)
    let slot = unsafe UnsafeMutableRawPointer(linux_outgoing_bytes(memory, index))
    let length = unsafe PacketHeaders.write(payload, from: source, to: destination, into: slot)
    var target = destination.toKernel()
    unsafe linux_outgoing_set(memory, index, length, &target, mark.rawValue)
    count &+= 1
  }

  /// Sends everything once; the kernel stops at a packet that fails, which is then left out.
  @_noLocks
  mutating func flush(_ counts: inout InjectionCounts) {
    var next = 0
    while next < count {
      let result = unsafe linux_send_datagrams(
        socket.rawValue,
        memory,
        UInt32(truncatingIfNeeded: next),
        UInt32(truncatingIfNeeded: count &- next)
      )
      if result > 0 {
        counts.sent &+= UInt64(result)
        next &+= Int(result)
        continue
      }
      switch linux_errno() {
      case EINTR: continue
      case EPERM, EACCES: counts.refused &+= 1
      case EAGAIN, ENOBUFS, ENOMEM: counts.congested &+= 1
      default: counts.failed &+= 1
      }
      next &+= 1
    }
    count = 0
  }
}
