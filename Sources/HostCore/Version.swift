/// The host's version (semver), told by `--version` and to plugins.
public let hostVersion = "0.1.0"
