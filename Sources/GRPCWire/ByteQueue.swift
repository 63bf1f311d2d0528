/// Bytes in, bytes out, in malloc'd memory that grows with what is in it and is freed when it is empty: a call that rests owns none.
public struct ByteQueue: ~Copyable {
    // SAFETY: `base` is memory of `capacity` bytes, owned by this non-copyable value and freed once; the bytes from `head` to `tail` are
    // initialized.
    @usableFromInline var base: UnsafeMutableRawPointer?
    @usableFromInline var capacity = 0
    @usableFromInline var head = 0
    @usableFromInline var tail = 0

    /// An empty queue.
    @inlinable
    public init() {}

    @inlinable
    deinit {
        base?.deallocate()
    }

    /// Bytes in the queue.
    @inlinable
    public var count: Int { tail - head }

    /// The bytes, in order; valid until the queue is changed.
    @inlinable
    public var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base.map { $0 + head }, count: count) }

    /// Room for `count` bytes at the end, which the caller fills.
    @inlinable
    public mutating func extend(by count: Int) -> UnsafeMutableRawPointer {
        if base == nil || capacity - tail < count { grow(by: count) }
        let start = tail
        tail += count
        // SAFETY: grow(by:) has made `base`.
        return base.unsafelyUnwrapped + start
    }

    /// Appends a copy of the bytes.
    @inlinable
    public mutating func append(_ bytes: UnsafeRawBufferPointer) {
        guard let source = bytes.baseAddress, bytes.count > 0 else { return }
        extend(by: bytes.count).copyMemory(from: source, byteCount: bytes.count)
    }

    /// Drops `count` bytes of the front. Their memory stays until the queue is next changed.
    @inlinable
    public mutating func skip(_ count: Int) {
        head += count
    }

    /// Drops `count` bytes of the front, and the memory with the last of them.
    @inlinable
    public mutating func removeFirst(_ count: Int) {
        head += count
        if head == tail { removeAll() }
    }

    /// Empties the queue, and frees its memory.
    @inlinable
    public mutating func removeAll() {
        base?.deallocate()
        base = nil
        capacity = 0
        head = 0
        tail = 0
    }

    @usableFromInline
    mutating func grow(by count: Int) {
        let live = self.count
        if let base, head >= live, capacity - live >= count {
            base.copyMemory(from: base + head, byteCount: live)
        } else {
            let wanted = max(live + count, capacity * 2, 64)
            let grown = UnsafeMutableRawPointer.allocate(byteCount: wanted, alignment: 16)
            if let base {
                grown.copyMemory(from: base + head, byteCount: live)
                base.deallocate()
            }
            base = grown
            capacity = wanted
        }
        head = 0
        tail = live
    }
}
