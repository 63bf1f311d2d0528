import ArgumentParser
import Foundation
import StreamHostClient
import SwiftProtobuf

/// A command that talks to a host.
protocol HostCommand: AsyncParsableCommand {
    var options: HostOptions { get }
}

extension HostCommand {
    var json: Bool { options.json }

    /// Runs `body` with a client of the host that is meant; failures are told on standard error and end with their exit code.
    func withHost(_ body: (AdminClient) async throws -> Void) async throws {
        do {
            let address = try SocketChoice.address(flag: options.socket, environment: ProcessInfo.processInfo.environment)
            try await AdminClient.connected(to: address, body)
        } catch let error as AdminError {
            throw Failure.report(error)
        }
    }

    /// Prints an answer: as JSON where that is wanted, else in the lines for a person.
    func show(_ answer: any Message, _ lines: @autoclosure () -> [String]) throws {
        if json {
            Output.line(try JSONText.of(answer))
        } else {
            Output.lines(lines())
        }
    }
}
