import CStreamHost
import Foundation
import PluginLoading
import Testing

/// Private copies of libraries.
@Suite struct LibraryStagingTests {
    private static func folder() throws -> String {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("streamhost-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        return path
    }

    @Test func aCopyKeepsItsNameAndTellsTheHashOfItsBytes() throws {
        let staging = try LibraryStaging(roots: [Self.folder()])
        let original = try Fixture("copied").path
        let copy = try staging.stage(original)
        #expect(copy.path != original && copy.path.hasSuffix("/libcopied.so"))
        #expect(copy.sha256.count == 64)
        #expect(try staging.stage(original).sha256 == copy.sha256)
        #expect(try Data(contentsOf: URL(fileURLWithPath: copy.path)) == Data(contentsOf: URL(fileURLWithPath: original)))
        #expect(copy.mappedBytes > 0)
    }

    @Test func overwritingTheOriginalInPlaceLeavesTheCopyAsItWas() throws {
        let staging = try LibraryStaging(roots: [Self.folder()])
        let original = try Fixture("overwritten").path
        let plugin = try PluginLibrary(staging.stage(original))
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: original))
        handle.write(Data(repeating: 0, count: 4096))
        try handle.close()
        #expect(plugin.functions.create != nil)
        #expect(plugin.unmap())
    }

    @Test func twoCopiesOfOneFileAreTwoImages() throws {
        let original = try Fixture("twice").path
        let first = try PluginLibrary(Fixture.staging.get().stage(original))
        let second = try PluginLibrary(Fixture.staging.get().stage(original))
        let entries = [first, second].compactMap { $0.functions.create.map { unsafeBitCast($0, to: Int.self) } }
        #expect(Set(entries).count == 2)
        #expect(first.unmap())
        #expect(second.functions.create != nil)
        #expect(second.unmap())
    }

    @Test func aHalfWrittenFileIsWorthAnotherLook() throws {
        let whole = try Data(contentsOf: URL(fileURLWithPath: Fixture("half").path))
        let path = try Self.folder() + "/libhalf.so"
        try whole.prefix(whole.count / 2).write(to: URL(fileURLWithPath: path))
        do {
            _ = try Fixture.staging.get().stage(path)
            Issue.record("wanted a refusal")
        } catch let error as PluginError {
            #expect(error.code == .unfinished)
            #expect(error.message.contains(path))
        }
    }

    @Test func whatACrashedHostHasLeftIsSweptAndALivingOnesIsNot() throws {
        let root = try Self.folder()
        let living = try LibraryStaging(roots: [root])
        let dead = "\(root)/99999-abcdef"
        try FileManager.default.createDirectory(atPath: dead + "/1", withIntermediateDirectories: true)
        _ = FileManager.default.createFile(atPath: dead + "/lock", contents: nil)
        _ = FileManager.default.createFile(atPath: dead + "/1/libold.so", contents: nil)
        let other = try LibraryStaging(roots: [root])
        #expect(!FileManager.default.fileExists(atPath: dead))
        #expect(FileManager.default.fileExists(atPath: living.folder))
        other.removeAll()
        #expect(!FileManager.default.fileExists(atPath: other.folder))
    }

    @Test func theSecondFolderIsTakenWhereTheFirstCanNotBe() throws {
        let second = try Self.folder()
        #expect(try LibraryStaging(roots: ["/proc/nowhere", second]).folder.hasPrefix(second))
        do {
            _ = try LibraryStaging(roots: ["/proc/nowhere"])
            Issue.record("wanted a refusal")
        } catch {
            #expect(error.message.contains("/proc/nowhere") && error.message.contains("TMPDIR"))
        }
    }
}

/// State, retirement and unmapping of C plugins.
@Suite struct HandOverTests {
    private static let saves = (
        ".retire = retire,",
        ".retire = retire, .save = save, .restore = restore,"
    )
    private static let functions = (
        "static void destroy(void *instance) {}",
        """
        static sh_status save(void *instance, sh_state *state, sh_error *error) {
            state->schema = "fixture.count"; state->version = 2; state->bytes.data = (const uint8_t *)"42"; state->bytes.size = 2;
            return SH_OK;
        }
        static sh_status restore(void *instance, const char *schema, uint32_t version, sh_bytes bytes, sh_error *error) {
            if (version <= 2) return SH_OK;
            strcpy(error->text, "it knows up to 2"); return SH_REFUSED;
        }
        static void destroy(void *instance) {}
        """
    )

    @Test func aStateGoesFromOneToTheOther() throws {
        let fixture = try Fixture("state", replacing: [Self.functions, Self.saves])
        let state = try #require(try fixture.load().save())
        #expect(state == SavedState(schema: "fixture.count", version: 2, bytes: Array("42".utf8)))
        try fixture.load().restore(state)
    }

    @Test func aRefusedStateIsToldWithItsSchemaAndVersion() throws {
        let plugin = try Fixture("newer", replacing: [Self.functions, Self.saves]).load()
        do {
            try plugin.restore(SavedState(schema: "fixture.count", version: 3, bytes: []))
            Issue.record("wanted a refusal")
        } catch {
            #expect(error.code == .stateRefused)
            #expect(error.message.contains("refused the state (fixture.count 3, 0 bytes): it knows up to 2"))
        }
    }

    @Test func aPluginWithoutStateSavesNoneAndTakesAny() throws {
        let plugin = try Fixture("stateless").load()
        #expect(try plugin.save() == nil)
        try plugin.restore(SavedState(schema: "other", version: 1, bytes: []))
    }

    @Test func anotherLifeBeginsAfterUnmapping() throws {
        let fixture = try Fixture("again")
        for _ in 0..<3 {
            let plugin = try fixture.load()
            #expect(plugin.retire() == .done)
            plugin.destroy()
            #expect(plugin.unmap())
        }
    }

    @Test func aResidentLibraryIsNeverUnmapped() throws {
        let plugin = try Fixture("resident", replacing: [(".name = \"fixture\"", ".flags = SH_PLUGIN_RESIDENT, .name = \"fixture\"")])
            .load()
        _ = plugin.retire()
        plugin.destroy()
        #expect(!plugin.unmap())
    }
}
