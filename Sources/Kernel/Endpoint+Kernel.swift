internal import CLinux
internal import Wire

/// Endpoints as the C calls take and give them.
extension Endpoint {
  @_noLocks
  init(_ kernel: linux_endpoint) {
    self.init(
      address: SourceAddress(high: kernel.high, low: kernel.low),
      port: kernel.port
    )
  }

  @_noLocks
  func toKernel() -> linux_endpoint {
    linux_endpoint(high: address.high, low: address.low, port: port)
  }
}
