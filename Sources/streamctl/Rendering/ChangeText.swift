import AdminAPI

/// What loading, unloading and draining did, for a person.
enum ChangeText {
    static func loaded(_ plugin: Streamhost_Admin_V1_PluginInfo) -> String {
        let services = plugin.services.map(\.name).joined(separator: ", ")
        return "loaded \(plugin.name) \(plugin.version), generation \(plugin.generation): "
            + (services.isEmpty ? "it serves nothing" : "serves \(services)")
            + (plugin.watched ? "; its file is watched" : "")
    }

    static func unloaded(_ name: String, _ answer: Streamhost_Admin_V1_UnloadPluginResponse) -> String {
        "unloaded \(name): "
            + (answer.callsEnded > 0 ? "\(Human.count(answer.callsEnded, "call")) ended with UNAVAILABLE" : "no call was cut off")
            + (answer.unmapped ? "" : "; its code stays mapped until the host ends")
    }

    static func drained(_ request: Streamhost_Admin_V1_DrainRequest, _ answer: Streamhost_Admin_V1_DrainResponse) -> String {
        let subject = request.plugin.isEmpty ? "the host" : request.plugin
        if request.resume { return "\(subject) takes new calls again" }
        let left = answer.callsLeft > 0 ? "\(Human.count(answer.callsLeft, "call")) still open" : "no call is open any more"
        if request.plugin.isEmpty {
            let limit = "may end within \(Human.milliseconds(request.seconds * 1000))"
            return "the host takes no new calls and ends: " + (answer.callsLeft > 0 ? "\(left), which \(limit)" : left)
        }
        return "\(subject) takes no new calls: \(left); streamctl drain \(subject) --resume lets it serve again"
    }
}
