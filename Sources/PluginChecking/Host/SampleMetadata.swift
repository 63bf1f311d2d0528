import CStreamHost

/// The metadata that every call in a check has.
enum SampleMetadata {
    // SAFETY: constant, and never freed.
    nonisolated(unsafe) static let entries: UnsafeBufferPointer<sh_metadata> = {
        let pairs = [("user-agent", "streamhost-check"), ("x-check", "1")]
        let memory = UnsafeMutableBufferPointer<sh_metadata>.allocate(capacity: pairs.count)
        for (index, pair) in pairs.enumerated() {
            memory.initializeElement(at: index, to: sh_metadata(name: lasting(pair.0), value: lasting(pair.1)))
        }
        return UnsafeBufferPointer(memory)
    }()

    nonisolated(unsafe) static let peer = lasting("ipv4:127.0.0.1:50123")

    private static func lasting(_ text: String) -> sh_bytes {
        let bytes = Array(text.utf8)
        let memory = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: bytes.count)
        _ = memory.initialize(from: bytes)
        return sh_bytes(data: UnsafePointer(memory.baseAddress), size: bytes.count)
    }
}
