import HostTransport
import PluginLoading

/// All that a host knows of one plugin: its generations, and what has become of its reloads.
struct PluginSlot {
    /// What is told of a generation, also when its instance is gone.
    struct Record {
        let version: String
        let buildID: String
        let sha256: String
        let loadedAt: Int64
        var mappedBytes: Int
        let isResident: Bool
        var callsTotal = 0
    }

    var request: PluginRequest
    var ledger: GenerationLedger
    /// Those that have an instance.
    var generations: [Int: PluginGeneration] = [:]
    var records: [Int: Record] = [:]
    private(set) var counters = ReloadCounters()
    let instruments: ReloadInstruments
    /// Those that have retired and whose libraries stay mapped.
    var residentGenerations = 0
    var residentBytes = 0
    /// Watches the generation that is on probation.
    var probation: Task<Void, Never>?

    init(_ request: PluginRequest, maxGenerations: Int, instruments: ReloadInstruments) {
        self.instruments = instruments
        self.request = request
        ledger = GenerationLedger(maxLive: maxGenerations)
    }

    var active: PluginGeneration? { ledger.active.flatMap { generations[$0] } }
    var reserve: PluginGeneration? { ledger.reserve.flatMap { generations[$0] } }

    /// Calls that are open, in whichever generation.
    var liveCalls: Int { generations.values.map(\.group.counts.live).reduce(0, +) }

    /// One more reload.
    mutating func count(_ verdict: ReloadVerdict) {
        counters.count(verdict)
        instruments.count(verdict)
    }

    /// Its library stays mapped although nothing of it is used any more.
    mutating func staysMapped(_ library: PluginLibrary) {
        residentGenerations += 1
        residentBytes += library.staged.mappedBytes
    }

    /// Forgets what the ledger has forgotten.
    mutating func prune() {
        records = records.filter { ledger[$0.key] != nil }
    }
}
