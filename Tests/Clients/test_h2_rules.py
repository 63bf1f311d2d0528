"""The rules of HTTP/2 (RFC 9113) and HPACK (RFC 7541), case by case as h2spec has them, by frames that no client would send.

Where h2spec takes a closed connection for an answer, here the GOAWAY must have come, with its code, and the connection be closed after it.
"""

import struct
import time

import pytest
from hyperframe.frame import PingFrame, RstStreamFrame, SettingsFrame

from support.frames import FrameConnection, connect
from support.host import Host
from support.waiting import PATIENCE
from test_bad_input import frame

DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = range(10)
END_STREAM, ACK, END_HEADERS, PADDED, WITH_PRIORITY = 1, 1, 4, 8, 0x20
PROTOCOL_ERROR, FLOW_CONTROL_ERROR, STREAM_CLOSED, FRAME_SIZE_ERROR, REFUSED_STREAM, CANCEL, COMPRESSION_ERROR = 1, 3, 5, 6, 7, 8, 9
MAX_CONCURRENT_STREAMS, INITIAL_WINDOW_SIZE, MAX_FRAME_SIZE, MAX_HEADER_LIST_SIZE, ENABLE_PUSH = 3, 4, 5, 6, 2
MOST = 2**31 - 1

# HPACK by hand, nothing of it into the table. Indexed: GET, POST, http, /; then the authority.
AUTHORITY = b"\x01\x01a"
GET = b"\x82\x86\x84" + AUTHORITY
POST = b"\x83\x86\x84" + AUTHORITY


def literal(name, value):
    """A field that is new, without indexing and Huffman."""
    def text(string):
        string = string.encode()
        length = bytes([len(string)]) if len(string) < 127 else bytes([127, (len(string) - 127) & 0x7F | 0x80, (len(string) - 127) >> 7])
        return length + string
    return b"\0" + text(name) + text(value)


DUMMY = literal("x-dummy0", "x" * 4000)


def headers(block=GET, flags=END_STREAM | END_HEADERS, number=1):
    return frame(HEADERS, flags, number, block)


def opened(block=POST):
    """A request that goes on."""
    return headers(block, END_HEADERS)


def data(body=b"test", flags=END_STREAM, number=1):
    return frame(DATA, flags, number, body)


def continuation(block=DUMMY, flags=END_HEADERS, number=1):
    return frame(CONTINUATION, flags, number, block)


def priority(number=1, parent=0):
    return frame(PRIORITY, 0, number, struct.pack(">IB", parent, 255))


def reset(number=1):
    return frame(RST_STREAM, 0, number, struct.pack(">I", CANCEL))


def window(increment, number=0):
    return frame(WINDOW_UPDATE, 0, number, struct.pack(">I", increment))


def setting(*pairs, flags=0):
    return frame(SETTINGS, flags, 0, b"".join(struct.pack(">HI", *pair) for pair in pairs))


PING_FRAME = frame(PING, 0, 0, b"h2 rules")
UNKNOWN = frame(0x16, 0, 0, bytes(8))


def answered(connection):
    """Until stream 1 has its whole response."""
    connection.expect(1).wait()


# The code that must be told, then what is sent, in order; what is no bytes is waited for.
CONNECTION_ERRORS = {
    "4.2 HEADERS above SETTINGS_MAX_FRAME_SIZE": (FRAME_SIZE_ERROR, headers(GET + DUMMY * 5)),
    "4.3 a header block that can't be decoded": (COMPRESSION_ERROR, headers(b"\x40")),
    "4.3 PRIORITY inside of a header block": (PROTOCOL_ERROR, headers(flags=0), priority(), continuation()),
    "4.3 HEADERS of another stream inside of a header block": (PROTOCOL_ERROR, headers(flags=0), headers(number=3), continuation()),
    "5.1 idle: DATA": (PROTOCOL_ERROR, data()),
    "5.1 idle: RST_STREAM": (PROTOCOL_ERROR, reset()),
    "5.1 idle: WINDOW_UPDATE": (PROTOCOL_ERROR, window(100, 1)),
    "5.1 idle: CONTINUATION": (PROTOCOL_ERROR, continuation(GET)),
    "5.1 closed: DATA": (STREAM_CLOSED, headers(), answered, data()),
    "5.1 closed: DATA that is empty": (STREAM_CLOSED, headers(), answered, data(b"")),
    "5.1 closed: DATA, other streams since": (
        STREAM_CLOSED, headers(), answered, *(headers(number=n) for n in (3, 5, 7)), data()),
    "5.1 closed: DATA, in the middle of others": (
        STREAM_CLOSED, headers(), answered, headers(POST, END_HEADERS, 3), data(flags=0, number=3), data(), data(flags=0, number=3)),
    "5.1 closed: HEADERS": (STREAM_CLOSED, headers(), answered, headers()),
    "5.1 closed: CONTINUATION": ((STREAM_CLOSED, PROTOCOL_ERROR), headers(), answered, continuation()),
    "5.1.1 an even stream identifier": (PROTOCOL_ERROR, headers(number=2)),
    "5.1.1 a lower stream identifier": (PROTOCOL_ERROR, headers(number=5), headers(number=3)),
    "5.4.1 PING on a stream": (PROTOCOL_ERROR, frame(PING, 0, 3, bytes(8))),
    "5.5 an unknown frame inside of a header block": (PROTOCOL_ERROR, headers(flags=END_STREAM), UNKNOWN),
    "6.1 DATA on stream 0": (PROTOCOL_ERROR, data(number=0)),
    "6.1 DATA with padding longer than itself": (PROTOCOL_ERROR, opened(), data(b"\x06test1", END_STREAM | PADDED)),
    "6.2 DATA inside of a header block": (PROTOCOL_ERROR, headers(POST, 0), data()),
    "6.2 HEADERS of another stream inside of a header block": (PROTOCOL_ERROR, headers(POST, 0), headers(number=3)),
    "6.2 HEADERS on stream 0": (PROTOCOL_ERROR, headers(number=0)),
    "6.2 HEADERS with padding longer than themselves": (PROTOCOL_ERROR, headers(bytes([len(GET) + 1]) + GET, END_STREAM | END_HEADERS | PADDED)),
    "6.3 PRIORITY on stream 0": (PROTOCOL_ERROR, priority(0)),
    "6.4 RST_STREAM on stream 0": (PROTOCOL_ERROR, reset(0)),
    "6.4 RST_STREAM on an idle stream": (PROTOCOL_ERROR, reset(1)),
    "6.4 RST_STREAM of 3 bytes": (FRAME_SIZE_ERROR, opened(), frame(RST_STREAM, 0, 1, bytes(3))),
    "6.5 SETTINGS ACK with a payload": (FRAME_SIZE_ERROR, frame(SETTINGS, ACK, 0, b"\0")),
    "6.5 SETTINGS on a stream": (PROTOCOL_ERROR, frame(SETTINGS, 0, 1, struct.pack(">HI", MAX_CONCURRENT_STREAMS, 10))),
    "6.5 SETTINGS of 3 bytes": (FRAME_SIZE_ERROR, frame(SETTINGS, 0, 0, bytes(3))),
    "6.5.2 ENABLE_PUSH is neither 0 nor 1": (PROTOCOL_ERROR, setting((ENABLE_PUSH, 2))),
    "6.5.2 INITIAL_WINDOW_SIZE above 2^31-1": (FLOW_CONTROL_ERROR, setting((INITIAL_WINDOW_SIZE, MOST + 1))),
    "6.5.2 MAX_FRAME_SIZE below 2^14": (PROTOCOL_ERROR, setting((MAX_FRAME_SIZE, 2**14 - 1))),
    "6.5.2 MAX_FRAME_SIZE above 2^24-1": (PROTOCOL_ERROR, setting((MAX_FRAME_SIZE, 2**24))),
    "6.7 PING on a stream": (PROTOCOL_ERROR, frame(PING, 0, 1, bytes(8))),
    "6.7 PING of 6 bytes": (FRAME_SIZE_ERROR, frame(PING, 0, 0, bytes(6))),
    "6.8 GOAWAY on a stream": (PROTOCOL_ERROR, frame(GOAWAY, 0, 1, bytes(8))),
    "6.9 WINDOW_UPDATE of zero": (PROTOCOL_ERROR, window(0)),
    "6.9 WINDOW_UPDATE of 3 bytes": (FRAME_SIZE_ERROR, frame(WINDOW_UPDATE, 0, 0, bytes(3))),
    "6.9.1 the connection's window above 2^31-1": (FLOW_CONTROL_ERROR, window(MOST), window(MOST)),
    "6.10 CONTINUATION, then another frame": (PROTOCOL_ERROR, headers(POST, 0), continuation(flags=0), data()),
    "6.10 CONTINUATION on stream 0": (PROTOCOL_ERROR, headers(flags=END_STREAM), continuation(number=0)),
    "6.10 CONTINUATION after END_HEADERS": (PROTOCOL_ERROR, opened(), continuation()),
    "6.10 CONTINUATION after CONTINUATION with END_HEADERS": (PROTOCOL_ERROR, headers(POST, 0), continuation(), continuation()),
    "6.10 CONTINUATION after DATA": (PROTOCOL_ERROR, opened(), data(flags=0), continuation(flags=0)),
    "8.2 PUSH_PROMISE": (PROTOCOL_ERROR, frame(PUSH_PROMISE, END_HEADERS, 1, struct.pack(">I", 2) + GET)),
    "HPACK 2.3.3 an index above the table": (COMPRESSION_ERROR, headers(GET + b"\xfe")),
    "HPACK 4.2 a change of the table's size at the block's end": (COMPRESSION_ERROR, headers(GET + b"\x21")),
    "HPACK 5.2 Huffman with a byte of padding": (COMPRESSION_ERROR, headers(GET + bytes.fromhex("0085f2b24a84ff8449509fff"))),
    "HPACK 5.2 Huffman padded by zeros": (COMPRESSION_ERROR, headers(GET + bytes.fromhex("0085f2b24a84ff83495090"))),
    "HPACK 5.2 Huffman with EOS": (COMPRESSION_ERROR, headers(GET + bytes.fromhex("0085f2b24a87fffffffd25427f"))),
    "HPACK 6.1 index 0": (COMPRESSION_ERROR, headers(GET + b"\x80")),
    "HPACK 6.3 a table above SETTINGS_HEADER_TABLE_SIZE": (COMPRESSION_ERROR, headers(b"\x3f\xe2\x1f" + GET)),
}

TRAILER = literal("x-test", "ok")
STREAM_ERRORS = {
    "4.2 DATA above SETTINGS_MAX_FRAME_SIZE": (FRAME_SIZE_ERROR, opened(), data(b"x" * (2**14 + 1))),
    "5.1 half-closed (remote): DATA": (STREAM_CLOSED, headers(), data()),
    "5.1 half-closed (remote): HEADERS": (STREAM_CLOSED, headers(), headers()),
    "5.1 half-closed (remote): CONTINUATION": ((STREAM_CLOSED, PROTOCOL_ERROR), headers(), continuation(GET)),
    "5.1 closed: DATA after RST_STREAM": (STREAM_CLOSED, opened(), reset(), data()),
    "5.1 closed: HEADERS after RST_STREAM": (STREAM_CLOSED, opened(), reset(), headers()),
    "5.1 closed: CONTINUATION after RST_STREAM": ((STREAM_CLOSED, PROTOCOL_ERROR), opened(), reset(), continuation()),
    "5.3.1 HEADERS that depend on themselves": (
        PROTOCOL_ERROR, headers(struct.pack(">IB", 1, 255) + GET, END_STREAM | END_HEADERS | WITH_PRIORITY)),
    "5.3.1 PRIORITY that depends on itself": (PROTOCOL_ERROR, priority(2, 2)),
    "6.3 PRIORITY of 4 bytes": (FRAME_SIZE_ERROR, opened(), frame(PRIORITY, 0, 1, b"\x80\0\0\1")),
    "6.9 WINDOW_UPDATE of zero on a stream": (PROTOCOL_ERROR, opened(), window(0, 1)),
    "6.9.1 a stream's window above 2^31-1": (FLOW_CONTROL_ERROR, opened(), window(MOST, 1), window(MOST, 1)),
    "6.9.2 a stream's window above 2^31-1 by SETTINGS": (
        FLOW_CONTROL_ERROR, opened(), window(MOST - 65535, 1), setting((INITIAL_WINDOW_SIZE, MOST))),
    "8.1 a second HEADERS without END_STREAM": (PROTOCOL_ERROR, opened(), headers(TRAILER, END_HEADERS)),
    "8.1.2 an upper case field": (PROTOCOL_ERROR, headers(GET + literal("X-TEST", "ok"))),
    "8.1.2.1 an unknown pseudo-header": (PROTOCOL_ERROR, headers(GET + literal(":test", "ok"))),
    "8.1.2.1 a response's pseudo-header": (PROTOCOL_ERROR, headers(GET + literal(":status", "200"))),
    "8.1.2.1 a pseudo-header in trailers": (PROTOCOL_ERROR, opened(), headers(literal(":method", "POST"))),
    "8.1.2.1 a pseudo-header after a field": (PROTOCOL_ERROR, headers(TRAILER + GET)),
    "8.1.2.2 connection": (PROTOCOL_ERROR, headers(GET + literal("connection", "keep-alive"))),
    "8.1.2.2 te other than trailers": (PROTOCOL_ERROR, headers(GET + literal("te", "trailers, deflate"))),
    "8.1.2.3 an empty :path": (PROTOCOL_ERROR, headers(b"\x82\x86" + literal(":path", "") + AUTHORITY)),
    "8.1.2.3 no :method": (PROTOCOL_ERROR, headers(b"\x86\x84" + AUTHORITY)),
    "8.1.2.3 no :scheme": (PROTOCOL_ERROR, headers(b"\x82\x84" + AUTHORITY)),
    "8.1.2.3 no :path": (PROTOCOL_ERROR, headers(b"\x82\x86" + AUTHORITY)),
    "8.1.2.3 :method twice": (PROTOCOL_ERROR, headers(b"\x82" + GET)),
    "8.1.2.3 :scheme twice": (PROTOCOL_ERROR, headers(b"\x86" + GET)),
    "8.1.2.3 :path twice": (PROTOCOL_ERROR, headers(b"\x84" + GET)),
    "8.1.2.6 content-length that DATA doesn't have": (PROTOCOL_ERROR, opened(POST + literal("content-length", "1")), data()),
    "8.1.2.6 content-length that many DATA don't have": (
        PROTOCOL_ERROR, opened(POST + literal("content-length", "1")), data(flags=0), data()),
}


def frames_of(connection, kind, number=None):
    return [f for f in connection.frames if isinstance(f, kind) and (number is None or f.stream_id == number)]


def headers_came(connection):
    return connection.expect(1).header_blocks > 0


def first_data_is_one_byte(connection):
    return len(connection.expect(1).data) == 1


def pong(connection):
    return any("ACK" in f.flags for f in frames_of(connection, PingFrame))


def pong_or_end(connection):
    # A client that goes and has no streams has nothing to wait for.
    return pong(connection) or connection.closed


def stream_had_data(connection):
    return len(connection.expect(1).data) > 0


def settings_acknowledged_again(connection):
    return sum("ACK" in f.flags for f in frames_of(connection, SettingsFrame)) == 2


NAMES = {
    "a new name": bytes.fromhex("06782d7465737406683273706563"),
    "a new name (Huffman)": bytes.fromhex("85f2b24a84ff84" + "9c48aca4"),
    "a known name": bytes.fromhex("0a757365722d6167656e7406683273706563"),
    "a known name (Huffman)": bytes.fromhex("87b505b161cc5a9384" + "9c48aca4"),
}
REPRESENTATIONS = {"with indexing": b"\x40", "without indexing": b"\0", "never indexed": b"\x10"}

# What must be taken: what is sent, and what must have come.
TAKEN = {
    "1 the client's preface is answered": (lambda c: len(frames_of(c, SettingsFrame)) >= 1,),
    "2 PRIORITY on an idle stream": (pong, priority(), PING_FRAME),
    "2 WINDOW_UPDATE on a half-closed stream": (stream_had_data, setting((INITIAL_WINDOW_SIZE, 0)), headers(), window(1, 1)),
    "2 PRIORITY on a half-closed stream": (stream_had_data, setting((INITIAL_WINDOW_SIZE, 0)), headers(), priority(), window(1, 1)),
    "2 RST_STREAM on a half-closed stream": (pong, headers(), reset(), PING_FRAME),
    "2 PRIORITY on a closed stream": (pong, headers(), answered, priority(), PING_FRAME),
    "3.1 DATA": (headers_came, opened(), data()),
    "3.1 several DATA": (headers_came, opened(), data(flags=0), data()),
    "3.1 DATA with padding": (headers_came, opened(), data(b"\x05test" + bytes(5), END_STREAM | PADDED)),
    "3.2 HEADERS": (headers_came, headers()),
    "3.2 HEADERS with padding": (headers_came, headers(b"\x05" + GET + bytes(5), END_STREAM | END_HEADERS | PADDED)),
    "3.2 HEADERS with a priority": (headers_came, headers(struct.pack(">IB", 0, 255) + GET, END_STREAM | END_HEADERS | WITH_PRIORITY)),
    "3.3 PRIORITY 1": (headers_came, priority(), headers()),
    "3.3 PRIORITY exclusive": (headers_came, frame(PRIORITY, 0, 1, struct.pack(">IB", 1 << 31, 15)), headers()),
    "3.3 PRIORITY on an unknown stream": (headers_came, priority(7), headers()),
    "3.4 RST_STREAM": (pong, opened(), reset(), PING_FRAME),
    "3.5 SETTINGS": (
        settings_acknowledged_again,
        setting((1, 4096), (ENABLE_PUSH, 1), (MAX_CONCURRENT_STREAMS, 100), (INITIAL_WINDOW_SIZE, 65535), (MAX_FRAME_SIZE, 16384),
                (MAX_HEADER_LIST_SIZE, 100))),
    "3.7 PING": (pong, PING_FRAME),
    "3.8 GOAWAY": (pong_or_end, frame(GOAWAY, 0, 0, bytes(8)), PING_FRAME),
    "3.9 WINDOW_UPDATE": (pong, window(1), PING_FRAME),
    "3.9 WINDOW_UPDATE on a stream": (headers_came, opened(), window(1, 1), data()),
    "3.10 CONTINUATION": (headers_came, headers(flags=END_STREAM), continuation()),
    "3.10 several CONTINUATION": (headers_came, headers(flags=END_STREAM), continuation(flags=0), continuation()),
    "4 GET": (headers_came, headers()),
    "4 HEAD": (headers_came, headers(literal(":method", "HEAD") + b"\x86\x84" + AUTHORITY)),
    "4 POST": (headers_came, opened(), data()),
    "4 POST with trailers": (headers_came, opened(POST + literal("trailer", "x-test")), data(flags=0), headers(TRAILER)),
    "4.1 an unknown frame": (pong, UNKNOWN, PING_FRAME),
    "4.1 a flag without a meaning": (pong, frame(PING, 0x16, 0, bytes(8))),
    "4.1 the reserved bit": (pong, frame(PING, 0, 1 << 31, bytes(8))),
    "4.2 DATA of 2^14 bytes": (headers_came, opened(), data(b"x" * 2**14)),
    "5 HPACK an indexed field": (headers_came, headers(GET + b"\xba")),
    **{f"5 HPACK a literal {way}, {kind}": (headers_came, headers(GET + first + name))
       for way, first in REPRESENTATIONS.items() for kind, name in NAMES.items()},
    "5 HPACK a change of the table's size": (headers_came, headers(b"\x20" + GET)),
    "5 HPACK changes of the table's size": (headers_came, headers(b"\x20\x3f\xe1\x1f" + GET)),
    "6.5.3 SETTINGS in their order": (
        first_data_is_one_byte, setting((INITIAL_WINDOW_SIZE, 100), (INITIAL_WINDOW_SIZE, 1)), headers()),
    "6.5.3 SETTINGS are acknowledged": (settings_acknowledged_again, setting((ENABLE_PUSH, 0))),
    "6.5.2 an unknown setting": (settings_acknowledged_again, setting((0xFF, 1))),
    "6.7 PING with ACK is not answered": (
        lambda c: pong(c) and {f.opaque_data for f in frames_of(c, PingFrame)} == {b"h2 rules"}, frame(PING, ACK, 0, b"unwanted"), PING_FRAME),
    "6.9.1 a window of 1": (first_data_is_one_byte, setting((INITIAL_WINDOW_SIZE, 1)), headers()),
    "6.9.2 a window that opens": (first_data_is_one_byte, setting((INITIAL_WINDOW_SIZE, 0)), headers(), setting((INITIAL_WINDOW_SIZE, 1))),
    "6.9.2 a window below zero": (
        lambda c: len(c.expect(1).data) == 4,
        setting((INITIAL_WINDOW_SIZE, 3)), headers(), lambda c: c.pump(lambda: len(c.expect(1).data) == 3, "three bytes"),
        setting((INITIAL_WINDOW_SIZE, 2)), window(2, 1)),
    "7 GOAWAY with an unknown code": (pong_or_end, frame(GOAWAY, 0, 0, struct.pack(">II", 0, 0xFF)), PING_FRAME),
    "7 RST_STREAM with an unknown code": (pong, opened(), frame(RST_STREAM, 0, 1, struct.pack(">I", 0xFF)), PING_FRAME),
    # What the client sent before it heard that the host has reset its stream (RFC 9113 5.1).
    "5.1 closed by the host: DATA": (
        pong, opened(), window(MOST, 1), window(MOST, 1), lambda c: c.pump(lambda: c.expect(1).over, "RST_STREAM"), data(flags=0), data(), PING_FRAME),
}


@pytest.fixture(scope="module")
def host(tmp_path_factory):
    with Host(tmp_path_factory.mktemp("rules"), ["bench"], drain_seconds=0.5) as host:
        yield host


@pytest.fixture
def connection(host):
    # Window is only given by what the cases send.
    with FrameConnection(host.port, reading=False) as connection:
        connection.expect(1)
        yield connection


@pytest.fixture(params=["together", "apart"])
def play(request, connection):
    """Sends a case's frames, in as few writes as can be, or each by itself and after the server had time for the one before."""

    def play(steps):
        waiting = b""
        for step in steps:
            if isinstance(step, bytes) and request.param == "together":
                waiting += step
                continue
            send(waiting)
            waiting = b""
            if isinstance(step, bytes):
                send(step)
                time.sleep(0.01)
            else:
                step(connection)
        send(waiting)

    def send(bytes):
        try:
            if bytes:
                connection.send_bytes(bytes)
        except ConnectionError:
            # It was ended for what came before: what is to be seen has been sent.
            pass

    return play


def codes(wanted):
    return wanted if isinstance(wanted, tuple) else (wanted,)


@pytest.mark.parametrize("case", CONNECTION_ERRORS)
def test_a_connection_error_is_told_and_ends_the_connection(connection, play, case):
    wanted, *steps = CONNECTION_ERRORS[case]
    play(steps)
    connection.pump(lambda: connection.closed, "the connection's end")
    assert connection.goaways, "no GOAWAY"
    assert connection.goaways[-1].error_code in codes(wanted)


@pytest.mark.parametrize("case", STREAM_ERRORS)
def test_a_stream_error_is_told(connection, play, case):
    wanted, *steps = STREAM_ERRORS[case]
    play(steps)

    def told():
        resets = [f.error_code for f in frames_of(connection, RstStreamFrame, 1)]
        return any(code in codes(wanted) for code in resets + [f.error_code for f in connection.goaways])

    connection.pump(told, f"RST_STREAM or GOAWAY with {wanted}")


def test_a_streams_window_that_overflows_costs_the_stream_alone(connection, play):
    play([opened(), window(MOST, 1), window(MOST, 1)])
    assert connection.expect(1).wait().reset == FLOW_CONTROL_ERROR
    connection.ping()
    assert not connection.goaways


@pytest.mark.parametrize("case", TAKEN)
def test_what_is_right_is_taken(connection, play, case):
    came, *steps = TAKEN[case]
    play(steps)
    connection.pump(lambda: came(connection), "the answer")
    assert not connection.goaways


def test_a_stream_above_the_number_of_streams_is_refused(connection):
    most = connection.settings[MAX_CONCURRENT_STREAMS]
    # No window: none of them ends.
    connection.send_bytes(setting((INITIAL_WINDOW_SIZE, 0)) + b"".join(headers(number=2 * n + 1) for n in range(most + 1)))
    over = connection.expect(2 * most + 1)
    connection.pump(lambda: over.over or connection.goaways, "RST_STREAM or GOAWAY")
    assert (over.reset or connection.goaways[-1].error_code) in (PROTOCOL_ERROR, REFUSED_STREAM)


def test_what_is_not_a_preface_ends_the_connection(host):
    with connect(host.port, PATIENCE) as socket:
        socket.sendall(b"INVALID CONNECTION PREFACE\r\n\r\n")
        while socket.recv(65536):
            pass
