import StreamHostPlugin

/// What each method does besides its own: "Echo Metadata" and "Echo Status" of the cases' description.
enum CallOptions {
    /// Sends back what the client wants to see again.
    static func echoMetadata(_ context: CallContext) throws {
        guard context.hasMetadata(prefix: "x-grpc-test-echo-") else { return }
        let entries = context.metadata.entries
        let initial = entries.filter { $0.name == "x-grpc-test-echo-initial" }
        // A call that is resumed has sent its initial metadata.
        if !initial.isEmpty, !context.isResumed { try context.sendInitialMetadata(Metadata(initial)) }
        context.addTrailers(Metadata(entries.filter { $0.name == "x-grpc-test-echo-trailing-bin" }))
    }

    /// - Throws: the status that the client has asked for, where it is none of success.
    static func echo(_ status: Grpc_Testing_EchoStatus) throws {
        guard status.code != 0 else { return }
        throw RPCError(RPCError.Code(rawValue: status.code), status.message)
    }

    /// - Throws: INVALID_ARGUMENT where the client expects a request to have been compressed and it wasn't, or the other way round.
    static func check(_ expected: Grpc_Testing_BoolValue, isCompressed: Bool) throws {
        guard expected.value != isCompressed else { return }
        throw RPCError(
            .invalidArgument,
            "expect_compressed is \(expected.value), and the request was \(isCompressed ? "compressed" : "not compressed")"
        )
    }
}
