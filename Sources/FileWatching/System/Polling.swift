import Glibc

/// poll(2) for reading.
enum Polling {
    /// Waits until one of the descriptors has something to read, or the time is over; without a time, forever.
    static func wait(for descriptors: [Int32], atMost limit: Duration?) {
        var entries = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        // An interrupted wait is over early; the caller looks at what is due anyway.
        _ = poll(&entries, nfds_t(entries.count), milliseconds(limit))
    }

    /// Rounded up: a wait that ends a little too early would be followed by many empty ones.
    static func milliseconds(_ limit: Duration?) -> Int32 {
        guard let limit else { return -1 }
        guard limit > .zero else { return 0 }
        guard limit < .seconds(86400) else { return 86_400_000 }
        let (seconds, attoseconds) = limit.components
        return Int32(seconds * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    }
}
