import GRPCCore

extension AdminError {
    /// An ``AdminError`` that tells what a failed call of the admin service means.
    ///
    /// UNAVAILABLE is both "no connection" and a host's own answer; the socket tells them apart: `probe` says what the system says of
    /// connecting to it now, and nothing where that works.
    static func of(_ error: any Error, address: AdminAddress, probe: () -> String?) -> AdminError {
        if let error = error as? AdminError { return error }
        guard let error = error as? RPCError else {
            return AdminError(code: .unreachable, message: "\(address): \(error)", cause: error)
        }
        switch error.code {
        case .unavailable:
            if let found = probe() { return unreachable(address, found) }
            return AdminError(code: .refused, message: "the host is not available: \(words(of: error))", cause: error)
        case .deadlineExceeded:
            return AdminError(
                code: .noAnswer,
                message: "\(address): something is listening there, and didn't answer in time. Is it a streamhost, and is it overloaded?",
                cause: error
            )
        case .unimplemented:
            return AdminError(
                code: .notOffered,
                message: "\(address): what answers there doesn't offer this (\(words(of: error))). "
                    + "Is it the admin socket of a streamhost, and of this version?",
                cause: error
            )
        case .notFound:
            return AdminError(code: .notFound, message: words(of: error), cause: error)
        default:
            return AdminError(code: .refused, message: words(of: error), cause: error)
        }
    }

    /// No host could be reached: where, what the system said, and what to do.
    static func unreachable(_ address: AdminAddress, _ found: String) -> AdminError {
        AdminError(
            code: .unreachable,
            message: "no host could be reached at \(address): \(found).\n"
                + "Is the host running? Its admin socket is admin.sock in its data directory (data/admin.sock by default); "
                + "name another one by --socket PATH or STREAMHOST_ADMIN_SOCKET."
        )
    }

    private static func words(of error: RPCError) -> String {
        error.message.isEmpty ? "\(error.code), without a reason" : error.message
    }
}
