import CStreamHost

/// What clients have proved by TLS.
public struct FakeIdentity: Sendable {
    let subject: FakeText
    let names: [FakeText]
    let certificate: FakeText

    /// An identity of those parts.
    public init(subject: String, names: [String], certificate: String) {
        self.subject = FakeText(subject)
        self.names = names.map(FakeText.init)
        self.certificate = FakeText(certificate)
    }

    func part(_ part: sh_tls_part, _ index: Int) -> FakeText? {
        switch Int(part) {
        case Int(SH_TLS_SUBJECT): subject
        case Int(SH_TLS_NAME): names.indices.contains(index) ? names[index] : nil
        case Int(SH_TLS_CERTIFICATE): certificate
        default: nil
        }
    }
}
