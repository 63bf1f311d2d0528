import Foundation

/// Finds the files that the store has kept. What can't be served is reported and left alone: it may be someone's only
/// copy.
struct StoreScan {
    let layout: StoreLayout

    private static let mostReports = 10

    func run(report: (String) -> Void) throws -> [StoredFile] {
        var found: [StoredFile] = []
        var leftOut = 0
        func leaveOut(_ name: String, _ reason: String) {
            leftOut += 1
            if leftOut <= Self.mostReports {
                report("left out \(layout.path(of: .files))/\(printable(name)): \(reason)")
            }
        }
        for name in try Folder.names(in: layout.path(of: .files)) {
            guard let id = FileID(name) else {
                leaveOut(name, "its name is no file id")
                continue
            }
            do {
                found.append(try layout.load(id))
            } catch {
                leaveOut(name, "\(error)")
            }
        }
        if leftOut > Self.mostReports {
            report("left out \(leftOut - Self.mostReports) more in \(layout.path(of: .files))")
        }
        return found
    }

    private func printable(_ name: String) -> String {
        String(name.unicodeScalars.map { $0.properties.generalCategory == .control ? "?" : Character($0) })
    }
}
