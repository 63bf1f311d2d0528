extension FuzzTarget {
    /// What needs more of the host than its parsers of gRPC's bytes.
    public static let host = [
        FuzzTarget(name: "configuration", run: fuzzConfiguration),
        FuzzTarget(name: "listen-address", run: fuzzListenAddress),
        FuzzTarget(name: "session", run: fuzzSession),
    ]

    static let all = wire + host

    static func named(_ name: String) -> FuzzTarget? { all.first { $0.name == name } }
}
