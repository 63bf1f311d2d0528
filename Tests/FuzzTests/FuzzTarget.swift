import Glibc

/// Code that reads what strangers write, as a function of bytes. It returns whatever the bytes are; where it doesn't, or where one of the
/// checks in it fails, the bytes are a find.
public struct FuzzTarget: Sendable {
    /// As the corpus' folder is called.
    public let name: String
    /// Takes one input.
    public let run: @Sendable (UnsafeRawBufferPointer) -> Void
}

/// A check that holds in every build, and says what was broken: the find is a crash, as a fuzzer wants it.
func holds(_ condition: Bool, _ what: @autoclosure () -> String) {
    guard !condition else { return }
    let line = "does not hold: \(what())\n"
    _ = write(STDERR_FILENO, line, line.utf8.count)
    abort()
}
