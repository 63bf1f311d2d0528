import DequeModule
import GRPCWire
import NIOCore

/// The framed messages of a call that wait for their DATA frames. Small ones are copied together; large shared ones are kept
/// by reference and reach the socket without a copy.
struct OutboundQueue: ~Copyable {
    /// Shared messages below this are cheaper to copy than to keep.
    static let shareThreshold = 4096

    private enum Segment {
        /// So many bytes of `small`, in order.
        case small(Int)
        case shared(ByteBuffer)
    }

    // Empty as long as only small messages are there: then `small` is the whole queue.
    private var segments: Deque<Segment>?
    private var small = ByteQueue()
    private(set) var count = 0

    init() {}

    mutating func append(_ message: UnsafeRawBufferPointer, compressed: Bool = false) {
        let size = MessagePrefix.size + message.count
        let target = small.extend(by: size)
        MessagePrefix.write(length: message.count, compressed: compressed, to: target)
        if let source = message.baseAddress {
            (target + MessagePrefix.size).copyMemory(from: source, byteCount: message.count)
        }
        appendedSmall(size)
    }

    mutating func append(_ message: SharedBytes) {
        guard message.count >= Self.shareThreshold else { return append(framed: message) }
        var list = segments ?? []
        segments = nil
        if list.isEmpty, count > 0 { list.append(.small(count)) }
        list.append(.shared(message.framed))
        segments = list
        count += message.framed.readableBytes
    }

    // With its own prefix, which says whether it is compressed.
    private mutating func append(framed message: SharedBytes) {
        message.framed.withUnsafeReadableBytes { framed in
            small.append(framed)
            appendedSmall(framed.count)
        }
    }

    private mutating func appendedSmall(_ size: Int) {
        count += size
        guard let last = segments?.last else { return }
        switch last {
        case .small(let before):
            segments?.removeLast()
            segments?.append(.small(before + size))
        case .shared:
            segments?.append(.small(size))
        }
    }

    /// Moves `wanted` bytes off the front into the connection's output. There must be as many.
    mutating func move(_ wanted: Int, to connection: Connection) {
        var left = wanted
        count -= wanted
        while left > 0 {
            guard let first = segments?.popFirst() else {
                segments = nil
                return moveSmall(left, to: connection)
            }
            switch first {
            case .small(let size):
                let piece = min(left, size)
                moveSmall(piece, to: connection)
                left -= piece
                if piece < size { segments?.prepend(.small(size - piece)) }
            case .shared(var buffer):
                let piece = min(left, buffer.readableBytes)
                guard let slice = buffer.readSlice(length: piece) else { return }
                connection.write(slice)
                left -= piece
                if buffer.readableBytes > 0 { segments?.prepend(.shared(buffer)) }
            }
        }
    }

    private mutating func moveSmall(_ count: Int, to connection: Connection) {
        connection.write(UnsafeRawBufferPointer(rebasing: small.bytes[..<count]))
        small.removeFirst(count)
    }

    mutating func removeAll() {
        segments = nil
        small.removeAll()
        count = 0
    }
}
