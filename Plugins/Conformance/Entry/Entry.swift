import ConformancePlugin
import StreamHostPlugin

/// The library's entry: what the host calls after loading it.
@_cdecl("streamhost_plugin")
public func streamhostPlugin() -> UnsafeRawPointer { exportPlugin(ConformancePlugin.self) }
