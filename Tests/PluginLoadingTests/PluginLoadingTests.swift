import Foundation
import PluginLoading
import Testing

/// What is refused, and that the refusal names what was found and what was wanted.
@Suite struct PluginLoadingTests {
    @Test func aGoodPluginIsLoadedAsItDescribesItself() throws {
        let plugin = try Fixture("good").load()
        #expect(plugin.name == "fixture")
        #expect(plugin.library.version == "1.0")
        #expect(plugin.library.sdk == "C")
        #expect(plugin.services.map(\.name) == ["test.Service"])
        #expect(plugin.services.first?.methods.map(\.name) == ["One", "Two"])
        #expect(plugin.retire() == .done)
        plugin.destroy()
        #expect(plugin.unmap())
    }

    @Test func theHostsTableHasVersionConfigurationAndFolder() throws {
        let check = """
            sh_bytes folder; sh_bytes text = host->config(host);
            if (strcmp(host->host_version, "1.2.3") || text.size != 7 || memcmp(text.data, "{\\"a\\":1}", 7) || config.size != 7) return SH_INVALID;
            if (host->data_dir(host, &folder, error) != SH_OK || folder.size != 16 || memcmp(folder.data, "/nowhere/fixture", 16)) return SH_INVALID;
            if (host->struct_size != sizeof(sh_host) || host->get_extension(host, "none/1")) return SH_INVALID;
            if (host->send(host, 1, text) != SH_CLOSED || host->finish(host, 0, 0) != SH_CLOSED) return SH_INVALID;
            """
        _ = try Fixture("table", replacing: [("/* CREATE */", check)]).load(config: "{\"a\":1}")
    }

    @Test(arguments: [
        (".magic = SH_MAGIC", ".magic = 1", "sh_plugin.magic: found 0x1, wanted 0x50484853"),
        (".abi_major = SH_ABI_MAJOR", ".abi_major = 9", "sh_plugin.abi_major: found 9, wanted 1"),
        (".struct_size = sizeof(sh_plugin)", ".struct_size = 8", "sh_plugin.struct_size: found 8, wanted at least"),
        (".abi_minor = SH_ABI_MINOR", ".abi_min_minor = 7", "sh_plugin.abi_min_minor: found 7, wanted at most 0"),
        (".name = \"fixture\"", ".name = \"../up\"", "sh_plugin.name: found \"../up\""),
        (".name = \"fixture\",", "", "sh_plugin.name: found NULL"),
        (".create = create,", "", "sh_plugin.create: found NULL"),
        (".start = start,", "", "sh_plugin.start: found NULL"),
        (".retire = retire,", "", "sh_plugin.retire: found NULL"),
        (".destroy = destroy,", "", "sh_plugin.destroy: found NULL"),
        ("return &plugin;", "return NULL;", "streamhost_plugin() answered NULL"),
    ]) func aWrongDescriptionIsRefusedByTheFieldsName(old: String, new: String, words: String) throws {
        let fixture = try Fixture("description", replacing: [(old, new)])
        let refusal = fixture.refusal()
        #expect(refusal.contains(words))
        #expect(refusal.contains(fixture.path))
    }

    @Test(arguments: [
        ("\"test.Service\"", "\"\"", "malformed name"),
        ("\"test.Service\"", "\"a/b\"", "malformed name"),
        ("\"Two\"", "\"One\"", "method One is registered twice"),
        ("SH_BIDIRECTIONAL, ", "77, ", "kind is 77"),
        (".method_count = 2", ".method_count = 0", "found no methods"),
        (".on_open = on_open, ", "", "on_open is NULL"),
        (", .on_close = on_close", "", "on_close is NULL"),
        ("/* START */", "registrar->add_service(registrar, &service, error);", "service test.Service: registered twice"),
    ]) func aWrongRegistrationIsRefusedInWords(old: String, new: String, words: String) throws {
        #expect(try Fixture("registration", replacing: [(old, new)]).refusal().contains(words))
    }

    @Test func aPluginThatRefusesSaysWhy() throws {
        let no = "strcpy(error->text, \"$.port: found 0, wanted 1 to 9\"); return SH_REFUSED;"
        let created = try Fixture("create", replacing: [("/* CREATE */", no)]).refusal()
        #expect(created.contains("fixture refused to be created: $.port: found 0, wanted 1 to 9"))
        let started = try Fixture("start", replacing: [("/* START */", no)]).refusal()
        #expect(started.contains("fixture failed to start: $.port: found 0, wanted 1 to 9"))
    }

    @Test func aPluginThatGivesNoReasonIsStillNamed() throws {
        let refusal = try Fixture("silent", replacing: [("/* CREATE */", "return SH_NO_MEMORY;")]).refusal()
        #expect(refusal.contains("fixture refused to be created: it gave no reason (status -6)"))
    }

    @Test func twoPluginsCanNotClaimOneService() throws {
        let fixture = try Fixture("claim")
        #expect(fixture.refusal(owner: { _ in "other" }).contains("service test.Service: plugin other serves it already"))
    }

    @Test func aRetirementThatIsPendingSaysWhatLivesAndIsDoneWhenToldSo() throws {
        let pending =
            "static const sh_host *saved; residue->threads = 3; if (!saved) { saved = instance; return SH_PENDING; } saved->retired(saved); return SH_PENDING;"
        let plugin = try Fixture("pending", replacing: [("/* RETIRE */", pending)]).load()
        #expect(plugin.retire() == .pending(calls: 0, timers: 0, threads: 3))
        #expect(plugin.retire() == .pending(calls: 0, timers: 0, threads: 3))
        #expect(plugin.retire() == .done)
    }
}

/// Files that are no libraries.
@Suite struct LibraryFileTests {
    private func refusal(_ bytes: [UInt8]) throws -> String {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("streamhost-\(UUID().uuidString).so")
        try Data(bytes).write(to: path)
        defer { try? FileManager.default.removeItem(at: path) }
        do {
            _ = try Fixture.staging.get().stage(path.path)
            return ""
        } catch {
            return "\(error)"
        }
    }

    @Test func whatIsNoELFIsRefusedWithItsFirstBytes() throws {
        #expect(try refusal([]).contains("it is empty"))
        #expect(try refusal(Array("#!/bin/sh\n".utf8)).contains("it begins with the bytes 23 21 2f 62"))
    }

    @Test func aFileThatIsNotThereIsNamed() throws {
        do {
            _ = try Fixture.staging.get().stage("/nowhere/libx.so")
            Issue.record("wanted a refusal")
        } catch {
            #expect("\(error)".contains("/nowhere/libx.so: No such file or directory"))
        }
    }

    @Test func aLibraryThatWasCutOffIsRefusedWhereverTheCutIs() throws {
        let whole = Array(try Data(contentsOf: URL(fileURLWithPath: Fixture("whole").path)))
        for size in stride(from: 64, to: whole.count, by: whole.count / 37) {
            let words = try refusal(Array(whole[..<size]))
            #expect(words.contains("cut off") || words.contains("without program headers"), "cut at \(size) of \(whole.count): \(words)")
        }
    }

    @Test func anotherMachinesLibraryIsRefused() throws {
        var bytes = Array(try Data(contentsOf: URL(fileURLWithPath: Fixture("machine").path)))
        bytes[18] = 0xF3
        #expect(try refusal(bytes).contains("another machine"))
    }

    @Test func aLibraryWithoutTheEntryIsRefused() throws {
        #expect(try Fixture("empty", source: "int nothing;").refusal().contains("without the function streamhost_plugin"))
    }
}
