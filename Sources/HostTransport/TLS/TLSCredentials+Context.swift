import NIOCore
import NIOSSL

extension TLSCredentials {
    // RFC 9113 9.2.2 wants, of TLS 1.2, ephemeral keys and authenticated encryption. TLS 1.3 has nothing else.
    private static let ciphers: [NIOTLSCipher] = [
        .TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, .TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
        .TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, .TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
        .TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, .TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
    ]

    // A client that doesn't answer the end of its connection: it has had all that was to be sent, and must hold up nobody.
    private static let closingAnswer = TimeAmount.milliseconds(500)

    /// What handshakes go by, and when the certificate expires.
    /// - Throws: ``TransportError`` that names the file.
    func context() throws(TransportError) -> (context: NIOSSLContext, expires: Int) {
        let chain = try certificates.certificates()
        let key: NIOSSLPrivateKey
        do {
            key = try NIOSSLPrivateKey(bytes: self.key.bytes, format: .pem)
        } catch {
            throw self.key.refused("a private key", "one without a passphrase")
        }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) },
            privateKey: .privateKey(key)
        )
        configuration.applicationProtocols = [TLSHandshake.http2]
        configuration.cipherSuiteValues = Self.ciphers
        configuration.shutdownTimeout = Self.closingAnswer
        configuration.minimumTLSVersion =
            switch minimumVersion {
            case .tls12: .tlsv12
            case .tls13: .tlsv13
            }
        if let clients {
            configuration.trustRoots = .certificates(try clients.authorities.certificates())
            configuration.sendCANameList = true
            configuration.certificateVerification =
                switch clients.authentication {
                case .required: .noHostnameVerification
                case .optional: .optionalVerification
                }
        }
        do {
            return (try NIOSSLContext(configuration: configuration), chain.map(\.notValidAfter).min() ?? 0)
        } catch {
            throw TransportError(
                code: .badCredentials,
                message: "\(self.key.path) is not the key of the certificate in \(certificates.path), or of no kind that is known: \(error)"
            )
        }
    }
}

extension TLSCredentials.PEM {
    fileprivate func certificates() throws(TransportError) -> [NIOSSLCertificate] {
        do {
            let certificates = try NIOSSLCertificate.fromPEMBytes(bytes)
            if !certificates.isEmpty { return certificates }
        } catch {
            // Said below: what BoringSSL tells is a code and a line of its source.
        }
        throw refused("a certificate", "the certificate first, then those between it and its root")
    }

    fileprivate func refused(_ wanted: String, _ what: String) -> TransportError {
        TransportError(code: .badCredentials, message: "\(path) holds no \(wanted.dropFirst(2)) in PEM form; wanted \(what)")
    }
}
