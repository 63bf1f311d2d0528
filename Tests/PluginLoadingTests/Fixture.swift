import CStreamHost
import Foundation
import PluginLoading

/// Small C plugins, each with one defect, compiled for the test.
struct Fixture {
    let path: String

    /// A good plugin in which `replacing` was done.
    init(_ name: String, replacing: [(String, String)] = []) throws {
        var source = Self.good
        for (old, new) in replacing {
            guard source.contains(old) else { throw Failure("the template has no \"\(old)\"") }
            source = source.replacingOccurrences(of: old, with: new)
        }
        try self.init(name, source: source)
    }

    init(_ name: String, source: String) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("streamhost-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let file = folder.appendingPathComponent("\(name).c")
        try source.write(to: file, atomically: true, encoding: .utf8)
        path = folder.appendingPathComponent("lib\(name).so").path
        let include = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("Sources/CStreamHost/include").path
        let compiler = Process()
        compiler.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        compiler.arguments = ["cc", "-std=c11", "-fPIC", "-shared", "-I", include, "-o", path, file.path]
        try compiler.run()
        compiler.waitUntilExit()
        guard compiler.terminationStatus == 0 else { throw Failure("cc failed for \(name)") }
    }

    struct Failure: Error {
        let reason: String
        init(_ reason: String) { self.reason = reason }
    }

    func load(config: String = "{}", owner: @escaping (String) -> String? = { _ in nil }) throws -> Plugin {
        let library = try PluginLibrary(Fixture.staging.get().stage(path))
        let plugin = try Plugin(library: library, config: Array(config.utf8), host: NoServices(), hostVersion: "1.2.3")
        try plugin.start(owner: owner)
        return plugin
    }

    /// One folder of copies for all tests.
    static let staging = Result {
        try LibraryStaging(roots: [FileManager.default.temporaryDirectory.path + "/streamhost-tests"])
    }

    /// What loading it says; empty where it loads.
    func refusal(owner: @escaping (String) -> String? = { _ in nil }) -> String {
        do {
            _ = try load(owner: owner)
            return ""
        } catch {
            return "\(error)"
        }
    }

    static let good = """
        #include <string.h>
        #include <streamhost/plugin.h>
        static sh_status on_open(void *i, void *m, sh_call c, const sh_call_info *info, void **s) { return SH_OK; }
        static void on_close(void *s, sh_call c) {}
        static const sh_handler handler = {.struct_size = sizeof(sh_handler), .on_open = on_open, .on_close = on_close};
        static const sh_method one = {sizeof(sh_method), "One", SH_UNARY, SH_RELOAD_PIN, &handler, NULL};
        static const sh_method two = {sizeof(sh_method), "Two", SH_BIDIRECTIONAL, SH_RELOAD_PIN, &handler, NULL};
        static const sh_method *const methods[] = {&one, &two};
        static sh_status create(const sh_host *host, sh_bytes config, void **instance, sh_error *error) {
            /* CREATE */
            *instance = (void *)host; return SH_OK;
        }
        static sh_status start(void *instance, const sh_registrar *registrar, sh_error *error) {
            sh_service service = {.struct_size = sizeof service, .name = "test.Service", .methods = methods, .method_count = 2};
            sh_status status = registrar->add_service(registrar, &service, error);
            /* START */
            return status;
        }
        static sh_status retire(void *instance, sh_residue *residue) { /* RETIRE */ return SH_OK; }
        static void destroy(void *instance) {}
        static const sh_plugin plugin = {
            .magic = SH_MAGIC, .struct_size = sizeof(sh_plugin), .abi_major = SH_ABI_MAJOR, .abi_minor = SH_ABI_MINOR,
            .name = "fixture", .version = "1.0", .create = create, .start = start, .retire = retire, .destroy = destroy,
        };
        SH_EXPORT const sh_plugin *streamhost_plugin(void) { return &plugin; }
        """
}

/// A host behind the function table that serves no calls.
final class NoServices: HostServices {
    func sendMetadata(_ call: sh_call, _ entries: UnsafeBufferPointer<sh_metadata>) -> sh_status { sh_status(SH_CLOSED) }
    func send(_ call: sh_call, _ message: UnsafeRawBufferPointer) -> sh_status { sh_status(SH_CLOSED) }
    func send(_ call: sh_call, _ message: OpaquePointer) -> sh_status { sh_status(SH_CLOSED) }
    func compress(_ call: sh_call, _ on: Bool) -> sh_status { sh_status(SH_CLOSED) }
    func wasCompressed(_ call: sh_call) -> Bool { false }
    func tlsIdentity(_ call: sh_call, _ part: sh_tls_part, _ index: Int) -> (status: sh_status, value: sh_bytes) {
        (sh_status(SH_UNSUPPORTED), sh_bytes())
    }
    func finish(_ call: sh_call, _ finish: UnsafePointer<sh_finish>?) -> sh_status { sh_status(SH_CLOSED) }
    func request(_ call: sh_call, _ messages: UInt32) -> sh_status { sh_status(SH_CLOSED) }
    func metadata(_ call: sh_call) -> (status: sh_status, entries: UnsafeBufferPointer<sh_metadata>) {
        (sh_status(SH_CLOSED), UnsafeBufferPointer(start: nil, count: 0))
    }
    func checkpoint(_ call: sh_call, _ bytes: UnsafeRawBufferPointer) -> sh_status { sh_status(SH_CLOSED) }
    func giveBack(_ call: sh_call, _ message: UnsafeRawBufferPointer) -> sh_status { sh_status(SH_CLOSED) }
    func yielded(_ call: sh_call, _ answer: sh_status) -> sh_status { sh_status(SH_CLOSED) }
    func createBuffer(_ size: Int, _ bytes: inout UnsafeMutablePointer<UInt8>?) -> OpaquePointer? { nil }
    func retainBuffer(_ buffer: OpaquePointer) {}
    func releaseBuffer(_ buffer: OpaquePointer) {}
    func post(
        _ call: sh_call,
        _ function: @escaping HostTable.Callback,
        _ argument: UnsafeMutableRawPointer?,
        release: HostTable.Callback?
    ) -> sh_status { sh_status(SH_CLOSED) }
    func loopPost(_ loop: sh_loop, _ function: @escaping HostTable.Callback, _ argument: UnsafeMutableRawPointer?) -> sh_status {
        sh_status(SH_INVALID)
    }
    func loopIsCurrent(_ loop: sh_loop) -> Bool { false }
    func startTimer(
        _ loop: sh_loop,
        _ nanoseconds: UInt64,
        _ function: @escaping HostTable.Callback,
        _ argument: UnsafeMutableRawPointer?
    ) -> sh_timer { 0 }
    func cancelTimer(_ timer: sh_timer) -> sh_status { sh_status(SH_CLOSED) }
    func log(plugin: String, level: Int32, _ message: String) {}
    func makeDataDirectory(plugin: String) throws(PluginError) -> String { "/nowhere/\(plugin)" }
}
