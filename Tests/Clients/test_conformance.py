"""The server of the connectrpc conformance suite: its launcher, spoken to as the suite's runner does, and its service, by grpcio."""

import gzip
import os
import time

import grpc
import pytest
from grpc_status import rpc_status

from support.conformance import Launcher, prefixed, run_launcher
from support.dynamic import DynamicProtos
from support.frames import FrameConnection, framed
from support.tls import Authority
from support.waiting import wait_until

PACKAGE = "connectrpc.conformance.v1"
SERVICE = f"{PACKAGE}.ConformanceService"
CONNECT, GRPC, GRPC_WEB = 1, 2, 3
HEADERS = [{"name": "x-custom-header", "value": ["foo", "bar"]}, {"name": "x-raw-bin", "value": ["AQI"]}]
TRAILERS = [{"name": "x-custom-trailer", "value": ["bing"]}]
LIMIT = 200 * 1024


@pytest.fixture(scope="module")
def protos(tmp_path_factory):
    folder = tmp_path_factory.mktemp("protos")
    return DynamicProtos(folder, f"{PACKAGE.replace('.', '/')}/service.proto", f"{PACKAGE.replace('.', '/')}/server_compat.proto")


@pytest.fixture(scope="module")
def server(protos, tmp_path_factory):
    with Launcher(tmp_path_factory.mktemp("launcher"), protos, protocol=GRPC, http_version=2, message_receive_limit=LIMIT) as server:
        yield server


@pytest.fixture(scope="module")
def channel(server):
    options = {"grpc.enable_http_proxy": 0, "grpc.max_receive_message_length": -1}
    with grpc.insecure_channel(server.address, options=list(options.items())) as channel:
        yield channel


@pytest.fixture(scope="module")
def service(channel, protos):
    return protos.stub(channel, SERVICE)


@pytest.fixture(scope="module")
def m(protos):
    """The messages: m("UnaryRequest")."""
    return lambda name: protos.message(f"{PACKAGE}.{name}")


def entries(metadata, *names):
    return [(key, value) for key, value in metadata if key in names]


def check_metadata(call):
    assert entries(call.initial_metadata(), "x-custom-header", "x-raw-bin") == [
        ("x-custom-header", "foo"), ("x-custom-header", "bar"), ("x-raw-bin", b"\1\2")]
    assert entries(call.trailing_metadata(), "x-custom-trailer") == [("x-custom-trailer", "bing")]


def unpacked(m, info, name):
    """The requests of a request info."""
    found = []
    for request in info.requests:
        assert request.type_url == f"type.googleapis.com/{PACKAGE}.{name}"
        found.append(m(name).FromString(request.value))
    return found


def error_of(m, call):
    """Code, message and details of a call that fails; of the last detail, the request info."""
    with pytest.raises(grpc.RpcError) as raised:
        call()
    status = rpc_status.from_call(raised.value)
    assert status.details[-1].type_url == f"type.googleapis.com/{PACKAGE}.ConformancePayload.RequestInfo"
    info = m("ConformancePayload.RequestInfo").FromString(status.details[-1].value)
    return raised.value.code(), raised.value.details(), list(status.details[:-1]), info


DEFINITION = {"response_headers": HEADERS, "response_trailers": TRAILERS}
ERROR = {"code": 8, "message": "too much ✓", "details": [{"type_url": "type.googleapis.com/x.Unknown", "value": b"\0\1"}]}


# Unary


@pytest.mark.parametrize("method", ["Unary", "IdempotentUnary"])
def test_unary_answers_what_it_has_seen(service, m, method):
    request = m(f"{method}Request")(response_definition=DEFINITION | {"response_data": b"test response"}, request_data=b"padding")
    metadata = [("x-twice", "one"), ("other", "x"), ("x-twice", "two"), ("x-request-bin", b"\0\xff\1")]
    call = getattr(service, method).future(request, metadata=metadata, timeout=20)
    payload = call.result().payload
    check_metadata(call)
    seen = {header.name: list(header.value) for header in payload.request_info.request_headers}
    assert payload.data == b"test response" and unpacked(m, payload.request_info, f"{method}Request") == [request]
    assert seen["x-twice"] == ["one", "two"] and seen["other"] == ["x"] and seen["x-request-bin"] == ["AP8B"]
    # Clients round up.
    assert 0 < payload.request_info.timeout_ms <= 21_000


def test_unary_without_a_definition_answers_the_request_info_alone(service, m):
    payload = service.Unary(m("UnaryRequest")()).payload
    assert payload.data == b"" and unpacked(m, payload.request_info, "UnaryRequest") == [m("UnaryRequest")()]
    assert not payload.request_info.HasField("timeout_ms"), "no deadline was set"


def test_unary_error_has_its_details_and_then_the_request_info(service, m):
    request = m("UnaryRequest")(response_definition=DEFINITION | {"error": ERROR})
    call = service.Unary.future(request, timeout=20)
    code, message, details, info = error_of(m, call.result)
    assert (code, message) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "too much ✓")
    assert [(detail.type_url, detail.value) for detail in details] == [("type.googleapis.com/x.Unknown", b"\0\1")]
    assert unpacked(m, info, "UnaryRequest") == [request]
    check_metadata(call)


def test_unary_waits_as_long_as_it_is_told_to(service, m):
    began = time.monotonic()
    service.Unary(m("UnaryRequest")(response_definition={"response_delay_ms": 200}), timeout=20)
    assert time.monotonic() - began >= 0.2


def test_headers_that_are_no_base64_are_an_invalid_argument(service, m):
    definition = {"response_headers": [{"name": "x-bin", "value": ["!"]}]}
    with pytest.raises(grpc.RpcError) as error:
        service.Unary(m("UnaryRequest")(response_definition=definition), timeout=20)
    assert error.value.code() == grpc.StatusCode.INVALID_ARGUMENT and "base64" in error.value.details()


def test_unimplemented_is_not_implemented(channel):
    with pytest.raises(grpc.RpcError) as error:
        channel.unary_unary(f"/{SERVICE}/Unimplemented")(b"", timeout=20)
    assert error.value.code() == grpc.StatusCode.UNIMPLEMENTED


# Client streaming


def test_client_stream_answers_all_requests_by_the_first_definition(service, m):
    request = m("ClientStreamRequest")
    requests = [request(response_definition=DEFINITION | {"response_data": b"sum"}), request(request_data=b"two"),
                request(response_definition={"response_data": b"ignored"})]
    call = service.ClientStream.future(iter(requests), timeout=20)
    payload = call.result().payload
    check_metadata(call)
    assert payload.data == b"sum" and unpacked(m, payload.request_info, "ClientStreamRequest") == requests


def test_client_stream_of_nothing_answers_nothing(service):
    payload = service.ClientStream(iter([]), timeout=20).payload
    assert payload.data == b"" and list(payload.request_info.requests) == []


def test_client_stream_error_has_the_request_info(service, m):
    requests = [m("ClientStreamRequest")(response_definition={"error": ERROR}), m("ClientStreamRequest")(request_data=b"x")]
    code, _, _, info = error_of(m, lambda: service.ClientStream(iter(requests), timeout=20))
    assert code == grpc.StatusCode.RESOURCE_EXHAUSTED and unpacked(m, info, "ClientStreamRequest") == requests


# Server streaming


def test_server_stream_tells_what_it_has_seen_in_its_first_answer(service, m):
    request = m("ServerStreamRequest")(response_definition=DEFINITION | {"response_data": [b"one", b"", b"three"]})
    call = service.ServerStream(request, timeout=20)
    payloads = [response.payload for response in call]
    check_metadata(call)
    assert [payload.data for payload in payloads] == [b"one", b"", b"three"]
    assert unpacked(m, payloads[0].request_info, "ServerStreamRequest") == [request]
    assert [payload.HasField("request_info") for payload in payloads] == [True, False, False]


def test_server_stream_without_a_definition_is_empty(service, m):
    call = service.ServerStream(m("ServerStreamRequest")(), timeout=20)
    assert list(call) == [] and call.code() == grpc.StatusCode.OK


def test_server_stream_sends_its_headers_at_once(service, m):
    definition = DEFINITION | {"response_data": [b"late"], "response_delay_ms": 60_000}
    call = service.ServerStream(m("ServerStreamRequest")(response_definition=definition), timeout=30)
    assert entries(call.initial_metadata(), "x-raw-bin") == [("x-raw-bin", b"\1\2")]
    call.cancel()


@pytest.mark.parametrize("data", [[], [b"one"]], ids=["before", "after"])
def test_server_stream_error_has_the_request_info_where_no_answer_had_it(service, m, data):
    request = m("ServerStreamRequest")(response_definition=DEFINITION | {"response_data": data, "error": ERROR})
    call = service.ServerStream(request, timeout=20)
    for wanted in data:
        assert next(call).payload.data == wanted
    with pytest.raises(grpc.RpcError):
        next(call)
    details = rpc_status.from_call(call).details
    assert call.code() == grpc.StatusCode.RESOURCE_EXHAUSTED and len(details) == (1 if data else 2)
    check_metadata(call)


# Both


def test_half_duplex_answers_when_the_client_is_done(service, m):
    request = m("BidiStreamRequest")
    requests = [request(response_definition=DEFINITION | {"response_data": [b"one", b"two", b"three"]}), request(request_data=b"x")]
    call = service.BidiStream(iter(requests), timeout=20)
    payloads = [response.payload for response in call]
    check_metadata(call)
    assert [payload.data for payload in payloads] == [b"one", b"two", b"three"]
    assert unpacked(m, payloads[0].request_info, "BidiStreamRequest") == requests
    assert len(payloads[0].request_info.request_headers) > 0 and not payloads[1].HasField("request_info")


def full_duplex(m, count, **definition):
    request = m("BidiStreamRequest")
    first = request(full_duplex=True, response_definition=DEFINITION | definition)
    return [first] + [request(request_data=b"%d" % number) for number in range(1, count)]


def test_full_duplex_answers_each_request_with_that_request(service, m):
    requests = full_duplex(m, 3, response_data=[b"one", b"two", b"three"])
    answered = [False] * 4

    def ask():
        for number, request in enumerate(requests):
            wait_until(lambda: number == 0 or answered[number - 1], "the answer before")
            yield request

    call = service.BidiStream(ask(), timeout=20)
    payloads = []
    for response in call:
        payloads.append(response.payload)
        answered[len(payloads) - 1] = True
    check_metadata(call)
    assert [payload.data for payload in payloads] == [b"one", b"two", b"three"]
    assert [unpacked(m, payload.request_info, "BidiStreamRequest") for payload in payloads] == [[request] for request in requests]
    assert len(payloads[0].request_info.request_headers) > 0 and len(payloads[1].request_info.request_headers) == 0


def test_full_duplex_answers_what_is_left_when_the_client_is_done(service, m):
    call = service.BidiStream(iter(full_duplex(m, 1, response_data=[b"one", b"two"])), timeout=20)
    assert [response.payload.data for response in call] == [b"one", b"two"]


def test_full_duplex_ends_at_a_request_that_has_no_answer(service, m):
    call = service.BidiStream(iter(full_duplex(m, 3, response_data=[b"one"], error=ERROR)), timeout=20)
    assert next(call).payload.data == b"one"
    with pytest.raises(grpc.RpcError):
        next(call)
    assert call.code() == grpc.StatusCode.RESOURCE_EXHAUSTED


def test_full_duplex_error_without_answers_has_the_request_info(service, m):
    requests = full_duplex(m, 1, error=ERROR)
    code, _, _, info = error_of(m, lambda: next(service.BidiStream(iter(requests), timeout=20)))
    assert code == grpc.StatusCode.RESOURCE_EXHAUSTED and unpacked(m, info, "BidiStreamRequest") == requests


# The launcher


def test_the_limit_is_kept_to_the_byte(service, m):
    def padded(size):
        request = m("UnaryRequest")(request_data=bytes(size - 4))
        assert request.ByteSize() == size
        return request

    assert len(service.Unary(padded(LIMIT), timeout=20).payload.request_info.requests) == 1
    with pytest.raises(grpc.RpcError) as error:
        service.Unary(padded(LIMIT + 1), timeout=20)
    assert error.value.code() == grpc.StatusCode.RESOURCE_EXHAUSTED


@pytest.mark.parametrize("method", ["Unary", "ServerStream"])
@pytest.mark.parametrize("messages", [0, 2])
def test_wrong_request_counts_are_unimplemented(server, method, messages):
    with FrameConnection(server.response.port) as connection:
        stream = connection.request(f"/{SERVICE}/{method}", framed(b"") * messages if messages else None).wait()
    assert stream.status == grpc.StatusCode.UNIMPLEMENTED.value[0]


# What no proper client sends: as the suite's "gRPC Unexpected Requests" do.
UNEXPECTED = {
    "verb": ({"method": "DELETE"}, "Unary", framed(b""), None),
    "compression": ({"headers": [("grpc-encoding", "foo")]}, "Unary", framed(b"x", compressed=1), "UNIMPLEMENTED"),
    "compressed message": ({"headers": [("grpc-encoding", "identity")]}, "Unary", framed(b"", compressed=1), "INTERNAL"),
    "incomplete message": ({}, "ClientStream", framed(bytes(10))[:8], "INTERNAL"),
    "incomplete prefix": ({}, "ClientStream", bytes(3), "INTERNAL"),
}


@pytest.mark.parametrize("what", UNEXPECTED)
def test_unexpected_requests_are_refused_as_the_suite_wants_it(server, what):
    options, method, body, code = UNEXPECTED[what]
    with FrameConnection(server.response.port) as connection:
        stream = connection.request(f"/{SERVICE}/{method}", body, **options).wait()
    if code is None:
        # Without a gRPC status: clients make UNKNOWN out of it.
        assert stream.value(":status") == "405" and stream.status is None
    else:
        assert stream.status == grpc.StatusCode[code].value[0]


def test_answers_are_compressed_where_their_requests_were(server, m):
    body = m("UnaryRequest")(response_definition={"response_data": bytes(10_000)}).SerializeToString()
    for flag, sent in ((0, body), (1, gzip.compress(body))):
        headers = [("grpc-encoding", "gzip"), ("grpc-accept-encoding", "gzip")]
        with FrameConnection(server.response.port) as connection:
            stream = connection.request(f"/{SERVICE}/Unary", framed(sent, compressed=flag), headers=headers).wait()
        assert stream.status == 0 and stream.data[0] == flag


def test_the_response_says_where_it_listens(server):
    assert server.response.host == "127.0.0.1" and server.response.port > 0 and server.response.pem_cert == b""


def test_it_ends_when_nobody_reads_its_output_any_more(protos, tmp_path):
    launcher = Launcher(tmp_path, protos, protocol=GRPC, http_version=2)
    launcher.__enter__()
    launcher.process.stdout.close()
    assert launcher.ended() == 0, launcher.log
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("mutual", [False, True])
def test_tls_with_the_credentials_of_the_request(protos, m, tmp_path, mutual):
    ca = Authority()
    server = ca.server()
    client = ca.client()
    credentials = {"cert": server.cert_chain_pems[0].bytes(), "key": server.private_key_pem.bytes()}
    more = {"client_tls_cert": ca.pem} if mutual else {}
    with Launcher(tmp_path, protos, protocol=GRPC, http_version=2, use_tls=True, server_creds=credentials, **more) as launcher:
        assert launcher.response.pem_cert == credentials["cert"]
        with grpc.secure_channel(launcher.address, ca.credentials(client if mutual else None)) as channel:
            answer = protos.stub(channel, SERVICE).Unary(m("UnaryRequest")(), timeout=20)
            assert len(answer.payload.request_info.requests) == 1
        if mutual:
            with grpc.secure_channel(launcher.address, ca.credentials()) as channel, pytest.raises(grpc.RpcError) as error:
                protos.stub(channel, SERVICE).Unary(m("UnaryRequest")(), timeout=20)
            assert error.value.code() == grpc.StatusCode.UNAVAILABLE


@pytest.mark.parametrize("request_fields,words", [
    ({"protocol": CONNECT, "http_version": 2}, "PROTOCOL_GRPC"), ({"protocol": GRPC_WEB, "http_version": 2}, "PROTOCOL_GRPC"),
    ({"protocol": GRPC, "http_version": 1}, "HTTP_VERSION_2"), ({"protocol": GRPC, "http_version": 2, "use_tls": True}, "server_creds"),
])
def test_what_it_can_not_serve_is_refused_in_words(protos, tmp_path, request_fields, words):
    request = protos.message(f"{PACKAGE}.ServerCompatRequest")(**request_fields)
    result = run_launcher(prefixed(request.SerializeToString()), tmp_path)
    assert result.returncode == 2 and result.stdout == b""
    assert words in result.stderr.decode() and os.listdir(tmp_path) == []


@pytest.mark.parametrize("data,words", [
    (b"", "ended after 0 bytes"), (b"\0\0\0\x09abc", "wanted 9"), (b"\xff" * 8, "4294967295 bytes"),
    (b"\0\0\0\x02\x0a\xff", "no ServerCompatRequest"),
])
def test_input_that_is_no_request_is_refused_in_words(tmp_path, data, words):
    result = run_launcher(data, tmp_path)
    assert result.returncode == 2 and words in result.stderr.decode()
