extension HostConfiguration {
    /// How the host is administered while it runs.
    public struct Admin: Sendable, Equatable {
        /// The path of the admin service's Unix socket, where a relative one is seen from
        /// ``HostConfiguration/dataDirectory``; or `off`. Default: `admin.sock`. ``Socket/init(_:dataDirectory:)`` reads
        /// it.
        public var socket: String = "admin.sock"

        /// Creates admin settings that hold the defaults.
        public init() {}

        /// Where the admin service is.
        public enum Socket: Sendable, Equatable {
            /// Nowhere: there is none.
            case off

            /// On a Unix socket at this path, which is relative to the current folder if the data directory is.
            case path(String)
        }
    }

    /// Where the admin service is.
    public var adminSocket: Admin.Socket {
        Admin.Socket(admin.socket, dataDirectory: dataDirectory)
    }
}

extension HostConfiguration.Admin.Socket {
    /// Reads ``HostConfiguration/Admin/socket``. A file that is really named `off` can be written as `./off`.
    public init(_ text: String, dataDirectory: String) {
        if text == "off" {
            self = .off
        } else if text.hasPrefix("/") {
            self = .path(text)
        } else {
            self = .path(dataDirectory.hasSuffix("/") ? dataDirectory + text : "\(dataDirectory)/\(text)")
        }
    }
}
