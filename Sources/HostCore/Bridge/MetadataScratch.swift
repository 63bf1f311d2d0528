import CStreamHost
import GRPCWire
import HostTransport
import PluginLoading

/// Makes the views of a call's metadata that a plugin sees, one array a loop that is written anew for each call that is asked for.
///
/// SAFETY: `@unchecked Sendable` as each loop touches only its own array, on its own thread. The views point into the call's metadata,
/// whose memory stays as it is while a callback of the call runs.
final class MetadataScratch: @unchecked Sendable {
    private static let capacity = 512
    private let arrays: [UnsafeMutablePointer<sh_metadata>]

    init(loops: Int) {
        arrays = (0..<loops).map { _ in .allocate(capacity: Self.capacity) }
    }

    deinit {
        for array in arrays { array.deallocate() }
    }

    /// Valid until it is next asked for on the call's loop. On the call's loop.
    func entries(of call: ServerCall) -> UnsafeMutableBufferPointer<sh_metadata> {
        let array = arrays[call.loop.index]
        guard !call.metadata.isEmpty else { return UnsafeMutableBufferPointer(start: array, count: 0) }
        var count = 0
        call.metadata.forEach { name, value in
            guard count < Self.capacity else { return }
            (array + count).initialize(to: sh_metadata(name: sh_bytes(name), value: sh_bytes(value)))
            count += 1
        }
        return UnsafeMutableBufferPointer(start: array, count: count)
    }
}
