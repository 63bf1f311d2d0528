/// Watches files and folders of shared libraries, and tells when a new file is whole.
///
/// A file is whole when whoever wrote it has closed it, or it was put in place by a rename or a link, and it has been
/// unchanged for the settling time. One that nobody closes is told of when it has been quiet for much longer (ten times the
/// settling time, at most ten seconds more). A build that writes, deletes and writes again gives one event, at its end.
///
/// All that a path leads through is watched: folders that don't exist yet or are deleted and made again, and symbolic
/// links that are pointed elsewhere, are noticed. Relative paths are seen from the current folder at the call. What is
/// there when a path begins to be watched counts as known, so that only a change is told: watch first, then read. Changes
/// that the kernel doesn't see, such as those that another machine makes on a network file system, aren't noticed.
///
/// Events come on the watcher's own thread, one at a time. All functions may be called from any thread, also from the
/// event function. A watcher that nobody holds any more is stopped.
///
/// ### For maintainers
///
/// `Settling` decides when something is told, `Trail` which folders a path leads through; both are pure. `WatchList` joins
/// them with the kernel's watches under one lock, `WatchEngine` is the thread. There is no polling: the thread sleeps
/// until there is a notice, or a file that changes is due for a look.
public final class FileWatcher: Sendable {
    private let engine: WatchEngine

    /// Creates a watcher that watches nothing yet.
    ///
    /// - Parameters:
    ///   - settle: How long a closed file must have been unchanged; at least a millisecond.
    ///   - onEvent: Called on the watcher's thread, and not before the next `watch`. While it runs, later events wait.
    public init(settle: Duration, onEvent: @escaping @Sendable (Event) -> Void) throws(FileWatchError) {
        engine = try WatchEngine(settle: settle, onEvent: onEvent)
        try engine.start()
    }

    deinit {
        engine.stop()
    }

    /// Watches a file, which needn't exist. It is told of by this path.
    public func watch(file: String) {
        engine.change { $0.watch(file: file) }
    }

    /// No longer watches the file. An event under way may still come.
    public func unwatch(file: String) {
        engine.change { $0.unwatch(file: file) }
    }

    /// Watches all shared libraries (`*.so`, no hidden ones) in a folder, which needn't exist. Each is told of as this path,
    /// a slash and its name. Folders in it aren't looked into.
    public func watch(folder: String) {
        engine.change { $0.watch(folder: folder) }
    }

    /// No longer watches the folder. Files in it that are watched themselves stay so. An event under way may still come.
    public func unwatch(folder: String) {
        engine.change { $0.unwatch(folder: folder) }
    }

    /// Changes the settling time, for changes of files from now on.
    public func setSettle(_ settle: Duration) {
        engine.setSettle(settle)
    }

    /// Stops for good, without waiting: an event under way may still come, and no further one.
    public func stop() {
        engine.stop()
    }
}
