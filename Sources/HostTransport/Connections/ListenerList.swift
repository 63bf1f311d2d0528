import Glibc
import NIOCore
import Synchronization

/// The channels that listen.
final class ListenerList: Sendable {
    private struct Listener {
        let channel: any Channel
        /// Of a Unix socket: its file goes with the channel.
        let path: String?
    }

    private let listeners = Mutex<[Listener]>([])

    func add(_ channel: any Channel, path: String? = nil) {
        listeners.withLock { $0.append(Listener(channel: channel, path: path)) }
    }

    func closeAll() async {
        let all = listeners.withLock { listeners in
            let all = listeners
            listeners = []
            return all
        }
        for listener in all {
            if let path = listener.path { unlink(path) }
            try? await listener.channel.close().get()
        }
    }
}
