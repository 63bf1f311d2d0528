import ConformanceAPI
import Foundation

/// The host's configuration file, as `hostconfig.schema.json` has it.
struct HostFile: Encodable {
    struct Listener: Encodable {
        let address: String
        var tls: TLS?
    }

    struct TLS: Encodable {
        let certificate: String
        let key: String
        var clientCA: String?
    }

    struct Plugin: Encodable {
        let library: String
    }

    struct Limits: Encodable {
        var maxReceiveMessageBytes: UInt32?
    }

    struct Log: Encodable {
        let level: String
    }

    struct Admin: Encodable {
        let socket: String
    }

    static let address = "127.0.0.1"

    private var listeners: [Listener]
    private var plugins = [Plugin(library: "plugins/libconformance.so")]
    private var limits = Limits()
    private let dataDirectory: String
    // Several of these run at a time.
    private var admin = Admin(socket: "off")
    private var log = Log(level: "warning")

    /// What the request asks for; certificates and keys are put into the folder.
    init(_ request: Connectrpc_Conformance_V1_ServerCompatRequest, in folder: PrivateFolder) throws {
        var listener = Listener(address: "\(Self.address):0")
        if request.useTls {
            var tls = TLS(
                certificate: try folder.write(request.serverCreds.cert, as: "server.pem"),
                key: try folder.write(request.serverCreds.key, as: "server.key")
            )
            if !request.clientTlsCert.isEmpty { tls.clientCA = try folder.write(request.clientTlsCert, as: "clients.pem") }
            listener.tls = tls
        }
        listeners = [listener]
        if request.messageReceiveLimit > 0 { limits.maxReceiveMessageBytes = request.messageReceiveLimit }
        dataDirectory = folder.path + "/data"
    }

    /// Writes it into the folder; answers its path.
    func write(to folder: PrivateFolder) throws -> String {
        try folder.write(try JSONEncoder().encode(self), as: "hostconfig.json")
    }
}
