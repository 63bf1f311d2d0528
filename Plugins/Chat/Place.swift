import StreamHostPlugin

/// The checkpoints of chat's calls: numbers of messages, in their plain bytes.
enum Place {
    /// Where a call stands: one number.
    @inline(never)
    static func checkpoint(_ number: Int, in context: CallContext) throws {
        try withUnsafeBytes(of: UInt64(number).littleEndian) { try context.checkpoint(bytes: $0) }
    }

    /// What a call has still to send.
    @inline(never)
    static func checkpoint(_ numbers: Range<Int>, in context: CallContext) throws {
        let pair = (UInt64(numbers.lowerBound).littleEndian, UInt64(numbers.upperBound).littleEndian)
        try withUnsafeBytes(of: pair) { try context.checkpoint(bytes: $0) }
    }

    /// Where a call stood in another generation; `nil`: it is a fresh one.
    static func resumed(in context: CallContext) throws -> Int? {
        try numbers(1, in: context)?[0]
    }

    /// What a call had still to send in another generation; `nil`: it is a fresh one.
    static func resumed(in context: CallContext) throws -> Range<Int>? {
        guard let pair = try numbers(2, in: context) else { return nil }
        guard pair[0] <= pair[1] else { throw context.unusableCheckpoint("it says \(pair[0])..<\(pair[1])") }
        return pair[0]..<pair[1]
    }

    private static func numbers(_ count: Int, in context: CallContext) throws -> [Int]? {
        guard let bytes = context.resumedBytes, !bytes.isEmpty else { return nil }
        do {
            var reader = PackedReader(bytes)
            let numbers = try (0..<count).map { _ in Int(clamping: try reader.integer(UInt64.self)) }
            try reader.end()
            return numbers
        } catch {
            throw context.unusableCheckpoint("\(error)")
        }
    }
}
