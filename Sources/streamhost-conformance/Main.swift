import ConformanceAPI
import Glibc
import SwiftProtobuf

/// Starts a host for the connectrpc conformance suite: reads one ServerCompatRequest from standard input, serves the conformance plugin as it
/// asks, and writes a ServerCompatResponse to standard output. It ends on SIGTERM or SIGINT, or when nobody reads its output any more. (The
/// suite's runner closes standard input as soon as it has written the request, so that tells nothing.)
/// Source: `docs/testing_servers.md` and `server_runner.go` of the connectrpc/conformance repository.
@main
enum Main {
    static func main() {
        // Before there are other threads, which inherit it.
        let end = EndSignal()
        signal(SIGPIPE, SIG_IGN)
        Task.detached {
            do {
                try await serve(until: end)
                exit(0)
            } catch {
                let line = Array("streamhost-conformance: \(error)\n".utf8)
                _ = write(STDERR_FILENO, line, line.count)
                exit(((error as? Failure)?.code ?? .atRunTime).rawValue)
            }
        }
        end.listen()
    }

    private static func serve(until end: EndSignal) async throws {
        let server = try await ConformanceServer(try readRequest())
        let told = Result { try SizePrefixed.write(try server.response.serializedBytes(), to: STDOUT_FILENO) }
        if case .success = told { await end.wait() }
        await server.stop()
        try told.get()
    }

    private static func readRequest() throws -> Connectrpc_Conformance_V1_ServerCompatRequest {
        let bytes = try SizePrefixed.read(from: STDIN_FILENO)
        do {
            return try Connectrpc_Conformance_V1_ServerCompatRequest(serializedBytes: bytes)
        } catch {
            throw Failure(.badRequest, "found \(bytes.count) bytes on standard input that are no ServerCompatRequest: \(error)")
        }
    }
}
