// What holds for the parsers of router files whatever bytes they get. Shared by the tests, which
// replay the corpus, and by the fuzzers, which extend it.
import Wire

/// Parsing never traps, a fault points into the bytes, and a RouterInfo gives its bytes back.
///
/// - Returns: What does not hold; nil when all does.
func violatedRouterInfoProperty(_ bytes: [UInt8]) -> String? {
  let info: RouterInfo
  do throws(RouterInfoFault) {
    info = try RouterInfo(bytes)
  } catch {
    let pointsInside = (0...min(bytes.count, RouterInfo.maximumBytes)).contains(error.offset)
    return pointsInside ? nil : "the fault points outside: \(error)"
  }
  let signedPart = RouterInfo.encodeSignedPart(
    identity: Array(bytes.prefix(info.identity.byteCount)),
    publishedMilliseconds: info.publishedMilliseconds,
    addresses: info.addresses,
    peerHashes: Array(bytes[info.peerHashRange]),
    options: info.options
  )
  guard signedPart + bytes[info.signatureRange] == bytes else {
    return "the parts do not give the bytes back"
  }
  for address in info.publishedNTCP2Addresses {
    _ = (address.endpoint, address.staticKey, address.initializationVector)
    _ = (address.introductionKey, address.hybridForms, address.capabilities)
  }
  return nil
}

/// Bytes survive encoding and decoding, and text that decodes is the only text of its bytes.
func violatedBase64Property(_ bytes: [UInt8]) -> String? {
  guard I2PBase64.decode(I2PBase64.encode(bytes.span)) == bytes else {
    return "decoding does not give the bytes back"
  }
  var decoded = [UInt8](repeating: 0, count: bytes.count)
  var destination = decoded.mutableSpan
  guard let count = I2PBase64.decode(bytes.span, into: &destination) else { return nil }
  let found = Array(decoded.prefix(count))
  let text = I2PBase64.encode(found.span)
  return Array(text.utf8) == bytes ? nil : "two texts stand for the same bytes"
}

/// A value lies inside the text, on one line, without comment or white space around it.
func violatedPropertyTextProperty(_ bytes: [UInt8]) -> String? {
  guard let range = PropertyText.value(of: "i2np.ntcp2.sp", in: bytes.span) else { return nil }
  guard range.lowerBound >= 14, range.upperBound <= bytes.count else {
    return "the range lies outside"
  }
  let value = bytes[range]
  guard !value.contains(UInt8(ascii: "\n")), !value.contains(UInt8(ascii: "#")) else {
    return "the value runs into the next line or a comment"
  }
  let spaces = Array(" \t\r".utf8)
  guard let first = value.first, let last = value.last else { return nil }
  return spaces.contains(first) || spaces.contains(last) ? "white space was left" : nil
}
