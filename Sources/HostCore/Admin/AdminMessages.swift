import AdminAPI
import HostTransport
import PluginLoading

/// The admin service's messages by their short names.
enum AdminMessages {
    typealias CallInfo = Streamhost_Admin_V1_CallInfo
    typealias DrainRequest = Streamhost_Admin_V1_DrainRequest
    typealias DrainResponse = Streamhost_Admin_V1_DrainResponse
    typealias GenerationInfo = Streamhost_Admin_V1_GenerationInfo
    typealias GenerationState = Streamhost_Admin_V1_GenerationState
    typealias GetStatusRequest = Streamhost_Admin_V1_GetStatusRequest
    typealias HostStatus = Streamhost_Admin_V1_HostStatus
    typealias ListCallsRequest = Streamhost_Admin_V1_ListCallsRequest
    typealias ListCallsResponse = Streamhost_Admin_V1_ListCallsResponse
    typealias ListPluginsRequest = Streamhost_Admin_V1_ListPluginsRequest
    typealias ListPluginsResponse = Streamhost_Admin_V1_ListPluginsResponse
    typealias LoadPluginRequest = Streamhost_Admin_V1_LoadPluginRequest
    typealias MethodInfo = Streamhost_Admin_V1_MethodInfo
    typealias PluginInfo = Streamhost_Admin_V1_PluginInfo
    typealias ReloadCounters = Streamhost_Admin_V1_ReloadCounters
    typealias ReloadPluginRequest = Streamhost_Admin_V1_ReloadPluginRequest
    typealias ReloadVerdict = Streamhost_Admin_V1_ReloadVerdict
    typealias ServiceInfo = Streamhost_Admin_V1_ServiceInfo
    typealias SetLogLevelRequest = Streamhost_Admin_V1_SetLogLevelRequest
    typealias SetLogLevelResponse = Streamhost_Admin_V1_SetLogLevelResponse
    typealias UnloadPluginRequest = Streamhost_Admin_V1_UnloadPluginRequest
    typealias UnloadPluginResponse = Streamhost_Admin_V1_UnloadPluginResponse
}

extension AdminMessages.ReloadVerdict {
    init(_ verdict: ReloadVerdict) {
        self.init()
        plugin = verdict.plugin
        switch verdict.outcome {
        case .accepted: outcome = .accepted
        case .refused: outcome = .refused
        case .rolledBack: outcome = .rolledBack
        case .unchanged: outcome = .unchanged
        }
        reason = verdict.reason
        fromGeneration = Int64(verdict.from)
        toGeneration = Int64(verdict.to)
        pauseMs = verdict.pause.milliseconds
        callsMoved = Int64(verdict.moved)
        callsPinned = Int64(verdict.pinned)
        callsEnded = Int64(verdict.ended)
        totalMs = verdict.total.milliseconds
        callPauseMedianMs = verdict.pauses.median.milliseconds
        callPause99Ms = verdict.pauses.percentile99.milliseconds
    }
}

extension Streamhost_Admin_V1_Event {
    init(_ event: HostEvent) {
        self.init()
        number = event.number
        time = event.time
        kind = event.kind.rawValue
        plugin = event.plugin
        generation = Int64(event.generation)
        message = event.message
        if let verdict = event.verdict { self.verdict = AdminMessages.ReloadVerdict(verdict) }
    }
}

extension AdminMessages.GenerationState {
    init(_ state: GenerationLedger.State) {
        switch state {
        case .staged: self = .staged
        case .checked: self = .checked
        case .started: self = .started
        case .active: self = .active
        case .draining: self = .draining
        case .retired: self = .retired
        case .failed: self = .failed
        }
    }
}
