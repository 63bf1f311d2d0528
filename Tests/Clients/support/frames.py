"""A bare HTTP/2 client of frames, for what a proper client would never send or show.

It checks nothing on the way out, so a test can break any rule, and keeps every frame that came in.
"""

import socket
import struct
import time
from typing import Callable, Iterable

import hpack
from hyperframe.frame import (
    ContinuationFrame, DataFrame, Frame, GoAwayFrame, HeadersFrame, PingFrame, RstStreamFrame, SettingsFrame,
    WindowUpdateFrame,
)

from .waiting import PATIENCE

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
NO_ERROR, REFUSED_STREAM, CANCEL = 0, 7, 8
GRPC_HEADERS = (("content-type", "application/grpc"), ("te", "trailers"))

Header = tuple[str | bytes, str | bytes]


def framed(message: bytes, compressed: int = 0) -> bytes:
    """A gRPC message with its five-byte prefix."""
    return struct.pack(">BI", compressed, len(message)) + message


def connect(port: int, seconds: float = PATIENCE) -> socket.socket:
    sock = socket.create_connection(("127.0.0.1", port), timeout=seconds)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock


class FrameStream:
    """What one stream of a `FrameConnection` has received."""

    def __init__(self, connection: "FrameConnection", number: int):
        self.connection, self.number = connection, number
        self.headers: list[tuple[bytes, bytes]] = []
        self.trailers: list[tuple[bytes, bytes]] = []
        self.header_blocks = 0
        self.data = bytearray()
        self.ended = False
        self.reset: int | None = None
        self.window = connection.settings.get(SettingsFrame.INITIAL_WINDOW_SIZE, 65535)

    @property
    def over(self) -> bool:
        return self.ended or self.reset is not None

    def wait(self, seconds: float = PATIENCE) -> "FrameStream":
        """Until the response has ended or the stream was reset."""
        self.connection.pump(lambda: self.over, f"the end of stream {self.number}", seconds)
        return self

    def values(self, name: str) -> list[str]:
        """Every value of a header, initial ones before trailing ones; fails on bytes beyond ASCII."""
        return [v.decode("ascii") for k, v in self.headers + self.trailers if k == name.encode()]

    def value(self, name: str) -> str | None:
        return next(iter(self.values(name)), None)

    @property
    def status(self) -> int | None:
        text = self.value("grpc-status")
        return None if text is None else int(text)

    @property
    def messages(self) -> list[bytes]:
        """The whole messages received so far."""
        found, at = [], 0
        while at + 5 <= len(self.data):
            length = struct.unpack_from(">I", self.data, at + 1)[0]
            if at + 5 + length > len(self.data):
                break
            found.append(bytes(self.data[at + 5 : at + 5 + length]))
            at += 5 + length
        return found

    def send(self, body: bytes, *, end: bool = False, seconds: float = PATIENCE) -> None:
        """DATA in legal pieces, waiting for the server's window like an honest client."""
        connection, at = self.connection, 0
        while at < len(body) or (end and not body):
            piece = min(16384, len(body) - at, self.window, connection.window)
            if piece <= 0 and body:
                connection.pump(lambda: self.over or min(self.window, connection.window) > 0, "a send window", seconds)
                if self.over:
                    return
                continue
            at += piece
            frame = DataFrame(self.number, body[at - piece : at])
            if end and at >= len(body):
                frame.flags.add("END_STREAM")
            connection.send(frame)
            self.window -= piece
            connection.window -= piece
            if not body:
                return


class FrameConnection:
    """`with FrameConnection(host.port) as connection:`; `settings` are the client's; it gives window back while `reading`.

    While `answers_pings` is False, the server doesn't hear that what it sent has been read.
    """

    def __init__(self, port: int | socket.socket, *, settings: dict[int, int] | None = None, reading: bool = True):
        """To a port, or on a connection that is there."""
        self.socket = connect(port) if isinstance(port, int) else port
        self.encoder, self.decoder = hpack.Encoder(), hpack.Decoder()
        self.settings: dict[int, int] = {}
        self.streams: dict[int, FrameStream] = {}
        self.frames: list[Frame] = []
        self.goaways: list[GoAwayFrame] = []
        self.closed = False
        self.reading = reading
        self.answers_pings = True
        self.window = 65535
        self.settings_acknowledged = False
        self._next = 1
        self._inbox = bytearray()
        self._block = bytearray()
        self._block_ends_stream = False
        self.send_bytes(PREFACE + SettingsFrame(0, settings=settings or {}).serialize())
        self.pump(lambda: self.settings_acknowledged and self._greeted, "the server's SETTINGS")

    _greeted = False

    def __enter__(self) -> "FrameConnection":
        return self

    def __exit__(self, *_) -> None:
        self.close()

    def close(self) -> None:
        self.socket.close()

    # Out

    def send_bytes(self, data: bytes) -> None:
        self.socket.sendall(data)

    def send(self, *frames: Frame) -> None:
        self.send_bytes(b"".join(frame.serialize() for frame in frames))

    def expect(self, number: int) -> FrameStream:
        """The stream of this number, whose request the test writes by itself."""
        self._next = max(self._next, number + 2)
        return self.streams.setdefault(number, FrameStream(self, number))

    def send_header_fragments(self, number: int, fragments: list[bytes]) -> None:
        """One header block, cut into HEADERS and CONTINUATION, that ends the stream."""
        first = HeadersFrame(number, fragments[0], flags=["END_STREAM"])
        frames = [first, *(ContinuationFrame(number, fragment) for fragment in fragments[1:])]
        frames[-1].flags.add("END_HEADERS")
        self.send(*frames)

    def grant(self, stream: int, size: int) -> None:
        """Window for the server to send into; stream 0 is the connection."""
        self.send(WindowUpdateFrame(stream, size))

    def request(
        self,
        path: str,
        body: bytes | None = None,
        *,
        headers: Iterable[Header] = (),
        method: str = "POST",
        base: Iterable[Header] = GRPC_HEADERS,
        end: bool = True,
    ) -> FrameStream:
        """Opens a stream: HEADERS, then `body` where there is one, then END_STREAM unless `end` is False."""
        stream = self.expect(self._next)
        fields = [(":method", method), (":scheme", "http"), (":path", path), (":authority", "localhost"), *base, *headers]
        block = self.encoder.encode(fields)
        frame = HeadersFrame(stream.number, block, flags=["END_HEADERS"])
        if end and body is None:
            frame.flags.add("END_STREAM")
        self.send(frame)
        if body is not None:
            stream.send(body, end=end)
        return stream

    # In

    def pump(self, until: Callable[[], bool], what: str, seconds: float = PATIENCE) -> None:
        """Reads frames until the condition holds; fails when time is up or the server closed first."""
        deadline = time.monotonic() + seconds
        while not until():
            left = deadline - time.monotonic()
            assert left > 0, f"waited {seconds:g} s in vain for {what}; frames: {self.frames[-20:]}"
            assert not self.closed, f"the server closed before {what}; frames: {self.frames[-20:]}"
            self.socket.settimeout(left)
            try:
                data = self.socket.recv(1 << 18)
            except TimeoutError:
                continue
            except ConnectionError:
                data = b""
            if not data:
                self.closed = True
            self._inbox += data
            self._parse()

    def pump_for(self, seconds: float) -> None:
        """Reads what comes in this time."""
        end = time.monotonic() + seconds
        try:
            self.pump(lambda: time.monotonic() >= end or self.closed, "nothing", seconds)
        except AssertionError:
            pass

    def ping(self, payload: bytes = b"pingpong", seconds: float = PATIENCE) -> None:
        """A PING and its answer: all that was sent before has been read by the server."""
        self.send(PingFrame(0, payload))
        self.pump(
            lambda: any(isinstance(f, PingFrame) and "ACK" in f.flags and f.opaque_data == payload for f in self.frames),
            "the PING's answer", seconds,
        )

    def _parse(self) -> None:
        while len(self._inbox) >= 9:
            frame, length = Frame.parse_frame_header(memoryview(bytes(self._inbox[:9])))
            if len(self._inbox) < 9 + length:
                return
            frame.parse_body(memoryview(bytes(self._inbox[9 : 9 + length])))
            del self._inbox[: 9 + length]
            self._take(frame)

    def _take(self, frame: Frame) -> None:
        name = type(frame).__name__
        if name != "DataFrame":
            self.frames.append(frame)
        stream = self.streams.get(frame.stream_id)
        if isinstance(frame, SettingsFrame):
            if "ACK" in frame.flags:
                self.settings_acknowledged = True
            else:
                self._greeted = True
                new = frame.settings.get(SettingsFrame.INITIAL_WINDOW_SIZE)
                if new is not None:
                    old = self.settings.get(SettingsFrame.INITIAL_WINDOW_SIZE, 65535)
                    for known in self.streams.values():
                        known.window += new - old
                self.settings |= frame.settings
                self.send(SettingsFrame(0, flags=["ACK"]))
        elif isinstance(frame, PingFrame):
            if "ACK" not in frame.flags and self.answers_pings:
                self.send(PingFrame(0, frame.opaque_data, flags=["ACK"]))
        elif isinstance(frame, GoAwayFrame):
            self.goaways.append(frame)
        elif isinstance(frame, WindowUpdateFrame):
            if frame.stream_id == 0:
                self.window += frame.window_increment
            elif stream is not None:
                stream.window += frame.window_increment
        elif name in ("HeadersFrame", "ContinuationFrame"):
            self._block += frame.data
            if name == "HeadersFrame":
                self._block_ends_stream = "END_STREAM" in frame.flags
            if "END_HEADERS" in frame.flags:
                # Decoded even for a stream nobody waits for: the HPACK table is the connection's.
                fields = [(bytes(k), bytes(v)) for k, v in self.decoder.decode(bytes(self._block), raw=True)]
                self._block.clear()
                if stream is not None:
                    stream.header_blocks += 1
                    if stream.header_blocks == 1:
                        stream.headers = fields
                    else:
                        stream.trailers = fields
                    stream.ended |= self._block_ends_stream
        elif isinstance(frame, DataFrame) and stream is not None:
            stream.data += frame.data
            stream.ended |= "END_STREAM" in frame.flags
            if self.reading and frame.flow_controlled_length:
                updates = [WindowUpdateFrame(0, frame.flow_controlled_length)]
                if not stream.over:
                    updates.append(WindowUpdateFrame(stream.number, frame.flow_controlled_length))
                self.send(*updates)
        elif isinstance(frame, RstStreamFrame) and stream is not None:
            stream.reset = frame.error_code
