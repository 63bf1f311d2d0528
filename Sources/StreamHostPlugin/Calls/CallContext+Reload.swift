import CStreamHost
import Foundation

/// How a call goes on in the next generation of the plugin, where its method's policy is ``ReloadPolicy/migrate``.
///
/// A handler says from time to time where it stands: a *checkpoint*. It is interrupted for a move only at one, or where it waits and has
/// neither sent an answer nor taken a request since; so nothing is lost or done twice. Interrupted means that whatever it waits in throws
/// `CancellationError`. Then the same handler of the next generation is called: with the same request, or with the requests that were not
/// taken yet, and with the checkpoint as ``resumed(as:)``.
extension CallContext {
    /// Where the call stands, as JSON; in a loop the cheaper ``checkpoint(bytes:)-([UInt8])`` is better.
    /// - Throws: `CancellationError` where the call is to move: the checkpoint is stored, and the handler should end. ``RPCError`` where the
    ///   value can't be encoded, or the host can't keep it.
    public func checkpoint<T: Encodable>(_ value: T) throws {
        let json: Data
        do {
            json = try JSONEncoder().encode(value)
        } catch {
            throw RPCError(.internalError, "a checkpoint could not be encoded: \(error)")
        }
        try json.withUnsafeBytes { try call.checkpoint($0) }
    }

    /// Where the call stands, in bytes of the handler's own. Cheap enough for each message.
    /// - Throws: as ``checkpoint(_:)``.
    public func checkpoint(bytes: UnsafeRawBufferPointer) throws { try call.checkpoint(bytes) }

    /// Where the call stands, in bytes of the handler's own. Cheap enough for each message.
    /// - Throws: as ``checkpoint(_:)``.
    public func checkpoint(bytes: [UInt8]) throws { try bytes.withUnsafeBytes { try call.checkpoint($0) } }

    /// Here the call may move, and there is nothing to remember: the next generation begins as with a fresh call, from the next request.
    /// - Throws: as ``checkpoint(_:)``.
    public func checkpoint() throws { try call.checkpoint(UnsafeRawBufferPointer(start: nil, count: 0)) }

    /// Whether the call began in another generation. What that one has sent was sent, initial metadata too.
    public var isResumed: Bool { call.head.isResumed }

    /// The last checkpoint of another generation, empty where it had nothing to remember; `nil`: a fresh call.
    public var resumedBytes: [UInt8]? { isResumed ? Array(call.head.checkpoint) : nil }

    /// The last checkpoint of another generation, as ``checkpoint(_:)`` took it; `nil`: a fresh call, or one with nothing to remember.
    /// - Throws: ``RPCError`` UNAVAILABLE, upon which clients may try again, where it is no such value: the log says why.
    public func resumed<T: Decodable>(as type: T.Type) throws -> T? {
        guard let bytes = resumedBytes, !bytes.isEmpty else { return nil }
        do {
            return try JSONDecoder().decode(type, from: Data(bytes))
        } catch {
            throw unusableCheckpoint("it is no \(type): \(error)")
        }
    }

    /// For a checkpoint of the handler's own bytes that this version can't go on from. The reason goes to the log.
    public func unusableCheckpoint(_ reason: String) -> RPCError {
        log.error("method \(call.method.name): a call can't go on from its checkpoint of \(call.head.checkpoint.count) bytes: \(reason)")
        return RPCError(.unavailable, "the service was replaced by a version that can't go on with this call; try again")
    }

    /// Whether the handler is being ended because its call goes on in another generation: then it shouldn't say good-bye to anyone.
    /// ``isCancelled`` is `false` then, and where the client goes away in the midst of it, it's the other way round.
    public var isMoving: Bool { call.flags.isMoving && !call.isCancelled }
}
