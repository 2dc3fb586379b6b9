internal import Filter
internal import Kernel
internal import Wire

/// Why a router's files cannot be used: which file, what is wrong with it, and the remedy.
enum RouterFilesFault: Error, Equatable {
  /// The file could not be opened or read.
  case unreadable(file: String, Errno)
  /// The path names a directory, a pipe or a device.
  case notAFile(String)
  /// The file is larger than such a file can be.
  case tooLarge(file: String, maximumBytes: Int)
  /// The directory holds no file that tells the kind.
  case unknownKind(directory: String)
  /// The directory holds files of both kinds.
  case ambiguousKind(directory: String)
  /// The file is not a RouterInfo.
  case malformedRouterInfo(file: String, RouterInfoFault)
  /// The file is a RouterInfo that cannot be used.
  case unusableRouterInfo(file: String, RouterFactsFault)
  /// The router publishes other ports than the gate's.
  case otherPort(
    file: String,
    Transport,
    published: [UInt16],
    wanted: UInt16
  )
  /// The key file has another size than such a file has.
  case keyFileSize(file: String, bytes: Int, expectedBytes: Int)
  /// A property is absent or is not base64 of so many bytes.
  case property(file: String, Transport, name: String, bytes: Int)
  /// The private key is not the one whose public half is published.
  case keyMismatch(keyFile: String, Transport, routerInfo: String)
  /// The initialisation vector or introduction key is not the published one.
  case publishedKeyMismatch(keyFile: String, Transport, routerInfo: String)
}

extension RouterFilesFault: CustomStringConvertible {
  /// One line for the journal or the terminal: what is wrong, where, and what to do.
  var description: String { "\(problem). \(remedy)" }

  /// What is wrong, and where.
  var problem: String {
    switch self {
    case .unreadable(let file, let errno): "\(file): cannot be read: \(errno)"
    case .notAFile(let file): "\(file): is not a regular file"
    case .tooLarge(let file, let maximumBytes):
      "\(file): is larger than \(maximumBytes) bytes, which no router writes"
    case .unknownKind(let directory):
      "\(directory): holds the files of neither i2pd nor Java I2P"
    case .ambiguousKind(let directory): "\(directory): holds files of both i2pd and Java I2P"
    case .malformedRouterInfo(let file, let fault): "\(file): is not a RouterInfo: \(fault)"
    case .unusableRouterInfo(let file, let fault): "\(file): \(fault)"
    case .otherPort(let file, let transport, let published, let wanted):
      "\(file): publishes \(transport.rawValue) on port "
        + "\(published.map(String.init).joined(separator: ", ")), but the gate stands on port "
        + "\(wanted)"
    case .keyFileSize(let file, let bytes, let expectedBytes):
      "\(file): has \(bytes) bytes instead of \(expectedBytes)"
    case .property(let file, _, let name, let bytes):
      "\(file): has no property \(name) with \(bytes) bytes in I2P base64"
    case .keyMismatch(let keyFile, let transport, let routerInfo):
      "\(keyFile): \(transport.rawValue)'s private key is not the one that \(routerInfo) "
        + "publishes as 's'"
    case .publishedKeyMismatch(let keyFile, let transport, let routerInfo):
      "\(keyFile): \(transport.rawValue)'s \(transport.keyPlace.publishedKeyName) is not the "
        + "one that \(routerInfo) publishes as 'i'"
    }
  }

  /// What to do about it.
  var remedy: String {
    switch self {
    case .unreadable:
      "Check [router] directory, and let the user that sallyport runs as read the file"
    case .notAFile, .tooLarge: "Check [router] directory"
    case .unknownKind:
      "Set [router] directory to where router.info lies, and start the router once"
    case .ambiguousKind: "Set [router] kind to \"i2pd\" or \"java\""
    case .malformedRouterInfo: "Restart the router, so that it writes the file anew"
    case .unusableRouterInfo(_, let fault): fault.remedy
    case .otherPort: "Set port in [[gate]] to what the router publishes"
    case .keyFileSize: "Check [router] kind, or set proof = \"public\""
    case .property(_, let transport, _, _):
      "Check [router] kind and start the router once with \(transport.rawValue) on, or set "
        + "proof = \"public\""
    case .keyMismatch, .publishedKeyMismatch:
      "Restart the router, so that both files come from the same start"
    }
  }
}

extension RouterFactsFault {
  /// What the operator can do about it.
  fileprivate var remedy: String {
    switch self {
    case .signatureType: "Routers made since 2015 sign with Ed25519: give this one a new identity"
    case .badSignature: "Restart the router, so that it writes the file anew"
    case .notSpoken(let transport): "Turn \(transport.rawValue) on in the router"
    case .unpublished:
      "Set proof = \"full\", or let the router publish its address: with a public proof it must "
        + "not be hidden or firewalled"
    case .malformedAddressOption, .differingAddressOption, .malformedRouterOption:
      "Update the router and restart it"
    case .unknownHybridForm: "Update sallyport"
    }
  }
}
