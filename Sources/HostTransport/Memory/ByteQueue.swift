/// Bytes in, bytes out, in malloc'd memory that is freed when the queue is empty: an idle call owns none.
struct ByteQueue: ~Copyable {
    // SAFETY: `base` is memory of `capacity` bytes, owned by this non-copyable value and freed once; the bytes from `head` to
    // `tail` are initialized.
    private var base: UnsafeMutableRawPointer?
    private var capacity = 0
    private var head = 0
    private var tail = 0

    init() {}

    deinit {
        base?.deallocate()
    }

    var count: Int { tail - head }

    /// The bytes, in order.
    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base.map { $0 + head }, count: count) }

    /// Room for `count` bytes at the end, which the caller fills.
    mutating func extend(by count: Int) -> UnsafeMutableRawPointer {
        if base == nil || capacity - tail < count { grow(by: count) }
        let start = tail
        tail += count
        // SAFETY: grow(by:) has just made `base`.
        return base.unsafelyUnwrapped + start
    }

    mutating func removeFirst(_ count: Int) {
        head += count
        if head == tail { removeAll() }
    }

    mutating func removeAll() {
        base?.deallocate()
        base = nil
        capacity = 0
        head = 0
        tail = 0
    }

    private mutating func grow(by count: Int) {
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
