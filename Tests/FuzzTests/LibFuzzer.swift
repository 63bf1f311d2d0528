import Glibc

// What libFuzzer calls. One program has all targets; the environment says which.

/// Code that reads what strangers write, as a function of bytes. It returns whatever the bytes are; where it doesn't, or where one of the
/// checks in it fails, the bytes are a find.
private let targets: [String: @Sendable (UnsafeRawBufferPointer) -> Void] = [
    "base64": fuzzBase64,
    "deframer": fuzzDeframer,
    "inflater": fuzzInflater,
    "percent": fuzzPercentEncoding,
    "request-head": fuzzRequestHead,
    "timeout": fuzzTimeout,
]

private let chosen: @Sendable (UnsafeRawBufferPointer) -> Void = {
    let name = getenv("FUZZ_TARGET").map { String(cString: $0) } ?? ""
    if let target = targets[name] { return target }
    say("found FUZZ_TARGET=\"\(name)\", wanted one of \(targets.keys.sorted().joined(separator: ", "))")
    exit(2)
}()

/// A check in every build, which says what was broken: the find is a crash, as a fuzzer wants it.
func holds(_ condition: Bool, _ what: @autoclosure () -> String) {
    guard !condition else { return }
    say("does not hold: \(what())")
    abort()
}

private func say(_ words: String) {
    let line = words + "\n"
    _ = write(STDERR_FILENO, line, line.utf8.count)
}

/// One input.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    chosen(UnsafeRawBufferPointer(start: start, count: count))
    return 0
}
