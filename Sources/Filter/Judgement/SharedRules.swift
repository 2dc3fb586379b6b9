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

  private let owner: Owner
  private nonisolated(unsafe) let memory: UnsafePointer<RuleProgram>

  /// Tells these rules from all others that are alive.
  var identity: UInt { unsafe UInt(bitPattern: memory) }

  /// Shares `program`.
  public init(_ program: consuming RuleProgram) {
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
