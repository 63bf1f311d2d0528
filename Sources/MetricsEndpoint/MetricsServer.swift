import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix

/// Answers `GET /metrics` by HTTP/1.1, on a listener and a thread of its own: whoever asks can't slow what is measured.
///
/// A connection serves one request, and has ``Limits/time`` for it, so that one that sends nothing costs nothing for long.
public final class MetricsServer: Sendable {
    /// Tells the text by now.
    public typealias Content = @Sendable () async -> [UInt8]

    /// What a client may cost.
    public struct Limits: Sendable {
        /// Connections at a time; those beyond are closed at once.
        public var connections = 16
        /// Bytes of a request's headers.
        public var headerBytes = 16 * 1024
        /// From when a connection is taken to its end.
        public var time = TimeAmount.seconds(10)

        /// The defaults.
        public init() {}
    }

    private let group: MultiThreadedEventLoopGroup
    private let channel: any Channel

    /// Listens there; port 0 lets the system choose. Throws what the system says.
    public static func listen(
        host: String,
        port: Int,
        contentType: String,
        limits: Limits = Limits(),
        content: @escaping Content
    ) async throws -> MetricsServer {
        try await MetricsServer(contentType, limits, content) { try await $0.bind(host: host, port: port).get() }
    }

    /// Listens on a Unix socket. A socket file that is there is replaced; it goes with ``stop()``.
    public static func listen(
        unixSocket path: String,
        contentType: String,
        limits: Limits = Limits(),
        content: @escaping Content
    ) async throws -> MetricsServer {
        try await MetricsServer(contentType, limits, content) {
            try await $0.bind(unixDomainSocketPath: path, cleanupExistingSocketFile: true).get()
        }
    }

    private init(
        _ contentType: String,
        _ limits: Limits,
        _ content: @escaping Content,
        bind: (ServerBootstrap) async throws -> any Channel
    ) async throws {
        group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let places = Places(limits.connections)
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(AcceptPause()) }
            }
            .childChannelInitializer { channel in
                guard places.take() else { return channel.close() }
                channel.closeFuture.whenComplete { _ in places.giveBack() }
                return channel.eventLoop.makeCompletedFuture { try Self.prepare(channel, contentType, limits, content) }
            }
        do {
            channel = try await bind(bootstrap)
        } catch {
            try? await group.shutdownGracefully()
            throw error
        }
    }

    private static func prepare(
        _ channel: any Channel,
        _ contentType: String,
        _ limits: Limits,
        _ content: @escaping Content
    ) throws {
        let end = channel.eventLoop.scheduleTask(in: limits.time) { channel.close(promise: nil) }
        channel.closeFuture.whenComplete { _ in end.cancel() }
        var decoding = NIOHTTPDecoderLimitConfiguration()
        decoding.maxHeaderFieldSize = limits.headerBytes
        decoding.maxHeaderListSize = limits.headerBytes
        try channel.pipeline.syncOperations.configureHTTPServerPipeline(
            withEncoderConfiguration: .init(),
            withDecoderLimitConfiguration: decoding
        )
        try channel.pipeline.syncOperations.addHandler(MetricsHandler(contentType: contentType, content: content))
    }

    /// The port, where it is TCP.
    public var port: Int? { channel.localAddress?.port }

    /// Ends it, and its connections.
    public func stop() async {
        if let path = channel.localAddress?.pathname { unlink(path) }
        try? await channel.close().get()
        try? await group.shutdownGracefully()
    }
}
