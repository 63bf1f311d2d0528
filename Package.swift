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
        .executable(name: "streamctl", targets: ["streamctl"]),
        .library(name: "StreamHostClient", targets: ["StreamHostClient"]),
        .library(name: "StreamHostPlugin", targets: ["StreamHostPlugin"]),
        .library(name: "stock", type: .dynamic, targets: ["StockEntry"]),
        .library(name: "file", type: .dynamic, targets: ["FileEntry"]),
        .library(name: "chat", type: .dynamic, targets: ["ChatEntry"]),
        .library(name: "bench", type: .dynamic, targets: ["BenchEntry"]),
        .library(name: "interop", type: .dynamic, targets: ["InteropEntry"]),
        .library(name: "conformance", type: .dynamic, targets: ["ConformanceEntry"]),
        .executable(name: "streamhost-conformance", targets: ["streamhost-conformance"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-asn1", from: "1.7.0"),
        .package(url: "https://github.com/apple/swift-certificates", from: "1.21.0"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.0"),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
        .package(url: "https://github.com/grpc/grpc-swift-2", from: "2.4.0"),
        .package(url: "https://github.com/grpc/grpc-swift-nio-transport", from: "2.9.0"),
        .package(url: "https://github.com/grpc/grpc-swift-protobuf", from: "2.4.0"),
    ],
    targets: [
        // MARK: System libraries and the C ABI
        .systemLibrary(name: "CNghttp2", pkgConfig: "libnghttp2", providers: [.apt(["libnghttp2-dev"])]),
        .systemLibrary(name: "CStreamHost"),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),

        // MARK: Transport
        .target(name: "HTTP2Session", dependencies: ["CNghttp2"], swiftSettings: strict),
        .target(name: "GRPCWire", dependencies: ["CZlib"], swiftSettings: strict),
        .target(
            name: "HostTransport",
            dependencies: [
                "HTTP2Session", "GRPCWire",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "NIOTLS", package: "swift-nio"),
                .product(name: "SwiftASN1", package: "swift-asn1"),
                .product(name: "X509", package: "swift-certificates"),
                .product(name: "DequeModule", package: "swift-collections"),
            ],
            swiftSettings: strict
        ),

        // MARK: Plugins, host side
        .target(
            name: "PluginLoading",
            dependencies: ["CStreamHost", .product(name: "Crypto", package: "swift-crypto")],
            swiftSettings: strict
        ),

        // The judge of plugins: what a host does with one, in memory, and named checks over it. No network, and nothing of the host's core.
        .target(
            name: "PluginChecking",
            dependencies: [
                "CStreamHost", "GRPCWire", "PluginLoading", .product(name: "SwiftProtobuf", package: "swift-protobuf"),
            ],
            swiftSettings: strict
        ),

        // MARK: The admin service's messages, generated
        .target(name: "AdminAPI", dependencies: [.product(name: "SwiftProtobuf", package: "swift-protobuf")], swiftSettings: strict),

        // MARK: The messages of gRPC's own services, generated
        .target(name: "StandardAPI", dependencies: [.product(name: "SwiftProtobuf", package: "swift-protobuf")], swiftSettings: strict),

        // MARK: Metrics: what swift-metrics' instruments say as Prometheus reads it, and where it is read. Neither knows a host.
        .target(
            name: "PrometheusMetrics",
            dependencies: [.product(name: "CoreMetrics", package: "swift-metrics")],
            swiftSettings: strict
        ),
        .target(
            name: "MetricsEndpoint",
            dependencies: [
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ],
            swiftSettings: strict
        ),

        // MARK: The host
        .target(
            name: "HostConfiguration",
            dependencies: [
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict
        ),
        // inotify and nothing else; it knows no plugin.
        .target(name: "FileWatching", swiftSettings: strict),
        .target(
            name: "HostCore",
            dependencies: [
                "AdminAPI", "StandardAPI", "CStreamHost", "FileWatching", "GRPCWire", "HostTransport", "PluginLoading", "HostConfiguration",
                "MetricsEndpoint", "PrometheusMetrics",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
            ],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "streamhost",
            dependencies: [
                "HostCore", "PluginChecking",
                "HostConfiguration", .product(name: "Logging", package: "swift-log"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict
        ),

        // MARK: The admin service's client, on a gRPC implementation that isn't the host's: each talks to a stranger
        .target(
            name: "StreamHostClient",
            dependencies: [
                "AdminAPI",
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
                .product(name: "GRPCCore", package: "grpc-swift-2"),
                .product(name: "GRPCNIOTransportHTTP2Posix", package: "grpc-swift-nio-transport"),
                .product(name: "GRPCProtobuf", package: "grpc-swift-protobuf"),
            ],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "streamctl",
            dependencies: [
                "StreamHostClient", "AdminAPI",
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict
        ),

        // MARK: For the connectrpc conformance suite, whose plugin is among the services
        .target(name: "ConformanceAPI", dependencies: [.product(name: "SwiftProtobuf", package: "swift-protobuf")], swiftSettings: strict),
        .executableTarget(
            name: "streamhost-conformance",
            dependencies: [
                "ConformanceAPI", "HostCore", "HostConfiguration",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
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
        + servicePlugin("Interop", path: "Plugins/Interop")
        + servicePlugin("Conformance", path: "Plugins/Conformance", ["ConformanceAPI"])
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
            .testTarget(
                name: "InteropPluginTests",
                dependencies: [
                    "InteropPlugin", "StreamHostPlugin", "FakeHost", "CStreamHost",
                    .product(name: "SwiftProtobuf", package: "swift-protobuf"),
                ],
                swiftSettings: strict
            ),
            // What fuzzers run too: docs/testing.md.
            .testTarget(
                name: "FuzzTests",
                dependencies: ["GRPCWire", "HostConfiguration", "HostTransport", .product(name: "NIOEmbedded", package: "swift-nio")],
                exclude: ["Corpus", "LibFuzzer.swift", "seeds.py"],
                swiftSettings: strict
            ),
            .testTarget(name: "GRPCWireTests", dependencies: ["GRPCWire"], swiftSettings: strict),
            .testTarget(
                name: "HostTransportTests",
                dependencies: ["HostTransport", "HTTP2Session", "GRPCWire", .product(name: "NIOEmbedded", package: "swift-nio")],
                swiftSettings: strict
            ),
            .testTarget(
                name: "HostCoreTests",
                dependencies: ["HostCore", "StandardAPI", .product(name: "SwiftProtobuf", package: "swift-protobuf")],
                swiftSettings: strict
            ),
            .testTarget(name: "PluginLoadingTests", dependencies: ["PluginLoading", "CStreamHost"], swiftSettings: strict),
            .testTarget(name: "PluginCheckingTests", dependencies: ["PluginChecking", "streamhost"], swiftSettings: strict),
            .testTarget(
                name: "PrometheusMetricsTests",
                dependencies: ["PrometheusMetrics", .product(name: "Metrics", package: "swift-metrics")],
                swiftSettings: strict
            ),
            .testTarget(
                name: "MetricsEndpointTests",
                dependencies: [
                    "MetricsEndpoint", .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
                ],
                swiftSettings: strict
            ),
            .testTarget(name: "FileWatchingTests", dependencies: ["FileWatching"], swiftSettings: strict),
            .testTarget(
                name: "HostConfigurationTests",
                dependencies: ["HostConfiguration", .product(name: "Logging", package: "swift-log")],
                swiftSettings: strict
            ),
            .testTarget(
                name: "ChatPluginTests",
                dependencies: [
                    "ChatPlugin", "StreamHostPlugin", "FakeHost", "CStreamHost", .product(name: "SwiftProtobuf", package: "swift-protobuf"),
                ],
                swiftSettings: strict
            ),
            .testTarget(
                name: "StreamHostClientTests",
                dependencies: [
                    "StreamHostClient", "streamctl", "AdminAPI",
                    .product(name: "ArgumentParser", package: "swift-argument-parser"),
                    .product(name: "SwiftProtobuf", package: "swift-protobuf"),
                    .product(name: "GRPCCore", package: "grpc-swift-2"),
                    .product(name: "GRPCNIOTransportHTTP2Posix", package: "grpc-swift-nio-transport"),
                    .product(name: "GRPCProtobuf", package: "grpc-swift-protobuf"),
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
        ]
)
