import Synchronization

/// Why a connection or a call was refused, or a connection ended, for the sake of the others.
public enum Refusal: Int, CaseIterable, Sendable {
    // Connections that were closed at once.
    case connectionsOfProcess
    case connectionsOfAddress
    case connectionsOfListener
    case connectionRateOfProcess
    case connectionRateOfAddress
    case connectionRateOfListener
    // Connections that were ended.
    case handshake
    case slowHeaders
    case idle
    case stalledWrite
    case age
    case keepalive
    case pings
    case controlFrames
    case continuations
    case resets
    case forcedResets
    case queuedFrames
    case flooded
    case heldBytesOfConnection
    // Calls that were answered by the host.
    case headerList
    case callsOfProcess
    case heldBytes
    case callRateOfProcess
    case callRateOfConnection
    case callsOfService
    case callRateOfService
    case callsOfMethod
    case callRateOfMethod

    /// In words, for the log, and for the client whose connection ends by it.
    public var words: String {
        switch self {
        case .connectionsOfProcess: "too many connections"
        case .connectionsOfAddress: "too many connections from one address"
        case .connectionsOfListener: "too many connections on the listener"
        case .connectionRateOfProcess: "too many connections a second"
        case .connectionRateOfAddress: "too many connections a second from one address"
        case .connectionRateOfListener: "too many connections a second on the listener"
        case .handshake: "the HTTP/2 preface did not come in time"
        case .slowHeaders: "a header block was not whole in time"
        case .idle: "no call for a long time"
        case .stalledWrite: "data was not read in time"
        case .age: "the connection has reached its age"
        case .keepalive: "the client did not answer a keepalive ping"
        case .pings: "too many keepalive pings"
        case .controlFrames: "too many frames that carry nothing"
        case .continuations: "a header block in too many CONTINUATION frames"
        case .resets: "too many calls that were reset by the client"
        case .forcedResets: "too many streams that had to be reset for the client's mistakes"
        case .queuedFrames: "too many frames that wait for the client to read"
        case .flooded: "too many answers owed to SETTINGS and PING"
        case .heldBytesOfConnection: "the server's memory for queued data is used up, and this connection holds the most"
        case .headerList: "too much request metadata"
        case .callsOfProcess: "the server has too many calls"
        case .heldBytes: "the server's memory for queued data is used up"
        case .callRateOfProcess: "the server has too many calls a second"
        case .callRateOfConnection: "too many calls a second on one connection"
        case .callsOfService: "the service has too many calls"
        case .callRateOfService: "the service has too many calls a second"
        case .callsOfMethod: "the method has too many calls"
        case .callRateOfMethod: "the method has too many calls a second"
        }
    }
}

extension Refusal {
    /// What the client's GOAWAY says.
    var goAwayText: String {
        // gRPC's proposal A8: clients know it by this text, and ping half as often.
        self == .pings ? "too_many_pings" : words
    }
}

extension Refusal {
    /// A name for programs, such as `connections_of_address`.
    public var name: String {
        String(describing: self).reduce(into: "") { name, letter in
            if letter.isUppercase { name.append("_") }
            name.append(letter.lowercased())
        }
    }
}

/// How often each has happened on a loop: written there, read from anywhere.
final class LoopRefusals: Sendable {
    private let state = Mutex(RefusalCounters())

    var counters: RefusalCounters { state.withLock { $0 } }

    func count(_ refusal: Refusal) { state.withLock { $0[refusal] += 1 } }
}

/// How often each has happened. Plain numbers: each loop has its own, and whoever wants to know adds them up.
public struct RefusalCounters: Sendable, Equatable {
    private var counts = [Int](repeating: 0, count: Refusal.allCases.count)

    /// None.
    public init() {}

    /// How often.
    public internal(set) subscript(refusal: Refusal) -> Int {
        get { counts[refusal.rawValue] }
        set { counts[refusal.rawValue] = newValue }
    }

    /// Those that have happened.
    public var all: [(refusal: Refusal, count: Int)] {
        Refusal.allCases.map { ($0, self[$0]) }.filter { $0.1 > 0 }
    }

    mutating func add(_ other: RefusalCounters) {
        for index in counts.indices { counts[index] += other.counts[index] }
    }

    /// What has come since.
    func since(_ earlier: RefusalCounters) -> RefusalCounters {
        var difference = self
        for index in counts.indices { difference.counts[index] -= earlier.counts[index] }
        return difference
    }
}
