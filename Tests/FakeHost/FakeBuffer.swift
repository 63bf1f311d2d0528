import CStreamHost

/// A shared buffer, counted by Swift's own counting.
final class FakeBuffer {
    private let memory: UnsafeMutableRawBufferPointer

    private init(_ size: Int) { memory = .allocate(byteCount: size, alignment: 1) }

    deinit { memory.deallocate() }

    static func make(_ size: Int, _ bytes: UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>?) -> OpaquePointer? {
        let buffer = FakeBuffer(size)
        bytes?.pointee = buffer.memory.baseAddress?.assumingMemoryBound(to: UInt8.self)
        return OpaquePointer(Unmanaged.passRetained(buffer).toOpaque())
    }

    static func retain(_ pointer: OpaquePointer?) { _ = reference(pointer)?.retain() }
    static func release(_ pointer: OpaquePointer?) { reference(pointer)?.release() }
    static func bytes(_ pointer: OpaquePointer?) -> [UInt8]? { reference(pointer).map { Array($0.takeUnretainedValue().memory) } }

    private static func reference(_ pointer: OpaquePointer?) -> Unmanaged<FakeBuffer>? {
        pointer.map { Unmanaged<FakeBuffer>.fromOpaque(UnsafeRawPointer($0)) }
    }
}
