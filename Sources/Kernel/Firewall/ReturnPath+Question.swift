internal import Glibc

extension ReturnPath {
  /// Addresses that are for documentation (RFC 5737, RFC 3849): as far away as any peer.
  private static func farAway(_ family: IPFamily) -> [UInt8] {
    family == .ipv4
      ? [192, 0, 2, 1] : [0x20, 1, 0x0d, 0xb8] + Array(repeating: 0, count: 11) + [1]
  }

  /// The type and table of the route that a packet of this host to far away takes when it carries
  /// `mark`; nil when none takes it.
  func lookUp(
    _ family: IPFamily,
    mark: UInt32
  ) throws(FirewallFault) -> (type: UInt8, table: UInt32)? {
    let address = Self.farAway(family)
    // For IPv6 the answer names the table in any case, and the flag is refused.
    let flags = family == .ipv4 ? RouteFlag.lookUpTable : 0
    var request = NetlinkRequest(
      type: RoutingMessage.getRoute,
      flags: 0,
      header: [family.rawValue, UInt8(address.count * 8), 0, 0, 0, 0, 0, 0]
        + (0..<4).map { UInt8(truncatingIfNeeded: flags.littleEndian >> (8 * $0)) }
    )
    request.append(attribute: RouteAttribute.destination, bytes: address)
    request.append(attribute: RouteAttribute.mark, mark)
    let answer: NetlinkAnswer
    do throws(Errno) {
      answer = try socket.ask(request)
    } catch {
      switch error.rawValue {
      // No route, and routes that are unreachable, prohibit and blackhole.
      case ENETUNREACH, EHOSTUNREACH, EACCES, EINVAL: return nil
      default: throw .routing(step: "asking for the \(family) way of the router's answers", error)
      }
    }
    var offset = 0
    guard let message = answer.message(at: &offset), message.type == RoutingMessage.newRoute,
      let type = answer.number(at: message.content.lowerBound + 7, as: UInt8.self)
    else { return nil }
    let table = answer.attribute(RouteAttribute.table, of: message.content, headerBytes: 12)
    return (type, table ?? 0)
  }
}
