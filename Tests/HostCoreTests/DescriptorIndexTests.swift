import StandardAPI
import SwiftProtobuf
import Testing

@testable import HostCore

/// What reflection knows of types.
@Suite struct DescriptorIndexTests {
    private typealias File = Google_Protobuf_FileDescriptorProto

    private static func file(_ name: String, needs: [String] = [], _ change: (inout File) -> Void = { _ in }) -> File {
        .with {
            $0.name = name
            $0.package = "p"
            $0.dependency = needs
            change(&$0)
        }
    }

    private static func index(_ files: [File]) throws -> DescriptorIndex {
        var index = DescriptorIndex()
        index.add("p.Service", try Google_Protobuf_FileDescriptorSet.with { $0.file = files }.serializedBytes())
        return index
    }

    private static func names(_ files: [some Sequence<UInt8>]) throws -> [String] {
        try files.map { try File(serializedBytes: Array($0)).name }
    }

    @Test func aFileComesWithAllThatItNeedsEachOnce() throws {
        let index = try Self.index([
            Self.file("a", needs: ["b", "c"]), Self.file("b", needs: ["d"]), Self.file("c", needs: ["d", "b"]),
            Self.file("d", needs: ["a"]),
            Self.file("e"),
        ])
        let found = try Self.names(index.files(named: "a"))
        #expect(found.first == "a" && found.sorted() == ["a", "b", "c", "d"])
        #expect(try Self.names(index.files(named: "e")) == ["e"])
        #expect(index.files(named: "f").isEmpty)
    }

    @Test(
        arguments: [
            "p.M", "p.M.f", "p.M.Inner", "p.M.Inner.g", "p.M.Kind", "p.M.ONE", "p.M.choice", "p.E", "p.TWO", "p.S", "p.S.Do", "p.x",
            "p.M.y",
        ]
    )
    func everySymbolIsFound(symbol: String) throws {
        let index = try Self.index([
            Self.file("a") { file in
                file.messageType = [
                    .with { message in
                        message.name = "M"
                        message.field = [.with { $0.name = "f" }]
                        message.oneofDecl = [.with { $0.name = "choice" }]
                        message.nestedType = [
                            .with {
                                $0.name = "Inner"
                                $0.field = [.with { $0.name = "g" }]
                            }
                        ]
                        message.enumType = [
                            .with {
                                $0.name = "Kind"
                                $0.value = [.with { $0.name = "ONE" }]
                            }
                        ]
                        message.extension = [.with { $0.name = "y" }]
                    }
                ]
                file.enumType = [
                    .with {
                        $0.name = "E"
                        $0.value = [.with { $0.name = "TWO" }]
                    }
                ]
                file.service = [
                    .with {
                        $0.name = "S"
                        $0.method = [.with { $0.name = "Do" }]
                    }
                ]
                file.extension = [.with { $0.name = "x" }]
            }
        ])
        #expect(try Self.names(index.files(declaring: symbol)) == ["a"])
        #expect(index.files(declaring: symbol + "x").isEmpty)
    }

    @Test func extensionsAreFoundByTypeAndNumber() throws {
        func field(_ name: String, _ number: Int32) -> Google_Protobuf_FieldDescriptorProto {
            .with {
                $0.name = name
                $0.number = number
                $0.extendee = ".p.M"
            }
        }
        let index = try Self.index([
            Self.file("a") { $0.messageType = [.with { $0.name = "M" }, .with { $0.name = "Plain" }] },
            Self.file("b", needs: ["a"]) { $0.extension = [field("y", 9), field("x", 7)] },
        ])
        #expect(try Self.names(index.files(extending: "p.M", 7)) == ["b", "a"])
        #expect(index.files(extending: "p.M", 8).isEmpty)
        #expect(index.extensionNumbers(of: "p.M") == [7, 9])
        #expect(index.extensionNumbers(of: "p.Plain") == [])
        #expect(index.extensionNumbers(of: "p.None") == nil)
    }

    @Test func aServiceWithoutDescriptorsIsListedAllTheSame() {
        var index = DescriptorIndex()
        index.add("a.B", [])
        index.add("c.D", [0xFF, 0xFF, 0xFF])
        #expect(index.services == ["a.B", "c.D"] && index.files(declaring: "a.B").isEmpty)
    }
}
