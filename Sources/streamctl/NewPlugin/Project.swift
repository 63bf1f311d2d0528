import Foundation

/// A project that is written for a plugin's author: text files by their paths.
struct Project {
    struct File {
        let path: String
        let text: String
    }

    let files: [File]
    /// What the author types next, in the project's folder.
    let build: String
    /// The library that it makes, from the project's folder.
    let library: String

    /// Writes the files into a folder that is not there yet.
    /// - Throws: ``PluginName/Mistake`` where it is there; what the file system says.
    func write(to folder: String) throws {
        let files = FileManager.default
        guard !files.fileExists(atPath: folder) else {
            throw PluginName.Mistake(message: "\(folder) is there already; choose another name, or another folder with --path")
        }
        for file in self.files {
            let path = "\(folder)/\(file.path)"
            try files.createDirectory(atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
            try Data(file.text.utf8).write(to: URL(fileURLWithPath: path))
        }
    }
}
