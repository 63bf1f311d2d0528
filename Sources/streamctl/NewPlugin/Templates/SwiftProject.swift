/// A plugin in Swift: a package that depends on streamhost's for the SDK.
enum SwiftProject {
    /// Stands in Package.swift where no checkout was found.
    static let placeholder = "https://example.com/streamhost.git"

    static func make(_ name: PluginName, _ place: StreamHostPlace) -> Project {
        let build = "swift build -c release --product \(name.text)"
        let library = ".build/release/\(name.library)"
        return Project(
            files: [
                .init(path: "Package.swift", text: manifest(name, place)),
                .init(path: "Sources/\(name.module)/\(name.module).swift", text: source(name)),
                .init(path: "Protos/\(name.protoFile)", text: Templates.proto(name)),
                .init(
                    path: "README.md",
                    text: Templates.readme(
                        name,
                        place: place,
                        build: build,
                        library: library,
                        edit: "change `greeting` in `Sources/\(name.module)/\(name.module).swift`",
                        more: more(name)
                    )
                ),
                .init(path: ".gitignore", text: ".build/\ndata/\n"),
            ],
            build: build,
            library: library
        )
    }

    private static func manifest(_ name: PluginName, _ place: StreamHostPlace) -> String {
        let streamhost =
            place.checkout.map { ".package(name: \"streamhost\", path: \(quoted($0)))," }
            ?? ".package(url: \"\(placeholder)\", branch: \"main\"),"
        return """
            // swift-tools-version: 6.2
            import PackageDescription

            let package = Package(
                name: "\(name.text)",
                products: [.library(name: "\(name.text)", type: .dynamic, targets: ["\(name.module)"])],
                dependencies: [
                    // The SDK. A path of this machine: elsewhere, streamhost's checkout there or the address of its repository.
                    \(streamhost)
                    .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
                ],
                targets: [
                    .target(
                        name: "\(name.module)",
                        dependencies: [
                            .product(name: "StreamHostPlugin", package: "streamhost"),
                            .product(name: "SwiftProtobuf", package: "swift-protobuf"),
                        ]
                    )
                ]
            )

            """
    }

    private static func quoted(_ text: String) -> String {
        let escaped = text.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : "\($0)" }.joined()
        return "\"\(escaped)\""
    }

    private static func source(_ name: PluginName) -> String {
        """
        import StreamHostPlugin
        import SwiftProtobuf

        struct \(name.module): Plugin {
            static let name = "\(name.text)"
            static let version = "1.0.0"

            init(context: PluginContext) throws {}

            func register(in registry: ServiceRegistry) throws {
                try registry.add("\(name.fullService)") { service in
                    service.unary("SayHello") { (request: Google_Protobuf_StringValue, context) in
                        Google_Protobuf_StringValue("\\(greeting), \\(request.value)")
                    }
                    service.serverStreaming("Count", reload: .migrate, count)
                }
            }
        }

        /// Change it while a client counts, and build again.
        private let greeting = "Hello"

        /// Counts up to what is asked for, one a second.
        ///
        /// The call outlives a reload: the handler says after each answer where it stands. When the plugin is reloaded it is interrupted at such a
        /// place, and the new code's handler runs with the same request, from there.
        @Sendable
        private func count(
            _ request: Google_Protobuf_UInt32Value,
            _ writer: ResponseWriter<Google_Protobuf_StringValue>,
            _ context: CallContext
        ) async throws {
            var next = try context.resumed(as: UInt32.self) ?? 1
            while next <= request.value {
                try await writer.write(Google_Protobuf_StringValue("\\(greeting) \\(next)"))
                next += 1
                try context.checkpoint(next)
                try await context.sleep(for: .seconds(1))
            }
        }

        /// The one symbol that the host looks for.
        @_cdecl("streamhost_plugin")
        public func streamhostPlugin() -> UnsafeRawPointer { exportPlugin(\(name.module).self) }

        """
    }

    private static func more(_ name: PluginName) -> String {
        """
        - Messages of your own: `protoc --swift_out=Sources/\(name.module) -IProtos Protos/\(name.protoFile)` with `protoc-gen-swift` of
          swift-protobuf; commit what it writes.
        - The other kinds of methods, metadata, errors, state that outlives a reload: streamhost's `docs/swift-sdk.md`.
        - Settings: what `hostconfig.json` has as the plugin's `config` is `context.configuration(as: MySettings.self)` in `init`.
        """
    }
}
