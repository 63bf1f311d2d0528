import AdminAPI
import SwiftProtobuf

/// A plugin as a host describes it.
enum Samples {
    static func plugin(
        _ name: String = "chat",
        generations: [Streamhost_Admin_V1_GenerationInfo] = [generation(3, calls: 317, total: 5000)],
        reloads: Streamhost_Admin_V1_ReloadCounters = .init()
    ) -> Streamhost_Admin_V1_PluginInfo {
        .with {
            $0.name = name
            $0.version = "1.0.0"
            $0.sdk = "streamhost-swift 0.1.0"
            $0.library = "/plugins/lib\(name).so"
            $0.generation = 3
            $0.watched = true
            $0.services = [
                .with {
                    $0.name = "chat.ChatService"
                    $0.methods = [
                        .with {
                            $0.name = "JoinChat"
                            $0.kind = "server_streaming"
                            $0.reload = "migrate"
                        }
                    ]
                }
            ]
            $0.generations = generations
            $0.reloads = reloads
        }
    }

    static func generation(
        _ number: Int64,
        _ state: Streamhost_Admin_V1_GenerationState = .active,
        calls: Int64 = 0,
        total: Int64 = 0
    ) -> Streamhost_Admin_V1_GenerationInfo {
        .with {
            $0.number = number
            $0.state = state
            $0.version = "1.0.0"
            $0.sha256 = String(repeating: "ab", count: 32)
            $0.loadedAt = 1_000_000
            $0.calls = calls
            $0.callsTotal = total
            $0.mappedBytes = 1_258_291
        }
    }

    static func verdict(
        _ outcome: Streamhost_Admin_V1_ReloadVerdict.Outcome,
        reason: String = ""
    ) -> Streamhost_Admin_V1_ReloadVerdict {
        .with {
            $0.plugin = "chat"
            $0.outcome = outcome
            $0.reason = reason
            $0.fromGeneration = 3
            $0.toGeneration = outcome == .accepted ? 4 : 3
            $0.pauseMs = 2.31
            $0.callsMoved = 1
            $0.callsPinned = 2
            $0.totalMs = 48.2
        }
    }
}
