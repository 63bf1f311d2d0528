import Glibc
import NIOCore
import NIOPosix
import Synchronization

/// Listeners, loops and connections: turns sockets into calls of the handlers that are published.
public final class Transport: Sendable {
    /// The loops, one a thread.
    public let loops: [CallLoop]

    private let group: MultiThreadedEventLoopGroup
    let registry: ConnectionRegistry
    private let listeners = ListenerList()
    private let onFailure: @Sendable (String, String) -> Void
    let callQuotas = Mutex<[CallQuota]>([])

    private static let sweepInterval = TimeAmount.seconds(1)

    /// A transport of so many threads (0: one a core). `onFailure` hears of connections that ended by an error of the peer; `onRefusals`,
    /// from each loop, and once a second at most, of what was refused since the last time.
    public init(
        threads: Int,
        limits: TransportLimits,
        onFailure: @escaping @Sendable (_ peer: String, _ reason: String) -> Void,
        onRefusals: @escaping @Sendable (RefusalCounters) -> Void
    ) async throws {
        group = MultiThreadedEventLoopGroup(numberOfThreads: min(threads > 0 ? threads : System.coreCount, CallHandle.maxLoops))
        registry = ConnectionRegistry(
            limits: limits.ofConnections,
            windows: WindowBudget(limit: limits.windowBudgetBytes),
            now: CallLoop.now,
            onFailure: onFailure
        )
        self.onFailure = onFailure
        var loops: [CallLoop] = []
        let eventLoops = Array(group.makeIterator())
        let gauges = ProcessGauges(loops: eventLoops.count)
        gauges.setCallRate(limits.maxCallsPerSecond, now: CallLoop.now)
        for (index, eventLoop) in eventLoops.enumerated() {
            let loop = try await eventLoop.submit {
                CallLoop(eventLoop: eventLoop, index: index, limits: limits, process: gauges, onRefusals: onRefusals)
            }.get()
            eventLoop.scheduleRepeatedTask(initialDelay: Self.sweepInterval, delay: Self.sweepInterval) { [registry] _ in
                loop.turn { loop.sweep(now: CallLoop.coarseNow) }
                if index == 0 { registry.forgetAddresses(now: CallLoop.coarseNow) }
            }
            loops.append(loop)
        }
        self.loops = loops
    }

    private let draining = Atomic<Bool>(false)

    /// Whether the transport is being shut down.
    public var isDraining: Bool { draining.load(ordering: .relaxed) }

    /// Connections that are open.
    public var connectionCount: Int { registry.count }

    // MARK: Listening

    /// Listens on a TCP address; answers the port, which the system chose where it was 0.
    public func listen(host: String, port: Int, _ admission: Admission = Admission()) async throws(TransportError) -> Int {
        do {
            let channel = try await bootstrap(admission).bind(host: host, port: port).get()
            listeners.add(channel)
            return channel.localAddress?.port ?? port
        } catch {
            throw .listen("\(host):\(port)", error)
        }
    }

    /// Listens on a Unix socket. A socket file that nobody listens on any more is replaced. `mode`: who may connect; `nil`: as the
    /// process's umask says.
    public func listen(
        unixSocket path: String,
        mode: mode_t? = nil,
        _ admission: Admission = Admission()
    ) async throws(TransportError) {
        do {
            guard !UnixSocket.isServed(path) else {
                throw IOError(errnoCode: EADDRINUSE, reason: "bind")
            }
            if UnixSocket.isSocket(path) { unlink(path) }
            let channel = try await bootstrap(admission).withBoundSocket(UnixSocket.bound(to: path, mode: mode)).get()
            listeners.add(channel, path: path)
        } catch {
            throw .listen("unix:\(path)", error)
        }
    }

    private func bootstrap(_ admission: Admission) -> ServerBootstrap {
        let room = ListenerRoom(admission.limits, now: CallLoop.now)
        return ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 4096)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelInitializer { [onFailure] channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(AcceptPause(onFailure: onFailure))
                }
            }
            .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
            .childChannelOption(.writeBufferWaterMark, value: .init(low: 64 * 1024, high: 256 * 1024))
            // A channel keeps its last buffer: it begins small, so that an idle connection does, and grows with what comes.
            .childChannelOption(
                .recvAllocator,
                value: AdaptiveRecvByteBufferAllocator(minimum: 1024, initial: 2048, maximum: 128 * 1024)
            )
            .childChannelInitializer { [registry, loops] channel in
                guard let loop = loops.first(where: { $0.eventLoop === channel.eventLoop }) else { return channel.close() }
                switch registry.take(PeerAddress(channel.remoteAddress), on: room, now: CallLoop.coarseNow) {
                case .refused(let refusal):
                    loop.refusals.count(refusal)
                    return channel.close()
                case .place(let place):
                    return channel.eventLoop.makeCompletedFuture {
                        do {
                            try Connection.begin(on: channel, place, admission, loop: loop)
                        } catch {
                            place.giveBack()
                            throw error
                        }
                    }
                }
            }
    }

    // MARK: Routes

    /// Makes those the routes of all loops; returns when each has them.
    public func publish(_ routes: RouteTable) async {
        _ = await onEachLoop { $0.routes = routes }
    }

    /// Makes those the routes of connections that were accepted for ``ListenerPurpose/admin``.
    public func publish(admin routes: RouteTable) async {
        _ = await onEachLoop { $0.adminRoutes = routes }
    }

    /// Sets the limits. What a client was told when it connected stays as it is.
    public func setLimits(_ limits: TransportLimits) async {
        registry.setLimits(limits.ofConnections, now: CallLoop.now)
        registry.windows.setLimit(limits.windowBudgetBytes)
        loops.first?.process.setCallRate(limits.maxCallsPerSecond, now: CallLoop.now)
        _ = await onEachLoop { $0.limits = limits }
    }

    /// Sets how answers are compressed, of calls that begin from then on.
    public func setCompression(_ policy: CompressionPolicy) async {
        _ = await onEachLoop { $0.compression = policy }
    }

    // MARK: The end

    /// Graceful shutdown: no new connections, a GOAWAY to each client, and the calls in flight may end within the limit; then the
    /// rest is ended.
    /// - Returns: whether all ended by themselves.
    public func drain(within limit: Duration) async -> Bool {
        draining.store(true, ordering: .relaxed)
        await listeners.closeAll()
        for loop in loops {
            loop.mail { loop in
                loop.isDraining = true
                for handshake in loop.handshakes.values { handshake.abandon() }
                for connection in loop.connections.values { connection.shutDown() }
            }
        }
        if await registry.empty(within: limit) { return true }
        await endConnections()
        // A loop that a plugin blocks must not hold the shutdown up.
        _ = await registry.empty(within: Self.endGrace)
        return false
    }

    private static let endGrace = Duration.seconds(2)

    private func endConnections() async {
        for loop in loops {
            loop.mail { loop in
                loop.acceptsCalls = false
                for connection in loop.connections.values { connection.endNow() }
            }
        }
    }

    /// Stops the threads. Nothing may be used afterwards.
    public func stop() async {
        try? await group.shutdownGracefully()
    }
}
