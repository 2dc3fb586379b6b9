internal import Filter

/// Reads a router's file, with faults in the words of router files.
enum RouterFileReading {
  /// The bytes of a file that holds no secret.
  static func read(_ path: String, maximumBytes: Int) throws(RouterFilesFault) -> [UInt8] {
    do throws(BoundedFile.Failure) {
      return try BoundedFile.read(path, maximumBytes: maximumBytes)
    } catch {
      throw RouterFilesFault(error, file: path, maximumBytes: maximumBytes)
    }
  }

  /// The bytes of a file that holds secrets, in guarded memory alone.
  static func readSecret(_ path: String, maximumBytes: Int) throws(RouterFilesFault) -> SecretFile {
    do throws(BoundedFile.Failure) {
      return try BoundedFile.readSecret(path, maximumBytes: maximumBytes)
    } catch {
      throw RouterFilesFault(error, file: path, maximumBytes: maximumBytes)
    }
  }
}

extension RouterFilesFault {
  /// Why `file` was not read.
  fileprivate init(_ failure: BoundedFile.Failure, file: String, maximumBytes: Int) {
    switch failure {
    case .system(let errno): self = .unreadable(file: file, errno)
    case .notRegular: self = .notAFile(file)
    case .tooLong: self = .tooLarge(file: file, maximumBytes: maximumBytes)
    }
  }
}
