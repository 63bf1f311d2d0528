/// A plugin: a type that registers services whose methods are async handlers.
///
/// ```swift
/// import StreamHostPlugin
///
/// struct Greeter: Plugin {
///     static let name = "greeter"
///     static let version = "1.0.0"
///
///     init(context: PluginContext) throws {}
///
///     func register(in registry: ServiceRegistry) throws {
///         try registry.add("hello.Greeter") { service in
///             service.unary("SayHello") { (request: Hello_Request, context) in
///                 .with { $0.text = "Hello, \(request.name)" }
///             }
///         }
///     }
/// }
///
/// @_cdecl("streamhost_plugin")
/// public func streamhostPlugin() -> UnsafeRawPointer { exportPlugin(Greeter.self) }
/// ```
public protocol Plugin: Sendable {
    /// Names the plugin in logs and tools: letters, digits, `-`, `_`, `.`. One plugin of a name serves at a time.
    static var name: String { get }
    /// The plugin's own version, such as "1.2.0".
    static var version: String { get }
    /// Makes the plugin. No side effects: no threads, files or sockets. What is wrong with the configuration is thrown, in words.
    init(context: PluginContext) throws
    /// Registers the services. From its return on calls may come.
    func register(in registry: ServiceRegistry) throws
    /// What the next generation of the plugin is to have, when it is reloaded; `nil`, which is the default: nothing. Asked when the calls that
    /// move have let go; they may come back to this instance, where the next one refuses the state. Calls wait meanwhile, so be quick.
    /// - Throws: where there is a state and it can't be handed over; the plugin then serves on, and the reload is refused.
    func save() throws -> SavedState?
    /// Takes the state of another generation in place of the plugin's own: after ``register(in:)`` and before the calls that move here; or
    /// later, where a newer generation has failed and this one goes on. It is taken as a whole or not at all.
    /// - Throws: the reason why it can't be taken, such as ``SavedState/require(schema:upTo:)``: the other generation then serves on. The
    ///   default refuses any state.
    func restore(_ state: SavedState) throws
    /// Stops what the plugin has running besides its calls. Its calls have ended by then.
    func shutDown() async
}

extension Plugin {
    /// Nothing is handed over.
    public func save() throws -> SavedState? { nil }

    /// Nothing is known of any state.
    public func restore(_ state: SavedState) throws {
        throw RPCError(
            .failedPrecondition,
            "found the state \(state.schema) \(state.version), and \(Self.name) \(Self.version) takes none: implement restore(_:)"
        )
    }

    /// Nothing runs besides the calls.
    public func shutDown() async {}
}
