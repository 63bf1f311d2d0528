import FakeHost
import StreamHostPlugin
import SwiftProtobuf

typealias Number = Google_Protobuf_Int64Value

/// A plugin whose handlers show what the SDK does.
struct Probe: Plugin {
    static let name = "probe"
    static let version = "1.0.0"

    init(context: PluginContext) throws {}

    func register(in registry: ServiceRegistry) throws {
        try registry.add("p.Probe") { service in
            service.serverStreaming("Ticks", reload: .migrate, Self.ticks)
            service.serverStreaming("Dirty", reload: .migrate, Self.dirty)
            service.serverStreaming("Burst", reload: .migrate, Self.burst)
            service.serverStreaming("Endless", reload: .migrate, Self.endless)
            service.serverStreaming("Signal", reload: .migrate, Self.signal)
            service.serverStreaming("Swallows", reload: .migrate, Self.swallows)
            service.serverStreaming("Children", reload: .migrate, Self.children)
            service.clientStreaming("Sum", reload: .migrate, Self.sum)
            service.clientStreaming("SumElsewhere", on: .offloaded, reload: .migrate, Self.sum)
            service.clientStreaming("Forgets", reload: .migrate, Self.forgets)
            service.bidirectional("Echo", reload: .migrate, Self.echo)
            service.bidirectional("Mirror", Self.mirror)
            service.serverStreaming("Leaves", reload: .migrate, Self.leaves)
            service.serverStreaming("Watches", Self.watches)
            service.unary("MirrorOne", Self.mirrorOne)
            service.unary("Plain") { (request: Number, _) in request }
            service.unary("Ends", reload: .end) { (request: Number, _) in request }
            service.unary("Fails", Self.fails)
            service.unary("Who", Self.who)
        }
    }

    /// Answers are compressed where their requests were.
    @Sendable private static func mirror(
        _ requests: RequestStream<Number>,
        _ writer: ResponseWriter<Number>,
        _ context: CallContext
    ) async throws {
        context.compressAnswers(true)
        for try await request in requests {
            context.compressAnswers(requests.lastWasCompressed)
            try await writer.write(request)
        }
    }

    /// Counts how often it was woken; twice after it was asked to end.
    @Sendable private static func leaves(_ request: Number, _ writer: ResponseWriter<Number>, _ context: CallContext) async throws {
        try context.checkpoint()
        let signal = context.makeSignal(orDrain: true)
        var rounds: Int64 = 0
        while true {
            _ = try await signal.wait(for: .seconds(1))
            rounds += 1
            if context.isDraining, rounds == request.value { return try await writer.write(Number(rounds)) }
        }
    }

    /// Has a task of its own for the end.
    @Sendable private static func watches(_ request: Number, _ writer: ResponseWriter<Number>, _ context: CallContext) async throws {
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await context.sleep(for: .seconds(1000)) }
            tasks.addTask { try await context.untilDraining() }
            try await tasks.next()
            tasks.cancelAll()
        }
        try await writer.write(request)
    }

    @Sendable private static func mirrorOne(_ request: Number, _ context: CallContext) async throws -> Number {
        context.compressAnswers(context.requestWasCompressed)
        return request
    }

    /// With the request as the detail.
    @Sendable private static func fails(_ request: Number, _ context: CallContext) async throws -> Number {
        context.addTrailers(Metadata([.init(name: "own", value: [])]))
        throw try RPCError(
            .unavailable,
            "not now",
            statusDetails: [Google_Protobuf_Any(message: request)],
            retryPushback: .after(.milliseconds(250))
        )
    }

    /// Logs who asks.
    @Sendable private static func who(_ request: Number, _ context: CallContext) async throws -> Number {
        let identity = context.peerIdentity.map { "\($0.subject) \($0.names) \($0.certificate.count)" }
        context.log.info("\(context.isEncrypted ? "TLS" : "plaintext") \(identity ?? "nobody")")
        return request
    }

    private static func sayHow(_ context: CallContext) {
        context.log.info(context.isMoving ? "moving" : context.isCancelled ? "cancelled" : "ended")
    }

    /// Checkpoints after each answer, and rests clean.
    @Sendable private static func ticks(_ request: Number, _ writer: ResponseWriter<Number>, _ context: CallContext) async throws {
        defer { sayHow(context) }
        var next = try context.resumed(as: Int64.self) ?? request.value
        while true {
            try context.checkpoint(next)
            try await context.sleep(for: .seconds(1))
            try await writer.write(Number(next))
            next += 1
        }
    }

    /// Checkpoints before each answer, and rests dirty.
    @Sendable private static func dirty(_ request: Number, _ writer: ResponseWriter<Number>, _ context: CallContext) async throws {
        var next = try context.resumed(as: Int64.self) ?? request.value
        while true {
            try context.checkpoint(next)
            try await writer.write(Number(next))
            next += 1
            try await context.sleep(for: .seconds(1))
        }
    }

    /// Three answers for a checkpoint, as fast as they go.
    @Sendable private static func burst(_ request: Number, _ writer: ResponseWriter<Number>, _ context: CallContext) async throws {
        var next = try context.resumed(as: Int64.self) ?? 0
        while next < request.value {
            for number in next..<(next + 3) { try await writer.write(Number(number)) }
            next += 3
            try context.checkpoint(next)
        }
    }

    /// Has no checkpoint, and only ever waits for its client.
    @Sendable private static func endless(_ request: Number, _ writer: ResponseWriter<Number>, _ context: CallContext) async throws {
        while true { try await writer.write(request) }
    }

    @Sendable private static func signal(_ request: Number, _ writer: ResponseWriter<Number>, _ context: CallContext) async throws {
        try context.checkpoint()
        defer { sayHow(context) }
        _ = try await context.makeSignal().wait()
    }

    /// Answers although it was interrupted.
    @Sendable private static func swallows(_ request: Number, _ writer: ResponseWriter<Number>, _ context: CallContext) async throws {
        try context.checkpoint()
        try? await context.sleep(for: .seconds(1))
        if request.value == 1 { try await writer.write(request) }
    }

    /// Two tasks: one waits, the other sends.
    @Sendable private static func children(_ request: Number, _ writer: ResponseWriter<Number>, _ context: CallContext) async throws {
        try context.checkpoint()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await context.sleep(for: .seconds(1)) }
            group.addTask {
                try await context.sleep(for: .seconds(5))
                try await writer.write(request)
            }
            while try await group.next() != nil {}
        }
    }

    @Sendable private static func sum(_ requests: RequestStream<Number>, _ context: CallContext) async throws -> Number {
        var sum = try context.resumed(as: Int64.self) ?? 0
        var iterator = requests.makeAsyncIterator()
        while true {
            if !requests.isNextReady { try context.checkpoint(sum) }
            guard let request = try await iterator.next() else { return Number(sum) }
            sum += request.value
        }
    }

    /// Has no checkpoint.
    @Sendable private static func forgets(_ requests: RequestStream<Number>, _ context: CallContext) async throws -> Number {
        var sum = context.isResumed ? Int64(1000) : 0
        for try await request in requests { sum += request.value }
        return Number(sum)
    }

    @Sendable private static func echo(
        _ requests: RequestStream<Number>,
        _ writer: ResponseWriter<Number>,
        _ context: CallContext
    ) async throws {
        if !context.isResumed {
            var metadata = Metadata()
            metadata.add("begun", "yes")
            try context.sendInitialMetadata(metadata)
        }
        var iterator = requests.makeAsyncIterator()
        while true {
            try context.checkpoint()
            guard let request = try await iterator.next() else { return }
            try await writer.write(request)
        }
    }
}

/// A message of that number, encoded.
func wire(_ number: Int64) -> [UInt8] { (try? Number(number).serializedBytes()) ?? [] }

extension FakeCall {
    /// The answers so far.
    var numbers: [Int64] { sent.map { (try? Number(serializedBytes: $0))?.value ?? -1 } }

    func receive(_ number: Int64) { receive(wire(number)) }
}
