internal import Synchronization

/// A compiled set of rules that several shards read, made once.
///
/// A shard reads it through a plain pointer, so no connection touches a reference count; whoever
/// holds a `SharedRules` keeps the set alive.
@safe
public struct SharedRules: Sendable {
  @safe
  private final class Owner: Sendable {
    nonisolated(unsafe) let memory: UnsafeMutablePointer<RuleProgram>

    init(_ program: consuming RuleProgram) {
      unsafe memory = .allocate(capacity: 1)
      unsafe memory.initialize(to: program)
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
  private nonisolated(unsafe) let memory: UnsafePointer<RuleProgram>

  /// Shares `program`.
  public init(_ program: consuming RuleProgram) {
    serial = Self.made.add(1, ordering: .relaxed).newValue
    owner = Owner(program)
    unsafe memory = UnsafePointer(owner.memory)
  }

  /// No rules: nothing is asked.
  public static var none: SharedRules {
    do throws(RuleProgramFault) {
      return SharedRules(try RuleProgram(RuleBook()))
    } catch {
      preconditionFailure("an empty book does not compile")
    }
  }

  /// The rules.
  public var program: RuleProgram {
    _read { yield unsafe memory.pointee }
  }
}
