#!/usr/bin/env python3
"""Writes the corpus: what the fuzz targets begin with. Run it after a change here, and commit what it writes.

Finds are files beside the seeds, named `find-...`; they are left alone.
"""

import gzip
import pathlib
import struct
import zlib

CORPUS = pathlib.Path(__file__).parent / "Corpus"


def seed(target: str, name: str, data: bytes | str) -> None:
    folder = CORPUS / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data.encode() if isinstance(data, str) else data)


# HTTP/2


def frame(kind: int, flags: int, stream: int, payload: bytes = b"") -> bytes:
    return len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload


DATA, HEADERS, PRIORITY, RESET, SETTINGS, PUSH, PING, GOAWAY, WINDOW, CONTINUATION = range(10)
END_STREAM, END_HEADERS, PADDED = 1, 4, 8


def block(fields: list[tuple[str, str]]) -> bytes:
    """HPACK without tables: literal fields, not indexed, short names and values."""
    return b"".join(bytes([0, len(n)]) + n.encode() + bytes([len(v)]) + v.encode() for n, v in fields)


def request(path: str, *more: tuple[str, str]) -> bytes:
    fields = [(":method", "POST"), (":scheme", "http"), (":path", path), (":authority", "t"), ("content-type", "application/grpc"), ("te", "trailers")]
    return block(fields + list(more))


def message(data: bytes, flag: int = 0) -> bytes:
    return struct.pack(">BI", flag, len(data)) + data


def opened(path: str, stream: int = 1, flags: int = END_HEADERS, *more: tuple[str, str]) -> bytes:
    return frame(HEADERS, flags, stream, request(path, *more))


def said(data: bytes, stream: int = 1, flags: int = 0) -> bytes:
    return frame(DATA, flags, stream, data)


def session(name: str, data: bytes, chunk: int = 0, preface: bool = True, pause: int = 0) -> None:
    seed("session", name, bytes([chunk << 1 | preface, pause]) + data)


session("unary", opened("/f.F/U") + said(message(b"hello"), flags=END_STREAM))
session("unary-byte-by-byte", opened("/f.F/U") + said(message(b"hello"), flags=END_STREAM), chunk=1)
session("client-streaming", opened("/f.F/C") + said(message(b"a") + message(b"b")) + said(message(b"c"), flags=END_STREAM))
session("server-streaming", opened("/f.F/S") + said(message(b"x" * 90), flags=END_STREAM))
session("bidirectional", opened("/f.F/B") + said(message(b"a")) + said(message(b"b")) + said(b"", flags=END_STREAM), chunk=7)
session("two-calls", opened("/f.F/B") + opened("/f.F/U", 3) + said(message(b"a"), 1) + said(message(b"b"), 3, END_STREAM) + said(b"", 1, END_STREAM))
session("message-in-parts", opened("/f.F/B") + b"".join(said(bytes([b])) for b in message(b"hello")) + said(b"", flags=END_STREAM))
session("compressed", opened("/f.F/B", 1, END_HEADERS, ("grpc-encoding", "gzip"), ("grpc-accept-encoding", "gzip,deflate")) + said(message(gzip.compress(b"a" * 500, mtime=0), 1), flags=END_STREAM))
session("compressed-bomb", opened("/f.F/U", 1, END_HEADERS, ("grpc-encoding", "deflate")) + said(message(zlib.compress(b"\0" * 200_000), 1), flags=END_STREAM))
session("metadata", opened("/f.F/U", 1, END_HEADERS, ("grpc-timeout", "10S"), ("a", "b"), ("k-bin", "AAEC"), ("a", "c")) + said(message(b""), flags=END_STREAM))
session("bad-metadata", opened("/f.F/U", 1, END_HEADERS | END_STREAM, ("grpc-timeout", "10X"), ("k-bin", "*")))
session("unknown-method", opened("/f.F/None", 1, END_HEADERS | END_STREAM))
session("not-grpc", frame(HEADERS, 5, 1, block([(":method", "GET"), (":scheme", "http"), (":path", "/"), (":authority", "t")])))
session("no-message", opened("/f.F/U", 1, END_HEADERS | END_STREAM))
session("two-messages-of-one", opened("/f.F/U") + said(message(b"a") + message(b"b"), flags=END_STREAM))
session("half-a-message", opened("/f.F/B") + said(message(b"hello")[:-2], flags=END_STREAM))
session("bad-flag", opened("/f.F/B") + said(message(b"a", 7), flags=END_STREAM))
session("too-large", opened("/f.F/B") + said(struct.pack(">BI", 0, 0xFFFF_FFFF) + b"abc"))
session("padded", opened("/f.F/B") + frame(DATA, PADDED | END_STREAM, 1, b"\x04" + message(b"a") + b"\0" * 4))
session("too-much-padding", opened("/f.F/B") + frame(DATA, PADDED, 1, b"\xff" + message(b"a")))
session("trailers-of-the-client", opened("/f.F/B") + said(message(b"a")) + frame(HEADERS, 5, 1, block([("x", "y")])))
session("window-updates", opened("/f.F/B") + frame(WINDOW, 0, 0, struct.pack(">I", 1000)) + frame(WINDOW, 0, 1, struct.pack(">I", 1000)) + said(message(b"a"), flags=END_STREAM))
session("window-overflow", opened("/f.F/B") + frame(WINDOW, 0, 1, struct.pack(">I", 0x7FFF_FFFF)))
session("window-zero", opened("/f.F/B") + frame(WINDOW, 0, 1, struct.pack(">I", 0)))
session("settings-no-window", frame(SETTINGS, 0, 0, struct.pack(">HI", 4, 0)) + opened("/f.F/B") + said(message(b"abc"), flags=END_STREAM) + frame(SETTINGS, 0, 0, struct.pack(">HI", 4, 100)))
session("settings-table", frame(SETTINGS, 0, 0, struct.pack(">HIHI", 1, 0, 5, 16384)) + opened("/f.F/U") + said(message(b"a"), flags=END_STREAM))
session("overruns-window", opened("/f.F/B") + b"".join(said(message(b"y" * 900)) for _ in range(4)))
session("goaway", opened("/f.F/B") + frame(GOAWAY, 0, 0, struct.pack(">II", 0, 0)) + said(message(b"a"), flags=END_STREAM))
# The attacks.
session("rapid-reset", b"".join(opened("/f.F/B", s) + frame(RESET, 0, s, struct.pack(">I", 8)) for s in range(1, 41, 2)))
session("made-you-reset", b"".join(opened("/f.F/B", s) + frame(WINDOW, 0, s, struct.pack(">I", 0)) for s in range(1, 41, 2)))
session("too-many-streams", b"".join(opened("/f.F/B", s) for s in range(1, 21, 2)))
session("continuation-flood", frame(HEADERS, 0, 1, request("/f.F/U")) + frame(CONTINUATION, 0, 1, block([("a", "b")])) * 40)
session("continuation", frame(HEADERS, 0, 1, request("/f.F/U")[:20]) + frame(CONTINUATION, END_HEADERS, 1, request("/f.F/U")[20:]) + said(message(b"a"), flags=END_STREAM))
session("hpack-bomb", frame(HEADERS, END_HEADERS, 1, b"\x40\x01a\x7f\x00" + b"v" * 127 + b"\xbe" * 100))
session("hpack-bad-index", frame(HEADERS, END_HEADERS, 1, b"\xff\xff\xff\xff\x0f"))
session("ping-flood", frame(PING, 0, 0, b"12345678") * 40)
session("settings-flood", frame(SETTINGS, 0, 0) * 40)
session("empty-data-flood", opened("/f.F/B") + said(b"") * 40)
session("priority-flood", frame(PRIORITY, 0, 1, b"\0\0\0\3\x10") * 20)
session("data-before-headers", said(message(b"a"), flags=END_STREAM))
session("even-stream", opened("/f.F/U", 2))
session("push-promise", frame(PUSH, END_HEADERS, 1, b"\0\0\0\2" + request("/f.F/U")))
session("huge-frame", b"\xff\xff\xff\0\0\0\0\0\1" + b"z" * 50)
session("http1", b"GET / HTTP/1.1\r\nHost: t\r\n\r\n", preface=False)
session("data-after-reset", opened("/f.F/B") + said(message(b"a")) + frame(RESET, 0, 1, struct.pack(">I", 8)) + said(message(b"b")))
session("data-after-end", opened("/f.F/U") + said(message(b"a"), flags=END_STREAM) + said(message(b"b")), chunk=60)
session("priority-on-itself", frame(PRIORITY, 0, 3, b"\0\0\0\3\x10"), chunk=5)
session("slow", opened("/f.F/B") + said(message(b"hello")), chunk=16, pause=1)
session("slow-headers", frame(HEADERS, 0, 1, request("/f.F/U")[:60]) + frame(CONTINUATION, END_HEADERS, 1, request("/f.F/U")[60:]), chunk=20, pause=4)
session("slow-preface", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", preface=False, chunk=1, pause=1)
session("idle", opened("/f.F/U") + said(message(b"a"), flags=END_STREAM) + frame(PING, 0, 0, b"12345678"), pause=255)
session("deadline", opened("/f.F/B", 1, END_HEADERS, ("grpc-timeout", "3S")) + said(message(b"a")) + frame(PING, 0, 0, b"12345678"), chunk=100, pause=2)
session("pings-now-and-then", opened("/f.F/B") + frame(PING, 0, 0, b"12345678") * 6, chunk=17, pause=1)
session("preface-alone", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", preface=False, chunk=3)

# gRPC

for name, text in {"empty": "", "whole": "AAEC", "padded": "AA==", "unpadded": "AA", "lone": "A", "inside": "A=AA", "url": "-_-_", "all": "ABCDwxyz0189+/"}.items():
    seed("base64", name, text)
for name, text in {"hour": "1H", "most": "99999999H", "nine": "123456789S", "none": "S", "nano": "0n", "sign": "-1S", "unit": "1s"}.items():
    seed("timeout", name, text)
PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
for name, text in {"whole": PARENT, "later": "cc" + PARENT[2:] + "-what", "ff": "ff" + PARENT[2:], "zero": PARENT.replace("4bf92f3577b34da6a3ce929d0e0e4736", "0" * 32),
                   "upper": PARENT.upper(), "long": PARENT + "-", "short": PARENT[:-1]}.items():
    seed("traceparent", name, text)
for name, data in {"plain": "hello", "percent": "100%", "umlaut": "grün", "emoji": "ab\N{SMILE}c", "lines": "a\r\nb\0"}.items():
    for limit in (5, 255):
        seed("percent", f"{name}-{limit}", bytes([limit]) + data.encode())
seed("percent", "not-utf8", b"\x40\xff\x80\xc3")

for chunk in (1, 4, 255):
    seed("deframer", f"three-{chunk}", bytes([chunk]) + message(b"a") + message(b"") + message(b"c" * 300, 1))
seed("deframer", "too-large", b"\x02" + message(b"ok") + b"\0\xff\xff\xff\xff")
seed("deframer", "limit", b"\x64" + message(b"l" * 1000) + message(b"m" * 1001))
seed("deframer", "bad-flag", b"\x02" + message(b"ok") + message(b"", 2))

seed("inflater", "identity", b"\0hello")
seed("inflater", "gzip", b"\1" + gzip.compress(b"hello" * 100, mtime=0))
seed("inflater", "gzip-two-members", b"\1" + gzip.compress(b"a", mtime=0) + gzip.compress(b"b", mtime=0))
seed("inflater", "gzip-bomb", b"\1" + gzip.compress(b"\0" * 1_000_000, mtime=0))
seed("inflater", "gzip-limit", b"\1" + gzip.compress(b"x" * 65536, mtime=0))
seed("inflater", "gzip-cut", b"\1" + gzip.compress(b"hello", mtime=0)[:-3])
seed("inflater", "deflate", b"\2" + zlib.compress(b"hello" * 100))
seed("inflater", "deflate-tail", b"\2" + zlib.compress(b"hello") + b"tail")
seed("inflater", "deflate-raw", b"\2" + zlib.compress(b"hello")[2:-4])


def fields(*pairs: tuple[str, str]) -> bytes:
    return b"".join(bytes([len(n)]) + n.encode() + bytes([len(v)]) + v.encode() for n, v in pairs)


CALL = [(":method", "POST"), (":path", "/a.B/C"), ("content-type", "application/grpc"), ("te", "trailers")]
for name, more in {
    "call": [],
    "timeout": [("grpc-timeout", "5S")],
    "bad-timeout": [("grpc-timeout", "5")],
    "binary": [("k-bin", "AAEC,AAEC"), ("k-bin", "")],
    "bad-binary": [("k-bin", "AA"), ("j-bin", "A*")],
    "encoding": [("grpc-encoding", "gzip"), ("grpc-accept-encoding", " gzip , deflate,,br")],
    "unknown-encoding": [("grpc-encoding", "snappy")],
    "codec": [("content-type", "application/grpc+json;charset=utf-8")],
    "web": [("content-type", "application/grpc-web")],
    "get": [(":method", "GET")],
    "too-large": [("x", "y" * 250)] * 9,
    "too-many": [("x", "")] * 30,
    "empty-name": [("", "x")],
}.items():
    seed("request-head", name, fields(*CALL, *more))

# The host's configuration

for name, text in {
    "empty": "{}",
    "typical": (pathlib.Path(__file__).parents[2] / "hostconfig.json").read_bytes(),
    "listeners": '{"listeners": ["127.0.0.1:0", {"address": "[::1]:1"}, "unix:/tmp/a"]}',
    "plugins": '{"plugins": [{"path": "/a/libx.so", "config": {"a": [1, -2.5e3, null, true, "\\u00fc\\ud83d\\ude00"]}}]}',
    "misspelled": '{"listener": []}',
    "twice": '{"plugins": [], "plugins": []}',
    "deep": "[" * 70,
    "surrogate": '{"a": "\\ud800"}',
    "numbers": '{"a": [01, 1e999, -0, 99999999999999999999]}',
    "cut": '{"plugins": [{"path": "x',
    "tail": "{} x",
    "mark": b"\xef\xbb\xbf{}",
    "not-utf8": b'{"\xff": 1}',
}.items():
    seed("configuration", name, text)
for name, text in {
    "v4": "127.0.0.1:50051", "v6": "[::1]:0", "all": ":1", "name": "localhost:65535", "unix": "unix:/run/a.sock", "port": "50051",
    "bare-v6": "::1:5", "zone": "[fe80::1%eth0]:1", "scheme": "http://a:1", "large": "a:65536", "sign": "a:+1", "zero": "a\0:1",
    "mapped": "[::ffff:1.2.3.4]:1", "octal": "010.0.0.1:1", "open": "[::1", "unix-long": "unix:" + "p" * 200, "unix-none": "unix:",
}.items():
    seed("listen-address", name, text)
