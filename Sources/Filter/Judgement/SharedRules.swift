internal import Synchronization

/// A compiled set of rules and signatures that several shards read, made once.
///
/// A shard reads it through a plain pointer, so no connection touches a reference count; whoever
/// holds a `SharedRules` keeps the set alive.
@safe
public struct SharedRules: Sendable {
  private struct Compiled: ~Copyable {
    let program: RuleProgram
    let signatures: SignatureSet
  }

  @safe
  private final class Owner: Sendable {
    nonisolated(unsafe) let memory: UnsafeMutablePointer<Compiled>

    init(_ compiled: consuming Compiled) {
      unsafe memory = .allocate(capacity: 1)
      unsafe memory.initialize(to: compiled)
    }

    deinit {
      unsafe memory.deinitialize(count: 1)
      unsafe memory.deallocate()
    }
  }

  private static let made = Atomic<UInt64>(0)

  /// Tells this set from every other one of this process.
  let serial: UInt64
  private let owner: Owner
  private nonisolated(unsafe) let memory: UnsafePointer<Compiled>

  /// Shares `program` and `signatures`.
  public init(_ program: consuming RuleProgram, signatures: consuming SignatureSet) {
    serial = Self.made.add(1, ordering: .relaxed).newValue
    owner = Owner(Compiled(program: program, signatures: signatures))
    unsafe memory = UnsafePointer(owner.memory)
  }

  /// No rules and no signatures: nothing is asked.
  public static var none: SharedRules {
    do {
      return SharedRules(try RuleProgram(RuleBook()), signatures: try SignatureSet([]))
    } catch {
      preconditionFailure("an empty book does not compile")
    }
  }

  /// The rules.
  public var program: RuleProgram {
    _read { yield unsafe memory.pointee.program }
  }

  /// The signatures of other protocols.
  public var signatures: SignatureSet {
    _read { yield unsafe memory.pointee.signatures }
  }
}
