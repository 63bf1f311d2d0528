import GRPCWire
import Testing

@testable import HostTransport

@Suite struct RouteTableTests {
    private func find(_ path: String, in table: RouteTable) -> (any CallHandler)? {
        Array(path.utf8).withUnsafeBytes { table.handler(path: $0) }
    }

    @Test func everyRouteIsFoundByItsBytes() {
        let handlers = (0..<200).map { _ in RecordingHandler(.unary) }
        let table = RouteTable(handlers.enumerated().map { ("/package\($0 % 7).Service\($0)/Method\($0)", $1) })
        for (index, handler) in handlers.enumerated() {
            #expect(find("/package\(index % 7).Service\(index)/Method\(index)", in: table) === handler)
        }
    }

    @Test(arguments: ["/a.B/c", "/a.B/C/", "/a.B/", "/a.B", "a.B/C", "/a.B/CC", "", "/", "/A.B/C", "/a.B/C?x=1"])
    func whatDiffersInAByteIsNotFound(path: String) {
        let table = RouteTable([("/a.B/C", RecordingHandler(.unary))])
        #expect(find(path, in: table) == nil)
    }

    @Test func aServiceIsKnownByItsFullName() {
        let table = RouteTable([("/a.B/C", RecordingHandler(.unary))])
        func known(_ path: String) -> Bool { Array(path.utf8).withUnsafeBytes { table.hasService(of: $0) } }
        #expect(known("/a.B/Other"))
        #expect(!known("/a.BB/C"))
        #expect(!known("/a/C"))
        #expect(!known("/"))
    }
}
