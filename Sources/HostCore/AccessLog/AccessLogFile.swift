import Glibc
import HostConfiguration
import Logging
import Synchronization

/// Where an access log's lines go: a file that is opened anew when it is asked for, or standard error.
final class AccessLogFile: Sendable {
    private struct State {
        var target = HostConfiguration.AccessLog.Target.off
        var descriptor: Int32 = -1
        /// Whether it was told that it can't be written: once, until it can.
        var hasFailed = false
    }

    private let logger: Logger
    private let state = Mutex(State())

    init(logger: Logger) {
        self.logger = logger
    }

    deinit { state.withLock { Self.close(&$0) } }

    /// Writes there from now on.
    func open(_ target: HostConfiguration.AccessLog.Target) throws(HostError) {
        let descriptor = try Self.descriptor(of: target)
        state.withLock { state in
            Self.close(&state)
            state = State(target: target, descriptor: descriptor)
        }
    }

    /// Opens the same name again. Where that fails the old file goes on.
    func reopen() {
        let target = state.withLock { $0.target }
        guard case .file = target else { return }
        do throws(HostError) {
            try open(target)
        } catch {
            logger.error("the access log goes on in the file that it has open: \(error.message)")
        }
    }

    /// `false`: it could not be written.
    func write(_ bytes: [UInt8]) -> Bool {
        state.withLock { state in
            guard state.descriptor >= 0 else { return true }
            let failure = Self.write(bytes, to: state.descriptor)
            if let failure, !state.hasFailed {
                logger.error("lines of the access log are lost: it can't be written: \(String(cString: strerror(failure)))")
            }
            state.hasFailed = failure != nil
            return failure == nil
        }
    }

    /// What `errno` says, where it failed.
    private static func write(_ bytes: [UInt8], to descriptor: Int32) -> Int32? {
        var done = 0
        return bytes.withUnsafeBytes { buffer in
            while done < buffer.count {
                let count = Glibc.write(descriptor, buffer.baseAddress.map { $0 + done }, buffer.count - done)
                if count > 0 { done += count } else if errno != EINTR { return errno }
            }
            return nil
        }
    }

    private static func descriptor(of target: HostConfiguration.AccessLog.Target) throws(HostError) -> Int32 {
        switch target {
        case .off: return -1
        case .standardError: return STDERR_FILENO
        case .file(let path):
            // What clients do is not for everybody to read.
            let descriptor = Glibc.open(HostPath.absolute(path), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o640)
            guard descriptor >= 0 else {
                throw HostError(code: .system, message: "accessLog.path: cannot write \(path): \(String(cString: strerror(errno)))")
            }
            return descriptor
        }
    }

    private static func close(_ state: inout State) {
        if state.descriptor > STDERR_FILENO { Glibc.close(state.descriptor) }
        state.descriptor = -1
    }
}
