import StreamHostClient

/// Which socket is meant.
enum SocketChoice {
    static let variable = "STREAMHOST_ADMIN_SOCKET"
    /// The host's own default, as seen from the folder that it was started in.
    static let standard = "data/admin.sock"

    /// The flag wins over the environment, and that over the host's default.
    static func address(flag: String?, environment: [String: String]) throws(AdminError) -> AdminAddress {
        if let flag { return try AdminAddress(flag) }
        if let variable = environment[variable], !variable.isEmpty { return try AdminAddress(variable) }
        return try AdminAddress(standard)
    }
}
