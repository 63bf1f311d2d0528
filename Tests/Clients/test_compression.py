"""Compressed messages, both ways: what clients send, what they are sent, and what isn't what it says."""

import gzip
import json
import struct
import zlib

import grpc
import pytest

from support.admin import Admin
from support.frames import FrameConnection, framed
from support.host import Host

MIB = 1 << 20
LIMIT = 4 * MIB
PLUGINS = ["echo-c", "bench"]
PACK = {"gzip": gzip.compress, "deflate": zlib.compress}
UNPACK = {"gzip": gzip.decompress, "deflate": zlib.decompress}
TEXT = b"to be compressed, " * 1000


@pytest.fixture(scope="module", params=PLUGINS)
def host(request, tmp_path_factory):
    with Host(tmp_path_factory.mktemp("compression"), [request.param]) as host:
        yield host


@pytest.fixture
def connection(host):
    with FrameConnection(host.port) as connection:
        yield connection


def messages(stream):
    """(flag, bytes) of each message that came."""
    found, at = [], 0
    while at + 5 <= len(stream.data):
        flag, length = struct.unpack_from(">BI", stream.data, at)
        found.append((flag, bytes(stream.data[at + 5 : at + 5 + length])))
        at += 5 + length
    return found


def payload(pb, data):
    return pb.bench.Payload(data=data).SerializeToString()


# Requests


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_a_compressed_request_is_delivered_as_it_was(connection, pb, encoding):
    body = payload(pb, TEXT)
    stream = connection.request("/bench.Bench/Unary", framed(PACK[encoding](body), compressed=1), headers=[("grpc-encoding", encoding)]).wait()
    assert stream.status == 0 and messages(stream) == [(0, body)], "who says nothing of what it takes is answered plainly"
    assert set(stream.value("grpc-accept-encoding").split(",")) == {"identity", "gzip", "deflate"}


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_of_a_stream_each_message_has_its_own_context_and_some_have_none(connection, pb, encoding):
    bodies = [payload(pb, TEXT[: 10 * number]) for number in range(20)]
    sent = b"".join(framed(PACK[encoding](body) if number % 2 else body, compressed=number % 2) for number, body in enumerate(bodies))
    stream = connection.request("/bench.Bench/Bidi", sent, headers=[("grpc-encoding", encoding)]).wait()
    assert stream.status == 0 and messages(stream) == [(0, body) for body in bodies]


def test_gzip_of_several_members_is_one_message(connection, pb):
    body = payload(pb, TEXT)
    packed = gzip.compress(body[:100]) + gzip.compress(body[100:])
    stream = connection.request("/bench.Bench/Unary", framed(packed, compressed=1), headers=[("grpc-encoding", "gzip")]).wait()
    assert stream.status == 0 and messages(stream) == [(0, body)]


@pytest.mark.parametrize("encoding", ["identity", None])
def test_the_flag_without_an_encoding_is_an_internal_error(connection, encoding):
    headers = [("grpc-encoding", encoding)] if encoding else []
    stream = connection.request("/bench.Bench/Unary", framed(b"abc", compressed=1), headers=headers).wait()
    assert stream.status == grpc.StatusCode.INTERNAL.value[0] and "grpc-encoding" in stream.value("grpc-message")


def test_an_encoding_that_is_not_known_is_unimplemented_and_those_that_are_are_told(connection):
    stream = connection.request("/bench.Bench/Unary", framed(b"abc", compressed=1), headers=[("grpc-encoding", "snappy")]).wait()
    assert stream.status == grpc.StatusCode.UNIMPLEMENTED.value[0]
    assert "snappy" in stream.value("grpc-message")
    assert set(stream.value("grpc-accept-encoding").split(",")) == {"identity", "gzip", "deflate"}


BROKEN = {
    "no gzip": ("gzip", lambda body: b"not compressed at all"),
    "no deflate": ("deflate", lambda body: b"not compressed at all"),
    "gzip cut off": ("gzip", lambda body: gzip.compress(body)[:-9]),
    "deflate cut off": ("deflate", lambda body: zlib.compress(body)[:-5]),
    "gzip in place of deflate": ("deflate", lambda body: gzip.compress(body)),
    "deflate in place of gzip": ("gzip", lambda body: zlib.compress(body)),
    "bytes after it": ("deflate", lambda body: zlib.compress(body) + b"more"),
    "garbage after it": ("gzip", lambda body: gzip.compress(body) + b"more"),
    "a wrong checksum": ("gzip", lambda body: gzip.compress(body)[:-8] + bytes(8)),
}


@pytest.mark.parametrize("what", BROKEN)
def test_what_is_not_what_it_says_is_an_internal_error_of_that_call_alone(connection, pb, what):
    encoding, pack = BROKEN[what]
    body = payload(pb, TEXT)
    bad = connection.request("/bench.Bench/Unary", framed(pack(body), compressed=1), headers=[("grpc-encoding", encoding)]).wait()
    assert bad.status == grpc.StatusCode.INTERNAL.value[0] and encoding in bad.value("grpc-message"), bad.headers
    good = connection.request("/bench.Bench/Unary", framed(PACK[encoding](body), compressed=1), headers=[("grpc-encoding", encoding)]).wait()
    assert good.status == 0 and messages(good) == [(0, body)]


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_a_bomb_is_stopped_at_the_limit(host, connection, pb, encoding):
    fits = payload(pb, bytes(LIMIT - 5))
    stream = connection.request("/bench.Bench/Unary", framed(PACK[encoding](fits), compressed=1), headers=[("grpc-encoding", encoding)]).wait()
    assert stream.status == 0 and messages(stream) == [(0, fits)]
    # 1 GiB of zeros, in 1 MiB.
    packer = zlib.compressobj(wbits=31 if encoding == "gzip" else 15)
    bomb = b"".join(packer.compress(bytes(16 * MIB)) for _ in range(64)) + packer.flush()
    assert len(bomb) < 2 * MIB
    before = host.memory("VmHWM")
    for _ in range(20):
        stream = connection.request("/bench.Bench/Unary", headers=[("grpc-encoding", encoding)], end=False)
        stream.send(framed(bomb, compressed=1), end=True)
        stream.wait()
        assert stream.status == grpc.StatusCode.RESOURCE_EXHAUSTED.value[0] and str(LIMIT) in stream.value("grpc-message")
    assert host.memory("VmHWM") - before < 64 * MIB


# Answers


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_a_handler_that_asks_for_it_has_its_answers_compressed(connection, pb, encoding):
    body = payload(pb, TEXT)
    stream = connection.request(
        "/bench.Bench/Unary", framed(body), headers=[("grpc-accept-encoding", f"identity, {encoding}"), ("bench-compress", "1")]).wait()
    ((flag, answer),) = messages(stream)
    assert stream.value("grpc-encoding") == encoding and flag == 1 and len(answer) < len(body) / 10
    assert UNPACK[encoding](answer) == body


@pytest.mark.parametrize("accepts", [None, "identity", "snappy, zstd"])
def test_a_client_that_takes_nothing_compressed_gets_nothing_compressed(connection, pb, accepts):
    body = payload(pb, TEXT)
    headers = [("bench-compress", "1")] + ([("grpc-accept-encoding", accepts)] if accepts else [])
    stream = connection.request("/bench.Bench/Unary", framed(body), headers=headers).wait()
    assert stream.status == 0 and stream.value("grpc-encoding") is None and messages(stream) == [(0, body)]


def test_without_a_word_nothing_is_compressed(connection, pb):
    body = payload(pb, TEXT)
    stream = connection.request("/bench.Bench/Unary", framed(body), headers=[("grpc-accept-encoding", "gzip")]).wait()
    assert stream.value("grpc-encoding") is None and messages(stream) == [(0, body)]


# Configuration

RULES = {
    "encoding": "gzip",
    "minBytes": 100,
    "methods": {"bench.Bench/ServerStream": {"encoding": "none"}, "bench.Bench/Bidi": {"encoding": "deflate", "level": 1, "minBytes": 0}},
}


@pytest.mark.parametrize("name", PLUGINS)
def test_configuration_says_what_is_compressed(start_host, pb, name):
    host = start_host([name], config={"compression": RULES})
    takes = [("grpc-accept-encoding", "identity,deflate,gzip")]
    with FrameConnection(host.port) as connection:
        def ask(method, *bodies, headers=()):
            sent = b"".join(framed(body) for body in bodies)
            return connection.request(f"/bench.Bench/{method}", sent, headers=takes + list(headers)).wait()

        body, short = payload(pb, TEXT), payload(pb, b"short")
        unary = ask("Unary", body)
        assert unary.value("grpc-encoding") == "gzip" and gzip.decompress(messages(unary)[0][1]) == body
        assert messages(ask("Unary", short)) == [(0, short)], "below minBytes"
        assert messages(ask("Unary", body, headers=[("bench-compress", "0")])) == [(0, body)], "the handler has the last word"
        stream = ask("ServerStream", pb.bench.StreamReq(count=2, size=1000).SerializeToString())
        assert stream.value("grpc-encoding") is None and [flag for flag, _ in messages(stream)] == [0, 0]
        bidi = ask("Bidi", body, short)
        assert bidi.value("grpc-encoding") == "deflate" and [zlib.decompress(packed) for _, packed in messages(bidi)] == [body, short]
        # What the client doesn't take isn't used.
        other = connection.request("/bench.Bench/Unary", framed(body), headers=[("grpc-accept-encoding", "deflate")]).wait()
        assert messages(other) == [(0, body)]


def test_another_configuration_holds_for_the_next_call(start_host, pb):
    host = start_host(["bench"], config={"compression": {"encoding": "none"}})
    body = payload(pb, TEXT)
    with FrameConnection(host.port) as connection:
        def encoding():
            return connection.request("/bench.Bench/Unary", framed(body), headers=[("grpc-accept-encoding", "gzip")]).wait().value("grpc-encoding")

        assert encoding() is None
        file = host.folder / "hostconfig.json"
        settings = json.loads(file.read_text())
        settings["compression"]["encoding"] = "gzip"
        file.write_text(json.dumps(settings))
        Admin(host, pb).read_again()
        assert encoding() == "gzip"


# A client that isn't ours


@pytest.mark.parametrize("compression", [grpc.Compression.Gzip, grpc.Compression.Deflate])
@pytest.mark.parametrize("name", PLUGINS)
def test_grpcio_compresses_both_ways_in_all_four_kinds(start_host, pb, name, compression):
    host = start_host([name], config={"compression": {"encoding": "gzip", "minBytes": 0}})
    bench = pb.bench.BenchStub(host.channel())
    messages = [pb.bench.Payload(data=TEXT[:size]) for size in (0, 1, 100, len(TEXT))]
    for message in messages:
        assert bench.Unary(message, timeout=20, compression=compression) == message
    assert [m.data for m in bench.ServerStream(pb.bench.StreamReq(count=3, size=5000), timeout=20, compression=compression)] == [b"x" * 5000] * 3
    summary = bench.ClientStream(iter(messages), timeout=20, compression=compression)
    assert (summary.messages, summary.bytes) == (4, sum(len(m.data) for m in messages))
    assert list(bench.Bidi(iter(messages), timeout=20, compression=compression)) == messages


def test_rooms_compress_a_message_once_for_all_who_read_it(start_host, pb):
    host = start_host(["chat"], config={"compression": {"methods": {"chat.ChatService/JoinChat": {"encoding": "gzip"}}}})
    chat = pb.chat.ChatServiceStub(host.channel())
    streams = [chat.JoinChat(pb.chat.JoinRequest(username=f"user{n}", room_id="r"), timeout=30) for n in range(20)]
    for stream in streams:
        next(stream)
    said = "a long story, " * 1000
    assert chat.SendMessage(iter([pb.chat.ChatMessage(username="user0", room_id="r", content=said[:4000])]), timeout=20).messages_sent == 1
    for stream in streams:
        assert next(message.content for message in stream if message.type == pb.chat.MESSAGE) == said[:4000]
        stream.cancel()
