"""gRPC over HTTP/2 as the bytes go over the wire, and the limits."""

import threading

import grpc
import pytest
from hyperframe.frame import DataFrame, HeadersFrame, RstStreamFrame, SettingsFrame

from support.frames import NO_ERROR, REFUSED_STREAM, FrameConnection, framed
from support.host import Host

MIB = 1 << 20
MESSAGE_LIMIT = 1024
STREAM_LIMIT = 20
ECHO = "/bench.Bench/Unary"
UNKNOWN_PATHS = ["/no.Such/Thing", "/bench.Bench/Nope", "/bench.bench/Unary", "/bench.Bench/unary", "/bench.Bench", "/",
                 "/bench.Bench/Unary/", "//", "/bench.Bench/Unary?x=1"]


@pytest.fixture(scope="module")
def host(tmp_path_factory):
    env = {
        "STREAMHOST_LIMITS_MAX_RECEIVE_MESSAGE_BYTES": str(MESSAGE_LIMIT),
        "STREAMHOST_LIMITS_MAX_CONCURRENT_STREAMS": str(STREAM_LIMIT),
    }
    with Host(tmp_path_factory.mktemp("protocol"), ["bench", "chat"], env=env) as host:
        yield host


@pytest.fixture(scope="module")
def bench(host, pb):
    return pb.bench.BenchStub(host.channel())


@pytest.fixture
def connection(host):
    with FrameConnection(host.port) as connection:
        yield connection


def payload(pb, size):
    """A Payload whose serialized form has exactly this size."""
    data = b"x" * size
    while len(pb.bench.Payload(data=data).SerializeToString()) > size:
        data = data[1:]
    message = pb.bench.Payload(data=data)
    assert len(message.SerializeToString()) == size
    return message


def fails(call):
    with pytest.raises(grpc.RpcError) as error:
        call()
    return error.value


# Requests


@pytest.mark.parametrize("content_type", [
    "application/grpc", "application/grpc+proto", "application/grpc+proto;v=1", "application/grpc;charset=utf-8"])
def test_content_types_that_begin_with_grpc_are_accepted(connection, content_type):
    stream = connection.request(ECHO, framed(b""), base=[("content-type", content_type), ("te", "trailers")]).wait()
    assert stream.value(":status") == "200" and stream.status == 0
    assert stream.value("content-type").startswith("application/grpc")


def test_a_plugin_of_no_codec_is_given_messages_of_any(start_host):
    host = start_host(["echo-c"])
    with FrameConnection(host.port) as connection:
        base = [("content-type", "application/grpc+json;v=1"), ("te", "trailers")]
        stream = connection.request(ECHO, framed(b"{}"), base=base).wait()
        assert stream.status == 0 and stream.value("content-type") == "application/grpc+json" and stream.messages == [b"{}"]


@pytest.mark.parametrize("path", [ECHO, "/grpc.health.v1.Health/Check", "/grpc.health.v1.Health/Watch"])
def test_a_service_of_protobuf_takes_no_other_codec(connection, path):
    stream = connection.request(path, framed(b""), base=[("content-type", "application/grpc+json"), ("te", "trailers")]).wait()
    assert stream.value(":status") == "200" and stream.status == 12
    assert "wanted application/grpc or application/grpc+proto" in stream.value("grpc-message")


@pytest.mark.parametrize("base", [
    [("content-type", "text/plain")], [("content-type", "application/json")], [("content-type", "application/grpc-web")], []],
    ids=str)
def test_other_content_types_are_http_415(connection, base):
    assert connection.request(ECHO, framed(b""), base=base).wait().value(":status") == "415"


@pytest.mark.parametrize("method", ["GET", "PUT", "OPTIONS", "DELETE"])
def test_other_verbs_are_http_405(connection, method):
    assert connection.request(ECHO, method=method).wait().value(":status") == "405"


@pytest.mark.parametrize("path", ["/", "/healthz"])
def test_a_load_balancer_gets_a_short_answer(connection, path):
    stream = connection.request(path, method="GET", base=[]).wait()
    assert stream.value(":status") == "200" and stream.data


def test_a_success_is_headers_data_trailers(connection):
    stream = connection.request(ECHO, framed(b"")).wait()
    assert stream.header_blocks == 2 and stream.messages == [b""] and stream.reset is None
    assert dict(stream.headers)[b":status"] == b"200"
    assert (b"grpc-status", b"0") in stream.trailers and not any(name.startswith(b":") for name, _ in stream.trailers)


@pytest.mark.parametrize("path", UNKNOWN_PATHS)
def test_unknown_paths_are_unimplemented_in_one_block_and_named(connection, path):
    stream = connection.request(path, framed(b"")).wait()
    assert stream.value(":status") == "200"
    assert stream.status == grpc.StatusCode.UNIMPLEMENTED.value[0]
    assert stream.header_blocks == 1 and not stream.data
    assert path.split("?")[0].strip("/") in stream.value("grpc-message")


def test_unknown_service_and_method_reach_a_real_client_as_unimplemented(host):
    channel = host.channel()
    for path in ("/no.Such/Thing", "/chat.ChatService/Nope"):
        error = fails(lambda: channel.unary_unary(path)(b"", timeout=20))
        assert error.code() == grpc.StatusCode.UNIMPLEMENTED
        assert path[1:] in error.details()


def test_an_early_end_is_followed_by_a_reset_without_error(connection):
    stream = connection.request("/no.Such/Thing", end=False)
    connection.pump(lambda: stream.reset is not None, "RST_STREAM after the early trailers")
    assert stream.ended and stream.status == grpc.StatusCode.UNIMPLEMENTED.value[0]
    assert stream.reset == NO_ERROR
    assert connection.request(ECHO, framed(b"")).wait().status == 0


@pytest.mark.parametrize("timeout", ["", "1", "S", "1x", "-1S", "123456789S", "1.5S", "1 S", "+1S"])
def test_a_malformed_timeout_is_an_error(connection, timeout):
    stream = connection.request(ECHO, framed(b""), headers=[("grpc-timeout", timeout)]).wait()
    assert stream.status not in (None, 0) or stream.value(":status") == "400" or stream.reset is not None
    assert connection.request(ECHO, framed(b"")).wait().status == 0


@pytest.mark.parametrize("timeout", ["1H", "99999999H", "1M", "20S", "20000m", "20000000u"])
def test_every_unit_of_timeout_is_understood(connection, timeout):
    assert connection.request(ECHO, framed(b""), headers=[("grpc-timeout", timeout)]).wait().status == 0


def test_a_value_beyond_ascii_is_no_error(connection):
    assert connection.request(ECHO, framed(b""), headers=[("x-name", "Zoë".encode())]).wait().status == 0


def test_binary_metadata_that_is_no_base64_is_an_error(connection):
    stream = connection.request(ECHO, framed(b""), headers=[("x-bad-bin", "!!!")]).wait()
    assert stream.status not in (None, 0)


# Messages


@pytest.mark.parametrize("body", [b"\0\0\0\0\x0aabc", b"\0\0", framed(b"") + b"\0"], ids=["message", "prefix", "after a message"])
def test_a_message_cut_off_by_the_end_is_an_error(connection, body):
    stream = connection.request("/bench.Bench/Bidi", body).wait()
    assert stream.status not in (None, 0)


def test_bytes_that_are_no_protobuf_are_an_internal_error(connection):
    stream = connection.request("/chat.ChatService/GetChatHistory", framed(b"\xff\xff\xff")).wait()
    assert stream.status == grpc.StatusCode.INTERNAL.value[0]


def test_a_compressed_flag_without_an_encoding_is_an_internal_error(connection):
    stream = connection.request(ECHO, framed(b"abc", compressed=1)).wait()
    assert stream.status == grpc.StatusCode.INTERNAL.value[0]


def test_an_unknown_encoding_is_unimplemented(connection):
    stream = connection.request(ECHO, framed(b"abc", compressed=1), headers=[("grpc-encoding", "bogus")]).wait()
    assert stream.status == grpc.StatusCode.UNIMPLEMENTED.value[0]


def test_padding_and_empty_frames_are_no_part_of_a_message(connection):
    stream = connection.request("/bench.Bench/Bidi", end=False)
    body = framed(b"\x0a\x03abc")
    connection.send(
        DataFrame(stream.number, b""), DataFrame(stream.number, body[:4], flags=["PADDED"], pad_length=100),
        DataFrame(stream.number, b"", flags=["PADDED"], pad_length=5), DataFrame(stream.number, body[4:]),
        DataFrame(stream.number, b"", flags=["END_STREAM"]))
    stream.wait()
    assert stream.status == 0 and stream.messages == [body[5:]]


# Limits


def test_a_message_up_to_the_limit_is_accepted_and_one_byte_more_is_not(bench, pb):
    assert bench.Unary(payload(pb, MESSAGE_LIMIT), timeout=20) == payload(pb, MESSAGE_LIMIT)
    error = fails(lambda: bench.Unary(payload(pb, MESSAGE_LIMIT + 1), timeout=20))
    assert error.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
    assert str(MESSAGE_LIMIT) in error.details() and str(MESSAGE_LIMIT + 1) in error.details()


@pytest.mark.parametrize("kind", ["ClientStream", "Bidi"])
def test_the_limit_is_for_each_message_not_for_the_call(bench, pb, kind):
    messages = (payload(pb, MESSAGE_LIMIT) for _ in range(50))
    answer = getattr(bench, kind)(messages, timeout=20)
    assert answer.messages == 50 if kind == "ClientStream" else len(list(answer)) == 50
    error = fails(lambda: list(bench.Bidi(iter([payload(pb, 10), payload(pb, MESSAGE_LIMIT + 1)]), timeout=20)))
    assert error.code() == grpc.StatusCode.RESOURCE_EXHAUSTED


def test_a_promise_over_the_limit_is_refused_before_its_bytes_come(connection):
    stream = connection.request("/bench.Bench/Bidi", b"\0\xff\xff\xff\xff", end=False).wait()
    assert stream.status == grpc.StatusCode.RESOURCE_EXHAUSTED.value[0]


def test_four_megabytes_is_the_limit_by_default(start_host, pb):
    bench = pb.bench.BenchStub(start_host(["bench"]).channel())
    assert len(bench.Unary(payload(pb, 4 * MIB), timeout=20).data) > 4 * MIB - 10
    assert fails(lambda: bench.Unary(payload(pb, 4 * MIB + 1), timeout=20)).code() == grpc.StatusCode.RESOURCE_EXHAUSTED


def test_a_client_is_told_how_many_streams_it_may_have(connection):
    assert connection.settings[SettingsFrame.MAX_CONCURRENT_STREAMS] == STREAM_LIMIT


def test_a_real_client_queues_what_is_over_the_stream_limit(bench, pb):
    metadata = [("bench-delay-ms", "20")]
    calls = [bench.Unary.future(pb.bench.Payload(data=b"%d" % i), metadata=metadata, timeout=30) for i in range(STREAM_LIMIT * 5)]
    assert [call.result().data for call in calls] == [b"%d" % i for i in range(STREAM_LIMIT * 5)]


def test_a_stream_over_the_limit_is_refused_and_others_go_on(host, bench, pb, connection):
    for _ in range(STREAM_LIMIT):
        connection.request("/bench.Bench/Bidi", end=False)
    connection.ping()
    extra = connection.request("/bench.Bench/Bidi", end=False)
    # RFC 9113 5.1.2: a stream error of type PROTOCOL_ERROR or REFUSED_STREAM; nghttp2 may end the connection instead.
    connection.pump(lambda: extra.reset is not None or connection.goaways, "the refusal of one stream too many")
    assert extra.reset in (None, 1, REFUSED_STREAM)
    assert bench.Unary(pb.bench.Payload(data=b"alive"), timeout=20).data == b"alive"


def test_a_place_is_free_again_when_a_stream_has_ended(connection):
    for _ in range(STREAM_LIMIT * 10):
        stream = connection.request("/bench.Bench/Bidi", end=False)
        connection.send(RstStreamFrame(stream.number, error_code=8))
    connection.ping()
    assert connection.request(ECHO, framed(b"")).wait().status == 0


@pytest.mark.parametrize("headers", [
    [("x-large", "x" * 60_000)], [(f"x-{i}", "y" * 100) for i in range(400)], [("x", "")] * 2000,
], ids=["one large", "many", "countless tiny"])
def test_metadata_over_the_limit_is_refused_and_others_are_served(host, bench, pb, headers):
    with FrameConnection(host.port) as connection:
        block = connection.encoder.encode([
            (":method", "POST"), (":scheme", "http"), (":path", ECHO), (":authority", "a"),
            ("content-type", "application/grpc"), ("te", "trailers"), *headers])
        stream = connection.expect(1)
        fragments = [block[at : at + 16_000] for at in range(0, len(block), 16_000)]
        try:
            connection.send_header_fragments(1, fragments)
            connection.pump(lambda: stream.over or connection.goaways, "the refusal of the metadata")
            refused = stream.status not in (None, 0) or stream.value(":status") == "431" or stream.reset is not None
            assert refused or connection.goaways
        except ConnectionError:
            pass  # the server closed while the block was on its way
    assert bench.Unary(pb.bench.Payload(data=b"alive"), timeout=20).data == b"alive"


# Several at once


def test_one_connection_carries_calls_of_all_kinds_at_once(host, pb):
    bench = pb.bench.BenchStub(host.channel())
    errors = []

    def work(number):
        try:
            text = b"%d" % number
            for _ in range(20):
                assert bench.Unary(pb.bench.Payload(data=text), timeout=20).data == text
                assert len(list(bench.ServerStream(pb.bench.StreamReq(count=20, size=number), timeout=20))) == 20
                assert bench.ClientStream(iter([pb.bench.Payload(data=text)] * 20), timeout=20).messages == 20
                assert {m.data for m in bench.Bidi(iter([pb.bench.Payload(data=text)] * 20), timeout=20)} == {text}
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert not errors


def test_many_connections_are_served_by_all_loops(host, pb):
    stubs = [pb.bench.BenchStub(host.channel()) for _ in range(50)]
    calls = [stub.Unary.future(pb.bench.Payload(data=b"%d" % i), timeout=30) for i, stub in enumerate(stubs)]
    assert [call.result().data for call in calls] == [b"%d" % i for i in range(50)]


def test_a_request_with_priority_fields_and_padding_is_a_request(connection):
    stream = connection.expect(1)
    block = connection.encoder.encode([
        (":method", "POST"), (":scheme", "http"), (":path", ECHO), (":authority", "a"),
        ("content-type", "application/grpc"), ("te", "trailers")])
    frame = HeadersFrame(1, block, flags=["END_HEADERS", "PADDED", "PRIORITY"], pad_length=9, depends_on=0, stream_weight=15)
    connection.send(frame, DataFrame(1, framed(b""), flags=["END_STREAM"]))
    assert stream.wait().status == 0
