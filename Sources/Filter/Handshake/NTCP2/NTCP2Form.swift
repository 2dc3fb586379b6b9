/// The shape of a first flight: classic NTCP2, or one of its hybrid post-quantum forms.
///
/// Lengths are those of the NTCP2 specification, message 1, and of proposal 169 for the hybrid
/// forms: masked key, then for a hybrid form the frame with the encapsulation key, then the frame
/// with the options, then clear padding.
enum NTCP2Form: UInt8, CaseIterable {
  case classic
  case mlkem512
  case mlkem768
  case mlkem1024

  init(_ hybrid: HybridForm) {
    switch hybrid {
    case .mlkem512: self = .mlkem512
    case .mlkem768: self = .mlkem768
    case .mlkem1024: self = .mlkem1024
    }
  }

  /// Bytes of the frame that carries the encapsulation key, its tag included; none when classic.
  var encapsulationFrameLength: Int {
    switch self {
    case .classic: 0
    case .mlkem512: 800 + NTCP2Length.tag
    case .mlkem768: 1_184 + NTCP2Length.tag
    case .mlkem1024: 1_568 + NTCP2Length.tag
    }
  }

  /// Bytes of the whole first flight before its padding.
  var lengthBeforePadding: Int {
    NTCP2Length.key + encapsulationFrameLength + NTCP2Length.optionsFrame
  }

  /// The Noise protocol's name, hashed into the transcript.
  var noiseName: StaticString {
    switch self {
    case .classic:
      "Noise_XKaesobfse+hs2+hs3_25519_ChaChaPoly_SHA256"
    case .mlkem512:
      "Noise_XKhfsaesobfse+hs2+hs3_25519+MLKEM512_ChaChaPoly_SHA256"
    case .mlkem768:
      "Noise_XKhfsaesobfse+hs2+hs3_25519+MLKEM768_ChaChaPoly_SHA256"
    case .mlkem1024:
      "Noise_XKhfsaesobfse+hs2+hs3_25519+MLKEM1024_ChaChaPoly_SHA256"
    }
  }
}

/// Lengths in bytes that NTCP2's messages are made of.
enum NTCP2Length {
  /// An X25519 key, masked or not.
  static let key = 32
  /// A Poly1305 tag.
  static let tag = 16
  /// The options block, in the clear.
  static let options = 16
  /// The options block as a frame.
  static let optionsFrame = options + tag
  /// The first part of message 3: the peer's static key as a frame.
  static let message3Part1 = key + tag
  /// The longest first flight of any form, padding included (padding at most doubles it).
  static let longestFirstFlight = 2 * 1_648
}
