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
    /// Stops what the plugin has running besides its calls. Its calls have ended by then.
    func shutDown() async
}

extension Plugin {
    /// Nothing runs besides the calls.
    public func shutDown() async {}
}
