public import Filter
public import Kernel
public import Telemetry
public import Wire

/// Where an admitted peer is led.
public enum Destination: BitwiseCopyable, Sendable, Equatable {
  /// To where it connected, from its own address: the kernel diverted it here.
  case original(PacketMark)
  /// To a fixed endpoint, from this host's address.
  case fixed(Endpoint)

  /// Whether connections were diverted here by the kernel.
  var isDiverted: Bool {
    switch self {
    case .original: true
    case .fixed: false
    }
  }
}

/// Everything that decides and that a reload may change: replaced as one unit.
public struct Policy: ~Copyable, Sendable {
  /// What connections are judged by.
  public let law: Law
  /// Where each rule's and signature's matches are counted.
  public let places: MatchPlaces
  /// Where an admitted peer is led.
  public let destination: Destination
  /// Where first flights that are refused go; nil where nobody keeps them.
  let refusedFlights: FlightRingWriter?
  /// Owns the memory of it.
  private let refusedFlightRing: FlightRing?

  /// A policy.
  public init(
    law: consuming Law,
    places: MatchPlaces,
    destination: Destination,
    refusedFlights: FlightRing? = nil
  ) {
    self.law = law
    self.places = places
    self.destination = destination
    self.refusedFlights = refusedFlights?.writer
    refusedFlightRing = refusedFlights
  }
}
