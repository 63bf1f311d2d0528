import Glibc

#if WHOLE_HOST
    import FuzzTests
    private let targets = FuzzTarget.host
#else
    private let targets = FuzzTarget.wire
#endif

// What libFuzzer calls. One program has all targets; FUZZ_TARGET says which. `scripts/fuzz.sh` builds two: the parsers of gRPC's bytes, and
// the whole host, for which all libraries must be built.

private let chosen: @Sendable (UnsafeRawBufferPointer) -> Void = {
    let name = getenv("FUZZ_TARGET").map { String(cString: $0) } ?? ""
    if let target = targets.first(where: { $0.name == name }) { return target.run }
    // To be read by the script. An exit that libFuzzer hears of would be a find.
    let names = targets.map(\.name).joined(separator: "\n") + "\n"
    _ = write(STDOUT_FILENO, names, names.utf8.count)
    _exit(name.isEmpty ? 0 : 2)
}()

/// One input.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    chosen(UnsafeRawBufferPointer(start: start, count: count))
    return 0
}
