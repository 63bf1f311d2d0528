import Foundation
import Testing

@testable import streamctl

@Suite struct NewPluginTests {
    @Test func `everything is called after the name`() throws {
        let name = try PluginName("price-feed_2")
        #expect(name.library == "libprice-feed_2.so")
        #expect(name.fullService == "price_feed_2.PriceFeed2")
        #expect(name.protoFile == "price_feed_2.proto")
        #expect(name.module == "PriceFeed2Service")
    }

    @Test(arguments: ["", "9x", "-x", "_x", "a b", "a.b", "a/b", "../a", "é", "a\u{1B}", String(repeating: "a", count: 65)])
    func `a name that can't be one is refused`(text: String) {
        let mistake = #expect(throws: PluginName.Mistake.self) { try PluginName(text) }
        #expect(mistake?.message.contains("\u{1B}") == false)
    }

    @Test func `a folder that is there is left alone`() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("streamctl-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let project = CProject.make(try PluginName("greeter"), StreamHostPlace())
        try project.write(to: folder)
        for file in project.files {
            #expect(try String(contentsOfFile: "\(folder)/\(file.path)", encoding: .utf8) == file.text)
        }
        let mistake = #expect(throws: PluginName.Mistake.self) { try project.write(to: folder) }
        #expect(mistake?.message.contains("--path") == true)
    }

    @Test func `the checkout and the installation are found from where streamctl lies`() {
        func place(_ folder: String, _ there: String...) -> StreamHostPlace {
            .around(executableFolder: folder) { there.contains($0) }
        }
        let checkout = ["/src/Package.swift", "/src/Sources/StreamHostPlugin", "/src/dist/lib/pkgconfig/streamhost.pc"]
        for folder in ["/src/dist/bin", "/src/.build/x86_64-unknown-linux-gnu/release"] {
            #expect(place(folder, checkout[0], checkout[1], checkout[2]) == .init(checkout: "/src", installation: "/src/dist"))
        }
        #expect(place("/usr/local/bin", "/usr/local/lib/pkgconfig/streamhost.pc") == .init(checkout: nil, installation: "/usr/local"))
        #expect(place("/opt/bin") == StreamHostPlace())
        #expect(place("") == StreamHostPlace())
    }

    @Test func `a Swift project depends on the checkout, or on a placeholder that is explained`() throws {
        let name = try PluginName("greeter")
        let found = StreamHostPlace(checkout: "/my \"src\"", installation: nil)
        #expect(SwiftProject.make(name, found).files[0].text.contains("path: \"/my \\\"src\\\"\""))
        let project = SwiftProject.make(name, StreamHostPlace())
        #expect(project.files[0].text.contains(SwiftProject.placeholder))
        let steps = NextSteps.lines(name, .swift, project, folder: "greeter", place: StreamHostPlace())
        #expect(steps.contains { $0.contains(SwiftProject.placeholder) } && steps.contains { $0.contains("--streamhost") })
    }

    @Test func `what a project says to type names its own files`() throws {
        let name = try PluginName("price-feed")
        for project in [SwiftProject.make(name, StreamHostPlace()), CProject.make(name, StreamHostPlace())] {
            let readme = try #require(project.files.first { $0.path == "README.md" }?.text)
            #expect(readme.contains(project.build) && readme.contains("--load \(project.library)"))
            #expect(readme.contains("price_feed.PriceFeed/Count"))
            #expect(project.files.contains { $0.path == "Protos/price_feed.proto" })
        }
    }
}
