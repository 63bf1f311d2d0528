import GRPCWire

/// How a call's messages are compressed; of calls where any may be.
final class CallCompression {
    /// What the client uses for those of its messages that have the flag.
    let inbound: MessageEncoding
    /// What answers that are compressed are compressed with; `identity`: none may be.
    private(set) var outbound: MessageEncoding
    private let level: Int
    private var minBytes: Int
    // Only where there is an `outbound`.
    private var isOn: Bool

    init(inbound: MessageEncoding, outbound: MessageEncoding, rule: CompressionPolicy.Rule) {
        self.inbound = inbound
        self.outbound = outbound
        isOn = outbound != .identity
        level = rule.level
        minBytes = rule.minBytes
    }

    /// The handler's own word, from the next message on. `false`: the client takes nothing compressed, or it is too late to announce it.
    func set(_ on: Bool, accepts: MessageEncodings, headersAreSent: Bool) -> Bool {
        if on, outbound == .identity {
            guard !headersAreSent, let encoding = [MessageEncoding.gzip, .deflate].first(where: accepts.contains) else { return false }
            outbound = encoding
        }
        isOn = on
        // Who asks for it gets it, however small the message is.
        minBytes = 0
        return true
    }

    private func isWanted(for bytes: Int) -> Bool { isOn && bytes >= minBytes }

    /// The message compressed, valid until the next one is; `nil`: it goes as it is.
    func compressed(_ message: UnsafeRawBufferPointer, _ deflater: MessageDeflater) -> UnsafeRawBufferPointer? {
        isWanted(for: message.count) ? deflater.deflate(message, outbound, level: level) : nil
    }

    /// The shared message compressed, once for all that send it so.
    func compressed(_ message: SharedBytes, _ deflater: MessageDeflater) -> SharedBytes? {
        isWanted(for: message.count) ? message.compressed(outbound) { deflater.deflate($0, outbound, level: level) } : nil
    }
}
