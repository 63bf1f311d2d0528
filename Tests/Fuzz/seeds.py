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


def message(data: bytes, flag: int = 0) -> bytes:
    return struct.pack(">BI", flag, len(data)) + data


for name, text in {"empty": "", "whole": "AAEC", "padded": "AA==", "unpadded": "AA", "lone": "A", "inside": "A=AA", "url": "-_-_", "all": "ABCDwxyz0189+/"}.items():
    seed("base64", name, text)
for name, text in {"hour": "1H", "most": "99999999H", "nine": "123456789S", "none": "S", "nano": "0n", "sign": "-1S", "unit": "1s"}.items():
    seed("timeout", name, text)
for name, data in {"plain": "hello", "percent": "100%", "umlaut": "grün", "emoji": "ab\N{GRINNING FACE}c", "lines": "a\r\nb\0"}.items():
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
