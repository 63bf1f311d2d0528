"""TLS: what is spoken, who is served, who the client has proved to be, and certificates that change while the host runs."""

import re
import signal
import socket
import ssl
import subprocess

import grpc
import pytest
from cryptography.hazmat.primitives import serialization

from support.dynamic import DynamicProtos
from support.frames import FrameConnection, framed
from support.host import Host, run_host
from support.paths import plugin
from support.tls import Authority, all_kinds_of_names, common_name, handshake, write
from support.tools import tool
from support.waiting import PATIENCE, wait_until

Code = grpc.StatusCode


@pytest.fixture(scope="module")
def protos(tmp_path_factory):
    return DynamicProtos(tmp_path_factory.mktemp("protos"), "grpc/testing/test.proto")


@pytest.fixture(scope="module")
def ca():
    return Authority()


class Server:
    """A host with TLS in a folder of its own."""

    def __init__(self, folder, ca, protos, plugins=("interop", "bench"), address="127.0.0.1:0", log_level="debug", drain_seconds=2, limits=None, **tls):
        folder.mkdir(parents=True, exist_ok=True)
        self.ca, self.protos = ca, protos
        self.certificate, self.key, self.clients = folder / "server.pem", folder / "server.key", folder / "clients.pem"
        write(ca.server(), self.certificate, self.key)
        self.clients.write_bytes(ca.pem)
        if "clientAuth" in tls:
            tls["clientCA"] = str(self.clients)
        listener = {"address": address, "tls": {"certificate": str(self.certificate), "key": str(self.key)} | tls}
        self.host = Host(folder, plugins, config={"listeners": [listener], "limits": limits or {}}, log_level=log_level, drain_seconds=drain_seconds)

    def service(self, client=None, credentials=None):
        channel = self.host.channel(credentials=credentials or self.ca.credentials(client))
        return self.protos.stub(channel, "grpc.testing.TestService")

    def username(self, client=None, credentials=None):
        request = self.protos.message("grpc.testing.SimpleRequest")(fill_username=True)
        return self.service(client, credentials).UnaryCall(request, timeout=PATIENCE).username


@pytest.fixture
def serve(tmp_path, ca, protos):
    servers = []

    def serve(**options):
        server = Server(tmp_path / str(len(servers)), ca, protos, **options)
        servers.append(server)
        server.host.start(wait_for_port=not options.get("address", "").startswith("unix:"))
        return server

    yield serve
    for server in servers:
        server.host.stop()


@pytest.fixture(scope="module")
def server(tmp_path_factory, ca, protos):
    server = Server(tmp_path_factory.mktemp("tls"), ca, protos)
    with server.host:
        yield server


def refused(call):
    """A call that finds no connection."""
    with pytest.raises(grpc.RpcError) as error:
        call()
    assert error.value.code() == Code.UNAVAILABLE, error.value
    return error.value


def closed(sock):
    """Whether the server has closed the connection without a word of HTTP/2."""
    try:
        return sock.recv(1) == b""
    except (ConnectionResetError, ssl.SSLError):
        return True


# What is spoken


def test_all_kinds_of_calls(server, protos):
    m = lambda name: protos.message(f"grpc.testing.{name}")
    service = server.service()
    answer = service.UnaryCall(m("SimpleRequest")(response_size=314159, payload={"body": bytes(271828)}), timeout=PATIENCE)
    assert len(answer.payload.body) == 314159
    sizes = [{"size": size} for size in (31415, 9, 2653, 58979)]
    answers = service.StreamingOutputCall(m("StreamingOutputCallRequest")(response_parameters=sizes), timeout=PATIENCE)
    assert [len(answer.payload.body) for answer in answers] == [31415, 9, 2653, 58979]
    parts = (m("StreamingInputCallRequest")(payload={"body": bytes(size)}) for size in [1_000_000] * 20)
    assert service.StreamingInputCall(parts, timeout=PATIENCE).aggregated_payload_size == 20_000_000
    asks = (m("StreamingOutputCallRequest")(response_parameters=[{"size": 100}], payload={"body": bytes(100)}) for _ in range(50))
    assert len(list(service.FullDuplexCall(asks, timeout=PATIENCE))) == 50


@pytest.mark.parametrize("protocols", [(), ("http/1.1",), ("spdy/1", "h2c")])
def test_a_client_that_offers_no_h2_is_not_served(server, protocols):
    seen = len(server.host.lines)
    with handshake(server.host.port, server.ca.context(*protocols)) as sock:
        assert sock.selected_alpn_protocol() is None and closed(sock)
    server.host.wait_for_log("TLS handshake: found no h2 among the protocols that it offers by ALPN", after=seen)


def test_h2_is_chosen_among_others(server):
    with handshake(server.host.port, server.ca.context("http/1.1", "h2")) as sock:
        assert sock.selected_alpn_protocol() == "h2"
        assert sock.recv(9)[3:5] == b"\x04\x00", "the server's SETTINGS come first"


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_versions_from_1_2_on(server, version):
    context = server.ca.context("h2")
    context.minimum_version = context.maximum_version = version
    with handshake(server.host.port, context) as sock:
        assert sock.version().replace(".", "_") == version.name


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_nothing_older_than_1_2(server):
    context = server.ca.context("h2")
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.raises(ssl.SSLError):
        handshake(server.host.port, context)


def test_the_oldest_version_is_a_setting(serve):
    server = serve(minVersion="1.3")
    context = server.ca.context("h2")
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    with pytest.raises(ssl.SSLError):
        handshake(server.host.port, context)
    assert common_name(server.host.port, server.ca.context("h2")) == "server"


@pytest.mark.parametrize("cipher", ["AES128-GCM-SHA256", "ECDHE-ECDSA-AES128-SHA", "ECDHE-RSA-AES128-SHA"])
def test_ciphers_that_http2_forbids_are_not_spoken(server, cipher):
    context = server.ca.context("h2")
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(f"{cipher}:@SECLEVEL=0")
    with pytest.raises((ssl.SSLError, ConnectionResetError)):
        handshake(server.host.port, context)


def test_plaintext_and_garbage_are_errors_of_their_connection_alone(server, pb):
    stub = pb.bench.BenchStub(server.host.channel(credentials=server.ca.credentials()))
    stub.Unary(pb.bench.Payload(data=b"before"), timeout=PATIENCE)
    refused(lambda: server.protos.stub(server.host.channel(), "grpc.testing.TestService").EmptyCall(
        server.protos.message("grpc.testing.Empty")(), timeout=PATIENCE))
    for garbage in [b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", bytes(range(256)) * 40, b"\x16\x03\x01\xff\xff" + bytes(70000)]:
        with socket.create_connection(("127.0.0.1", server.host.port), timeout=PATIENCE) as sock:
            try:
                sock.sendall(garbage)
                while sock.recv(1000):  # an alert may come first
                    pass
            except ConnectionError:
                pass
    assert stub.Unary(pb.bench.Payload(data=b"after"), timeout=PATIENCE).data == b"after"


def test_a_client_that_never_ends_its_handshake_is_let_go(serve):
    server = serve(limits={"handshakeSeconds": 1})
    with socket.create_connection(("127.0.0.1", server.host.port), timeout=60) as sock:
        sock.sendall(b"\x16\x03\x01")
        while sock.recv(1000):
            pass
    server.host.wait_for_log("TLS handshake: it took longer than limits.handshakeSeconds")


def test_on_a_unix_socket(serve, tmp_path):
    server = serve(address=f"unix:{tmp_path}/tls.sock")
    server.host.wait_for_log("listening on unix:.*, TLS")
    channel = server.host.channel(f"unix:{tmp_path}/tls.sock", credentials=server.ca.credentials(), ssl_target_name_override="localhost")
    empty = server.protos.message("grpc.testing.Empty")()
    assert server.protos.stub(channel, "grpc.testing.TestService").EmptyCall(empty, timeout=PATIENCE) == empty


# Tools that we did not write


def test_buf_curl_lists_and_calls_by_reflection(server):
    buf = [tool("buf"), "curl", "--cacert", str(server.clients), "--protocol", "grpc"]
    url = f"https://127.0.0.1:{server.host.port}"
    listed = subprocess.run([*buf, "--list-services", url], capture_output=True, text=True, timeout=60, check=True).stdout.split()
    assert {"grpc.testing.TestService", "grpc.health.v1.Health", "bench.Bench"} <= set(listed)
    called = subprocess.run([*buf, "-d", '{"data": "aGk="}', f"{url}/bench.Bench/Unary"], capture_output=True, text=True, timeout=60)
    assert called.returncode == 0 and '"aGk="' in called.stdout, called.stderr


def test_h2load(server):
    h2load = [tool("h2load"), "-n", "2000", "-c", "20", "-m", "10", "-t", "1", "--connection-active-timeout=60"]
    result = subprocess.run([*h2load, f"https://127.0.0.1:{server.host.port}/healthz"], capture_output=True, text=True, timeout=120)
    assert "2000 succeeded, 0 failed, 0 errored" in result.stdout, result.stdout


# Who is served


def test_who_calls_is_known_where_clients_have_to_prove_it(serve, ca):
    server = serve(clientAuth="required")
    subject, *names = server.username(ca.client(*all_kinds_of_names(), common_name="alice")).split(" ")
    assert subject == "CN=alice"
    assert names == [
        "email:alice@example.com", "dns:api.example.com", "uri:spiffe://example.com/alice", "ip:10.0.0.7", "ip:2001:db8::7"]
    assert server.username(ca.client(common_name="nameless")) == "CN=nameless"


def test_clients_without_a_certificate_are_not_served_where_they_have_to_prove_it(serve):
    server = serve(clientAuth="required")
    refused(server.username)
    server.host.wait_for_log("TLS handshake: .*(PEER_DID_NOT_RETURN|certificate)")


@pytest.mark.parametrize("authentication", ["required", "optional"])
def test_certificates_of_others_are_not_taken(serve, ca, authentication):
    server = serve(clientAuth=authentication)
    refused(lambda: server.username(Authority().client()))
    assert server.username(ca.client()) != ""


def test_clients_may_prove_nothing_where_that_is_optional(serve):
    assert serve(clientAuth="optional").username() == ""


def test_clients_that_are_not_asked_have_proved_nothing(server, ca):
    assert server.username(ca.client()) == ""


def test_who_calls_is_known_on_a_session_that_is_resumed(serve, ca, protos):
    server = serve(clientAuth="required")
    context = ca.context("h2", client=ca.client(common_name="alice"))
    context.maximum_version = ssl.TLSVersion.TLSv1_2  # whose session is known when the handshake is over
    with handshake(server.host.port, context) as first:
        session = first.session
    second = handshake(server.host.port, context, session)
    assert second.session_reused
    m = lambda name: protos.message(f"grpc.testing.{name}")
    with FrameConnection(second) as connection:
        asked = framed(m("SimpleRequest")(fill_username=True).SerializeToString())
        stream = connection.request("/grpc.testing.TestService/UnaryCall", asked).wait()
        assert [m("SimpleResponse").FromString(message).username for message in stream.messages] == ["CN=alice"]


# Certificates that change


def test_new_connections_get_the_new_certificate_and_old_ones_stay(serve, ca, pb):
    server = serve()
    stub = pb.bench.BenchStub(server.host.channel(credentials=ca.credentials()))
    stream = stub.ServerStream(pb.bench.StreamReq(count=2**31 - 1, size=10), metadata=[("bench-interval-ms", "10")])
    assert next(stream)
    write(ca.server("renewed"), server.certificate, server.key)
    wait_until(lambda: common_name(server.host.port, ca.context("h2")) == "renewed", "the new certificate")
    assert next(stream) and stub.Unary(pb.bench.Payload(data=b"x"), timeout=PATIENCE).data == b"x"
    stream.cancel()


def test_sighup_has_them_read_again(serve, ca):
    server = serve()
    server.host.wait_for_log("listening")
    seen = len(server.host.lines)
    server.host.signal(signal.SIGHUP)
    server.host.wait_for_log(re.escape(f"{server.certificate}: read again"), after=seen)


def test_files_that_are_no_good_change_nothing(serve, ca):
    server = serve()
    good = server.certificate.read_bytes()
    for content, told in [(b"", "holds no certificate"), (good[: len(good) // 2], "holds no certificate"),
                          (Authority().server().cert_chain_pems[0].bytes(), "is not the key of the certificate")]:
        seen = len(server.host.lines)
        server.certificate.write_bytes(content)
        server.host.wait_for_log(f"{told}.*; the certificate that was read before serves on", after=seen)
        assert common_name(server.host.port, ca.context("h2")) == "server"
    server.certificate.unlink()
    write(ca.server("after"), server.certificate, server.key)
    wait_until(lambda: common_name(server.host.port, ca.context("h2")) == "after", "the certificate that is good again")


def test_authorities_change_too(serve, ca):
    server = serve(clientAuth="required")
    other = Authority()
    client = other.client()
    credentials = grpc.ssl_channel_credentials(ca.pem, client.private_key_pem.bytes(), client.cert_chain_pems[0].bytes())
    refused(lambda: server.username(credentials=credentials))
    seen = len(server.host.lines)
    server.clients.write_bytes(ca.pem + other.pem)
    server.host.wait_for_log("read again", after=seen)
    assert server.username(credentials=credentials) != ""


# What is wrong at the start


def start(tmp_path, ca, change):
    """Starts a host whose files were changed; answers what it says at its end."""
    certificate, key = tmp_path / "server.pem", tmp_path / "server.key"
    write(ca.server(), certificate, key)
    change(certificate, key)
    file = tmp_path / "hostconfig.json"
    file.write_text(
        f'{{"listeners": [{{"address": "127.0.0.1:0", "tls": {{"certificate": "server.pem", "key": "server.key"}}}}],'
        f' "plugins": [{{"library": "{plugin("bench")}"}}]}}')
    result = run_host("--config", file, cwd=tmp_path)
    assert result.returncode == 2, result.stderr
    return result.stderr


def test_a_file_that_is_not_there(tmp_path, ca):
    assert "server.key can't be read: No such file or directory" in start(tmp_path, ca, lambda _, key: key.unlink())


def test_a_file_without_a_certificate(tmp_path, ca):
    assert "server.pem holds no certificate in PEM form" in start(tmp_path, ca, lambda certificate, _: certificate.write_text("no"))


def test_a_key_of_another_certificate(tmp_path, ca):
    told = start(tmp_path, ca, lambda _, key: key.write_bytes(ca.server().private_key_pem.bytes()))
    assert "server.key is not the key of the certificate in server.pem" in told


def test_a_key_with_a_passphrase(tmp_path, ca):
    def lock(_, key):
        private = serialization.load_pem_private_key(key.read_bytes(), None)
        key.write_bytes(private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.BestAvailableEncryption(b"secret")))

    assert "server.key holds no private key in PEM form; wanted one without a passphrase" in start(tmp_path, ca, lock)


# The end


def test_handshakes_do_not_hold_up_the_end(serve):
    server = serve(drain_seconds=60)
    with socket.create_connection(("127.0.0.1", server.host.port), timeout=PATIENCE) as sock:
        sock.sendall(b"\x16\x03\x01")
        server.host.signal(signal.SIGTERM)
        assert server.host.ended() == 0
        assert closed(sock)


def test_calls_in_flight_end_well(serve, ca, pb):
    server = serve(drain_seconds=60)
    stub = pb.bench.BenchStub(server.host.channel(credentials=ca.credentials()))
    stream = stub.ServerStream(pb.bench.StreamReq(count=20, size=10), metadata=[("bench-interval-ms", "50")])
    assert next(stream)
    server.host.signal(signal.SIGTERM)
    assert len(list(stream)) == 19 and stream.code() == Code.OK
    assert server.host.ended() == 0
