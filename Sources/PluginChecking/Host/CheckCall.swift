import CStreamHost
import PluginLoading

/// A call as the checks see it: what the client has sent and the plugin not yet taken, what the plugin has answered, and how it stands.
///
/// SAFETY: `@unchecked Sendable` as all that changes is touched under the lock of the ``CheckHost`` that made it, or between callbacks on
/// the loop's thread while the checking thread waits for it.
final class CheckCall: @unchecked Sendable {
    /// How a call came to its end.
    enum Ending { case finished, cancelled, letGo, refused }
    enum Life: Equatable { case opening, open, closed(Ending) }
    /// Where it is with an `on_yield`.
    enum Yield { case none, asked, letGo, stays }

    /// What `finish` said.
    struct End {
        let code: Int32
        let message: String
    }

    let handle: sh_call
    let method: PluginMethod
    /// "test.Service/One".
    let name: String
    var life = Life.opening
    var userState: UnsafeMutableRawPointer?
    var openStatus: sh_status = 0

    // The client's side.
    var inbound: [[UInt8]] = []
    var delivered: [[UInt8]] = []
    var demand: UInt32 = 1
    var halfClosed = false
    var halfCloseTold = false
    var reads = true
    var deadline: UInt64?
    var cancelReason: sh_cancel_reason?

    // The plugin's side.
    var metadataSent = false
    var sent = 0
    var queued = 0
    var awaitsDrain = false
    var drains = 0
    /// Messages that were sent after SH_FULL, and before on_writable.
    var sentOver = 0
    var end: End?
    var staleUses = 0

    // Moving.
    var checkpoint: [UInt8]?
    var yield = Yield.none
    var yieldToldAt: UInt64?
    var givenBack: [[UInt8]] = []

    init(handle: sh_call, method: PluginMethod, service: String) {
        self.handle = handle
        self.method = method
        name = "\(service)/\(method.name)"
    }

    var clientStreams: Bool { method.clientStreams }
    var serverStreams: Bool { method.serverStreams }
    var isClosed: Bool {
        switch life {
        case .closed: true
        case .opening, .open: false
        }
    }
    var wasRefused: Bool { life == .closed(.refused) }
}

extension PluginMethod {
    var clientStreams: Bool { kind == Int32(SH_CLIENT_STREAMING) || kind == Int32(SH_BIDIRECTIONAL) }
    var serverStreams: Bool { kind == Int32(SH_SERVER_STREAMING) || kind == Int32(SH_BIDIRECTIONAL) }
    var migrates: Bool { reload == Int32(SH_RELOAD_MIGRATE) }
}
