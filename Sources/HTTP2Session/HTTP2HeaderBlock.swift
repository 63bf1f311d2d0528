import CNghttp2

/// A list of header fields in memory that nghttp2 can read, made once and sent any number of times.
public final class HTTP2HeaderBlock: @unchecked Sendable {
    // SAFETY: both allocations are filled in init, never changed afterwards, and freed in deinit: sharing is safe.
    let fields: UnsafeMutableBufferPointer<nghttp2_nv>
    private let storage: UnsafeMutablePointer<UInt8>

    /// A block of those fields. Names must be lower-case. Of a block that is `immortal`, which its owner keeps for ever,
    /// nghttp2 reads the bytes in place instead of copying them.
    public init(_ list: [(name: [UInt8], value: [UInt8])], immortal: Bool = false) {
        let size = list.reduce(0) { $0 + $1.name.count + $1.value.count }
        storage = .allocate(capacity: max(size, 1))
        fields = .allocate(capacity: list.count)
        let flags =
            immortal ? UInt8(NGHTTP2_NV_FLAG_NO_COPY_NAME.rawValue | NGHTTP2_NV_FLAG_NO_COPY_VALUE.rawValue) : 0
        var cursor = storage
        for (index, field) in list.enumerated() {
            let name = cursor
            cursor.update(from: field.name, count: field.name.count)
            cursor += field.name.count
            let value = cursor
            cursor.update(from: field.value, count: field.value.count)
            cursor += field.value.count
            fields.initializeElement(
                at: index,
                to: nghttp2_nv(
                    name: name,
                    value: value,
                    namelen: field.name.count,
                    valuelen: field.value.count,
                    flags: flags
                )
            )
        }
    }

    deinit {
        fields.deallocate()
        storage.deallocate()
    }

    /// A block of text fields.
    public convenience init(text list: [(String, String)], immortal: Bool = false) {
        self.init(list.map { (Array($0.0.utf8), Array($0.1.utf8)) }, immortal: immortal)
    }
}
