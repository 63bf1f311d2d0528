import Glibc

extension UnsafeMutableRawPointer {
    /// Memory that reads as zero, to be freed with `free`. Where it is large the system gives pages that cost nothing until touched.
    static func allocateZeroed(byteCount: Int) -> UnsafeMutableRawPointer {
        // No memory for a table at start-up: nothing sensible is left to do, as with any Swift allocation.
        guard let memory = calloc(1, byteCount) else { preconditionFailure("no memory for \(byteCount) bytes") }
        return memory
    }
}
