internal import Wire

/// Endpoints that were proven and are not yet told to the caller: a ring of fixed size. When the
/// caller is slow the newest are not told; they are proven all the same.
@safe
struct ProvenNews: ~Copyable {
  private static let capacity = 1_024

  private let ring: UnsafeMutablePointer<Endpoint>
  private var first = 0
  private var count = 0

  /// No news.
  init() {
    let nobody = Endpoint(address: SourceAddress(high: 0, low: 0), port: 0)
    unsafe ring = .allocate(capacity: Self.capacity)
    unsafe ring.initialize(repeating: nobody, count: Self.capacity)
  }

  deinit {
    unsafe ring.deallocate()
  }

  /// Adds an endpoint, if there is room.
  mutating func add(_ endpoint: Endpoint) {
    guard count < Self.capacity else { return }
    unsafe ring[(first &+ count) & (Self.capacity &- 1)] = endpoint
    count &+= 1
  }

  /// The endpoint that has waited longest; nil when there is none.
  mutating func take() -> Endpoint? {
    guard count > 0 else { return nil }
    let endpoint = unsafe ring[first]
    first = (first &+ 1) & (Self.capacity &- 1)
    count &-= 1
    return endpoint
  }
}
