import CStreamHost

/// A method that a plugin has registered.
///
/// SAFETY: `@unchecked Sendable` as all of it is constant after registration; the handler table and the contexts are the plugin's, which
/// keeps them until `destroy`, and calls are made as the ABI's thread tags say.
public final class PluginMethod: @unchecked Sendable {
    /// The ABI's function types, as the handler table has them.
    public typealias Handler = sh_handler

    /// "JoinChat".
    public let name: String
    /// `SH_UNARY` and its siblings.
    public let kind: Int32
    /// `SH_RELOAD_PIN` and its siblings.
    public let reload: Int32
    /// The functions; `on_open` and `on_close` are there.
    public let handler: Handler
    /// Handed to `on_open`.
    public let context: UnsafeMutableRawPointer?
    /// The plugin's instance.
    public let instance: UnsafeMutableRawPointer?

    init(
        name: String,
        kind: Int32,
        reload: Int32,
        handler: Handler,
        context: UnsafeMutableRawPointer?,
        instance: UnsafeMutableRawPointer?
    ) {
        self.name = name
        self.kind = kind
        self.reload = reload
        self.handler = handler
        self.context = context
        self.instance = instance
    }
}

/// A service that a plugin has registered.
public struct PluginService: Sendable {
    /// Full name: "chat.ChatService".
    public let name: String
    /// A serialized `google.protobuf.FileDescriptorSet`; may be empty.
    public let fileDescriptorSet: [UInt8]
    /// The methods, in the order of registration.
    public let methods: [PluginMethod]
}
