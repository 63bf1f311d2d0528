import Glibc

/// A look at a file before the system's loader gets it: its own words for what is wrong are hard to read.
enum LibraryFile {
    static func check(_ path: String) throws(PluginError) {
        var info = stat()
        guard stat(path, &info) == 0 else {
            throw PluginError(.notFound, "\(path): \(String(cString: strerror(errno)))")
        }
        guard info.st_mode & S_IFMT == S_IFREG else {
            throw PluginError(.notFound, "\(path): found something that is no regular file; wanted a shared library")
        }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw PluginError(.notFound, "\(path): \(String(cString: strerror(errno)))")
        }
        defer { close(descriptor) }
        var header = [UInt8](repeating: 0, count: 20)
        let count = read(descriptor, &header, header.count)
        guard count == header.count, Array(header[0..<4]) == [0x7F, 0x45, 0x4C, 0x46] else {
            throw PluginError(
                .notLoadable,
                "\(path): found no ELF file (it begins with \(hex(header.prefix(max(0, min(4, count)))))); wanted a shared library (.so)"
            )
        }
        let type = UInt16(header[16]) | UInt16(header[17]) << 8
        guard type == 3 else {
            throw PluginError(.notLoadable, "\(path): found an ELF file of type \(type); wanted a shared library (type 3): link it with -shared")
        }
        let machine = UInt16(header[18]) | UInt16(header[19]) << 8
        guard header[4] == 2, machine == ownMachine else {
            throw PluginError(
                .notLoadable,
                "\(path): found a library for another machine (ELF class \(header[4]), machine \(machine)); "
                    + "wanted class 2, machine \(ownMachine): build it on this kind of machine")
        }
    }

    private static var ownMachine: UInt16 {
        #if arch(x86_64)
        62
        #elseif arch(arm64)
        183
        #else
        0
        #endif
    }

    private static func hex(_ bytes: ArraySlice<UInt8>) -> String {
        guard !bytes.isEmpty else { return "nothing: it is empty" }
        return bytes.map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined(separator: " ")
    }
}
