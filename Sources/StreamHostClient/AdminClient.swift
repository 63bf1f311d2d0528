public import AdminAPI
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import GRPCProtobuf
import SwiftProtobuf

/// A client of a host's admin service, `streamhost.admin.v1.Admin`.
///
/// ```swift
/// let verdict = try await AdminClient.connected(to: .unix(path: "data/admin.sock")) { host in
///     try await host.reload(plugin: "chat")
/// }
/// ```
///
/// Every call throws ``AdminError``, whose message is for a person. A connection is made for the first call and again when it was lost.
public struct AdminClient: Sendable {
    /// Where the host is.
    public let address: AdminAddress
    private let client: GRPCClient<HTTP2ClientTransport.Posix>

    private init(address: AdminAddress, client: GRPCClient<HTTP2ClientTransport.Posix>) {
        self.address = address
        self.client = client
    }

    /// Runs `body` with a client of the host at `address`; the connection ends with it.
    /// - Throws: ``AdminError`` with code `unreachable` where nobody is there; what `body` throws.
    public static func connected<Result: Sendable>(
        to address: AdminAddress,
        _ body: (AdminClient) async throws -> Result
    ) async throws -> Result {
        if let found = Reachability.problem(at: address) { throw AdminError.unreachable(address, found) }
        let transport: HTTP2ClientTransport.Posix
        do {
            transport = try HTTP2ClientTransport.Posix(
                target: address.target,
                transportSecurity: .plaintext,
                // A host that is started again is to be found again soon: by `streamctl top`, for one.
                config: .defaults { $0.backoff = .init(initial: .milliseconds(250), max: .seconds(1), multiplier: 1.6, jitter: 0.2) }
            )
        } catch {
            throw AdminError(code: .badAddress, message: "\(address): \(error)", cause: error)
        }
        return try await withGRPCClient(transport: transport) { client in
            try await body(AdminClient(address: address, client: client))
        }
    }

    /// What the host is and how it does.
    public func status() async throws(AdminError) -> Streamhost_Admin_V1_HostStatus {
        try await call { try await $0.getStatus(.init(), options: Self.within()) }
    }

    /// The plugins, with their services and generations; of one name, or all.
    public func plugins(_ name: String = "") async throws(AdminError) -> [Streamhost_Admin_V1_PluginInfo] {
        try await call { try await $0.listPlugins(.with { $0.plugin = name }, options: Self.within()).plugins }
    }

    /// Calls that are open now; `limit` 0: as many as the host thinks right.
    public func calls(_ plugin: String = "", limit: Int = 0) async throws(AdminError) -> Streamhost_Admin_V1_ListCallsResponse {
        let request = Streamhost_Admin_V1_ListCallsRequest.with {
            $0.plugin = plugin
            $0.limit = Int32(clamping: limit)
        }
        return try await call { try await $0.listCalls(request, options: Self.within()) }
    }

    /// Loads a plugin and serves it.
    public func load(_ request: Streamhost_Admin_V1_LoadPluginRequest) async throws(AdminError) -> Streamhost_Admin_V1_PluginInfo {
        try await call { try await $0.loadPlugin(request, options: Self.within(seconds: 60)) }
    }

    /// Takes a plugin out of service.
    public func unload(_ request: Streamhost_Admin_V1_UnloadPluginRequest) async throws(AdminError)
        -> Streamhost_Admin_V1_UnloadPluginResponse
    {
        try await call { try await $0.unloadPlugin(request, options: Self.within(seconds: 60, and: request.drainSeconds)) }
    }

    /// Replaces a plugin's code. A refused reload is no error: the verdict says why.
    public func reload(_ request: Streamhost_Admin_V1_ReloadPluginRequest) async throws(AdminError) -> Streamhost_Admin_V1_ReloadVerdict {
        try await call { try await $0.reloadPlugin(request, options: Self.within(seconds: 120)) }
    }

    /// Stops new calls and lets those in flight end; of a plugin, or of the whole host, which then ends.
    public func drain(_ request: Streamhost_Admin_V1_DrainRequest) async throws(AdminError) -> Streamhost_Admin_V1_DrainResponse {
        try await call { try await $0.drain(request, options: Self.within(seconds: 60, and: request.seconds)) }
    }

    /// Sets the log level; answers the one before.
    public func setLogLevel(_ level: String) async throws(AdminError) -> String {
        try await call { try await $0.setLogLevel(.with { $0.level = level }, options: Self.within()).before }
    }

    /// What happens, as it happens, after the `recent` last events; returns when the host ends the stream or `each` answers `false`.
    public func events(
        of plugin: String = "",
        recent: Int = 0,
        each: @Sendable @escaping (Streamhost_Admin_V1_Event) throws -> Bool
    ) async throws(AdminError) {
        let request = Streamhost_Admin_V1_WatchEventsRequest.with {
            $0.plugin = plugin
            $0.recent = Int32(clamping: recent)
        }
        try await call { admin in
            try await admin.watchEvents(request) { response in
                for try await event in response.messages {
                    guard try each(event) else { return }
                }
            }
        }
    }

    /// The longest to wait for an answer: `seconds`, and what the host was asked to take. By default for what it has at hand.
    private static func within(seconds: Double = 10, and more: Double = 0) -> CallOptions {
        let day = 86_400.0
        var options = CallOptions.defaults
        options.timeout = .seconds(seconds + (more.isFinite ? min(max(more, 0), day) : day))
        return options
    }

    private func call<Answer: Sendable>(
        _ body: (Streamhost_Admin_V1_Admin.Client<HTTP2ClientTransport.Posix>) async throws -> Answer
    ) async throws(AdminError) -> Answer {
        do {
            return try await body(Streamhost_Admin_V1_Admin.Client(wrapping: client))
        } catch {
            throw AdminError.of(error, address: address) { Reachability.problem(at: address) }
        }
    }
}

extension AdminAddress {
    /// As the transport knows it. The authority is not the socket's path: that is none that HTTP allows.
    fileprivate var target: any ResolvableTarget {
        switch self {
        case .unix(let path): .unixDomainSocket(path: path, authority: "localhost")
        case .tcp(let host, let port): .dns(host: host, port: port)
        }
    }
}
