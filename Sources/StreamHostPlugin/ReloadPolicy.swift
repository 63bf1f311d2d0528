/// What becomes of a method's live calls when the plugin is reloaded.
public enum ReloadPolicy: Sendable {
    /// They stay with the code that they began with until they end, or the host's drain limit has passed.
    case pin
    /// They go on in the new code from their last checkpoint: see ``CallContext/checkpoint(_:)``. One that has none stays until it has.
    case migrate
    /// They end with UNAVAILABLE, upon which clients try again.
    case end
}
