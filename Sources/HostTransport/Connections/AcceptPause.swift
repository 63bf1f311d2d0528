import Glibc
import NIOCore

/// Stops accepting for a while when the process is out of descriptors: trying on would burn the loop, and nothing is freed by it.
final class AcceptPause: ChannelInboundHandler, Sendable {
    typealias InboundIn = Channel

    private static let pause = TimeAmount.seconds(1)
    private let onFailure: @Sendable (String, String) -> Void

    init(onFailure: @escaping @Sendable (String, String) -> Void) {
        self.onFailure = onFailure
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let reason = (error as? IOError)?.errnoCode, [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(reason) else {
            return context.fireErrorCaught(error)
        }
        onFailure(
            "listener",
            "\(String(cString: strerror(reason))); no connections are accepted for \(Self.pause.nanoseconds / 1_000_000_000) s"
        )
        let channel = context.channel
        _ = channel.setOption(.autoRead, value: false)
        channel.eventLoop.scheduleTask(in: Self.pause) { channel.setOption(.autoRead, value: true) }
    }
}
