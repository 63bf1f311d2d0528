import FakeHost
import StreamHostPlugin
import Synchronization
import Testing

/// A plugin that remembers names; its second version knows of each how often it came.
private final class Names<Version: NamesVersion>: Plugin {
    static var name: String { "names" }
    static var version: String { "\(Version.number).0.0" }
    let counts = Mutex<[String: Int]>([:])

    init(context: PluginContext) throws {
        let names = try context.configuration(as: [String].self)
        counts.withLock { counts in for name in names { counts[name, default: 0] += 1 } }
    }

    func register(in registry: ServiceRegistry) throws {}

    func save() throws -> SavedState? {
        let counts = counts.withLock { $0 }
        if Version.number == 1 { return try SavedState(schema: "names", version: 1, value: counts.keys.sorted()) }
        return try SavedState(schema: "names", version: Version.number, value: counts)
    }

    func restore(_ state: SavedState) throws {
        try state.require(schema: "names", upTo: Version.number)
        let old = state.version == 1
        let restored =
            old
            ? Dictionary(uniqueKeysWithValues: try state.value(as: [String].self).map { ($0, 1) }) : try state.value(as: [String: Int].self)
        counts.withLock { $0 = restored }
    }
}

private protocol NamesVersion { static var number: Int { get } }
private enum First: NamesVersion { static let number = 1 }
private enum Second: NamesVersion { static let number = 2 }

@LoopThread @Suite struct SavedStateTests {
    private let host = FakeHost(config: #"["ada", "bob", "ada"]"#)
    private let empty = FakeHost(config: "[]")

    @Test func `an older state is upgraded by the plugin`() throws {
        let old = try FakeGeneration(Names<First>.self, in: host)
        let new = try FakeGeneration(Names<Second>.self, in: empty)
        try old.handOver(to: new)
        let state = try #require(try new.save())
        #expect(state.schema == "names" && state.version == 2)
        #expect(try SavedState(schema: "", version: 0, bytes: state.bytes).value(as: [String: Int].self) == ["ada": 1, "bob": 1])
    }

    @Test func `a newer state is refused in words, and the plugin keeps its own`() throws {
        let new = try FakeGeneration(Names<Second>.self, in: host)
        let old = try FakeGeneration(Names<First>.self, in: empty)
        let refusal = #expect(throws: FakeGeneration.Refused.self) { try new.handOver(to: old) }
        #expect(refusal?.description == "found the state names 2, this plugin knows names up to 1: it was saved by a newer version")
        #expect(try old.save()?.bytes == Array("[]".utf8))
    }

    @Test func `another schema and a damaged state are refused in words`() throws {
        let plugin = try FakeGeneration(Names<Second>.self, in: empty)
        for (schema, version, text, words) in [
            ("rooms", 1, "[]", "found the state rooms 1, this plugin knows names"), ("names", 2, "[", "the state names 2 is no"),
        ] {
            let state = FakeGeneration.State(schema: schema, version: UInt32(version), bytes: Array(text.utf8))
            let refusal = #expect(throws: FakeGeneration.Refused.self) { try plugin.restore(state) }
            #expect(refusal?.description.contains(words) == true)
        }
    }

    @Test func `a state can come back to an instance that has served`() throws {
        let first = try FakeGeneration(Names<Second>.self, in: host)
        let second = try FakeGeneration(Names<Second>.self, in: empty)
        try first.handOver(to: second)
        try second.handOver(to: first)
        let state = try first.save()
        #expect(try SavedState(schema: "", version: 0, bytes: #require(state).bytes).value(as: [String: Int].self) == ["ada": 2, "bob": 1])
    }

    @Test func `a plugin without a state hands nothing over, and takes none`() throws {
        let plugin = try FakeGeneration(Probe.self, in: host)
        #expect(try plugin.save() == nil)
        let refusal = #expect(throws: FakeGeneration.Refused.self) {
            try plugin.restore(FakeGeneration.State(schema: "names", version: 1, bytes: []))
        }
        #expect(refusal?.description.contains("probe 1.0.0 takes none") == true)
    }
}
