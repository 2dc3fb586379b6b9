internal import CNFTables
internal import Glibc

/// One conversation with the kernel's nf_tables by libnftables, in the network namespace of the
/// thread that opened it.
@safe
struct NFTables: ~Copyable {
  private let context: OpaquePointer

  /// Opens the conversation.
  init() throws(FirewallFault) {
    try Self.probe()
    guard let context = unsafe nft_ctx_new(UInt32(NFT_CTX_DEFAULT)) else {
      throw .noNFTables(Errno(rawValue: ENOMEM))
    }
    guard unsafe nft_ctx_buffer_output(context) == 0, unsafe nft_ctx_buffer_error(context) == 0
    else {
      unsafe nft_ctx_free(context)
      throw .noNFTables(Errno(rawValue: ENOMEM))
    }
    // Terse: without the elements of sets, of which there may be a hundred thousand.
    let flags = UInt32(NFT_CTX_OUTPUT_STATELESS | NFT_CTX_OUTPUT_TERSE)
    unsafe nft_ctx_output_set_flags(context, flags)
    unsafe self.context = context
  }

  deinit {
    unsafe nft_ctx_free(context)
  }

  /// Carries out `commands` as one transaction, all or nothing.
  ///
  /// - Returns: What was listed.
  @discardableResult
  borrowing func run(_ commands: String) throws(FirewallFault) -> String {
    guard unsafe nft_run_cmd_from_buffer(context, commands) == 0 else {
      throw .rulesRefused(message: errorText)
    }
    guard let output = unsafe nft_ctx_get_output_buffer(context) else { return "" }
    return unsafe String(cString: output)
  }

  /// libnftables ends the whole process when the kernel lacks its socket, so it is tried first.
  private static func probe() throws(FirewallFault) {
    do throws(Errno) {
      let netfilter: Int32 = 12
      _ = Descriptor(
        owning: try Errno.check(
          socket(AF_NETLINK, SocketType.raw | SocketType.closeOnExec, netfilter)
        )
      )
    } catch {
      throw .noNFTables(error)
    }
  }

  /// The beginning of an error's text, on one line: libnftables repeats the whole input after it.
  private var errorText: String {
    guard let text = unsafe nft_ctx_get_error_buffer(context) else { return "no reason given" }
    return unsafe String(cString: text).split(whereSeparator: \.isNewline).prefix(3)
      .joined(separator: " ")
  }
}
