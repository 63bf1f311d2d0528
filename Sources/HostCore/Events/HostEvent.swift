/// Something that an operator may want to know of as it happens.
public struct HostEvent: Sendable {
    /// What it is about. The raw values are those of the admin service.
    public enum Kind: String, Sendable {
        case loaded
        case loadRefused = "load_refused"
        case reloaded
        case reloadRefused = "reload_refused"
        case rolledBack = "rolled_back"
        case drained
        case resumed
        case unloaded
        case retired
        case config
        case logLevel = "log_level"
        case shutdown
    }

    /// From 1, without gaps.
    public internal(set) var number: Int64 = 0
    /// Milliseconds since 1970.
    public let time: Int64
    /// What it is about.
    public let kind: Kind
    /// The plugin's name; empty: it isn't about one.
    public let plugin: String
    /// Its generation; 0: it isn't about one.
    public let generation: Int
    /// For a person.
    public let message: String
    /// Of a reload.
    public let verdict: ReloadVerdict?

    init(_ kind: Kind, plugin: String = "", generation: Int = 0, _ message: String, verdict: ReloadVerdict? = nil) {
        time = Timestamp.milliseconds()
        self.kind = kind
        self.plugin = plugin
        self.generation = generation
        self.message = message
        self.verdict = verdict
    }
}
