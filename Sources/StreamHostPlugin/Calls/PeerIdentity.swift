import CStreamHost

/// Who a client has proved to be.
public struct PeerIdentity: Sendable, Hashable {
    /// The certificate's subject as RFC 4514 writes it, such as `CN=alice,O=Example`; may be empty.
    public let subject: String
    /// Its alternative names, each with its kind before it: `dns:api.example.com`, `uri:spiffe://example.com/api`, `email:`, `ip:`.
    public let names: [String]
    /// The whole certificate, in DER form.
    public let certificate: [UInt8]

    init?(_ call: Call) {
        guard call.head.isEncrypted, let certificate = call.host.tlsIdentity(call.handle, SH_TLS_CERTIFICATE) else { return nil }
        self.certificate = certificate
        subject = String(decoding: call.host.tlsIdentity(call.handle, SH_TLS_SUBJECT) ?? [], as: UTF8.self)
        var names: [String] = []
        while let name = call.host.tlsIdentity(call.handle, SH_TLS_NAME, index: names.count) {
            names.append(String(decoding: name, as: UTF8.self))
        }
        self.names = names
    }
}
