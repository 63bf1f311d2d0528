import StreamHostPlugin

/// Where a stream stands after a tick: when the next one is due, and all that decides how its walks go on. It is the checkpoint of a call, in
/// packed bytes, as it is made at each tick.
struct StreamPosition: Equatable, Sendable {
    var tick: TickPosition
    var walks: [PriceWalk.Position]

    /// The walks by the names of their listings: another version may have others, or in another order.
    subscript(name: String) -> PriceWalk.Position? { walks.first { $0.name == name } }

    private static let format: UInt8 = 1
    // Name, price, generator, spare.
    private static let leastWalk = 4 + 8 + 32 + 1

    init(_ tick: TickPosition, _ walks: [PriceWalk]) {
        self.tick = tick
        self.walks = walks.map(\.position)
    }

    var packed: [UInt8] {
        var writer = PackedWriter(capacity: 32 + 64 * walks.count)
        writer.put(Self.format)
        writer.put(tick.due.nanoseconds)
        writer.put(tick.timestamp)
        writer.put(UInt32(clamping: walks.count))
        for walk in walks {
            writer.put(walk.name)
            writer.put(walk.exact)
            for word in walk.random.words { writer.put(word) }
            writer.put(walk.spare != nil)
            if let spare = walk.spare { writer.put(spare) }
        }
        return writer.bytes
    }

    /// - Throws: ``Unusable``, or what the reader throws, where it isn't a position as above.
    init(packed bytes: [UInt8]) throws {
        var reader = PackedReader(bytes)
        let format: UInt8 = try reader.integer()
        guard format == Self.format else { throw Unusable("its format is \(format), known here is \(Self.format)") }
        tick = TickPosition(due: .nanoseconds(try reader.integer(Int64.self)), timestamp: try reader.integer())
        walks = try (0..<reader.count(ofAtLeast: Self.leastWalk)).map { _ in
            let name = try reader.string()
            let exact = try reader.double()
            let random = Xoshiro256(words: [try reader.integer(), try reader.integer(), try reader.integer(), try reader.integer()])
            let spare = try reader.bool() ? try reader.double() : nil
            guard exact.isFinite, exact >= PriceWalk.leastPrice, spare?.isFinite ?? true, let random else {
                throw Unusable("the walk of \(name) is none: price \(exact)")
            }
            return PriceWalk.Position(name: name, exact: exact, random: random, spare: spare)
        }
        try reader.end()
    }

    /// Where a call stood in another generation; `nil`: it is a fresh one.
    static func resumed(in context: CallContext) throws -> StreamPosition? {
        guard let bytes = context.resumedBytes, !bytes.isEmpty else { return nil }
        do {
            return try StreamPosition(packed: bytes)
        } catch {
            throw context.unusableCheckpoint("\(error)")
        }
    }

    /// Why bytes are no position.
    struct Unusable: Error, CustomStringConvertible {
        let description: String
        init(_ description: String) { self.description = description }
    }
}

extension Duration {
    /// In whole nanoseconds, of which a clock has 292 years.
    fileprivate var nanoseconds: Int64 { components.seconds &* 1_000_000_000 &+ components.attoseconds / 1_000_000_000 }
}
