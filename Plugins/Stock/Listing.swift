import StreamHostPlugin

/// What is traded under a name: where its walk begins, and how far a step goes.
struct Listing: Equatable, Sendable {
    let name: String
    let base: Double
    /// The standard deviation of a step, as a fraction of the price.
    let volatility: Double

    // Names, bases and volatilities are the workshop's (workshop-03-grpc-streaming.md, step 2).

    static let stocks = [
        Listing(name: "AAPL", base: 150, volatility: 0.02),
        Listing(name: "GOOGL", base: 2800, volatility: 0.015),
        Listing(name: "MSFT", base: 300, volatility: 0.018),
        Listing(name: "AMZN", base: 3200, volatility: 0.025),
        Listing(name: "TSLA", base: 800, volatility: 0.03),
    ]

    static let indices = [
        Listing(name: "SPY", base: 400, volatility: 0.01),
        Listing(name: "QQQ", base: 350, volatility: 0.015),
        Listing(name: "IWM", base: 180, volatility: 0.012),
    ]

    /// The listings that a client asked for, in its order and each once; all of them where it named none.
    /// - Throws: INVALID_ARGUMENT where none of the names is known. Unknown ones beside known ones are skipped.
    static func asked(_ names: [String], of all: [Listing], as what: String) throws(RPCError) -> [Listing] {
        guard !names.isEmpty else { return all }
        var found: [Listing] = []
        for name in names {
            guard let listing = all.first(where: { $0.name == name }), !found.contains(listing) else { continue }
            found.append(listing)
            // A client may name one thing a million times.
            if found.count == all.count { break }
        }
        guard !found.isEmpty else {
            let known = all.map(\.name).joined(separator: ", ")
            throw RPCError(.invalidArgument, "unknown \(what): \(quoted(names)); known here: \(known)")
        }
        return found
    }

    // A status message travels in a header, and clients limit those to 8 KiB: a long list is cut, and so is a long
    // name.
    private static func quoted(_ names: [String]) -> String {
        let mostNames = 20
        let mostCharacters = 40
        let shown = names.prefix(mostNames).map { name in
            name.count > mostCharacters ? "\"\(name.prefix(mostCharacters))...\"" : "\"\(name)\""
        }
        let more = names.count > mostNames ? " and \(names.count - mostNames) more" : ""
        return shown.joined(separator: ", ") + more
    }
}
