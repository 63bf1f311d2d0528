import AdminAPI
import GRPCWire
import HostConfiguration
import HostTransport
import Logging
import PluginLoading
import SwiftProtobuf

/// `streamhost.admin.v1.Admin`: what operators see of a host, and change.
struct AdminService: Sendable {
    typealias API = AdminMessages

    let host: HostFacts
    let plugins: PluginManager
    let director: PluginDirector
    let events: EventHub
    let logLevel: HostLogHandler.SharedLevel
    /// Ends the host, as SIGTERM does, with so many seconds for calls in flight.
    let end: @Sendable (Duration) -> Void

    private static let service = "streamhost.admin.v1.Admin"

    /// The routes of connections of operators.
    func routes(loops: Int) -> RouteTable {
        let group = CallGroup(loops: loops)
        func method<Request: Message, Response: Message>(
            _ name: String,
            _ answer: @escaping BuiltInMethod<Request, Response>.Answer
        ) -> (String, any CallHandler) {
            let path = "/\(Self.service)/\(name)"
            return (path, BuiltInMethod(path, group, answer))
        }
        let watch = "/\(Self.service)/WatchEvents"
        return RouteTable([
            method("GetStatus", status),
            method("ListPlugins", listPlugins),
            method("ListCalls", listCalls),
            method("LoadPlugin", load),
            method("UnloadPlugin", unload),
            method("ReloadPlugin", reload),
            method("Drain", drain),
            method("SetLogLevel", setLogLevel),
            (watch, EventStream(watch, group, events)),
        ])
    }

    // MARK: Looking

    @Sendable private func status(_ request: API.GetStatusRequest) async throws(MethodFailure) -> API.HostStatus {
        let calls = await plugins.liveCalls
        return .with {
            $0.version = hostVersion
            $0.pid = host.pid
            $0.startedAt = host.startedAt
            $0.listeners = host.listeners()
            $0.threads = Int32(host.transport.loops.count)
            $0.connections = Int64(host.transport.connectionCount)
            $0.calls = Int64(calls)
            $0.logLevel = logLevel.level.rawValue
            $0.residentBytes = HostFacts.residentBytes
            $0.draining = host.transport.isDraining
        }
    }

    @Sendable private func listPlugins(_ request: API.ListPluginsRequest) async throws(MethodFailure) -> API.ListPluginsResponse {
        do throws(PluginError) {
            let reports = try await plugins.reports(request.plugin)
            return .with { $0.plugins = reports }
        } catch {
            throw MethodFailure(error)
        }
    }

    @Sendable private func listCalls(_ request: API.ListCallsRequest) async throws(MethodFailure) -> API.ListCallsResponse {
        guard request.limit >= 0 else {
            throw MethodFailure(.invalidArgument, "limit: found \(request.limit), wanted 0 (for 1000) or more")
        }
        do throws(PluginError) {
            return try await plugins.calls(of: request.plugin, limit: request.limit == 0 ? 1000 : Int(request.limit))
        } catch {
            throw MethodFailure(error)
        }
    }

    // MARK: Changing

    @Sendable private func load(_ request: API.LoadPluginRequest) async throws(MethodFailure) -> API.PluginInfo {
        let config = try Self.config(request.configJson)
        guard request.name.isEmpty || HostConfiguration.Plugin.isValidName(request.name) else {
            throw MethodFailure(
                .invalidArgument,
                "name: found \"\(request.name.prefix(80))\", wanted 1 to 64 letters, digits, dots, underscores and hyphens, the first a letter or digit"
            )
        }
        guard case .success(let path) = HostPath.find(request.library) else {
            throw MethodFailure(.notFound, "plugin library \(request.library): found no such file")
        }
        do throws(PluginError) {
            let wanted = PluginRequest(
                path: path,
                name: request.name.isEmpty ? nil : request.name,
                config: config ?? Array("{}".utf8),
                isWatched: request.watch
            )
            let name = try await director.load(wanted)
            return try await plugins.reports(name).first ?? API.PluginInfo()
        } catch {
            throw MethodFailure(error)
        }
    }

    @Sendable private func unload(_ request: API.UnloadPluginRequest) async throws(MethodFailure) -> API.UnloadPluginResponse {
        let drain = try Self.duration(request.drainSeconds, "drain_seconds")
        do throws(PluginError) {
            let unloaded = try await director.unload(request.plugin, drain: drain, force: request.force)
            return .with {
                $0.callsEnded = Int64(unloaded.ended)
                $0.unmapped = unloaded.isUnmapped
            }
        } catch {
            throw MethodFailure(error)
        }
    }

    @Sendable private func reload(_ request: API.ReloadPluginRequest) async throws(MethodFailure) -> API.ReloadVerdict {
        var options = ReloadOptions()
        switch request.policy {
        case .method: options.policy = .method
        case .pin: options.policy = .pin
        case .end: options.policy = .end
        case .UNRECOGNIZED(let value):
            throw MethodFailure(.invalidArgument, "policy: found \(value), wanted METHOD (0), PIN (1) or END (2)")
        }
        options.force = request.force
        if !request.library.isEmpty {
            guard case .success(let path) = HostPath.find(request.library) else {
                throw MethodFailure(.notFound, "plugin library \(request.library): found no such file")
            }
            options.library = path
        }
        do throws(PluginError) {
            return API.ReloadVerdict(try await director.reload(request.plugin, options))
        } catch {
            throw MethodFailure(error)
        }
    }

    @Sendable private func drain(_ request: API.DrainRequest) async throws(MethodFailure) -> API.DrainResponse {
        let limit = try Self.duration(request.seconds, "seconds")
        guard !request.plugin.isEmpty else {
            guard !request.resume else { throw MethodFailure(.invalidArgument, "resume: only a plugin can be resumed; name one") }
            let calls = await plugins.liveCalls
            end(limit)
            return .with { $0.callsLeft = Int64(calls) }
        }
        do throws(PluginError) {
            guard !request.resume else {
                try await plugins.resume(request.plugin)
                return API.DrainResponse()
            }
            let left = try await plugins.drain(request.plugin, within: limit)
            return .with { $0.callsLeft = Int64(left) }
        } catch {
            throw MethodFailure(error)
        }
    }

    @Sendable private func setLogLevel(_ request: API.SetLogLevelRequest) async throws(MethodFailure) -> API.SetLogLevelResponse {
        guard let level = Logger.Level(rawValue: request.level) else {
            let known = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
            throw MethodFailure(.invalidArgument, "level: found \"\(request.level)\", wanted one of \(known)")
        }
        let before = logLevel.level
        logLevel.level = level
        events.publish(HostEvent(.logLevel, "the log's level is \(level) now; it was \(before)"))
        return .with { $0.before = before.rawValue }
    }

    // MARK: Requests

    /// `nil`: none was given.
    private static func config(_ text: String) throws(MethodFailure) -> [UInt8]? {
        guard !text.isEmpty else { return nil }
        do {
            return Array(try HostConfiguration.Plugin.config(parsing: Array(text.utf8), from: "config_json").serialized)
        } catch {
            throw MethodFailure(.invalidArgument, "\(error)")
        }
    }

    private static func duration(_ seconds: Double, _ field: String) throws(MethodFailure) -> Duration {
        guard seconds >= 0, seconds <= 86_400 else {
            throw MethodFailure(.invalidArgument, "\(field): found \(seconds), wanted 0 to 86400")
        }
        return .seconds(seconds)
    }
}

extension MethodFailure {
    init(_ error: PluginError) {
        self.init(error.code == .notFound ? .notFound : .failedPrecondition, error.message)
    }
}
