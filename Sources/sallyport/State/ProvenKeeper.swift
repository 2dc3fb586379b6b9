internal import Kernel
internal import Telemetry
internal import Wire

/// Keeps proven endpoints over a restart: reads them at the start, writes them now and then, and at
/// the end.
///
/// A file that can't be used costs peers a second proof and nothing more, so nothing in here is
/// fatal: it is told once, and the gate goes on.
struct ProvenKeeper {
  /// The file's name in `[state] directory`.
  static let fileName = "proven-endpoints"
  /// The least time between two writings.
  static let intervalNanoseconds: UInt64 = 60 * Nanoseconds.perSecond

  private let file: StateFile
  private var book: ProvenBook
  private var writeAt: Instant
  private var faultWasTold = false

  /// A keeper for `directory` that has read nothing yet, of proofs that count for so long.
  init(directory: String, lifetimeNanoseconds: UInt64, now: Instant) {
    book = ProvenBook(lifetimeSeconds: lifetimeNanoseconds / Nanoseconds.perSecond)
    file = StateFile(directory: directory, name: Self.fileName)
    writeAt = now.advanced(byNanoseconds: Self.intervalNanoseconds)
  }

  /// Reads what was kept: the endpoints whose proof still counts, the newest first.
  ///
  /// - Parameters:
  ///   - wallSeconds: The time, in seconds since 1970.
  ///   - tell: Told when what was kept can't be used.
  /// - Returns: The endpoints. One that was proven in the future was proven now.
  mutating func restore(
    wallSeconds: UInt64,
    tell: (JournalEvent) -> Void
  ) -> [ProvenEntry] {
    switch file.read(maximumBytes: ProvenEndpointsText.bytesMaximum) {
    case .absent: return []
    case .unusable(let problem):
      file.setAside()
      tell(.stateBroken(file: file.path, problem: problem))
      return []
    case .bytes(let bytes):
      do throws(ProvenEndpointsText.Fault) {
        for entry in try ProvenEndpointsText.decode(String(decoding: bytes, as: UTF8.self)) {
          book.note(entry.endpoint, at: min(entry.wallSeconds, wallSeconds))
        }
        book.settle()
        return book.current(at: wallSeconds)
      } catch {
        file.setAside()
        tell(.stateBroken(file: file.path, problem: error.problem))
        return []
      }
    }
  }

  /// Notes an endpoint that was proven at `wallSeconds`.
  mutating func note(_ endpoint: Endpoint, at wallSeconds: UInt64) {
    book.note(endpoint, at: wallSeconds)
  }

  /// Writes what is to be kept, if there is something new and the last time is long enough ago.
  mutating func writeIfDue(_ now: Instant, wallSeconds: UInt64, to journal: inout Journal) {
    guard now >= writeAt else { return }
    write(now, wallSeconds: wallSeconds, to: &journal)
  }

  /// Writes what is to be kept, if there is something new.
  mutating func write(_ now: Instant, wallSeconds: UInt64, to journal: inout Journal) {
    writeAt = now.advanced(byNanoseconds: Self.intervalNanoseconds)
    guard book.hasChanged else { return }
    do throws(Errno) {
      try file.write(ProvenEndpointsText.encode(book.current(at: wallSeconds)))
      book.settle()
      faultWasTold = false
    } catch {
      if !faultWasTold {
        journal.write(.stateUnwritable(file: file.path, problem: "\(error)"), at: now)
      }
      faultWasTold = true
    }
  }
}
