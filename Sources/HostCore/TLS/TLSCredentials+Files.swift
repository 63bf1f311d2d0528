import Glibc
import HostConfiguration
import HostTransport

extension TLSCredentials {
    /// What the files hold now.
    /// - Throws: ``HostError`` where one can't be read.
    init(_ tls: HostConfiguration.TLS) throws(HostError) {
        self.init(certificates: try PEM(file: tls.certificate), key: try PEM(file: tls.key))
        if let clientCA = tls.clientCA {
            clients = Clients(
                authorities: try PEM(file: clientCA),
                authentication: tls.clientAuthentication == .required ? .required : .optional
            )
        }
        minimumVersion =
            switch tls.minimumVersion {
            case .tls12: .tls12
            case .tls13: .tls13
            }
    }
}

extension TLSCredentials.PEM {
    // Chains and bundles of authorities are some hundred kilobytes: what is larger is another file.
    private static let mostBytes = 16 << 20

    fileprivate init(file path: String) throws(HostError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Self.unreadable(path, errno) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 * 1024)
        while bytes.count <= Self.mostBytes {
            let count = read(descriptor, &chunk, chunk.count)
            guard count >= 0 else { throw Self.unreadable(path, errno) }
            guard count > 0 else {
                self.init(path: path, bytes: bytes)
                return
            }
            bytes += chunk[..<count]
        }
        throw Self.unreadable(path, EFBIG)
    }

    private static func unreadable(_ path: String, _ reason: CInt) -> HostError {
        HostError(code: .badConfiguration, message: "\(path) can't be read: \(String(cString: strerror(reason)))")
    }
}
