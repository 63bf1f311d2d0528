extension FileWatcher {
    /// What happened to a file. Paths are those that were given, for a file in a folder with a slash and its name.
    public enum Event: Sendable, Hashable {
        /// There is a new file or new contents, and it is whole.
        case settled(String)

        /// The file is gone, and hasn't come back within the settling time. It stays watched.
        case removed(String)

        /// The file or folder can't be watched, or not all that its path leads through, for a reason in words.
        case unwatchable(String, reason: String)
    }
}
