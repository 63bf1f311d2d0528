import StreamHostPlugin
import Synchronization

/// file_upload.FileService: takes files in chunks, keeps them on disk, and gives them back.
///
/// Bytes go to disk as they come, so that the process' memory doesn't know the size of a file. `Transfer` decides what
/// a client may send, `Store` keeps files, `Disk` is the border to the system's calls.
package struct FilePlugin: Plugin {
    package static let name = "file"
    package static let version = "1.0.0"

    private let context: PluginContext
    private let configuration: FileConfiguration
    // Opened at the start: before, nothing may be touched.
    private let store = StoreHolder()

    package init(context: PluginContext) throws {
        self.context = context
        configuration = try context.configuration(as: FileConfiguration.self)
    }

    package func register(in registry: ServiceRegistry) throws {
        let store = try FileStore(
            folder: context.dataDirectory(),
            durable: configuration.sync,
            clock: .system,
            report: { context.log.warning($0) }
        )
        self.store.set(store)
        let service = FileService(store: store, configuration: configuration)
        try registry.add("file_upload.FileService", fileDescriptorSet: FileDescriptors.fileDescriptorSet) { methods in
            // They wait for the disk, which a loop must not: it has other calls to serve.
            methods.clientStreaming("UploadFile", on: .offloaded, reload: .migrate, service.upload)
            methods.serverStreaming("DownloadFile", on: .offloaded, reload: .migrate, service.download)
            // The list is in memory.
            methods.unary("ListFiles", service.list)
        }
    }

    package func save() throws -> SavedState? {
        guard let store = store.get() else { return nil }
        return KeptFilesCoding.encode(store.kept)
    }

    package func restore(_ state: SavedState) throws {
        let kept = try KeptFilesCoding.decode(state)
        store.get()?.learn(of: kept) { context.log.warning($0) }
    }
}

/// The store, once it is open.
private final class StoreHolder: Sendable {
    private let store = Mutex<FileStore?>(nil)

    func set(_ opened: FileStore) { store.withLock { $0 = opened } }
    func get() -> FileStore? { store.withLock { $0 } }
}
