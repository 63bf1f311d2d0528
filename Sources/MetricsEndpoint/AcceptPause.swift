import NIOCore

/// Stops accepting for a while when that fails, as it does when the process is out of descriptors: trying on would burn the thread.
final class AcceptPause: ChannelInboundHandler, Sendable {
    typealias InboundIn = Channel

    private static let pause = TimeAmount.seconds(1)

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        let channel = context.channel
        channel.setOption(.autoRead, value: false).whenComplete { _ in
            channel.eventLoop.scheduleTask(in: Self.pause) { channel.setOption(.autoRead, value: true) }
        }
    }
}
