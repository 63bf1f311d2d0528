import CStreamHost
import Glibc
import PluginLoading

/// A library in the process, before anything is believed of it.
///
/// SAFETY: `@unchecked Sendable` as the handle is constant, and the descriptor the library's constant data, which stays mapped until
/// ``unmap()``.
final class LoadedLibrary: @unchecked Sendable {
    let path: String
    private let handle: UnsafeMutableRawPointer

    init(path: String) throws(Stop) {
        guard let handle = dlopen(path, RTLD_NOW | RTLD_LOCAL) else {
            throw Stop(
                "the system's loader refused it: \(dlerror().map { String(cString: $0) } ?? "no reason given")",
                wanted: "a library of which every symbol is found",
                todo: "link what is missing; `ldd -r` shows what it looks for"
            )
        }
        self.path = path
        self.handle = handle
    }

    func entry() throws(Stop) -> @convention(c) () -> UnsafePointer<sh_plugin>? {
        guard let symbol = dlsym(handle, SH_ENTRY_SYMBOL) else {
            throw Stop(
                "no function \(SH_ENTRY_SYMBOL)",
                wanted: "one exported function of that name",
                todo: "define it with SH_EXPORT (in C++ as extern \"C\", in Swift with @_cdecl)"
            )
        }
        return unsafeBitCast(symbol, to: (@convention(c) () -> UnsafePointer<sh_plugin>?).self)
    }

    func descriptor() throws(Stop) -> UnsafePointer<sh_plugin> {
        guard let descriptor = try entry()() else {
            throw Stop(
                "\(SH_ENTRY_SYMBOL)() answered NULL",
                wanted: "the address of a sh_plugin",
                todo: "return the address of a static const sh_plugin"
            )
        }
        return descriptor
    }

    /// `false`: the loader keeps it.
    func unmap() -> Bool {
        dlclose(handle)
        return !ProcessState.hasMapped(path)
    }
}
