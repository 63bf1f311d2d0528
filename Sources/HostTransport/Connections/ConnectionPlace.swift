/// A connection's place among those that may be open: in the process, of its address, on its listener.
///
/// Confined to its connection's loop.
final class ConnectionPlace {
    let registry: ConnectionRegistry
    private let address: PeerAddress?
    private let listener: ListenerRoom?
    private var isTaken = true

    init(_ registry: ConnectionRegistry, _ address: PeerAddress?, _ listener: ListenerRoom?) {
        self.registry = registry
        self.address = address
        self.listener = listener
    }

    /// Makes room for another. The second time nothing happens.
    func giveBack() {
        guard isTaken else { return }
        isTaken = false
        listener?.giveBack()
        registry.release(address)
    }
}
