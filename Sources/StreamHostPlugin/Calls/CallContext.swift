import CStreamHost
import Foundation
import Synchronization

/// What a handler knows of its call, and can do besides answering.
public struct CallContext: Sendable {
    @usableFromInline let call: Call

    @inlinable
    init(call: Call) { self.call = call }

    /// The client's metadata.
    public var metadata: Metadata { call.head.metadata }

    /// Whether the client sent metadata whose name begins so. Cheaper than ``metadata``, which is decoded for each use.
    public func hasMetadata(prefix: StaticString) -> Bool { call.head.hasMetadata(prefix: prefix) }

    /// Who calls: "ipv4:127.0.0.1:50123", "ipv6:[::1]:50123", "unix:".
    public var peer: String { call.head.peer }

    /// Whether the call came by TLS.
    public var isEncrypted: Bool { call.head.isEncrypted }

    /// Who the client has proved to be, by a TLS certificate that an authority of the operator's choice has signed; `nil`: it has proved
    /// nothing. Ask where the handler begins: it is known on the call's own thread alone, and `nil` elsewhere or when the call has ended.
    public var peerIdentity: PeerIdentity? { PeerIdentity(call) }

    /// When the client stops waiting; `nil`: never.
    public var deadline: ContinuousClock.Instant? {
        guard let left = remaining else { return nil }
        return .now + left
    }

    /// The time until the deadline, negative when it has passed; `nil`: no deadline.
    public var remaining: Duration? {
        guard call.deadline != Int64.max else { return nil }
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        return .nanoseconds(call.deadline - (Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec)))
    }

    /// Whether nobody waits for the answer any more. Whatever the handler suspends in then throws `CancellationError`.
    public var isCancelled: Bool { call.isCancelled }

    /// What the host offers, whatever the call.
    public var plugin: PluginContext { call.instance.context }

    /// The host's log.
    public var log: PluginLogger { plugin.log }

    /// Sends initial metadata now; without it they leave, empty, with the first answer.
    /// - Throws: ``RPCError`` where a name or value may not be sent, or an answer was sent already.
    public func sendInitialMetadata(_ metadata: Metadata) throws {
        try call.flags.willSend()
        switch Int(call.host.send(call.handle, metadata: metadata)) {
        case Int(SH_OK): return
        case Int(SH_CLOSED): throw CancellationError()
        default:
            throw RPCError(
                .internalError,
                "initial metadata refused: names must be lower-case and not reserved, values printable, and no answer sent before"
            )
        }
    }

    /// Whether answers are compressed from here on, whatever the host's configuration says. For one answer, set it before and back after.
    /// - Returns: `false` where the client takes no encoding that the host knows, or initial metadata or an answer has left before any was
    ///   announced: then answers go as they are.
    @discardableResult
    public func compressAnswers(_ on: Bool) -> Bool {
        let status = call.host.compress(call.handle, on)
        return !on || status == sh_status(SH_OK)
    }

    /// Of a method that takes one request: whether it had come compressed. Of the others ``RequestStream/lastWasCompressed`` tells.
    public var requestWasCompressed: Bool { call.batch.lastWasCompressed }

    /// Adds trailing metadata: sent when the call ends, whatever its status. It is no part of a checkpoint: where the call goes on in
    /// another generation, that one adds its own.
    public func addTrailers(_ metadata: Metadata) {
        call.shared.withLock { shared in
            shared.trailers = Metadata(shared.trailers.entries + metadata.entries)
        }
    }

    /// Suspends for that long.
    /// - Throws: `CancellationError` as soon as nobody waits for the answer any more, or the call moves to another generation.
    public func sleep(for duration: Duration) async throws {
        _ = try await CallSignal(call).wait(for: duration)
    }

    /// A signal that wakes this call's handler; see ``CallSignal``.
    /// - Parameter orDrain: Whether a wait for it also ends, as if the time were over, when ``isDraining`` becomes `true`.
    public func makeSignal(orDrain: Bool = false) -> CallSignal { CallSignal(call, endsWithDrain: orDrain) }

    /// Whether the call should end soon, as the host ends, its connection is to be closed, or the plugin is being drained. A handler of
    /// an endless stream says good-bye then and returns: what is left when the drain limit has passed is cancelled.
    public var isDraining: Bool { call.flags.isDraining }

    /// Suspends until the call should end soon; for a task of its own beside what the handler waits for.
    /// - Throws: `CancellationError` as soon as nobody waits for the answer any more, or the call moves to another generation.
    public func untilDraining() async throws {
        let signal = makeSignal(orDrain: true)
        while !isDraining { _ = try await signal.wait() }
    }
}
