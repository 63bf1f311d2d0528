/// Variables that Kubernetes sets in every container of a namespace that has a service named `streamhost` or
/// `streamhost-...` (kubernetes.io/docs/concepts/containers/container-environment, "service links"). Nobody wrote them,
/// so they are not settings, and the host must not fail because of them.
enum ServiceLink {
    static func isVariable(_ name: String, value: String) -> Bool {
        // STREAMHOST_PORT=50052 is an operator's guess at a setting; the link's value is a URL.
        let isURL = ["tcp://", "udp://", "sctp://"].contains { value.hasPrefix($0) }
        return name.hasSuffix("_SERVICE_HOST")
            || name.hasSuffix("_SERVICE_PORT")
            || name.contains("_SERVICE_PORT_")
            || (name.hasSuffix("_PORT") && isURL)
            || isPortVariable(name)
    }

    /// `..._PORT_50051_TCP`, and that with `_PROTO`, `_PORT` or `_ADDR`.
    private static func isPortVariable(_ name: String) -> Bool {
        var words = name.split(separator: "_", omittingEmptySubsequences: false)
        if let last = words.last, ["PROTO", "PORT", "ADDR"].contains(last) {
            words.removeLast()
        }
        guard words.count >= 4 else { return false }
        let tail = words.suffix(3)
        return tail.first == "PORT" && tail.dropFirst().allSatisfy { !$0.isEmpty }
            && tail.dropFirst().first?.utf8.allSatisfy(\.isASCIIDigit) == true
            && ["TCP", "UDP", "SCTP"].contains(tail.last)
    }
}
