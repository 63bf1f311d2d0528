/// Whom a listener is for.
public enum ListenerPurpose: Sendable {
    /// Clients of the services.
    case services
    /// Operators and their tools.
    case admin
}
