/// Whom a listener lets in, and how.
public struct Admission: Sendable {
    /// Whom it is for.
    public var purpose: ListenerPurpose
    /// `nil`: plaintext.
    public var tls: ListenerTLS?
    /// How many.
    public var limits: ListenerLimits

    /// By default anybody, in plaintext, to the services.
    public init(for purpose: ListenerPurpose = .services, tls: ListenerTLS? = nil, limits: ListenerLimits = ListenerLimits()) {
        self.purpose = purpose
        self.tls = tls
        self.limits = limits
    }
}
