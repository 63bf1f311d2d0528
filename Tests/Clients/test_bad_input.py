"""Whatever bytes come: an error on that connection alone. Another client is served before, during and after."""

import random
import socket
import struct

import pytest
from hyperframe.frame import (
    ContinuationFrame, DataFrame, HeadersFrame, PingFrame, PriorityFrame, PushPromiseFrame, RstStreamFrame,
    SettingsFrame, WindowUpdateFrame,
)

from support.bystander import Bystander
from support.frames import PREFACE, FrameConnection, connect, framed
from support.host import Host

HELLO = PREFACE + SettingsFrame(0).serialize()
TLS_HELLO = bytes.fromhex("16030100c8010000c40303") + bytes(range(190))
# HPACK by hand: POST, http, :path, :authority, content-type.
REQUEST = bytes.fromhex("838644") + b"\x12/bench.Bench/Unary" + b"\x41\x01a" + b"\x0f\x10\x10application/grpc"


def headers(number=1, block=REQUEST, *flags):
    return HeadersFrame(number, block, flags=["END_HEADERS", *flags]).serialize()


def frame(kind, flags, number, body, length=None):
    """Any frame, also one whose header lies about its length."""
    size = len(body) if length is None else length
    return struct.pack(">I", size)[1:] + bytes([kind, flags]) + struct.pack(">I", number) + body


# What ends the connection: (RFC 9113) an error of the connection, or no HTTP/2 at all.
FATAL = {
    "garbage": random.Random(1).randbytes(4096),
    "text": b"hello there\r\n\r\n" * 20,
    "nearly the preface": b"PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n" + bytes(64),
    "tls client hello": TLS_HELLO,
    "preface, then garbage": PREFACE + random.Random(2).randbytes(4096),
    "preface without settings": PREFACE + PingFrame(0, b"12345678").serialize() * 3,
    "frame over the size limit": HELLO + frame(0x0, 0, 1, b"", length=0xFFFFFF),
    "headers on stream 0": HELLO + frame(0x1, 0x4, 0, REQUEST),
    "headers on an even stream": HELLO + headers(2),
    "data on stream 0": HELLO + frame(0x0, 0, 0, b"abc"),
    "data on an idle stream": HELLO + DataFrame(5, b"abc").serialize(),
    "reset of an idle stream": HELLO + RstStreamFrame(7).serialize(),
    "reset on stream 0": HELLO + frame(0x3, 0, 0, bytes(4)),
    "continuation without headers": HELLO + ContinuationFrame(1, REQUEST).serialize(),
    "headers interrupted": HELLO + HeadersFrame(1, REQUEST[:5]).serialize() + PingFrame(0, b"12345678").serialize(),
    "broken hpack": HELLO + headers(1, b"\xff\xff\xff\xff\xff\xff\xff"),
    "hpack index past the table": HELLO + headers(1, b"\xfe"),
    "settings of odd length": HELLO + frame(0x4, 0, 0, b"12345"),
    "settings on a stream": HELLO + frame(0x4, 0, 1, b""),
    "settings ack with a body": HELLO + frame(0x4, 1, 0, bytes(6)),
    "window size over 2^31-1": HELLO + frame(0x4, 0, 0, struct.pack(">HI", 4, 0x80000000)),
    "frame size below 16384": HELLO + frame(0x4, 0, 0, struct.pack(">HI", 5, 1)),
    "ping of 7 bytes": HELLO + frame(0x6, 0, 0, b"1234567"),
    "ping on a stream": HELLO + frame(0x6, 0, 1, b"12345678"),
    "window update of zero": HELLO + frame(0x8, 0, 0, bytes(4)),
    "window update of 3 bytes": HELLO + frame(0x8, 0, 0, b"abc"),
    "window overflow": HELLO + WindowUpdateFrame(0, 2**31 - 1).serialize() * 2,
    "push promise from a client": HELLO + PushPromiseFrame(1, 2, REQUEST, flags=["END_HEADERS"]).serialize(),
    "goaway of 3 bytes": HELLO + frame(0x7, 0, 0, b"abc"),
    "priority on itself": HELLO + frame(0x2, 0, 1, struct.pack(">IB", 1, 1)),
    "padding longer than the frame": HELLO + headers() + frame(0x0, 0x8, 1, b"\xffabc"),
}

# What is wrong with one stream, or with nothing yet: the connection may go on.
HARMLESS = {
    "nothing": b"",
    "half the preface": PREFACE[:10],
    "preface alone": PREFACE,
    "half a frame header": HELLO + b"\0\0\x04\x03",
    "half a frame": HELLO + headers()[:-5],
    "half a message": HELLO + headers() + DataFrame(1, b"\0\0\0\0\x64abc").serialize(),
    "headers without end": HELLO + HeadersFrame(1, REQUEST[:5]).serialize(),
    "stream numbers going back": HELLO + headers(5) + headers(3),
    "unknown frame type": HELLO + frame(0xEE, 0xFF, 0, bytes(100)),
    "unknown setting": HELLO + frame(0x4, 0, 0, struct.pack(">HI", 0xFFFF, 1)),
    "priority of an idle stream": HELLO + PriorityFrame(9, depends_on=0, stream_weight=1).serialize(),
    "stream window of zero": HELLO + headers() + frame(0x8, 0, 1, bytes(4)),
    "stream window overflow": HELLO + headers() + WindowUpdateFrame(1, 2**31 - 1).serialize() * 2,
    "data after the end": HELLO + headers(1, REQUEST, "END_STREAM") + DataFrame(1, framed(b"x")).serialize(),
    "no path": HELLO + headers(1, bytes.fromhex("8386"), "END_STREAM"),
    "two paths": HELLO + headers(1, REQUEST + b"\x44\x01/", "END_STREAM"),
    "upper-case header name": HELLO + headers(1, REQUEST + b"\x00\x01X\x01y", "END_STREAM"),
    "connection header": HELLO + headers(1, REQUEST + b"\x00\x0aconnection\x05close", "END_STREAM"),
    "header with a line break": HELLO + headers(1, REQUEST + b"\x00\x01x\x03a\nb", "END_STREAM"),
    "content-length that lies": HELLO + headers(1, REQUEST + b"\x0f\x0d\x01" + b"9") + DataFrame(1, framed(b""), flags=["END_STREAM"]).serialize(),
}


@pytest.fixture(scope="module")
def host(tmp_path_factory):
    with Host(tmp_path_factory.mktemp("bad"), ["bench", "chat"], drain_seconds=1) as host:
        yield host


@pytest.fixture(scope="module")
def bystander(host, pb):
    bystander = Bystander(host, pb)
    yield bystander
    bystander.connection.close()


def send_quietly(sock, data):
    try:
        sock.sendall(data)
    except ConnectionError:
        pass  # the server has closed already, which is its right


def read_to_end(sock):
    """What the server still said before it closed; fails when it doesn't close."""
    sock.settimeout(10)
    said = b""
    try:
        while data := sock.recv(65536):
            said += data
    except ConnectionError:
        pass
    except TimeoutError:
        raise AssertionError(f"the server left the connection open after: {said[:200]!r}") from None
    return said


@pytest.mark.parametrize("data", FATAL.values(), ids=FATAL.keys())
def test_a_broken_connection_is_closed_and_others_are_served(host, bystander, data):
    with connect(host.port) as sock:
        send_quietly(sock, data)
        bystander.check()
        read_to_end(sock)
    bystander.check()


@pytest.mark.parametrize("data", HARMLESS.values(), ids=HARMLESS.keys())
@pytest.mark.parametrize("end", ["close", "half close", "reset"])
def test_a_connection_that_stops_short_disturbs_nobody(host, bystander, data, end):
    with connect(host.port) as sock:
        send_quietly(sock, data)
        bystander.check()
        if end == "half close":
            sock.shutdown(socket.SHUT_WR)
            bystander.check()
        elif end == "reset":
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    bystander.check()


def test_http_1_is_answered_or_closed(host, bystander):
    with connect(host.port) as sock:
        send_quietly(sock, b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        read_to_end(sock)
    bystander.check()


def test_a_client_that_goes_away_in_the_midst_of_an_answer_disturbs_nobody(host, bystander, pb):
    request = framed(pb.bench.StreamReq(count=2**31 - 1, size=1000).SerializeToString())
    for _ in range(20):
        with FrameConnection(host.port) as connection:
            stream = connection.request("/bench.Bench/ServerStream", request)
            connection.pump(lambda: len(stream.data) > 100_000, "the answer to be under way")
            connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    bystander.check()


def test_idle_connections_by_the_hundred_disturb_nobody(host, bystander):
    idle = [connect(host.port) for _ in range(300)]
    for sock in idle[::2]:
        sock.sendall(HELLO)
    bystander.check()
    for sock in idle:
        sock.close()
    bystander.check()


def test_headers_that_trickle_in_delay_nobody(host, bystander):
    data = HELLO + headers()
    with connect(host.port) as sock:
        for at in range(len(data)):
            sock.sendall(data[at : at + 1])
            if at % 10 == 0:
                bystander.check()


def test_streams_that_are_reset_at_once_disturb_nobody(host, bystander):
    with connect(host.port) as sock:
        for number in range(1, 4001, 2):
            send_quietly(sock, (HELLO if number == 1 else b"") + headers(number) + RstStreamFrame(number, error_code=8).serialize())
        bystander.check()
    bystander.check()


def test_valid_traffic_with_bytes_flipped_disturbs_nobody(host, bystander):
    dice = random.Random(20260729)
    good = HELLO + b"".join(
        headers(number) + DataFrame(number, framed(b"\x0a\x03abc"), flags=["END_STREAM"]).serialize() for number in range(1, 20, 2))
    for attempt in range(300):
        bad = bytearray(good)
        for _ in range(dice.randint(1, 8)):
            bad[dice.randrange(len(PREFACE), len(bad))] = dice.randrange(256)
        if attempt % 3 == 0:
            del bad[dice.randrange(len(PREFACE), len(bad)) :]
        with connect(host.port) as sock:
            send_quietly(sock, bytes(bad))
            sock.shutdown(socket.SHUT_WR) if attempt % 2 else None
        if attempt % 25 == 0:
            bystander.check()
    bystander.check()
