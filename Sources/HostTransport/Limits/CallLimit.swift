import HTTP2Session
import Synchronization

/// What a service or one of its methods may have.
public struct CallLimit: Sendable, Equatable {
    /// `package.Service`.
    public var service: String
    /// The method's name; `nil`: all of the service's together.
    public var method: String?
    /// Calls open at a time; 0: any number.
    public var maxConcurrent: Int
    /// Calls that begin in a second; 0: any number.
    public var maxPerSecond: Int

    /// A limit.
    public init(service: String, method: String? = nil, maxConcurrent: Int = 0, maxPerSecond: Int = 0) {
        self.service = service
        self.method = method
        self.maxConcurrent = maxConcurrent
        self.maxPerSecond = maxPerSecond
    }
}

/// A limit, and what is taken of it. Shared by the loops; only services that have one pay for it.
final class CallQuota: Sendable {
    let limit: CallLimit
    private let open: OpenCalls
    private let rate: Mutex<TokenBucket>

    /// Counted apart, as the number of calls that are open outlives a change of the limit.
    private final class OpenCalls: Sendable {
        let count = Atomic<Int>(0)
    }

    /// `previous`: what it takes the place of.
    init(_ limit: CallLimit, previous: CallQuota?, now: UInt64) {
        self.limit = limit
        open = previous?.open ?? OpenCalls()
        rate = Mutex(TokenBucket(burst: limit.maxPerSecond, perSecond: limit.maxPerSecond, now: now))
    }

    /// Takes a place, which ``release()`` gives back.
    func take(now: UInt64) -> Refusal? {
        let isFull = open.count.wrappingAdd(1, ordering: .relaxed).oldValue >= limit.maxConcurrent
        if limit.maxConcurrent > 0, isFull {
            release()
            return limit.method == nil ? .callsOfService : .callsOfMethod
        }
        if limit.maxPerSecond > 0, !rate.withLock({ $0.take(at: now) }) {
            release()
            return limit.method == nil ? .callRateOfService : .callRateOfMethod
        }
        return nil
    }

    func release() { open.count.wrappingSubtract(1, ordering: .relaxed) }
}

/// The limits of services and methods, as one loop finds them.
struct CallQuotas {
    private var quotas: [CallQuota] = []
    // Of paths that were asked for, which are those of handlers: there are as many as methods.
    private var found: [[UInt8]: [CallQuota]] = [:]

    init() {}

    init(_ quotas: [CallQuota]) {
        self.quotas = quotas
    }

    var isEmpty: Bool { quotas.isEmpty }

    /// Those that a call of `/package.Service/Method` counts to.
    mutating func of(path: [UInt8]) -> [CallQuota] {
        if let known = found[path] { return known }
        let those = quotas.filter { quota in
            let prefix = "/\(quota.limit.service)/"
            guard let method = quota.limit.method else { return path.starts(with: prefix.utf8) }
            return path.elementsEqual((prefix + method).utf8)
        }
        found[path] = those
        return those
    }
}
