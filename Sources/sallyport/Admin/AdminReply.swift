internal import Foundation

/// A reply on the admin socket: either what was asked for, or why it is not given.
struct AdminReply<Content: Codable>: Codable {
  /// The version that the answering side speaks.
  var version = AdminBounds.version
  /// What was asked for.
  var ok: Content?
  /// Why it is not given.
  var refusal: AdminRefusal?
}

/// Why a request is not answered.
struct AdminRefusal: Error, Codable, Equatable, CustomStringConvertible {
  /// What kind of refusal it is, for programs.
  enum Kind: String, Codable {
    /// It is no request of this protocol.
    case malformed
    /// It is one of another version.
    case version
    /// The asking user may not have that.
    case forbidden
    /// It is understood and can't be done.
    case refused
    /// The gate did not find the answer in time.
    case late
  }

  /// What kind of refusal it is.
  var kind: Kind
  /// What is wrong, and what to do about it.
  var message: String

  /// The message.
  var description: String { message }
}

/// What the control thread has to say to a request.
enum AdminAnswer {
  /// The whole reply, with its line's end.
  case line([UInt8])
  /// Nothing yet: to be asked again in the next round.
  case later

  /// What was asked for.
  static func ok<Content: Codable>(_ content: Content) -> AdminAnswer {
    encode(AdminReply(ok: content))
  }

  /// Why it is not given.
  static func refuse(_ kind: AdminRefusal.Kind, _ message: String) -> AdminAnswer {
    encode(AdminReply<Bool>(refusal: AdminRefusal(kind: kind, message: message)))
  }

  private static func encode(_ reply: some Encodable) -> AdminAnswer {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(reply), data.count < AdminBounds.replyBytes else {
      return refuse(.refused, "the reply is too long: ask for fewer rows")
    }
    return .line(Array(data) + [UInt8(ascii: "\n")])
  }
}
