/// The version (semver) of this client.
public let clientVersion = "0.1.0"
