"""Bytes without end, and what the server says to them."""

import select
import time
from dataclasses import dataclass, field
from typing import Iterable

from hyperframe.frame import Frame, GoAwayFrame, SettingsFrame

from .frames import PREFACE, connect

HELLO = PREFACE + SettingsFrame(0).serialize()
ENHANCE_YOUR_CALM = 0xB


@dataclass
class Answer:
    """`closed`: by the server. `goaways`: of each the code and the text."""

    sent: int = 0
    closed: bool = False
    goaways: list[tuple[int, str]] = field(default_factory=list)

    @property
    def complaint(self) -> str | None:
        """The text of the GOAWAY that asks to calm down."""
        return next((text for code, text in self.goaways if code == ENHANCE_YOUR_CALM), None)


def flood(port: int, pieces: Iterable[bytes], *, reading: bool = True, most: int = 64 << 20, seconds: float = 20) -> Answer:
    """Sends the preface and the pieces until they end, the server closes, or `most` bytes are sent; then waits for the close."""
    answer, heard = Answer(), bytearray()
    pieces, out = iter(pieces), HELLO
    deadline = time.monotonic() + seconds
    with connect(port) as sock:
        sock.setblocking(False)
        while not answer.closed and time.monotonic() < deadline:
            if not out and answer.sent < most:
                out = next(pieces, b"")
                if not out:
                    answer.sent += most
            readable, writable, _ = select.select([sock] if reading or not out else [], [sock] if out else [], [], 0.2)
            try:
                if readable:
                    data = sock.recv(1 << 18)
                    heard += data
                    answer.closed = not data
                if writable:
                    sent = sock.send(out)
                    answer.sent += sent
                    out = out[sent:]
            except BlockingIOError:
                pass
            except ConnectionError:
                answer.closed = True
    while len(heard) >= 9:
        frame, length = Frame.parse_frame_header(memoryview(bytes(heard[:9])))
        if len(heard) < 9 + length:
            break
        frame.parse_body(memoryview(bytes(heard[9 : 9 + length])))
        del heard[: 9 + length]
        if isinstance(frame, GoAwayFrame):
            answer.goaways.append((frame.error_code, frame.additional_data.decode()))
    return answer
