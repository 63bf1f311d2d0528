import Glibc

/// A look at a file before the system's loader gets it: its own words for what is wrong are hard to read, and a library that was cut off
/// would end the process when the missing part is touched.
package enum LibraryFile {
    /// What its headers say of a library that is whole.
    package struct Layout {
        /// Bytes of the segments that the loader maps.
        package var mappedBytes = 0
        /// Where the last thing in the file ends.
        fileprivate var end: UInt64 = 0
    }

    /// Looks at the file at `path`; messages name it as the operator knows it.
    package static func check(_ path: String, named name: String) throws(PluginError) -> Layout {
        var info = stat()
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0, fstat(descriptor, &info) == 0 else {
            throw PluginError(.notFound, "\(name): \(String(cString: strerror(errno)))")
        }
        defer { close(descriptor) }
        return try check(name, descriptor, size: Int(info.st_size))
    }

    private static func check(_ path: String, _ descriptor: Int32, size: Int) throws(PluginError) -> Layout {
        let header = read(descriptor, at: 0, count: ELF.headerSize)
        guard header.count == ELF.headerSize, Array(header[0..<4]) == ELF.magic else {
            throw PluginError(
                header.isEmpty ? .unfinished : .notLoadable,
                "\(path): found no ELF file (\(beginning(header))); wanted a shared library (.so)"
            )
        }
        // Class first: where things are depends on it.
        let machine = ELF.number(header, ELF.machine, 2)
        guard header[ELF.elfClass] == ELF.class64, machine == ELF.ownMachine else {
            throw PluginError(
                .notLoadable,
                "\(path): found a library for another machine (ELF class \(header[ELF.elfClass]), machine \(machine)); "
                    + "wanted class \(ELF.class64), machine \(ELF.ownMachine): build it on this kind of machine"
            )
        }
        let type = ELF.number(header, ELF.type, 2)
        guard type == ELF.sharedObject else {
            throw PluginError(
                .notLoadable,
                "\(path): found an ELF file of type \(type); wanted a shared library (type 3): link it with -shared"
            )
        }
        let layout = try layout(path, descriptor, header, size: size)
        guard layout.end <= size else {
            throw PluginError(
                .unfinished,
                "\(path): found \(size) bytes of a library that has \(layout.end): it was cut off, or is still being written; build or copy it again"
            )
        }
        return layout
    }

    private static func layout(
        _ path: String,
        _ descriptor: Int32,
        _ header: [UInt8],
        size: Int
    ) throws(PluginError) -> Layout {
        let programs = ELF.number(header, ELF.programOffset, 8)
        let programSize = ELF.number(header, ELF.programEntrySize, 2)
        let programCount = ELF.number(header, ELF.programCount, 2)
        guard programSize >= ELF.programHeaderSize, programs < UInt64(size) else {
            throw PluginError(.unfinished, "\(path): found an ELF file without program headers; build or copy it again")
        }
        let sections = ELF.number(header, ELF.sectionOffset, 8)
        let sectionsSize = ELF.number(header, ELF.sectionEntrySize, 2) * ELF.number(header, ELF.sectionCount, 2)
        var layout = Layout()
        layout.end = max(programs + programSize * programCount, sections.addingReportingOverflow(sectionsSize).partialValue)
        let table = read(descriptor, at: Int(programs), count: Int(programSize * programCount))
        for start in stride(from: 0, to: table.count - ELF.programHeaderSize + 1, by: Int(programSize)) {
            let entry = Array(table[start..<(start + ELF.programHeaderSize)])
            guard ELF.number(entry, 0, 4) == ELF.loadSegment else { continue }
            let (segmentEnd, overflow) = ELF.number(entry, ELF.segmentOffset, 8)
                .addingReportingOverflow(ELF.number(entry, ELF.segmentFileSize, 8))
            layout.end = max(layout.end, overflow ? .max : segmentEnd)
            let memory = Int(clamping: ELF.number(entry, ELF.segmentMemorySize, 8))
            layout.mappedBytes = layout.mappedBytes.addingReportingOverflow(memory).partialValue
        }
        return layout
    }

    private static func read(_ descriptor: Int32, at offset: Int, count: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { room, filled in
            filled = max(0, pread(descriptor, room.baseAddress, count, offset))
        }
    }

    private static func beginning(_ bytes: [UInt8]) -> String {
        guard !bytes.isEmpty else { return "it is empty" }
        let digits = bytes.prefix(4).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
        return "it begins with the bytes \(digits.joined(separator: " "))"
    }
}

/// Where things are in an ELF file of 64 bits (System V ABI, chapters 4 and 5).
private enum ELF {
    static let headerSize = 64
    static let magic: [UInt8] = [0x7F, 0x45, 0x4C, 0x46]
    static let elfClass = 4
    static let class64: UInt8 = 2
    static let type = 16
    static let sharedObject: UInt64 = 3
    static let machine = 18
    static let programOffset = 32
    static let sectionOffset = 40
    static let programEntrySize = 54
    static let programCount = 56
    static let sectionEntrySize = 58
    static let sectionCount = 60
    static let programHeaderSize = 56
    static let loadSegment: UInt64 = 1
    static let segmentOffset = 8
    static let segmentFileSize = 32
    static let segmentMemorySize = 40

    static var ownMachine: UInt64 {
        #if arch(x86_64)
            62
        #elseif arch(arm64)
            183
        #else
            0
        #endif
    }

    /// Little-endian, as both machines are.
    static func number(_ bytes: [UInt8], _ offset: Int, _ count: Int) -> UInt64 {
        bytes[offset..<(offset + count)].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}
