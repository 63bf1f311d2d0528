import AdminAPI

/// One thing that happened, in one line.
enum EventText {
    static func line(_ event: Streamhost_Admin_V1_Event) -> String {
        let subject = event.plugin.isEmpty ? "" : event.generation > 0 ? "\(event.plugin) (generation \(event.generation))" : event.plugin
        let words = [Human.moment(event.time), kind(event.kind), subject, event.message]
        return Printable.line(words.filter { !$0.isEmpty }.joined(separator: "  "))
    }

    /// Said where numbers are missing: the host forgot events that this reader was too slow for.
    static func gap(after last: Int64, before next: Int64) -> String? {
        guard last > 0, next > last + 1 else { return nil }
        return "(\(Human.count(next - last - 1, "event")) missing: they came faster than they were read)"
    }

    /// As wide as the usual ones, so that what follows stands below each other.
    private static func kind(_ kind: String) -> String {
        kind + String(repeating: " ", count: max(0, "reload_refused".count - kind.count))
    }
}
