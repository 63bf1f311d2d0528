import NIOSSL
import SwiftASN1
import X509

/// Who a client has proved to be, by a certificate that one of the listener's authorities has signed.
///
/// Confined to its connection's loop: it is read when it is first asked for.
public final class PeerIdentity {
    /// The certificate, in DER form.
    public let certificate: SharedBytes
    private lazy var parsed = Parsed(certificate)

    /// `nil`: the certificate has no DER form.
    init?(_ certificate: NIOSSLCertificate) {
        guard let der = try? certificate.toDERBytes() else { return nil }
        self.certificate = SharedBytes(copying: der)
    }

    /// The subject, as RFC 4514 writes it: `CN=alice,O=Example`. Empty where it has none, as certificates of machines often do.
    public var subject: SharedBytes { parsed.subject }

    /// The alternative names, each with its kind: `dns:`, `uri:` (SPIFFE's among them), `email:` or `ip:`. Other kinds are left out.
    public var names: [SharedBytes] { parsed.names }

    private struct Parsed {
        let subject: SharedBytes
        let names: [SharedBytes]

        init(_ der: SharedBytes) {
            guard let certificate = try? Certificate(derEncoded: Array(der.bytes)) else {
                subject = SharedBytes(count: 0)
                names = []
                return
            }
            subject = SharedBytes(copying: certificate.subject.description.utf8)
            let alternatives = (try? certificate.extensions.subjectAlternativeNames).flatMap { $0 } ?? SubjectAlternativeNames()
            names = alternatives.compactMap(Self.text).map { SharedBytes(copying: $0.utf8) }
        }

        private static func text(_ name: GeneralName) -> String? {
            switch name {
            case .dnsName(let name): "dns:\(name)"
            case .uniformResourceIdentifier(let uri): "uri:\(uri)"
            case .rfc822Name(let address): "email:\(address)"
            case .ipAddress(let address): PeerName.text(ofAddress: Array(address.bytes)).map { "ip:\($0)" }
            default: nil
            }
        }
    }
}

/// How bytes travel between a client and the host.
public enum ConnectionSecurity {
    /// As they are.
    case plaintext
    /// By TLS, with the identity that the client has proved, if any.
    case tls(PeerIdentity?)
}
