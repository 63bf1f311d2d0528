import AdminAPI
import ArgumentParser
import StreamHostClient
import Testing

@testable import streamctl

@Suite struct CommandLineTests {
    private func parsed<Command: ParsableCommand>(_ type: Command.Type, _ arguments: String...) throws -> Command {
        try #require(try StreamCtlCommand.parseAsRoot(arguments) as? Command)
    }

    @Test(arguments: [
        ["--json", "--socket", "/a.sock", "reload", "chat", "--policy", "pin"],
        ["--json", "reload", "--socket", "/a.sock", "chat", "--policy", "pin"],
        ["reload", "chat", "--policy", "pin", "--socket=/a.sock", "--json"],
        ["--socket", "/a.sock", "reload", "--policy", "pin", "--json", "--", "chat"],
    ])
    func `--json and --socket stand before the command as well as behind it`(arguments: [String]) throws {
        let reload = try #require(try StreamCtlCommand.parseAsRoot(arguments) as? ReloadCommand)
        #expect(reload.json && reload.options.socket == "/a.sock")
        #expect(reload.name == "chat" && reload.policy == .pin)
    }

    @Test func `without them there are none`() throws {
        let status = try parsed(StatusCommand.self, "status")
        #expect(!status.json && status.options.socket == nil)
    }

    @Test func `load takes all that it documents`() throws {
        let load = try parsed(LoadCommand.self, "load", "lib.so", "--name", "n", "--config", "{}", "--watch")
        #expect(load.library == "lib.so" && load.name == "n" && load.config == "{}" && load.watch)
    }

    @Test(arguments: [("method", Streamhost_Admin_V1_ReloadPolicy.method), ("pin", .pin), ("end", .end)])
    func `reload knows the policies`(name: String, wanted: Streamhost_Admin_V1_ReloadPolicy) throws {
        #expect(try parsed(ReloadCommand.self, "reload", "chat", "--policy", name).policy.sent == wanted)
    }

    @Test(arguments: [
        ["bogus"], ["reload"], ["reload", "chat", "--policy", "x"], ["calls", "--limit", "0"], ["unload", "chat", "--drain", "-1"],
        ["unload", "chat", "--drain", "1e9"], ["unload", "chat", "--drain", "nan"], ["drain", "--resume"], ["log-level", "loud"],
        ["events", "--recent", "-1"], ["top", "--interval", "0"], ["new", "plugin", "x"], ["new", "plugin", "x", "--lang", "ada"],
    ])
    func `bad usage is refused by the parser`(arguments: [String]) {
        let error = #expect(throws: (any Error).self) { try StreamCtlCommand.parseAsRoot(arguments) }
        #expect(error.map { StreamCtlCommand.exitCode(for: $0) } == .validationFailure)
    }

    @Test(arguments: [
        (AdminError.Code.badAddress, Failure.Code.badUsage), (.unreachable, .noHost), (.noAnswer, .noHost), (.refused, .refused),
        (.notFound, .refused), (.notOffered, .refused),
    ])
    func `each failure has its exit code`(code: AdminError.Code, wanted: Failure.Code) {
        #expect(Failure.code(of: AdminError(code: code, message: "")) == wanted)
    }

    @Test func `every command has examples in its help`() {
        for group in StreamCtlCommand.configuration.subcommands where group != NewCommand.self {
            #expect(group.configuration.discussion.contains("EXAMPLES"), "\(group)")
        }
        #expect(NewPluginCommand.configuration.discussion.contains("EXAMPLES"))
    }
}
