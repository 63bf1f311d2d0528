import GRPCWire
import Testing

@Suite struct RequestHeadTests {
    private static let call = [
        (":method", "POST"), (":scheme", "http"), (":path", "/a.B/C"), (":authority", "x"), ("content-type", "application/grpc"),
        ("te", "trailers"),
    ]

    private func head(_ fields: [(String, String)], limit: Int = 16384) -> RequestHead {
        var head = RequestHead(limit: limit)
        for (name, value) in fields {
            Array(name.utf8).withUnsafeBytes { name in
                Array(value.utf8).withUnsafeBytes { value in head.add(name: name, value: value) }
            }
        }
        return head
    }

    private func replacing(_ name: String, _ value: String) -> [(String, String)] {
        Self.call.map { $0.0 == name ? (name, value) : $0 }
    }

    @Test func aPlainRequestIsACallWithoutMetadata() {
        let head = head(Self.call)
        #expect(head.verdict() == .call)
        #expect(head.path == Array("/a.B/C".utf8))
        #expect(head.metadata.isEmpty)
        #expect(head.timeout == nil)
    }

    @Test(arguments: ["application/grpc", "application/grpc+proto", "application/grpc;charset=utf-8", "application/grpc+json"])
    func subTypesOfGRPCAreAccepted(type: String) {
        #expect(head(replacing("content-type", type)).verdict() == .call)
    }

    @Test(arguments: [
        ("application/grpc", ""), ("application/grpc+proto", ""), ("application/grpc+proto;charset=utf-8", ""),
        ("application/grpc;a=b", ""),
        ("application/grpc+json", "json"), ("application/grpc+thrift;a=b", "thrift"), ("application/grpc+", ""),
        ("application/grpc+protobuf", "protobuf"),
        ("application/json", ""),
    ])
    func theCodecIsWhatIsNotProtobuf(type: String, codec: String) {
        var head = head(replacing("content-type", type))
        #expect(head.codec == Array(codec.utf8))
        head.reset()
        #expect(head.codec.isEmpty)
    }

    @Test(arguments: ["application/json", "application/grpc-web", "", "text/plain"]) func otherTypesAre415(type: String) {
        guard case .http(415, _) = head(replacing("content-type", type)).verdict() else {
            Issue.record("wanted 415")
            return
        }
    }

    @Test func otherVerbsAre405() {
        guard case .http(405, _) = head(replacing(":method", "PUT")).verdict() else {
            Issue.record("wanted 405")
            return
        }
    }

    @Test(arguments: [("/", RequestHead.Verdict.http(200, "streamhost\n")), ("/healthz", .health)])
    func aLoadBalancerGetsAnAnswer(path: String, verdict: RequestHead.Verdict) {
        #expect(head([(":method", "GET"), (":path", path)]).verdict() == verdict)
    }

    @Test func metadataKeepsItsOrderAndDuplicates() {
        let head = head(Self.call + [("b", "1"), ("a", "2"), ("b", "3"), ("user-agent", "x")])
        var names: [String] = []
        head.metadata.forEach { name, _ in names.append(String(decoding: name, as: UTF8.self)) }
        #expect(names == ["b", "a", "b", "user-agent"])
    }

    @Test func binaryValuesAreDecodedEachOnItsOwn() {
        let head = head(Self.call + [("x-bin", "AQ==,AgM")])
        var values: [[UInt8]] = []
        head.metadata.forEach { _, value in values.append(Array(value)) }
        #expect(values == [[1], [2, 3]])
    }

    @Test func binaryValuesThatAreNoBase64EndTheCall() {
        guard case .status(let status) = head(Self.call + [("x-bin", "!")]).verdict() else {
            Issue.record("wanted a status")
            return
        }
        #expect(status.code == .internal)
        #expect(status.message.contains("x-bin"))
    }

    @Test func everyPartOfABinaryValueIsChargedAsAField() {
        let many = head(Self.call + [("x-bin", String(repeating: ",", count: 300))], limit: 1 << 20)
        guard case .status(let status) = many.verdict() else {
            Issue.record("wanted a status")
            return
        }
        #expect(status.code == .resourceExhausted)
        let long = head(Self.call + [(String(repeating: "x", count: 5000) + "-bin", ",,,,")])
        guard case .status(let status) = long.verdict() else {
            Issue.record("wanted a status")
            return
        }
        #expect(status.code == .resourceExhausted)
    }

    @Test func reservedNamesAreNotMetadata() {
        let head = head(Self.call + [("grpc-timeout", "1S"), ("grpc-accept-encoding", "gzip"), ("grpc-encoding", "identity")])
        #expect(head.metadata.isEmpty)
        #expect(head.timeout == 1_000_000_000)
        #expect(head.verdict() == .call)
    }

    @Test func encodingsAreReadFromTheirFields() {
        let head = head(
            Self.call + [("grpc-encoding", "gzip"), ("grpc-accept-encoding", "identity, deflate,zstd"), ("grpc-accept-encoding", "gzip")]
        )
        #expect(head.verdict() == .call)
        #expect(head.encoding == .gzip)
        #expect(head.accepts == [MessageEncodings(.identity), MessageEncodings(.deflate), MessageEncodings(.gzip)])
    }

    @Test func anEncodingThatIsNotThereIsUnimplemented() {
        guard case .unknownEncoding(let status) = head(Self.call + [("grpc-encoding", "br")]).verdict() else {
            Issue.record("wanted a status")
            return
        }
        #expect(status.code == .unimplemented)
    }

    @Test func theLimitCountsNameValueAnd32AField() {
        let size = Self.call.reduce(0) { $0 + $1.0.utf8.count + $1.1.utf8.count + 32 }
        #expect(head(Self.call, limit: size).verdict() == .call)
        guard case .status(let status) = head(Self.call, limit: size - 1).verdict() else {
            Issue.record("wanted a status")
            return
        }
        #expect(status.code == .resourceExhausted)
    }

    @Test func tinyFieldsAreCountedToo() {
        let many = (0..<300).map { _ in ("a", "") }
        guard case .status(let status) = head(Self.call + many, limit: 1 << 20).verdict() else {
            Issue.record("wanted a status")
            return
        }
        #expect(status.code == .resourceExhausted)
    }

    @Test func aHeadThatIsUsedAgainHasForgotten() {
        var head = head(Self.call + [("a", "1"), ("grpc-timeout", "x")])
        head.reset()
        #expect(head.metadata.isEmpty)
        #expect(head.path.isEmpty)
        #expect(head.verdict() != .call)
    }
}
