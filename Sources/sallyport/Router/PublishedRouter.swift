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

  /// What it says of NTCP2, which must be on `port` unless that is nil.
  func facts(kind: RouterKind, port: UInt16?) throws(RouterFilesFault) -> NTCP2Facts {
    let facts: NTCP2Facts
    do throws(RouterFactsFault) {
      facts = try NTCP2Facts(verified, kind: kind)
    } catch {
      throw .unusableRouterInfo(file: path, error)
    }
    let ports = verified.info.publishedNTCP2Addresses.compactMap(\.port)
    if let port, !ports.contains(port) {
      throw .otherPort(file: path, published: Set(ports).sorted(), wanted: port)
    }
    return facts
  }
}
