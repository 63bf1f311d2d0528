import StreamHostPlugin

/// What a call's metadata asks for besides the call itself.
struct CallOptions {
    let delay: Duration?
    let interval: Duration?
    let isNumbered: Bool
    private let status: Int32
    private let message: String
    private let details: [UInt8]
    private let pushback: RPCError.RetryPushback?

    /// `nil` where the metadata asks for nothing. Sends what is to be echoed.
    init?(_ context: CallContext) throws {
        guard context.hasMetadata(prefix: "echo-") || context.hasMetadata(prefix: "trail-") || context.hasMetadata(prefix: "bench-")
        else { return nil }
        let entries = context.metadata.entries
        let echoes = entries.filter { $0.name.hasPrefix("echo-") }
        // A call that is resumed has sent its initial metadata.
        if !echoes.isEmpty, !context.isResumed { try context.sendInitialMetadata(Metadata(echoes)) }
        if let compress = context.metadata["bench-compress"] { context.compressAnswers(compress == "1") }
        context.addTrailers(Metadata(entries.filter { $0.name.hasPrefix("trail-") }))
        func milliseconds(_ name: String) -> Duration? { context.metadata[name].flatMap { Int64($0) }.map { .milliseconds($0) } }
        delay = milliseconds("bench-delay-ms")
        interval = milliseconds("bench-interval-ms")
        isNumbered = context.metadata["bench-number"] != nil
        status = context.metadata["bench-status"].flatMap { Int32($0) } ?? 0
        message = context.metadata["bench-message"] ?? context.metadata["bench-message-bin"] ?? ""
        details = context.metadata.bytes("bench-details-bin") ?? []
        pushback = context.metadata["bench-pushback-ms"].flatMap { Int64($0) }.map { $0 < 0 ? .never : .after(.milliseconds($0)) }
    }

    /// Ends the call as it was asked to.
    func end() throws {
        guard status != 0 else { return }
        throw RPCError(RPCError.Code(rawValue: status), message, details: details, retryPushback: pushback)
    }
}
