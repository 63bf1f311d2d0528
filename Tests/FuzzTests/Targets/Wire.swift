import GRPCWire

extension FuzzTarget {
    /// What reads gRPC's own bytes.
    static let wire = [
        FuzzTarget(name: "base64", run: fuzzBase64),
        FuzzTarget(name: "deframer", run: fuzzDeframer),
        FuzzTarget(name: "inflater", run: fuzzInflater),
        FuzzTarget(name: "percent", run: fuzzPercentEncoding),
        FuzzTarget(name: "request-head", run: fuzzRequestHead),
        FuzzTarget(name: "timeout", run: fuzzTimeout),
        FuzzTarget(name: "traceparent", run: fuzzTraceparent),
    ]
}

func fuzzBase64(_ bytes: UnsafeRawBufferPointer) {
    var decoded: [UInt8] = [1, 2, 3]
    let isBase64 = Base64.decode(bytes, into: &decoded)
    holds(decoded.starts(with: [1, 2, 3]), "what was there stays")
    guard isBase64 else { return holds(decoded.count == 3, "a refusal leaves nothing") }

    decoded.removeFirst(3)
    var encoded: [UInt8] = []
    Base64.encode(decoded, into: &encoded)
    var again: [UInt8] = []
    holds(Base64.decode(encoded, into: &again) && again == decoded, "what is written is read as it was")
}

func fuzzTimeout(_ bytes: UnsafeRawBufferPointer) {
    guard let nanoseconds = Timeout.nanoseconds(bytes) else { return }
    holds(nanoseconds <= UInt64(Int64.max), "a clock can reach it")
}

func fuzzTraceparent(_ bytes: UnsafeRawBufferPointer) {
    guard let trace = TraceContext(traceparent: bytes) else { return }
    holds(bytes.dropFirst(3).starts(with: "\(trace.traceText)-\(trace.parentText)-".utf8), "what is told is what was written")
    holds(!trace.traceText.allSatisfy { $0 == "0" } && !trace.parentText.allSatisfy { $0 == "0" }, "zeros are no trace")
}

/// The first byte is the limit.
func fuzzPercentEncoding(_ bytes: UnsafeRawBufferPointer) {
    guard let limit = bytes.first else { return }
    let message = bytes.dropFirst()
    var encoded: [UInt8] = []
    PercentEncoding.encode(message, into: &encoded, limit: Int(limit))
    holds(encoded.count <= Int(limit), "the limit holds")
    holds(encoded.allSatisfy { $0 >= 0x20 && $0 <= 0x7E }, "printable ASCII")

    var decoded: [UInt8] = []
    var rest = encoded[...]
    while let byte = rest.popFirst() {
        guard byte == UInt8(ascii: "%") else {
            decoded.append(byte)
            continue
        }
        let digits = String(decoding: rest.prefix(2), as: UTF8.self)
        guard let value = UInt8(digits, radix: 16) else { return holds(false, "two digits after each %") }
        decoded.append(value)
        rest = rest.dropFirst(2)
    }
    holds(message.starts(with: decoded), "what is decoded is how the message begins")
    if String(validating: message, as: UTF8.self) != nil {
        holds(String(validating: decoded, as: UTF8.self) != nil, "cut between characters")
    }
}

/// The first byte is the size of the chunks that the rest comes in: that changes nothing.
func fuzzDeframer(_ bytes: UnsafeRawBufferPointer) {
    guard let size = bytes.first else { return }
    let stream = UnsafeRawBufferPointer(rebasing: bytes.dropFirst())
    let whole = deframed(stream, chunk: max(stream.count, 1))
    holds(deframed(stream, chunk: max(Int(size), 1)) == whole, "messages don't depend on how their bytes come")
}

private func deframed(_ stream: UnsafeRawBufferPointer, chunk: Int) -> [[UInt8]] {
    let limit = 1000
    var deframer = Deframer()
    var found: [[UInt8]] = []
    var offset = 0
    while offset < stream.count {
        let end = min(offset + chunk, stream.count)
        var input = UnsafeRawBufferPointer(rebasing: stream[offset..<end])
        offset = end
        reading: while true {
            switch deframer.next(from: &input, limit: limit) {
            case .message(let message, let compressed):
                holds(message.count <= limit, "the limit holds")
                found.append([compressed ? 1 : 0] + message)
            case .needMore:
                holds(input.isEmpty, "what is not used is kept")
                break reading
            case .tooLarge(let size):
                holds(size > limit, "only what is too large is refused")
                return found + [[2]]
            case .badFlag(let flag):
                holds(flag > 1, "only another flag is refused")
                return found + [[3]]
            }
        }
    }
    return found
}

/// The first byte is the encoding.
func fuzzInflater(_ bytes: UnsafeRawBufferPointer) {
    guard let first = bytes.first else { return }
    let encoding = MessageEncoding.allCases[Int(first) % MessageEncoding.allCases.count]
    let message = UnsafeRawBufferPointer(rebasing: bytes.dropFirst())
    let limit = 64 * 1024
    let inflater = MessageInflater()
    // Twice: what one message leaves behind must not show in the next.
    let outcomes = (0..<2).map { _ -> [UInt8] in
        switch inflater.inflate(message, encoding, limit: limit) {
        case .message(let inflated):
            holds(encoding == .identity || inflated.count <= limit, "the limit holds")
            return Array(inflated)
        case .tooLarge:
            return [2]
        case .malformed(let why):
            holds(!why.isEmpty, "it says why")
            return [3]
        }
    }
    holds(outcomes[0] == outcomes[1], "each message has a fresh context")
}

/// Fields, each of them a size and a name, a size and a value.
func fuzzRequestHead(_ bytes: UnsafeRawBufferPointer) {
    var head = RequestHead(limit: 2000, fieldLimit: 20)
    let verdict = judge(bytes, &head)
    let path = head.path
    let metadata = head.metadata
    var size = 0
    metadata.forEach { name, value in size += name.count + value.count }
    holds(size <= 2000, "the limit holds")
    holds(metadata.count <= 20, "the limit of fields holds")

    head.reset()
    holds(judge(bytes, &head) == verdict, "a head that was used before says the same")
    holds(head.path == path && head.metadata == metadata, "and holds the same")
}

private func judge(_ bytes: UnsafeRawBufferPointer, _ head: inout RequestHead) -> RequestHead.Verdict {
    var rest = bytes[...]
    func text() -> UnsafeRawBufferPointer {
        guard let size = rest.popFirst() else { return UnsafeRawBufferPointer(start: nil, count: 0) }
        let text = rest.prefix(Int(size))
        rest = rest.dropFirst(Int(size))
        return UnsafeRawBufferPointer(rebasing: text)
    }
    while !rest.isEmpty { head.add(name: text(), value: text()) }
    return head.verdict()
}
