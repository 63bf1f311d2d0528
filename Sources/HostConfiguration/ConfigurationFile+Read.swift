#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

extension ConfigurationFile {
    /// A thousand plugins fit easily; a device or a database given by mistake doesn't.
    static let maximumBytes = 4 << 20

    /// Reads a whole file; a pipe such as `/dev/stdin` is one too.
    static func contents(of path: String) throws(ConfigurationError) -> ConfigurationFile {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw failure(path, "can't be opened", errno)
        }
        defer { close(descriptor) }

        var file = ConfigurationFile(name: path, bytes: [])
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = read(descriptor, &chunk, chunk.count)
            if count == 0 {
                return file
            }
            if count > 0 {
                file.bytes += chunk.prefix(count)
            } else if errno != EINTR {
                throw failure(path, "can't be read", errno)
            }
            guard file.bytes.count <= maximumBytes else {
                throw ConfigurationError(
                    code: .unreadableFile,
                    message:
                        "has more than \(maximumBytes >> 20) MiB, which no configuration needs; is it the right file?",
                    location: .file(path)
                )
            }
        }
    }

    private static func failure(_ path: String, _ what: String, _ error: Int32) -> ConfigurationError {
        let advice =
            switch error {
            case ENOENT:
                "there is no such file. Give the path of a configuration file, from the current folder or absolute"
            case EACCES: "this user may not read it. Change its permissions, or run as another user"
            case EISDIR: "it is a folder. Give the path of a file in it"
            default: String(cString: strerror(error))
            }
        return ConfigurationError(
            code: .unreadableFile,
            message: "\(what): \(advice)",
            location: .file(path.isEmpty ? "\"\"" : path)
        )
    }
}
