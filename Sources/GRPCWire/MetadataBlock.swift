/// Metadata entries as bytes, in the order they came, duplicates included.
///
/// Values of `-bin` names are raw bytes here; base64 belongs to the wire.
public struct MetadataBlock: Sendable, Equatable {
    /// Where an entry lies in ``bytes``.
    public struct Entry: Sendable, Equatable {
        /// Offset of the name; the value follows it directly.
        public var offset: Int
        /// Bytes of the name.
        public var nameCount: Int
        /// Bytes of the value.
        public var valueCount: Int
    }

    /// Names and values, one after the other.
    public private(set) var bytes: [UInt8] = []
    /// The entries.
    public private(set) var entries: [Entry] = []

    /// An empty block.
    public init() {}

    /// Whether there is no entry.
    public var isEmpty: Bool { entries.isEmpty }

    /// Empties the block and keeps its memory.
    public mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        entries.removeAll(keepingCapacity: true)
    }

    /// Appends an entry as it is.
    public mutating func append(name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) {
        entries.append(Entry(offset: bytes.count, nameCount: name.count, valueCount: value.count))
        bytes.append(contentsOf: name)
        bytes.append(contentsOf: value)
    }

    /// Appends the entries of one header whose name ends in `-bin`: several values may be joined by ",".
    /// `false`, with the block as it was, where one of them is no base64.
    public mutating func appendBinary(name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) -> Bool {
        let before = (bytes: bytes.count, entries: entries.count)
        for part in value.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
            let offset = bytes.count
            bytes.append(contentsOf: name)
            let start = bytes.count
            guard Base64.decode(part, into: &bytes) else {
                bytes.removeSubrange(before.bytes...)
                entries.removeSubrange(before.entries...)
                return false
            }
            entries.append(Entry(offset: offset, nameCount: name.count, valueCount: bytes.count - start))
        }
        return true
    }
}

/// What may stand in metadata that is sent. Source: gRPC's `doc/PROTOCOL-HTTP2.md`, "Custom-Metadata".
public enum MetadataRules {
    /// Whether the name may be sent: lower-case letters, digits, `_ - .`, and neither reserved nor a pseudo-header.
    public static func isSendableName(_ name: UnsafeRawBufferPointer) -> Bool {
        guard name.count > 0, !name.starts(with: "grpc-".utf8), !isTransportHeader(name) else { return false }
        return name.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."):
                true
            default: false
            }
        }
    }

    /// Whether a value of a name without `-bin` may be sent: printable ASCII, no space at either end.
    public static func isSendableValue(_ value: UnsafeRawBufferPointer) -> Bool {
        guard value.first != 0x20, value.last != 0x20 else { return false }
        return value.allSatisfy { $0 >= 0x20 && $0 <= 0x7E }
    }

    /// Whether values of this name are base64 on the wire.
    @inlinable
    public static func isBinary(_ name: UnsafeRawBufferPointer) -> Bool {
        name.count > 4 && name[name.count - 4] == UInt8(ascii: "-") && name[name.count - 3] == UInt8(ascii: "b")
            && name[name.count - 2] == UInt8(ascii: "i") && name[name.count - 1] == UInt8(ascii: "n")
    }

    // RFC 9113 8.2.2: connection-specific fields make a response malformed.
    private static func isTransportHeader(_ name: UnsafeRawBufferPointer) -> Bool {
        let forbidden: [StaticString] = [
            "connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade", "te", "content-type",
            "content-length", "host",
        ]
        return forbidden.contains { $0.matches(name) }
    }
}

extension StaticString {
    /// Whether the bytes are this string's.
    @inlinable
    func matches(_ bytes: UnsafeRawBufferPointer) -> Bool {
        self.withUTF8Buffer { own in
            own.count == bytes.count && own.elementsEqual(bytes)
        }
    }
}
