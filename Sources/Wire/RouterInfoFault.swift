/// Why bytes are not a RouterInfo: where reading stopped, and what should have stood there.
public struct RouterInfoFault: Error, Equatable, Sendable {
  /// The byte, from the start, at which the expected part should begin.
  public let offset: Int
  /// What should have stood there.
  public let expected: Expectation

  /// A fault at byte `offset`, where `expected` was missing.
  public init(offset: Int, expected: Expectation) {
    self.offset = offset
    self.expected = expected
  }

  /// A part of a RouterInfo, or a property that it must have.
  public enum Expectation: Sendable, Equatable, CaseIterable {
    /// An end within `RouterInfo.maximumBytes`.
    case boundedSize
    /// The two key fields of the identity, 384 bytes together.
    case keys
    /// The certificate: type, length and as many bytes.
    case certificate
    /// The two types inside a key certificate, four bytes.
    case keyTypes
    /// The time of publication, eight bytes.
    case publicationTime
    /// The number of addresses, one byte.
    case addressCount
    /// The cost of an address, one byte.
    case cost
    /// The expiration of an address, eight bytes.
    case expiration
    /// The transport style of an address: length and text.
    case style
    /// The length of a mapping and as many bytes.
    case mapping
    /// No more than `RouterOptions.maximumPairs` pairs in a mapping.
    case boundedMapping
    /// A key: length and text.
    case key
    /// A key that did not occur before in its mapping.
    case uniqueKey
    /// The `=` behind a key.
    case equalsSign
    /// A value: length and text.
    case value
    /// The `;` behind a value.
    case semicolon
    /// Valid UTF-8.
    case text
    /// The hashes of peers: number and 32 bytes each.
    case peerHashes
    /// The signature, and nothing behind it.
    case signature
  }
}

extension RouterInfoFault: CustomStringConvertible {
  /// `byte OFFSET: expected WHAT`.
  public var description: String { "byte \(offset): expected \(expected.words)" }
}

extension RouterInfoFault.Expectation {
  /// What is expected, in words that continue a sentence.
  public var words: String {
    switch self {
    case .boundedSize: "the end: a RouterInfo has at most \(RouterInfo.maximumBytes) bytes"
    case .keys: "384 bytes of keys"
    case .certificate: "a certificate (type, length, content)"
    case .keyTypes: "the two key types of a key certificate"
    case .publicationTime: "8 bytes of publication time"
    case .addressCount: "the number of addresses"
    case .cost: "the cost of an address"
    case .expiration: "8 bytes of expiration of an address"
    case .style: "the transport style of an address"
    case .mapping: "a mapping as long as its length says"
    case .boundedMapping: "at most \(RouterOptions.maximumPairs) pairs in a mapping"
    case .key: "a key inside the mapping"
    case .uniqueKey: "a key that did not occur before"
    case .equalsSign: "'=' behind a key"
    case .value: "a value inside the mapping"
    case .semicolon: "';' behind a value"
    case .text: "valid UTF-8 text"
    case .peerHashes: "the number of peer hashes and 32 bytes for each"
    case .signature: "the signature and then the end"
    }
  }
}
