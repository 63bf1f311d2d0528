/// Cuts a call's inbound bytes into messages. DATA boundaries mean nothing: a chunk may hold many messages, or a part
/// of one.
///
/// A chunk that holds whole messages is cut in place; only what is left over is copied, into storage that grows with
/// what has really arrived (never with what a prefix promises) and is freed when it is empty.
///
/// Users call ``append(_:)`` or hand the chunk to ``next(from:limit:)`` until it answers ``Step/needMore``.
public struct Deframer: ~Copyable {
    /// What the bytes so far amount to.
    public enum Step {
        /// A whole message, without its prefix; valid until the deframer is next used.
        case message(UnsafeRawBufferPointer, compressed: Bool)
        /// Nothing whole is there.
        case needMore
        /// The prefix announces more than the limit.
        case tooLarge(Int)
        /// The flag byte is neither 0 nor 1.
        case badFlag(UInt8)
    }

    private var kept = ByteQueue()

    /// An empty deframer; it owns no memory until a part of a message has to be kept.
    public init() {}

    /// Bytes kept: received, and not yet handed out as messages.
    public var buffered: Int { kept.count }

    /// Keeps the bytes for later.
    public mutating func append(_ bytes: UnsafeRawBufferPointer) {
        kept.append(bytes)
    }

    /// Puts framed messages before what is kept.
    public mutating func prepend(_ framed: [UInt8]) {
        var joined = ByteQueue()
        framed.withUnsafeBytes { joined.append($0) }
        joined.append(kept.bytes)
        kept = joined
    }

    /// The next message of what is kept followed by `input`. What of `input` is used, or has to be kept, is cut off it.
    public mutating func next(from input: inout UnsafeRawBufferPointer, limit: Int) -> Step {
        if buffered == 0 {
            kept.removeAll()
            let (step, used) = Self.parse(input, limit: limit)
            switch step {
            case .message:
                input = UnsafeRawBufferPointer(rebasing: input[used...])
            case .needMore:
                append(input)
                input = UnsafeRawBufferPointer(start: nil, count: 0)
            case .tooLarge, .badFlag:
                break
            }
            return step
        }
        if input.count > 0 {
            append(input)
            input = UnsafeRawBufferPointer(start: nil, count: 0)
        }
        let (step, used) = Self.parse(kept.bytes, limit: limit)
        // The message lies in that memory: it is given back when the deframer is next used.
        kept.skip(used)
        return step
    }

    private static func parse(_ bytes: UnsafeRawBufferPointer, limit: Int) -> (Step, used: Int) {
        guard bytes.count >= MessagePrefix.size else { return (.needMore, 0) }
        let flag = bytes[0]
        guard flag <= 1 else { return (.badFlag(flag), 0) }
        let length = Int(UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: 1, as: UInt32.self)))
        guard length <= limit else { return (.tooLarge(length), 0) }
        let end = MessagePrefix.size + length
        guard bytes.count >= end else { return (.needMore, 0) }
        return (.message(UnsafeRawBufferPointer(rebasing: bytes[MessagePrefix.size..<end]), compressed: flag == 1), end)
    }
}
