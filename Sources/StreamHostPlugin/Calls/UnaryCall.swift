import SwiftProtobuf

/// A call with one request and one answer.
final class UnaryCall<Request: Message, Response: Message>: Call, @unchecked Sendable {
    private let handler: @Sendable (Request, CallContext) async throws -> Response
    // The host's events' own: between the message and the half-close.
    private var request: Request?

    init(_ setup: CallSetup, _ handler: @escaping @Sendable (Request, CallContext) async throws -> Response) {
        self.handler = handler
        super.init(setup)
    }

    override func received(_ message: UnsafeRawBufferPointer) {
        do throws(RPCError) {
            request = try Request(wire: message)
        } catch {
            reject(error)
        }
    }

    override func halfClosed() {
        guard let request else { return }
        self.request = nil
        run { [handler] call in
            let response = try await handler(request, CallContext(call: call))
            try call.sendOnly(response)
        }
    }
}

/// A call with one request and any number of answers.
final class ServerStreamingCall<Request: Message, Response: Message>: Call, @unchecked Sendable {
    typealias Handler = @Sendable (Request, ResponseWriter<Response>, CallContext) async throws -> Void
    private let handler: Handler
    // The host's events' own: between the message and the half-close.
    private var request: Request?

    init(_ setup: CallSetup, _ handler: @escaping Handler) {
        self.handler = handler
        super.init(setup)
    }

    override func received(_ message: UnsafeRawBufferPointer) {
        do throws(RPCError) {
            request = try Request(wire: message)
        } catch {
            reject(error)
        }
    }

    override func halfClosed() {
        guard let request else { return }
        self.request = nil
        run { [handler] call in
            try await handler(request, ResponseWriter(call: call), CallContext(call: call))
        }
    }
}
