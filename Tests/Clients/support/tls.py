"""Certificates of authorities that no one else trusts, and TLS clients of Python's own."""

import datetime
import ipaddress
import socket
import ssl
from pathlib import Path

import grpc
import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from .waiting import PATIENCE


def write(cert: trustme.LeafCert, certificate: Path, key: Path) -> None:
    """Both files, each in one step."""
    for path, content in [(certificate, b"".join(blob.bytes() for blob in cert.cert_chain_pems)), (key, cert.private_key_pem.bytes())]:
        fresh = path.with_suffix(".new")
        fresh.write_bytes(content)
        fresh.replace(path)


class Authority:
    """An authority, whose certificates are for 127.0.0.1 or for a client."""

    def __init__(self):
        self.ca = trustme.CA()

    @property
    def pem(self) -> bytes:
        return self.ca.cert_pem.bytes()

    def server(self, common_name: str = "server") -> trustme.LeafCert:
        return self.ca.issue_cert("127.0.0.1", "localhost", common_name=common_name)

    def client(self, *names: x509.GeneralName, common_name: str = "client") -> trustme.LeafCert:
        """By cryptography itself, as trustme knows no URIs."""
        key, signer = ec.generate_private_key(ec.SECP256R1()), serialization.load_pem_private_key(self.ca.private_key_pem.bytes(), None)
        now = datetime.datetime.now(datetime.UTC)
        built = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, common_name)]))
            .issuer_name(x509.load_pem_x509_certificate(self.pem).subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(hours=1))
            .not_valid_after(now + datetime.timedelta(days=1)))
        if names:
            built = built.add_extension(x509.SubjectAlternativeName(names), critical=False)
        pem = serialization.Encoding.PEM
        private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        return trustme.LeafCert(private, built.sign(signer, hashes.SHA256()).public_bytes(pem), [])

    def credentials(self, client: trustme.LeafCert | None = None) -> grpc.ChannelCredentials:
        """What grpcio trusts, and shows."""
        if client is None:
            return grpc.ssl_channel_credentials(self.pem)
        chain = b"".join(blob.bytes() for blob in client.cert_chain_pems)
        return grpc.ssl_channel_credentials(self.pem, client.private_key_pem.bytes(), chain)

    def context(self, *protocols: str, client: trustme.LeafCert | None = None) -> ssl.SSLContext:
        """What Python's own TLS trusts, and offers by ALPN."""
        context = ssl.create_default_context(cadata=self.pem.decode())
        if protocols:
            context.set_alpn_protocols(list(protocols))
        if client is not None:
            client.configure_cert(context)
        return context


def all_kinds_of_names() -> list[x509.GeneralName]:
    return [
        x509.RFC822Name("alice@example.com"), x509.DNSName("api.example.com"),
        x509.UniformResourceIdentifier("spiffe://example.com/alice"), x509.IPAddress(ipaddress.ip_address("10.0.0.7")),
        x509.IPAddress(ipaddress.ip_address("2001:db8::7")), x509.RegisteredID(x509.ObjectIdentifier("1.2.3"))]


def handshake(port: int, context: ssl.SSLContext, session: ssl.SSLSession | None = None) -> ssl.SSLSocket:
    sock = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
    try:
        return context.wrap_socket(sock, server_hostname="127.0.0.1", session=session)
    except BaseException:
        sock.close()
        raise


def common_name(port: int, context: ssl.SSLContext) -> str:
    """Of the certificate that the server shows a new connection."""
    with handshake(port, context) as sock:
        return dict(part for entry in sock.getpeercert()["subject"] for part in entry)["commonName"]
