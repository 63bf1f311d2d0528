import CStreamHost
import Logging

/// Lines that plugins write: the host adds the plugin's name.
struct PluginLog: Sendable {
    let logger: Logger

    func log(plugin: String, level: Int32, _ message: String) {
        logger.log(level: Self.level(level), "\(message)", metadata: ["plugin": "\(plugin)"])
    }

    private static func level(_ level: Int32) -> Logger.Level {
        switch Int(level) {
        case ...Int(SH_LOG_TRACE): .trace
        case Int(SH_LOG_DEBUG): .debug
        case Int(SH_LOG_INFO): .info
        case Int(SH_LOG_NOTICE): .notice
        case Int(SH_LOG_WARNING): .warning
        default: .error
        }
    }
}
