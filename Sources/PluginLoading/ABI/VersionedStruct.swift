import CStreamHost

/// A struct of the ABI that begins with its size and may grow at its end.
public protocol VersionedStruct {
    /// All zero.
    init()
    /// What its writer took its size to be.
    var struct_size: Int { get }
    /// Bytes that version 1.0 requires, as the SH_..._SIZE_1_0 of the header say.
    static var requiredSize: Int { get }
}

extension VersionedStruct {
    /// A copy of what the writer has and this host knows; the rest is zero. `nil` where it is less than version 1.0 requires.
    public init?(reading pointer: UnsafePointer<Self>) {
        let size = pointer.pointee.struct_size
        guard size >= Self.requiredSize else { return nil }
        self.init()
        withUnsafeMutableBytes(of: &self) { own in
            own.copyMemory(from: UnsafeRawBufferPointer(start: pointer, count: min(size, own.count)))
        }
    }
}

private func size<T>(upTo last: PartialKeyPath<T>, _ lastSize: Int) -> Int {
    (MemoryLayout<T>.offset(of: last) ?? 0) + lastSize
}

extension sh_finish: VersionedStruct {
    /// Up to the last field of version 1.0.
    public static var requiredSize: Int { size(upTo: \sh_finish.trailer_count, MemoryLayout<Int>.size) }
}

extension sh_method: VersionedStruct {
    /// Up to the last field of version 1.0.
    public static var requiredSize: Int { size(upTo: \sh_method.context, MemoryLayout<Int>.size) }
}

extension sh_service: VersionedStruct {
    /// Up to the last field of version 1.0.
    public static var requiredSize: Int { size(upTo: \sh_service.method_count, MemoryLayout<Int>.size) }
}

extension sh_handler: VersionedStruct {
    /// Up to the last field of version 1.0.
    public static var requiredSize: Int { size(upTo: \sh_handler.on_close, MemoryLayout<Int>.size) }
}
