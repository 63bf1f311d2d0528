import CStreamHost

/// Bytes that don't move, with a zero behind them: for views that a plugin may keep.
///
/// SAFETY: `@unchecked Sendable` as the memory is written in init and only read afterwards.
final class StableText: @unchecked Sendable {
    private let memory: UnsafeMutableBufferPointer<UInt8>

    init(_ bytes: [UInt8]) {
        memory = .allocate(capacity: bytes.count + 1)
        _ = memory.initialize(from: bytes + [0])
    }

    deinit {
        memory.deallocate()
    }

    var view: sh_bytes { sh_bytes(data: UnsafePointer(memory.baseAddress), size: memory.count - 1) }

    var cString: UnsafePointer<CChar>? {
        UnsafeRawPointer(memory.baseAddress)?.assumingMemoryBound(to: CChar.self)
    }
}
