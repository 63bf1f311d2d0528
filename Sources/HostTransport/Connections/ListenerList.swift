import NIOCore
import Synchronization

/// The channels that listen.
final class ListenerList: Sendable {
    private let channels = Mutex<[any Channel]>([])

    func add(_ channel: any Channel) {
        channels.withLock { $0.append(channel) }
    }

    func closeAll() async {
        let all = channels.withLock { channels in
            let all = channels
            channels = []
            return all
        }
        for channel in all { try? await channel.close().get() }
    }
}
