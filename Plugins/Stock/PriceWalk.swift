import Foundation

/// What a walk shows at a tick. All figures are rounded to two digits.
struct Quote: Equatable, Sendable {
    let name: String
    let value: Double
    /// Against the value at the tick before, as both were shown.
    let change: Double
    let changePercent: Double
}

/// The random walk of one listing, for one stream: each step moves the price by a normally distributed fraction of it.
struct PriceWalk: Sendable {
    static let leastPrice = 0.01
    static let volumes: ClosedRange<Int64> = 1000...100_000

    let listing: Listing
    // Not rounded: else a price of a few cents, whose steps are less than one, could never rise again.
    private var exact: Double
    private var random: Xoshiro256
    private var normal = NormalDistribution()

    /// A walk from the listing's base. The seed and the listing's name decide all of it, whatever else the stream
    /// shows.
    init(_ listing: Listing, seed: UInt64) {
        self.listing = listing
        exact = listing.base
        random = Xoshiro256(seed: seed ^ listing.name.utf8.reduce(0) { $0 &* 31 &+ UInt64($1) })
    }

    /// All that decides how a walk goes on.
    struct Position: Equatable, Sendable {
        let name: String
        let exact: Double
        let random: Xoshiro256
        let spare: Double?
    }

    var position: Position { Position(name: listing.name, exact: exact, random: random, spare: normal.spare) }

    /// Goes on where another walk of the listing was.
    mutating func resume(at position: Position) {
        exact = position.exact
        random = position.random
        normal.spare = position.spare
    }

    /// The next tick.
    mutating func step() -> Quote {
        let before = cents(exact)
        exact = max(exact * (1 + normal.next(using: &random) * listing.volatility), Self.leastPrice)
        let after = cents(exact)
        let change = cents(after - before)
        return Quote(name: listing.name, value: after, change: change, changePercent: cents(change / before * 100))
    }

    /// A tick at which nothing is traded.
    func rest() -> Quote {
        Quote(name: listing.name, value: cents(exact), change: 0, changePercent: 0)
    }

    /// How many were traded at a tick.
    mutating func volume() -> Int64 { .random(in: Self.volumes, using: &random) }
}

// Adding 0 makes a plain zero of the negative one that a tiny loss would show.
private func cents(_ value: Double) -> Double { (value * 100).rounded() / 100 + 0 }
