/// An incoming file whose upload goes on in another generation of the plugin: a lock, which says until that one has its own that it isn't a
/// crashed one's. It is held as long as the store is; what nobody has gone on with then is removed at the next start.
final class LeftFile: Sendable {
    let id: FileID
    private let lock: OpenFile

    init(id: FileID, lock: consuming OpenFile) {
        self.id = id
        self.lock = lock
    }
}
