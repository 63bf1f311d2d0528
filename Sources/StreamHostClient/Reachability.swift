import Glibc

/// Whether somebody accepts connections at an address, in the system's words.
///
/// gRPC reports a connection that failed as one status with words that depend on the implementation; the system knows why.
enum Reachability {
    /// Connects, and hangs up at once. `nil`: somebody is there.
    static func problem(at address: AdminAddress) -> String? {
        switch address {
        case .unix(let path): unixProblem(path)
        case .tcp(let host, let port): tcpProblem(host, port)
        }
    }

    private static func unixProblem(_ path: String) -> String? {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let room = MemoryLayout.size(ofValue: address.sun_path)
        guard path.utf8.count < room else { return "the path is longer than a socket's may be" }
        // SAFETY: sun_path is a tuple of `room` bytes without padding, and the path with its zero fits.
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        return withUnsafePointer(to: &address) { pointer in
            // SAFETY: every socket address begins with the members of `sockaddr`; the length tells the system which one it is.
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connectProblem(family: AF_UNIX, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }

    private static func tcpProblem(_ host: String, _ port: Int) -> String? {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(host, "\(port)", &hints, &list)
        guard status == 0, let first = list else { return String(cString: gai_strerror(status)) }
        defer { freeaddrinfo(first) }
        var problem: String?
        var entry: UnsafeMutablePointer<addrinfo>? = first
        while let current = entry {
            problem = connectProblem(family: current.pointee.ai_family, current.pointee.ai_addr, current.pointee.ai_addrlen)
            if problem == nil { return nil }
            entry = current.pointee.ai_next
        }
        return problem
    }

    private static func connectProblem(family: Int32, _ address: UnsafePointer<sockaddr>?, _ length: socklen_t) -> String? {
        let descriptor = socket(family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return systemWords(errno) }
        defer { close(descriptor) }
        guard connect(descriptor, address, length) == 0 else { return systemWords(errno) }
        return isHungUp(descriptor) ? "the connection was closed at once" : nil
    }

    // A process that is being killed accepts connections to its last moment. A host speaks first; who says nothing in time is somebody, too.
    private static func isHungUp(_ descriptor: Int32) -> Bool {
        var patience = timeval(tv_sec: 1, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        var byte: UInt8 = 0
        let count = recv(descriptor, &byte, 1, 0)
        return count == 0 || (count < 0 && errno == ECONNRESET)
    }

    private static func systemWords(_ number: Int32) -> String {
        let words = String(cString: strerror(number))
        return number == EACCES ? "\(words); an admin socket is for the user that its host runs as" : words
    }
}
