/// Writes values one after the other, in as few bytes as they have: for checkpoints and saved states that are made often, or are large.
/// Integers are little-endian; texts and bytes have their length before them. What was written is read by ``PackedReader`` in the same order.
public struct PackedWriter: Sendable {
    /// What was written.
    public private(set) var bytes: [UInt8] = []

    /// - Parameter capacity: How many bytes it will be, about.
    public init(capacity: Int = 0) { bytes.reserveCapacity(capacity) }

    /// An integer, in all its bytes.
    public mutating func put(_ value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    /// A number, exactly.
    public mutating func put(_ value: Double) { put(value.bitPattern) }

    /// A yes or no, in a byte.
    public mutating func put(_ value: Bool) { put(UInt8(value ? 1 : 0)) }

    /// A text.
    public mutating func put(_ text: String) {
        var text = text
        text.withUTF8 { put(bytes: UnsafeRawBufferPointer($0)) }
    }

    /// Bytes, up to 4 GiB.
    public mutating func put(bytes more: UnsafeRawBufferPointer) {
        put(UInt32(clamping: more.count))
        bytes.append(contentsOf: more.prefix(Int(UInt32.max)))
    }
}

/// Reads what a ``PackedWriter`` has written.
public struct PackedReader: Sendable {
    /// What was found isn't what was wanted: the bytes were cut, or written by other code.
    public struct Mismatch: Error, CustomStringConvertible {
        /// What was wanted, where, and what was found.
        public let description: String
    }

    private let bytes: [UInt8]
    /// How many bytes were read.
    public private(set) var offset = 0

    /// Reads those bytes.
    public init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// How many bytes are left.
    public var left: Int { bytes.count - offset }

    private mutating func take(_ count: Int) throws -> Range<Int> {
        guard count <= left else {
            throw Mismatch(description: "wanted \(count) bytes at \(offset), found \(left): it was cut, or is no such state")
        }
        defer { offset += count }
        return offset..<(offset + count)
    }

    /// An integer of that type.
    public mutating func integer<T: FixedWidthInteger>(_ type: T.Type = T.self) throws -> T {
        let range = try take(MemoryLayout<T>.size)
        return T(littleEndian: bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: range.lowerBound, as: T.self) })
    }

    /// A number.
    public mutating func double() throws -> Double { Double(bitPattern: try integer()) }

    /// A yes or no.
    public mutating func bool() throws -> Bool { try integer(UInt8.self) != 0 }

    /// A text.
    public mutating func string() throws -> String { try withBytes { String(decoding: $0, as: UTF8.self) } }

    /// Bytes, where they lie, for as long as `body` runs.
    public mutating func withBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) throws -> R {
        let range = try take(Int(try integer(UInt32.self)))
        return try bytes.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[range])) }
    }

    /// How many things follow, each of at least so many bytes: more than there is room for are refused, before memory is taken for them.
    public mutating func count(ofAtLeast size: Int) throws -> Int {
        let count = Int(try integer(UInt32.self))
        guard count <= left / max(size, 1) else {
            throw Mismatch(description: "found a count of \(count) at \(offset - 4), with \(left) bytes left: it is no such state")
        }
        return count
    }

    /// - Throws: ``Mismatch`` where something is left.
    public func end() throws {
        guard left == 0 else { throw Mismatch(description: "found \(left) bytes more than wanted: it is no such state") }
    }
}
