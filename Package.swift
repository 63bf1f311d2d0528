// swift-tools-version: 6.2
import PackageDescription

// SwiftPM's own meaning of `Plugins/` is build-tool plugins. Ours are service plugins (shared libraries that the
// host loads), so their targets name their `path:`.

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

/// A service plugin: the service, which tests import too, and apart from it the library's entry function, of which a test binary with several
/// plugins can have only one.
func servicePlugin(_ name: String, path: String, _ more: [Target.Dependency] = []) -> [Target] {
    [
        .target(
            name: "\(name)Plugin",
            dependencies: ["StreamHostPlugin", .product(name: "SwiftProtobuf", package: "swift-protobuf")] + more,
            path: path,
            exclude: ["Entry"],
            swiftSettings: strict
        ),
        .target(
            name: "\(name)Entry",
            dependencies: [.target(name: "\(name)Plugin"), "StreamHostPlugin"],
            path: "\(path)/Entry",
            swiftSettings: strict
        ),
    ]
}

let package = Package(
    name: "streamhost",
    products: [
        .executable(name: "streamhost", targets: ["streamhost"]),
        .library(name: "StreamHostPlugin", targets: ["StreamHostPlugin"]),
        .library(name: "stock", type: .dynamic, targets: ["StockEntry"]),
        .library(name: "file", type: .dynamic, targets: ["FileEntry"]),
        .library(name: "chat", type: .dynamic, targets: ["ChatEntry"]),
        .library(name: "bench", type: .dynamic, targets: ["BenchEntry"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
    ],
    targets: [
        // MARK: System libraries and the C ABI
        .systemLibrary(name: "CNghttp2", pkgConfig: "libnghttp2", providers: [.apt(["libnghttp2-dev"])]),
        .systemLibrary(name: "CStreamHost"),

        // MARK: Transport
        .target(name: "HTTP2Session", dependencies: ["CNghttp2"], swiftSettings: strict),
        .target(name: "GRPCWire", swiftSettings: strict),
        .target(
            name: "HostTransport",
            dependencies: [
                "HTTP2Session", "GRPCWire",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "DequeModule", package: "swift-collections"),
            ],
            swiftSettings: strict
        ),

        // MARK: Plugins, host side
        .target(name: "PluginLoading", dependencies: ["CStreamHost"], swiftSettings: strict),

        // MARK: The admin service's messages, generated
        .target(name: "AdminAPI", dependencies: [.product(name: "SwiftProtobuf", package: "swift-protobuf")], swiftSettings: strict),

        // MARK: The host
        .target(
            name: "HostConfiguration",
            dependencies: [
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "HostCore",
            dependencies: [
                "CStreamHost", "GRPCWire", "HostTransport", "PluginLoading", "HostConfiguration",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "streamhost",
            dependencies: [
                "HostCore",
                "HostConfiguration", .product(name: "Logging", package: "swift-log"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict
        ),

        // MARK: The SDK and the services
        .target(
            name: "StreamHostPlugin",
            dependencies: ["CStreamHost", .product(name: "SwiftProtobuf", package: "swift-protobuf")],
            swiftSettings: strict
        ),
    ]
        + servicePlugin("Stock", path: "Plugins/Stock")
        + servicePlugin("File", path: "Plugins/File", [.product(name: "Crypto", package: "swift-crypto")])
        + servicePlugin("Chat", path: "Plugins/Chat")
        + servicePlugin("Bench", path: "Plugins/Examples/Bench")
        + [
            // MARK: Tests
            // A host in the test's hands, for the plugins' tests and the SDK's.
            .target(name: "FakeHost", dependencies: ["CStreamHost", "StreamHostPlugin"], path: "Tests/FakeHost", swiftSettings: strict),
            .testTarget(
                name: "StreamHostPluginTests",
                dependencies: ["StreamHostPlugin", "FakeHost", "CStreamHost", .product(name: "SwiftProtobuf", package: "swift-protobuf")],
                swiftSettings: strict
            ),
            .testTarget(
                name: "BenchPluginTests",
                dependencies: [
                    "BenchPlugin", "StreamHostPlugin", "FakeHost", "CStreamHost",
                    .product(name: "SwiftProtobuf", package: "swift-protobuf"),
                ],
                swiftSettings: strict
            ),
            .testTarget(name: "GRPCWireTests", dependencies: ["GRPCWire"], swiftSettings: strict),
            .testTarget(
                name: "HostTransportTests",
                dependencies: ["HostTransport", "HTTP2Session", "GRPCWire", .product(name: "NIOEmbedded", package: "swift-nio")],
                swiftSettings: strict
            ),
            .testTarget(name: "PluginLoadingTests", dependencies: ["PluginLoading", "CStreamHost"], swiftSettings: strict),
            .testTarget(
                name: "ChatPluginTests",
                dependencies: [
                    "ChatPlugin", "StreamHostPlugin", "FakeHost", "CStreamHost", .product(name: "SwiftProtobuf", package: "swift-protobuf"),
                ],
                swiftSettings: strict
            ),
            .testTarget(
                name: "StockPluginTests",
                dependencies: [
                    "StockPlugin", "StreamHostPlugin", "FakeHost", "CStreamHost",
                    .product(name: "SwiftProtobuf", package: "swift-protobuf"),
                ],
                swiftSettings: strict
            ),
            .testTarget(
                name: "FilePluginTests",
                dependencies: [
                    "FilePlugin", "StreamHostPlugin", "FakeHost", "CStreamHost", .product(name: "Crypto", package: "swift-crypto"),
                    .product(name: "SwiftProtobuf", package: "swift-protobuf"),
                ],
                swiftSettings: strict
            ),
            .testTarget(name: "HostConfigurationTests", dependencies: ["HostConfiguration"], swiftSettings: strict),
        ]
)
