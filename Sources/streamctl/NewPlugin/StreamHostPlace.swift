import Foundation

/// Where streamhost is on this machine, for projects that build against it.
struct StreamHostPlace: Equatable {
    /// The folder with streamhost's own Package.swift: what a Swift plugin depends on.
    var checkout: String?
    /// The folder with `bin`, `include` and `lib/pkgconfig`: what a C plugin builds with.
    var installation: String?

    /// From the executable's own folder: `CHECKOUT/dist/bin`, `CHECKOUT/.build/...`, or `PREFIX/bin`.
    static func around(executableFolder: String, isThere: (String) -> Bool = exists) -> StreamHostPlace {
        var place = StreamHostPlace()
        var folder = executableFolder[...]
        while place.checkout == nil, !folder.isEmpty {
            if isCheckout(String(folder), isThere) { place.checkout = String(folder) }
            folder = folder.lastIndex(of: "/").map { folder[..<$0] } ?? ""
        }
        let root = executableFolder.lastIndex(of: "/").map { String(executableFolder[..<$0]) } ?? ""
        let candidates = [root, place.checkout.map { "\($0)/dist" } ?? ""].filter { !$0.isEmpty }
        place.installation = candidates.first { isInstallation($0, isThere) }
        return place
    }

    /// From a folder that was named: a checkout, or an installation. `nil`: neither.
    static func named(_ folder: String, isThere: (String) -> Bool = exists) -> StreamHostPlace? {
        let checkout = isCheckout(folder, isThere) ? folder : nil
        let installation = isInstallation(folder, isThere) ? folder : checkout.map { "\($0)/dist" }
        guard checkout != nil || installation != nil else { return nil }
        return StreamHostPlace(checkout: checkout, installation: installation)
    }

    /// The folder of the executable that runs.
    static var executableFolder: String {
        guard let pointer = realpath("/proc/self/exe", nil) else { return "" }
        defer { free(pointer) }
        let path = String(cString: pointer)
        return path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
    }

    private static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    private static func isCheckout(_ folder: String, _ isThere: (String) -> Bool) -> Bool {
        isThere("\(folder)/Package.swift") && isThere("\(folder)/Sources/StreamHostPlugin")
    }

    private static func isInstallation(_ folder: String, _ isThere: (String) -> Bool) -> Bool {
        isThere("\(folder)/lib/pkgconfig/streamhost.pc")
    }
}
