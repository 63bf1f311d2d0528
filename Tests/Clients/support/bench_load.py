"""Clients of bench.Bench (`bench` in Swift, `echo-c` in C) in threads of their own, which check every answer that they get.

Which generation has given an answer shows by the tag behind it: a `tag` in the configuration of `bench`, a macro in a build of `echo-c`.
"""

import subprocess
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Callable, Iterator

import grpc

from .paths import DIST, REPOSITORY
from .waiting import wait_until

ENDLESS = 2**31 - 1
# What numbered payloads of server streams are filled up to, and with what.
SIZE = 16


def build_echo(folder: Path, tag: str) -> Path:
    """The example plugin in C, as it is in the repository, with this tag."""
    library = folder / f"echo{tag.strip('|')}.so"
    subprocess.run(
        ["cc", "-std=c11", "-O2", "-Wall", "-Werror", "-fPIC", "-shared", f"-I{DIST / 'include'}", f'-DECHO_TAG="{tag}"',
         "-o", str(library), str(REPOSITORY / "Plugins/Examples/echo-c/echo.c")],
        check=True, timeout=60,
    )
    return library


class BenchLoad:
    """`with BenchLoad(pb) as load:` begin clients, reload the plugin, `load.wait_for_tag(...)`; in the end `load.finish()`.

    Any call that fails, and any message that is missing, doubled or out of order, fails both.
    """

    def __init__(self, pb: SimpleNamespace):
        self.pb = pb.bench
        self.stop = threading.Event()
        # Of each client whose answers have tags: the one it saw last, and since when.
        self.tags: dict[str, tuple[str, float]] = {}
        self._pool = ThreadPoolExecutor(64)
        self._running: dict[str, Future[int]] = {}

    def __enter__(self) -> "BenchLoad":
        return self

    def __exit__(self, *_) -> None:
        self.stop.set()
        self._pool.shutdown()

    def begin(self, name: str, client: Callable[..., int], channel: grpc.Channel) -> None:
        if client is not hold_upload and client is not upload:
            self.tags[name] = ("", time.monotonic())
        self._running[name] = self._pool.submit(client, self, name, self.pb.BenchStub(channel))

    def saw(self, name: str, data: bytes) -> str:
        """Notes the tag of an answer; answers what is before it."""
        text, _, tag = data.decode().partition("|")
        if self.tags[name][0] != tag:
            self.tags[name] = (tag, time.monotonic())
        return text

    def check(self) -> None:
        for client in self._running.values():
            if client.done():
                client.result()

    def wait_for_tag(self, tag: str, seconds: float = 20) -> float:
        """Until every client that can see tags has seen this one; answers when the last one did."""

        def all_have_seen() -> bool:
            self.check()
            return all(seen == tag for seen, _ in self.tags.values())

        wait_until(all_have_seen, f"all clients to see tag {tag!r}", seconds)
        return max(since for _, since in self.tags.values())

    def finish(self) -> dict[str, int]:
        """How many messages each client has had answered."""
        self.stop.set()
        return {name: client.result(60) for name, client in self._running.items()}


# Clients. `converse`, `hold` and `hold_upload` are one call for as long as the load; the others call again and again.


def converse(load: BenchLoad, name: str, bench) -> int:
    """One bidirectional stream of numbered messages, each answered in its turn."""
    ahead = 8
    room, sent, answered = threading.Semaphore(ahead), 0, 0

    def requests() -> Iterator:
        nonlocal sent
        while not load.stop.is_set():
            assert room.acquire(timeout=30), f"{name}: message {sent - ahead} was never answered"
            sent += 1
            yield load.pb.Payload(data=str(sent - 1).encode())

    for message in bench.Bidi(requests(), timeout=600):
        text = load.saw(name, message.data)
        assert text == str(answered), f"{name}: message {text} came where {answered} was due"
        answered += 1
        room.release()
        # A rate that many clients can keep on a small machine.
        load.stop.wait(0.001)
    assert answered == sent, f"{name}: {sent} messages sent, {answered} answered"
    return answered


def _numbered(load: BenchLoad, name: str, call) -> Iterator[int]:
    for number in count():
        try:
            text = load.saw(name, next(call).data)
        except StopIteration:
            return
        due = f"{number}:".ljust(SIZE, "x")
        assert text == due, f"{name}: {text} came where {due} was due"
        yield number


def hold(load: BenchLoad, name: str, bench) -> int:
    """One server stream of numbered messages, that ends when this client has enough."""
    request = load.pb.StreamReq(count=ENDLESS, size=SIZE)
    call = bench.ServerStream(request, metadata=[("bench-number", "1"), ("bench-interval-ms", "2")], timeout=600)
    for number in _numbered(load, name, call):
        if load.stop.is_set():
            call.cancel()
            return number + 1
    raise AssertionError(f"{name}: an endless stream ended")


def listen(load: BenchLoad, name: str, bench) -> int:
    """Server streams of a hundred numbered messages, one after the other."""
    heard = 0
    while not load.stop.is_set():
        request = load.pb.StreamReq(count=100, size=SIZE)
        call = bench.ServerStream(request, metadata=[("bench-number", "1"), ("bench-interval-ms", "1")], timeout=60)
        received = sum(1 for _ in _numbered(load, name, call))
        assert received == 100, f"{name}: {received} messages of 100"
        heard += received
    return heard


def ask(load: BenchLoad, name: str, bench) -> int:
    """Unary calls; each of them takes a moment, so that some are in flight when something happens."""
    asked = 0
    while not load.stop.is_set():
        payload = load.pb.Payload(data=str(asked).encode())
        answer = bench.Unary(payload, metadata=[("bench-delay-ms", "2")], timeout=60)
        text = load.saw(name, answer.data)
        assert text == str(asked), f"{name}: {text} answers {asked}"
        asked += 1
    return asked


def _upload(load: BenchLoad, name: str, bench, numbers: Iterator[int], pause: float) -> int:
    sent = size = 0

    def requests() -> Iterator:
        nonlocal sent, size
        for number in numbers:
            load.stop.wait(pause)
            data = b"%d" % number * 3
            sent, size = sent + 1, size + len(data)
            yield load.pb.Payload(data=data)
            if sent > 1 and pause and load.stop.is_set():
                return

    summary = bench.ClientStream(requests(), timeout=600)
    assert (summary.messages, summary.bytes) == (sent, size), f"{name}: sent {sent} messages of {size} bytes, counted {summary}"
    return sent


def hold_upload(load: BenchLoad, name: str, bench) -> int:
    """One client stream, that ends with the load."""
    return _upload(load, name, bench, count(), 0.002)


def upload(load: BenchLoad, name: str, bench) -> int:
    """Client streams of fifty messages, one after the other."""
    sent = 0
    while not load.stop.is_set():
        sent += _upload(load, name, bench, iter(range(50)), 0.0005)
    return sent
