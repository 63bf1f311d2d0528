/// Code that reads what strangers write, as a function of bytes. It returns whatever the bytes are; where it doesn't, or where one of the
/// checks in it fails, the bytes are a find.
struct FuzzTarget: Sendable {
    let name: String
    let run: @Sendable (UnsafeRawBufferPointer) -> Void

    static let all = [
        FuzzTarget(name: "base64", run: fuzzBase64),
        FuzzTarget(name: "configuration", run: fuzzConfiguration),
        FuzzTarget(name: "deframer", run: fuzzDeframer),
        FuzzTarget(name: "inflater", run: fuzzInflater),
        FuzzTarget(name: "listen-address", run: fuzzListenAddress),
        FuzzTarget(name: "percent", run: fuzzPercentEncoding),
        FuzzTarget(name: "request-head", run: fuzzRequestHead),
        FuzzTarget(name: "session", run: fuzzSession),
        FuzzTarget(name: "timeout", run: fuzzTimeout),
    ]

    static func named(_ name: String) -> FuzzTarget? { all.first { $0.name == name } }
}

/// A check that holds in every build: the find is a crash, as a fuzzer wants it.
func holds(_ condition: Bool, _ what: @autoclosure () -> String) {
    precondition(condition, what())
}
