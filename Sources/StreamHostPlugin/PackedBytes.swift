/// Writes values one after the other, in as few bytes as they have: for checkpoints and saved states that are made often, or are large.
/// Integers are little-endian; texts and bytes have their length before them. What was written is read by ``PackedReader`` in the same order.
public struct PackedWriter: Sendable {
    /// What was written.
    public var bytes: [UInt8] { written }

    @usableFromInline var written: [UInt8] = []

    /// - Parameter capacity: How many bytes it will be, about.
    public init(capacity: Int = 0) { written.reserveCapacity(capacity) }

    /// An integer, in all its bytes.
    @inlinable
    public mutating func put(_ value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.littleEndian) { written.append(contentsOf: $0) }
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

    /// Bytes as they are, without their length: for what was packed before.
    @inlinable
    public mutating func append(_ more: UnsafeRawBufferPointer) { written.append(contentsOf: more) }

    /// Bytes, up to 4 GiB.
    @inlinable
    public mutating func put(bytes more: UnsafeRawBufferPointer) {
        put(UInt32(clamping: more.count))
        append(UnsafeRawBufferPointer(rebasing: more.prefix(Int(UInt32.max))))
    }
}

/// Reads what a ``PackedWriter`` has written.
public struct PackedReader: Sendable {
    /// What was found isn't what was wanted: the bytes were cut, or written by other code.
    public struct Mismatch: Error, CustomStringConvertible {
        /// What was wanted, where, and what was found.
        public let description: String
    }

    @usableFromInline let bytes: ArraySlice<UInt8>
    @usableFromInline var read = 0

    /// How many bytes were read.
    public var offset: Int { read }

    /// Reads those bytes.
    public init(_ bytes: [UInt8]) { self.bytes = bytes[...] }

    /// Reads those bytes, which stay where they are.
    public init(_ bytes: ArraySlice<UInt8>) { self.bytes = bytes }

    /// How many bytes are left.
    @inlinable public var left: Int { bytes.count - read }

    @inlinable
    mutating func take(_ count: Int) throws -> Range<Int> {
        guard count <= left else { throw cut(count) }
        defer { read += count }
        return read..<(read + count)
    }

    @usableFromInline
    func cut(_ count: Int) -> Mismatch {
        Mismatch(description: "wanted \(count) bytes at \(read), found \(left): it was cut, or is no such state")
    }

    /// Passes over bytes that have their length before them.
    @inlinable
    public mutating func skip() throws { _ = try take(Int(try integer(UInt32.self))) }

    /// What was read from that offset on, as it is.
    public func slice(from start: Int) -> ArraySlice<UInt8> {
        bytes[(bytes.startIndex + min(start, read))..<(bytes.startIndex + read)]
    }

    /// An integer of that type.
    @inlinable
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
    @inlinable
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
