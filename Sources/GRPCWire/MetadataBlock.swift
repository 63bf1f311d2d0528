/// Metadata entries as bytes, in the order they came, duplicates included, in one piece of memory.
///
/// Values of `-bin` names are raw bytes here; base64 belongs to the wire.
public struct MetadataBlock: Sendable, Equatable {
    // Each entry: the name's size and the value's size, four bytes each, then the two.
    private static let prefix = 8
    private var bytes: [UInt8]
    /// How many entries there are.
    public private(set) var count = 0

    /// An empty block.
    public init() {
        bytes = []
    }

    /// A copy that has just the memory it needs, for one that was grown entry by entry and will be used again.
    public init(copying other: MetadataBlock) {
        bytes = [UInt8](unsafeUninitializedCapacity: other.bytes.count) { room, filled in
            filled = room.initialize(fromContentsOf: other.bytes)
        }
        count = other.count
    }

    /// Whether there is no entry.
    public var isEmpty: Bool { count == 0 }

    /// Empties the block and keeps its memory.
    public mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        count = 0
    }

    /// Appends an entry as it is.
    public mutating func append(name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) {
        appendPrefix(name.count, value.count)
        bytes.append(contentsOf: name)
        bytes.append(contentsOf: value)
        count += 1
    }

    /// Appends an entry whose value is given as base64. `false`, with the block as it was, where it is none.
    public mutating func append(name: UnsafeRawBufferPointer, base64 value: some Collection<UInt8>) -> Bool {
        let start = bytes.count
        appendPrefix(name.count, 0)
        bytes.append(contentsOf: name)
        guard Base64.decode(value, into: &bytes) else {
            bytes.removeSubrange(start...)
            return false
        }
        let size = UInt32(truncatingIfNeeded: bytes.count - start - Self.prefix - name.count)
        bytes.withUnsafeMutableBytes { $0.storeBytes(of: size, toByteOffset: start + 4, as: UInt32.self) }
        count += 1
        return true
    }

    private mutating func appendPrefix(_ nameCount: Int, _ valueCount: Int) {
        withUnsafeBytes(of: (UInt32(truncatingIfNeeded: nameCount), UInt32(truncatingIfNeeded: valueCount))) {
            bytes.append(contentsOf: $0)
        }
    }

    /// Hands each entry to `body`. The views are valid as long as the block isn't changed; where it is kept, so are they.
    public func forEach(_ body: (_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> Void) {
        bytes.withUnsafeBytes { bytes in
            var offset = 0
            while offset < bytes.count {
                let name = Int(bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
                let value = Int(bytes.loadUnaligned(fromByteOffset: offset + 4, as: UInt32.self))
                let start = offset + Self.prefix
                offset = start + name + value
                body(
                    UnsafeRawBufferPointer(rebasing: bytes[start..<(start + name)]),
                    UnsafeRawBufferPointer(rebasing: bytes[(start + name)..<offset])
                )
            }
        }
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

    /// Whether the name may be sent in trailers: what may be sent at all, and the one reserved name that is an application's to set: when a
    /// client may try again (gRPC's proposal A6).
    public static func isSendableTrailerName(_ name: UnsafeRawBufferPointer) -> Bool {
        isSendableName(name) || name.isEqual(to: "grpc-retry-pushback-ms")
    }

    /// Whether a value of a name without `-bin` may be sent: printable ASCII, no space at either end.
    public static func isSendableValue(_ value: UnsafeRawBufferPointer) -> Bool {
        guard value.first != 0x20, value.last != 0x20 else { return false }
        return value.allSatisfy { $0 >= 0x20 && $0 <= 0x7E }
    }

    /// Whether the entry may be sent: its name, and its value where that isn't binary.
    public static func isSendable(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer, inTrailers: Bool = false) -> Bool {
        guard inTrailers ? isSendableTrailerName(name) : isSendableName(name) else { return false }
        return isBinary(name) || isSendableValue(value)
    }

    /// Whether values of this name are base64 on the wire.
    @inlinable
    public static func isBinary(_ name: UnsafeRawBufferPointer) -> Bool {
        name.count > 4 && name[name.count - 4] == UInt8(ascii: "-") && name[name.count - 3] == UInt8(ascii: "b")
            && name[name.count - 2] == UInt8(ascii: "i") && name[name.count - 1] == UInt8(ascii: "n")
    }

    // RFC 9113 8.2.2: connection-specific fields make a response malformed.
    private static func isTransportHeader(_ name: UnsafeRawBufferPointer) -> Bool {
        forbidden.contains { name.isEqual(to: $0) }
    }

    private static let forbidden: [StaticString] = [
        "connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade", "te", "content-type", "content-length",
        "host",
    ]
}
