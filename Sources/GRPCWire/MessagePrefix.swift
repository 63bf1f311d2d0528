/// The five bytes before every message: a flag for compression, and the length, big-endian.
public enum MessagePrefix {
    /// Bytes of a prefix.
    public static let size = 5

    /// Writes the prefix of a message of `length` bytes. The buffer must have room for ``size`` bytes.
    @inlinable
    public static func write(length: Int, compressed: Bool = false, to pointer: UnsafeMutableRawPointer) {
        pointer.storeBytes(of: compressed ? 1 : 0, as: UInt8.self)
        pointer.storeBytes(of: UInt32(truncatingIfNeeded: length).bigEndian, toByteOffset: 1, as: UInt32.self)
    }

    /// Appends the message with its prefix.
    public static func frame(_ message: UnsafeRawBufferPointer, appendingTo bytes: inout [UInt8]) {
        bytes.append(0)
        withUnsafeBytes(of: UInt32(truncatingIfNeeded: message.count).bigEndian) { bytes.append(contentsOf: $0) }
        bytes.append(contentsOf: message)
    }
}
