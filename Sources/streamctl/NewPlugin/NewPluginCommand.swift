import ArgumentParser
import Foundation

struct NewPluginCommand: AsyncParsableCommand {
    enum Language: String, ExpressibleByArgument, CaseIterable {
        case swift, c
    }

    static let configuration = CommandConfiguration(
        commandName: "plugin",
        abstract: "Writes a plugin's project that builds by itself.",
        discussion: """
            The project has a service with a unary method and a server streaming one that goes on in the new code when the plugin is reloaded. \
            A Swift plugin depends on streamhost's package; a C plugin needs its header, which is found through pkg-config.

            EXAMPLES
              streamctl new plugin greeter --lang swift
              streamctl new plugin price-feed --lang c --path ~/work/price-feed
              streamctl new plugin greeter --lang swift --streamhost ~/src/streamhost
            """
    )

    @Argument(help: "The plugin's name: letters, digits, - and _.") var name: String
    @Option(name: .long, help: ArgumentHelp("The language.", valueName: "language")) var lang: Language
    @Option(
        name: .long,
        help: ArgumentHelp("The folder to write; it must not be there yet. (default: NAME, in the current one)", valueName: "dir")
    )
    var path: String?
    @Option(
        name: .long,
        help: ArgumentHelp(
            "Where streamhost is: its checkout, or for C its installation. (default: found from where streamctl lies)",
            valueName: "path"
        )
    )
    var streamhost: String?

    func run() async throws {
        let place = try place()
        let folder = path ?? name
        let project: Project
        do throws(PluginName.Mistake) {
            let name = try PluginName(name)
            project =
                switch lang {
                case .swift: SwiftProject.make(name, place)
                case .c: CProject.make(name, place)
                }
        } catch {
            throw Failure.report(error.message, code: .badUsage)
        }
        do {
            try project.write(to: folder)
        } catch let mistake as PluginName.Mistake {
            throw Failure.report(mistake.message)
        } catch {
            throw Failure.report("\(folder) could not be written: \(error.localizedDescription)")
        }
        let called = try PluginName(name)
        Output.lines(NextSteps.lines(called, lang, project, folder: folder, place: place))
    }

    private func place() throws -> StreamHostPlace {
        guard let streamhost else { return .around(executableFolder: StreamHostPlace.executableFolder) }
        let absolute = URL(fileURLWithPath: streamhost).standardizedFileURL.path
        guard let place = StreamHostPlace.named(absolute) else {
            throw Failure.report(
                "--streamhost \(streamhost): found neither a checkout of streamhost (Package.swift and Sources/StreamHostPlugin) "
                    + "nor an installation (lib/pkgconfig/streamhost.pc) there",
                code: .badUsage
            )
        }
        guard lang == .c || place.checkout != nil else {
            throw Failure.report(
                "--streamhost \(streamhost): found an installation; a Swift plugin is built against a checkout of streamhost, which has the SDK",
                code: .badUsage
            )
        }
        return place
    }
}
