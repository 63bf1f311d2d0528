import GRPCWire
import Synchronization
import Testing

@testable import HostTransport

/// Calls that go from one handler to another while their streams stay open.
@Suite struct MovingTests {
    private static let path = "/a.B/C"

    private static func send(_ call: ServerCall, _ text: String) {
        _ = Array(text.utf8).withUnsafeBytes { call.send($0) }
    }

    private static func checkpoint(_ call: ServerCall, _ text: String) {
        _ = Array(text.utf8).withUnsafeBytes { call.setCheckpoint($0) }
    }

    private static func giveBack(_ call: ServerCall, _ text: String) -> ServerCall.SendResult {
        Array(text.utf8).withUnsafeBytes { call.giveBack($0) }
    }

    /// Holds the old handler's group; answers whether all have answered.
    private static func hold(_ client: FrameClient, _ old: RecordingHandler) -> () -> Bool {
        let settled = Atomic<Bool>(false)
        let box = Box(settled)
        client.loop.turn {
            client.loop.beginHold(of: old.group, moves: { $0.policy == .migrate }, within: 1 << 40) {
                box.settled.store(true, ordering: .relaxed)
            }
        }
        return { box.settled.load(ordering: .relaxed) }
    }

    private final class Box: Sendable {
        let settled: Atomic<Bool>
        init(_ settled: consuming Atomic<Bool>) { self.settled = settled }
    }

    private static func end(_ client: FrameClient, routes: RouteTable) -> MoveReport {
        var report = MoveReport()
        client.loop.turn {
            client.loop.routes = routes
            report = client.loop.endHold()
        }
        return report
    }

    private static func call(_ client: FrameClient, generation: UInt32 = 1) -> ServerCall? {
        client.loop.calls.lookUp(CallHandle(loop: 0, slot: 0, generation: generation))
    }

    /// Checkpoints each message, and answers it with its own name.
    private static func bidi(_ name: String, answer: YieldAnswer = .letsGo, takes: Bool = true) -> RecordingHandler {
        RecordingHandler(.bidirectional, policy: .migrate, answer: answer, takes: takes) { call, event in
            if event.hasPrefix("message") {
                send(call, "\(name) \(event.dropFirst(8))")
                checkpoint(call, "after \(event.dropFirst(8))")
                _ = call.request(1)
            }
            if event.hasPrefix("resumed") { _ = call.request(1) }
            if event == "half-close" { _ = call.finish(.ok) }
        }
    }

    @Test func aStreamGoesOnWithTheNextHandlerAndItsCheckpoint() throws {
        let old = Self.bidi("old")
        let new = Self.bidi("new")
        let client = try FrameClient(routes: RouteTable([(Self.path, old)]))
        try client.open(Self.path, stream: 1)
        try client.message("a", stream: 1)
        let settled = Self.hold(client, old)
        #expect(settled())
        #expect(old.events == ["opened", "message a", "yield", "closed"])
        // Comes while nobody has the call.
        try client.message("b", stream: 1)
        let report = Self.end(client, routes: RouteTable([(Self.path, new)]))
        #expect(report.moved == 1)
        #expect(report.pauses.count == 1 && report.pauses.allSatisfy { $0 <= report.holdNanoseconds })
        try client.message("c", stream: 1, ends: true)
        #expect(new.events == ["resumed after a", "message b", "message c", "half-close", "closed"])
        #expect(try client.story(1).last == "headers end")
        #expect(old.group.counts == CallGroup.Counts(opened: 1, closed: 1))
        #expect(new.group.counts == CallGroup.Counts(opened: 1, closed: 1))
        #expect(client.loop.calls.count == 0)
    }

    @Test func theOldHandleIsStaleAndTheNewOneGood() throws {
        let old = Self.bidi("old")
        let new = Self.bidi("new")
        let client = try FrameClient(routes: RouteTable([(Self.path, old)]))
        try client.open(Self.path, stream: 1)
        let before = Self.call(client)?.handle
        _ = Self.hold(client, old)
        _ = Self.end(client, routes: RouteTable([(Self.path, new)]))
        let handle = try #require(before)
        #expect(client.loop.call(handle) == nil)
        #expect(Self.call(client, generation: 3)?.handle != handle)
    }

    @Test func aNewCallIsHeldAndOpenedOnlyInTheNextHandler() throws {
        let old = Self.bidi("old")
        let new = Self.bidi("new")
        let client = try FrameClient(routes: RouteTable([(Self.path, old)]))
        _ = Self.hold(client, old)
        try client.open(Self.path, stream: 1)
        try client.message("a", stream: 1, ends: true)
        #expect(old.events == [] && new.events == [])
        let report = Self.end(client, routes: RouteTable([(Self.path, new)]))
        #expect([report.moved, report.notTaken, report.abandoned] == [0, 0, 0])
        #expect(new.events == ["opened", "message a", "half-close", "closed"])
    }

    @Test func theRequestOfAServerStreamIsDeliveredAgain() throws {
        func handler() -> RecordingHandler {
            RecordingHandler(.serverStreaming, policy: .migrate, answer: .letsGo) { call, event in
                if event.hasPrefix("message") { Self.checkpoint(call, "sent") }
            }
        }
        let (old, new) = (handler(), handler())
        let client = try FrameClient(routes: RouteTable([(Self.path, old)]))
        try client.open(Self.path, stream: 1)
        try client.message("all", stream: 1, ends: true)
        for next in [new, old, new] {
            _ = Self.hold(client, next === new ? old : new)
            _ = Self.end(client, routes: RouteTable([(Self.path, next)]))
        }
        #expect(new.events.prefix(3) == ["resumed sent", "message all", "half-close"])
        #expect(old.events.filter { $0 == "message all" }.count == 2)
    }

    @Test func aCallThatHasHadNothingYetBeginsAnew() throws {
        let old = RecordingHandler(.serverStreaming, policy: .migrate, answer: .letsGo)
        let new = RecordingHandler(.serverStreaming, policy: .migrate)
        let client = try FrameClient(routes: RouteTable([(Self.path, old)]))
        try client.open(Self.path, stream: 1)
        _ = Self.hold(client, old)
        _ = Self.end(client, routes: RouteTable([(Self.path, new)]))
        try client.message("all", stream: 1, ends: true)
        #expect(old.events == ["opened", "yield", "closed"])
        #expect(new.events == ["opened", "message all", "half-close"])
    }

    @Test func whatIsGivenBackComesFirstInItsOrder() throws {
        let old = RecordingHandler(.clientStreaming, policy: .migrate, answer: .later) { call, event in
            if event == "opened" { _ = call.request(10) }
        }
        let new = RecordingHandler(.clientStreaming, policy: .migrate) { call, event in
            if event.hasPrefix("resumed") { _ = call.request(10) }
        }
        let client = try FrameClient(routes: RouteTable([(Self.path, old)]))
        try client.open(Self.path, stream: 1)
        for text in ["a", "b", "c"] { try client.message(text, stream: 1) }
        let settled = Self.hold(client, old)
        #expect(!settled())
        try client.message("d", stream: 1, ends: true)
        #expect(old.events.last == "yield", "nothing is delivered to a call that is to move")
        let call = try #require(Self.call(client))
        #expect(Self.giveBack(call, "b") == .ok)
        #expect(Self.giveBack(call, "c") == .ok)
        client.loop.turn { #expect(call.yielded(true) == .ok) }
        #expect(settled())
        _ = Self.end(client, routes: RouteTable([(Self.path, new)]))
        #expect(new.events == ["resumed ", "message b", "message c", "message d", "half-close"])
    }

    @Test func nothingCanBeGivenBackThatWasNotDelivered() throws {
        let old = RecordingHandler(.clientStreaming, policy: .migrate, answer: .later)
        let client = try FrameClient(routes: RouteTable([(Self.path, old)]))
        try client.open(Self.path, stream: 1)
        let call = try #require(Self.call(client))
        #expect(Self.giveBack(call, "x") == .misplaced, "it was not asked to let go")
        #expect(call.yielded(true) == .misplaced)
        _ = Self.hold(client, old)
        #expect(Self.giveBack(call, "x") == .misplaced, "it has had no message")
    }

    @Test func aCallThatRefusesStaysAndGetsItsMessages() throws {
        let old = Self.bidi("old", answer: .stays)
        let new = Self.bidi("new")
        let client = try FrameClient(routes: RouteTable([(Self.path, old)]))
        try client.open(Self.path, stream: 1)
        let settled = Self.hold(client, old)
        #expect(settled())
        try client.message("a", stream: 1)
        let report = Self.end(client, routes: RouteTable([(Self.path, new)]))
        #expect(report.moved == 0)
        #expect(old.events == ["opened", "yield", "message a"])
        #expect(old.group.counts.live == 1)
    }

    @Test func aSlowOneStaysAndIsMovedWhenItDoesLetGo() throws {
        let old = Self.bidi("old", answer: .later)
        let new = Self.bidi("new")
        let client = try FrameClient(routes: RouteTable([(Self.path, old)]))
        try client.open(Self.path, stream: 1)
        let settled = Self.hold(client, old)
        #expect(!settled())
        let call = try #require(Self.call(client))
        client.loop.turn {
            call.giveUpWaiting()
            client.loop.hold?.awaited = 0
        }
        _ = Self.end(client, routes: RouteTable([(Self.path, new)]))
        try client.message("a", stream: 1)
        #expect(old.events == ["opened", "yield", "message a"], "it is served as before")
        client.loop.turn { _ = call.yielded(true) }
        #expect(new.events == ["resumed after a"])
        try client.message("b", stream: 1)
        #expect(new.events.last == "message b")
    }

    @Test func aCallThatIsNotTakenWaitsAndGoesBack() throws {
        let old = Self.bidi("old")
        let new = Self.bidi("new", takes: false)
        let client = try FrameClient(routes: RouteTable([(Self.path, old)]))
        try client.open(Self.path, stream: 1)
        try client.message("a", stream: 1)
        _ = Self.hold(client, old)
        let report = Self.end(client, routes: RouteTable([(Self.path, new)]))
        #expect(report.notTaken == 1)
        try client.message("b", stream: 1)
        #expect(old.events.last == "closed", "nobody has it, until it is known whether the others go back too")
        client.loop.turn { client.loop.returnNotTaken() }
        #expect(old.events.suffix(2) == ["resumed after a", "message b"])
        #expect(new.group.counts.refused == 1)
    }

    @Test func aCallOfAMethodThatIsNoMoreIsUnimplemented() throws {
        let old = Self.bidi("old")
        let client = try FrameClient(routes: RouteTable([(Self.path, old)]))
        try client.open(Self.path, stream: 1)
        _ = Self.hold(client, old)
        let report = Self.end(client, routes: RouteTable())
        #expect(report.abandoned == 1)
        #expect(try client.story(1) == ["headers end", "reset 0"])
        #expect(client.loop.calls.count == 0)
    }

    @Test func aClientThatLeavesMeanwhileIsToldToTheNextHandler() throws {
        let old = Self.bidi("old")
        let new = Self.bidi("new")
        let client = try FrameClient(routes: RouteTable([(Self.path, old)]))
        try client.open(Self.path, stream: 1)
        try client.message("a", stream: 1)
        _ = Self.hold(client, old)
        try client.send(FrameClient.reset, stream: 1, [0, 0, 0, 8])
        _ = Self.end(client, routes: RouteTable([(Self.path, new)]))
        #expect(new.events == ["resumed after a", "cancelled byClient", "closed"])
        #expect(client.loop.calls.count == 0)
    }

    @Test func theNextHandlerGetsTheRequestOfAClientThatHasLeftToo() throws {
        let old = RecordingHandler(.serverStreaming, policy: .migrate, answer: .letsGo) { call, event in
            if event.hasPrefix("message") { Self.checkpoint(call, "sent") }
        }
        let new = RecordingHandler(.serverStreaming, policy: .migrate)
        let client = try FrameClient(routes: RouteTable([(Self.path, old)]))
        try client.open(Self.path, stream: 1)
        try client.message("all", stream: 1, ends: true)
        _ = Self.hold(client, old)
        try client.send(FrameClient.reset, stream: 1, [0, 0, 0, 8])
        _ = Self.end(client, routes: RouteTable([(Self.path, new)]))
        #expect(new.events == ["resumed sent", "message all", "cancelled byClient", "closed"])
    }

    @Test func aClientThatLeavesWhileItsHandlerIsAskedIsToldToTheOneThatHasTheCallThen() throws {
        for letsGo in [true, false] {
            let old = Self.bidi("old", answer: .later)
            let new = Self.bidi("new")
            let client = try FrameClient(routes: RouteTable([(Self.path, old)]))
            try client.open(Self.path, stream: 1)
            try client.message("a", stream: 1)
            let settled = Self.hold(client, old)
            let call = try #require(Self.call(client))
            try client.send(FrameClient.reset, stream: 1, [0, 0, 0, 8])
            #expect(old.events.last == "yield" && !settled())
            client.loop.turn { _ = call.yielded(letsGo) }
            #expect(settled())
            _ = Self.end(client, routes: RouteTable([(Self.path, new)]))
            #expect(old.events.last == "closed")
            #expect(letsGo == (new.events == ["resumed after a", "cancelled byClient", "closed"]))
            #expect(letsGo != old.events.contains("cancelled byClient"))
            #expect(client.loop.calls.count == 0)
        }
    }

    @Test func aCallThatEndsWhileItIsAskedIsToldSoWhenTheTimeIsOver() throws {
        let old = Self.bidi("old", answer: .later)
        let client = try FrameClient(routes: RouteTable([(Self.path, old)]))
        try client.open(Self.path, stream: 1)
        let settled = Self.hold(client, old)
        try client.send(FrameClient.reset, stream: 1, [0, 0, 0, 8])
        #expect(!settled())
        client.loop.turn { client.loop.hold?.asked.forEach { $0.giveUpWaiting() } }
        #expect(old.events == ["opened", "yield", "cancelled byClient", "closed"])
        #expect(client.loop.calls.count == 0)
    }

    @Test func callsAreEndedWithTheStatusThatTheirGroupIsToldOf() throws {
        let old = RecordingHandler(.bidirectional, policy: .end)
        let client = try FrameClient(routes: RouteTable([(Self.path, old)]))
        try client.open(Self.path, stream: 1)
        client.loop.turn { #expect(client.loop.endCalls(of: old.group) { _ in Status(.unavailable, "gone") } == 1) }
        #expect(old.events == ["opened", "cancelled retired", "closed"])
        #expect(try client.story(1) == ["headers end", "reset 0"])
    }

    @Test func newCallsOfADrainingGroupAreUnavailable() throws {
        let handler = Self.bidi("old")
        handler.group.isDraining = true
        let client = try FrameClient(routes: RouteTable([(Self.path, handler)]))
        try client.open(Self.path, stream: 1, ends: true)
        #expect(try client.story(1) == ["headers end"])
        #expect(handler.events == [])
    }
}
