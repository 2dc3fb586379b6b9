internal import Capture
internal import Glibc
internal import Kernel
internal import Telemetry
internal import Wire

/// Writes the first flights that the shards refused to capture files, while the configuration asks
/// for that. Where it can't, it says so once, and tries again at the next reload.
struct RefusedFlights: ~Copyable {
  private var settings: RefusedFlightSettings
  private var ring: CaptureRing?

  /// Begins the files, if they are asked for.
  init(_ settings: RefusedFlightSettings, to journal: inout Journal, at now: Instant) {
    self.settings = settings
    open(to: &journal, at: now)
  }

  /// Goes by these settings from now on; files that fit them go on.
  mutating func reload(
    _ settings: RefusedFlightSettings,
    to journal: inout Journal,
    at now: Instant
  ) {
    if settings == self.settings, ring != nil { return }
    self.settings = settings
    ring = nil
    open(to: &journal, at: now)
  }

  private mutating func open(to journal: inout Journal, at now: Instant) {
    guard settings.isKept else { return }
    // What stands in the way shows when the first file is made.
    _ = unsafe mkdir(settings.directory, 0o700)
    do throws(CaptureFault) {
      ring = try CaptureRing(settings.ring)
    } catch {
      journal.write(.flightsUnwritable(problem: "\(error)"), at: now)
    }
  }

  /// Writes what waits. Without a file it waits on, and the shards count what finds no room.
  mutating func write(_ groups: [any GateGroup], to journal: inout Journal, at now: Instant) {
    guard ring != nil else { return }
    let wallNanoseconds = Clock.wallNanoseconds
    var flights: [FlightRing.Flight] = []
    for group in groups { group.drainRefusedFlights { flights.append($0) } }
    flights.sort { $0.refusedAt < $1.refusedAt }
    do throws(CaptureFault) {
      for flight in flights {
        let ago = min(now.nanoseconds(since: flight.refusedAt), wallNanoseconds)
        try ring?.add(
          RefusedFlight(
            peer: flight.peer,
            gate: flight.gate,
            nanoseconds: wallNanoseconds - ago,
            bytes: flight.bytes
          )
        )
      }
    } catch {
      ring = nil
      journal.write(.flightsUnwritable(problem: "\(error)"), at: now)
    }
  }
}
