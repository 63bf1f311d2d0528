import AdminAPI
import GRPCWire
import HostTransport
import PluginLoading
import SwiftProtobuf

/// What operators are shown of the plugins.
extension PluginManager {
    var liveCalls: Int { slots.values.map(\.liveCalls).reduce(0, +) }

    /// One plugin, or all where the name is empty.
    func reports(_ name: String) throws(PluginError) -> [AdminMessages.PluginInfo] {
        guard name.isEmpty || slots[name] != nil else { throw notLoaded(name) }
        return names.filter { name.isEmpty || $0 == name }.compactMap { name in slots[name].map { report(name, $0) } }
    }

    private func report(_ name: String, _ slot: PluginSlot) -> AdminMessages.PluginInfo {
        .with { info in
            info.name = name
            info.watched = slot.request.isWatched
            if let active = slot.active {
                info.library = active.library.staged.original
                info.version = active.library.version
                info.sdk = active.library.sdk
                info.generation = Int64(active.number)
                info.draining = active.group.isDraining
                info.services = active.plugin.services.map(Self.service)
            }
            info.generations = slot.ledger.numbers.compactMap { Self.generation($0, slot) }
            info.reloads = Self.counters(slot)
        }
    }

    private static func service(_ service: PluginService) -> AdminMessages.ServiceInfo {
        .with { info in
            info.name = service.name
            info.methods = service.methods.map { method in
                .with {
                    $0.name = method.name
                    $0.kind = kindName(method.kind)
                    $0.reload = policyName(method.reload)
                }
            }
        }
    }

    private static func kindName(_ value: Int32) -> String {
        switch MethodKind(rawValue: value) {
        case .unary: "unary"
        case .clientStreaming: "client_streaming"
        case .serverStreaming: "server_streaming"
        case .bidirectional: "bidirectional"
        case nil: "unknown"
        }
    }

    private static func policyName(_ value: Int32) -> String {
        switch ReloadPolicy(rawValue: value) {
        case .pin: "pin"
        case .migrate: "migrate"
        case .end: "end"
        case nil: "unknown"
        }
    }

    private static func generation(_ number: Int, _ slot: PluginSlot) -> AdminMessages.GenerationInfo? {
        guard let state = slot.ledger[number] else { return nil }
        let live = slot.generations[number]?.group.counts
        return .with { info in
            info.number = Int64(number)
            info.state = AdminMessages.GenerationState(state)
            if case .failed(let reason) = state { info.reason = reason }
            if let record = slot.records[number] {
                info.version = record.version
                info.buildID = record.buildID
                info.sha256 = record.sha256
                info.loadedAt = record.loadedAt
                info.mappedBytes = Int64(record.mappedBytes)
                info.resident = record.isResident
                info.callsTotal = Int64(live?.opened ?? record.callsTotal)
            }
            info.calls = Int64(live?.live ?? 0)
        }
    }

    private static func counters(_ slot: PluginSlot) -> AdminMessages.ReloadCounters {
        .with {
            let counters = slot.counters
            $0.accepted = Int64(counters.accepted)
            $0.refused = Int64(counters.refused)
            $0.rolledBack = Int64(counters.rolledBack)
            $0.callsMoved = Int64(counters.callsMoved)
            $0.callsPinned = Int64(counters.callsPinned)
            $0.callsEnded = Int64(counters.callsEnded)
            $0.pauseUpperBoundMs = ReloadCounters.pauseBounds
            $0.pauseCount = counters.pauses.map(Int64.init)
            $0.pauseSumMs = counters.pauseSum
            $0.liveGenerations = Int64(slot.ledger.live)
            $0.residentGenerations = Int64(slot.residentGenerations)
            $0.residentBytes = Int64(slot.residentBytes)
        }
    }

    /// Calls that are open: of one plugin, or of all where the name is empty.
    func calls(of name: String, limit: Int) async throws(PluginError) -> AdminMessages.ListCallsResponse {
        guard name.isEmpty || slots[name] != nil else { throw notLoaded(name) }
        var owners: [ObjectIdentifier: (plugin: String, generation: Int)] = [:]
        for (plugin, slot) in slots where name.isEmpty || plugin == name {
            for generation in slot.generations.values { owners[ObjectIdentifier(generation.group)] = (plugin, generation.number) }
        }
        let wanted = Set(owners.keys)
        let (calls, total) = await transport.calls(limit: limit) { wanted.contains(ObjectIdentifier($0)) }
        return .with { response in
            response.total = Int64(total)
            response.calls = calls.map { call in
                let owner = owners[ObjectIdentifier(call.group)]
                return .with {
                    $0.plugin = owner?.plugin ?? ""
                    $0.generation = Int64(owner?.generation ?? 0)
                    $0.method = call.path
                    $0.peer = call.peer
                    $0.ageMs = Int64(call.ageNanoseconds / 1_000_000)
                    $0.deadlineInMs = call.remainingNanoseconds.map { $0 / 1_000_000 } ?? -1
                    $0.messagesIn = Int64(call.messagesIn)
                    $0.messagesOut = Int64(call.messagesOut)
                    $0.queuedBytes = Int64(call.queuedBytes)
                    $0.moves = call.moves
                }
            }
        }
    }
}
