internal import Filter
internal import Wire

/// The router's own `router.info`, read and verified.
struct PublishedRouter {
  /// Where it was read.
  let path: String
  /// What it says.
  let verified: VerifiedRouterInfo

  init(_ request: RouterFilesRequest) throws(RouterFilesFault) {
    path = request.path(RouterFileNames.routerInfo)
    let bytes = try RouterFileReading.read(path, maximumBytes: RouterInfo.maximumBytes)
    let info: RouterInfo
    do throws(RouterInfoFault) {
      info = try RouterInfo(bytes)
    } catch {
      throw .malformedRouterInfo(file: path, error)
    }
    do throws(RouterFactsFault) {
      verified = try VerifiedRouterInfo(info)
    } catch {
      throw .unusableRouterInfo(file: path, error)
    }
  }

  /// What it says of the transports in `ports`, which must be on those ports if it publishes any;
  /// `kept` are what the router's key files hold as `i`, for the others.
  func facts(
    kind: RouterKind,
    ports: [Transport: [UInt16]],
    kept: [Transport: [UInt8]]
  ) throws(RouterFilesFault) -> RouterFacts {
    var facts = RouterFacts(kind: kind)
    do throws(RouterFactsFault) {
      if ports[.ntcp2] != nil {
        facts.ntcp2 = try NTCP2Facts(verified, kind: kind, keptCompanion: kept[.ntcp2])
      }
      if ports[.ssu2] != nil {
        facts.ssu2 = try SSU2Facts(verified, kind: kind, keptCompanion: kept[.ssu2])
      }
    } catch {
      throw .unusableRouterInfo(file: path, error)
    }
    for transport in facts.transports where publishes(transport) {
      let published = addresses(of: transport).compactMap(\.port)
      for port in ports[transport] ?? [] where !published.contains(port) {
        throw .otherPort(
          file: path,
          transport,
          published: Set(published).sorted(),
          wanted: port
        )
      }
    }
    return facts
  }

  /// Whether it says where `transport` is found; one that takes itself for firewalled does not.
  func publishes(_ transport: Transport) -> Bool { !addresses(of: transport).isEmpty }

  /// Where it says that `transport` is found; hosts that are names are left out.
  func endpoints(of transport: Transport) -> [Endpoint] {
    addresses(of: transport).compactMap(\.endpoint)
  }

  private func addresses(of transport: Transport) -> [RouterAddress] {
    switch transport {
    case .ntcp2: verified.info.publishedNTCP2Addresses
    case .ssu2: verified.info.publishedSSU2Addresses
    }
  }
}
