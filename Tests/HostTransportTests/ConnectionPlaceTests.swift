import HTTP2Session
import NIOCore
import Testing

@testable import HostTransport

/// How many connections are let in, and how fast.
@Suite struct ConnectionPlaceTests {
    private let second: UInt64 = 1_000_000_000

    private func registry(_ limits: ConnectionRegistry.Limits) -> ConnectionRegistry {
        ConnectionRegistry(limits: limits, windows: WindowBudget(limit: 0)) { _, _ in }
    }

    private func address(_ text: String) throws -> PeerAddress {
        try #require(PeerAddress(try SocketAddress(ipAddress: text, port: 1)))
    }

    @Test func connectionsOfAnAddressAreBoundedAndOthersAreNot() throws {
        let registry = registry(.init(connections: 4, connectionsPerAddress: 2))
        let one = try address("192.0.2.1")
        let first = try #require(registry.take(one, now: 0).place)
        #expect(registry.take(one, now: 0).refusal == nil)
        #expect(registry.take(one, now: 0).refusal == .connectionsOfAddress)
        #expect(try registry.take(address("2001:db8::1"), now: 0).refusal == nil)
        #expect(try registry.take(address("2001:db8::2:1"), now: 0).refusal == nil, "the second of one network")
        #expect(try registry.take(address("192.0.2.2"), now: 0).refusal == .connectionsOfProcess)
        first.giveBack()
        first.giveBack()
        #expect(registry.count == 3, "a place is given back once")
        #expect(registry.take(one, now: 0).refusal == nil)
    }

    @Test func connectionsOfAnAddressComeNoFasterThanTheyMay() throws {
        let registry = registry(.init(connections: 100, perSecondPerAddress: 2))
        let (one, other) = (try address("192.0.2.1"), try address("192.0.2.2"))
        for _ in 0..<2 { registry.take(one, now: 0).place?.giveBack() }
        #expect(registry.take(one, now: 0).refusal == .connectionRateOfAddress, "also where those before are gone")
        #expect(registry.take(other, now: 0).refusal == nil)
        registry.forgetAddresses(now: second / 2)
        #expect(registry.take(one, now: second / 2).refusal == nil)
        #expect(registry.take(one, now: second / 2).refusal == .connectionRateOfAddress, "an address that owes is not forgotten")
    }

    @Test func connectionsOfTheProcessComeNoFasterThanTheyMay() throws {
        let registry = registry(.init(connections: 100, perSecond: 1))
        #expect(registry.take(nil, now: 0).refusal == nil)
        #expect(try registry.take(address("192.0.2.1"), now: 0).refusal == .connectionRateOfProcess)
        #expect(registry.count == 1)
        registry.setLimits(.init(connections: 100), now: 0)
        #expect(registry.take(nil, now: 0).refusal == nil, "a limit may go")
    }

    @Test func aListenersLimitsAreItsOwn() throws {
        let registry = registry(.init(connections: 100))
        let small = ListenerRoom(ListenerLimits(maxConnections: 1, maxConnectionsPerSecond: 2), now: 0)
        let place = try #require(registry.take(nil, on: small, now: 0).place)
        #expect(registry.take(nil, on: small, now: 0).refusal == .connectionsOfListener)
        #expect(registry.take(nil, on: ListenerRoom(ListenerLimits(), now: 0), now: 0).refusal == nil)
        place.giveBack()
        let next = try #require(registry.take(nil, on: small, now: 0).place)
        next.giveBack()
        #expect(registry.take(nil, on: small, now: 0).refusal == .connectionRateOfListener)
        #expect(registry.count == 1, "who is refused takes no place")
    }
}

extension ConnectionRegistry.Answer {
    fileprivate var place: ConnectionPlace? {
        switch self {
        case .place(let place): place
        case .refused: nil
        }
    }

    fileprivate var refusal: Refusal? {
        switch self {
        case .place: nil
        case .refused(let refusal): refusal
        }
    }
}
