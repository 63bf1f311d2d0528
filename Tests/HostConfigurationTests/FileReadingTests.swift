import Testing

@testable import HostConfiguration

@Suite("Reading the file")
struct FileReadingTests {
    func words(file: String) -> String {
        do {
            _ = try HostConfiguration.load(file: file, environment: [:])
            return "no mistake"
        } catch {
            return error.description
        }
    }

    @Test("A missing file is told in words")
    func missing() {
        #expect(
            words(file: "/nonexistent/hostconfig.json")
                == "/nonexistent/hostconfig.json: can't be opened: there is no such file. Give the path of a"
                + " configuration file, from the current folder or absolute"
        )
        #expect(words(file: "").hasPrefix(#""": can't be opened: there is no such file"#))
    }

    @Test("A folder is told in words")
    func folder() {
        #expect(words(file: "/") == "/: can't be read: it is a folder. Give the path of a file in it")
    }

    @Test("An endless file is given up")
    func endless() {
        #expect(
            words(file: "/dev/zero")
                == "/dev/zero: has more than 4 MiB, which no configuration needs; is it the right file?"
        )
    }

    @Test("An empty file is told in words")
    func empty() {
        #expect(words(file: "/dev/null") == "/dev/null:1:1: the file is empty; the least that it can hold is {}")
    }

    @Test("Without a file, the other layers count")
    func noFile() throws {
        let configuration = try HostConfiguration.load(file: nil, environment: ["STREAMHOST_THREADS": "4"])
        #expect(configuration.threads == 4)
    }
}
