import FileWatching
import Glibc
import HostConfiguration
import HostTransport
import Logging

/// Keeps the listeners' TLS what its files say: they are read again when they change, and when the configuration is.
actor CertificateKeeper {
    private struct Kept {
        let settings: HostConfiguration.TLS
        let tls: ListenerTLS

        var files: [String] { [settings.certificate, settings.key, settings.clientCA].compactMap { $0 } }
    }

    // A certificate and its key are two files that are written one after the other: what is told of both is one change.
    private static let settle = Duration.milliseconds(200)
    private static let day = 24 * 60 * 60
    private static let expiresSoon = 14 * day

    private let logger: Logger
    private var kept: [Kept] = []
    private var watcher: FileWatcher?

    init(logger: Logger) {
        self.logger = logger
    }

    /// The TLS of a listener, kept from now on.
    /// - Throws: ``HostError`` that names the file.
    func tls(_ settings: HostConfiguration.TLS) throws(HostError) -> ListenerTLS {
        let added: Kept
        // Watched before they are read: a change in between is told.
        watch(settings)
        let credentials = try TLSCredentials(settings)
        do throws(TransportError) {
            added = Kept(settings: settings, tls: try ListenerTLS(credentials))
        } catch {
            throw HostError(code: .badConfiguration, message: error.message)
        }
        kept.append(added)
        warn(added)
        return added.tls
    }

    /// Reads all files again.
    func readAgain() {
        for kept in kept { read(kept) }
    }

    func stop() {
        watcher?.stop()
        watcher = nil
    }

    private func watch(_ settings: HostConfiguration.TLS) {
        if watcher == nil {
            do {
                watcher = try FileWatcher(settle: Self.settle) { [weak self] event in
                    Task { await self?.handle(event) }
                }
            } catch {
                logger.error("certificates can't be watched, SIGHUP has them read again: \(error)")
            }
        }
        for file in [settings.certificate, settings.key, settings.clientCA] {
            if let file { watcher?.watch(file: file) }
        }
    }

    private func handle(_ event: FileWatcher.Event) {
        switch event {
        case .settled(let path): for kept in kept where kept.files.contains(path) { read(kept) }
        case .removed(let path): logger.warning("\(path) is gone; what was read from it serves on")
        case .unwatchable(let path, let reason): logger.warning("\(path) can't be watched, SIGHUP has it read again: \(reason)")
        }
    }

    private func read(_ kept: Kept) {
        do throws(HostError) {
            let credentials = try TLSCredentials(kept.settings)
            do throws(TransportError) {
                try kept.tls.replace(with: credentials)
            } catch {
                throw HostError(code: .badConfiguration, message: error.message)
            }
            logger.notice("\(kept.settings.certificate): read again, for connections from now on")
            warn(kept)
        } catch {
            // Also where one of the two files is written and the other not yet: its change tells again.
            logger.warning("\(error); the certificate that was read before serves on")
        }
    }

    private func warn(_ kept: Kept) {
        let left = kept.tls.expires - time(nil)
        guard left < Self.expiresSoon else { return }
        logger.warning("\(kept.settings.certificate) \(left > 0 ? "expires in \(left / Self.day) days" : "has expired")")
    }
}
