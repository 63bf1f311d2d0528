"""Clients of the plugin `tally` (see tally.py) in threads of their own, which check every answer that they get."""

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Callable, Iterator

import grpc

from .tally import SERVICE
from .waiting import wait_until


class Answer:
    """One answer: which version gave it, its number over the whole plugin, and what it says."""

    def __init__(self, raw: bytes):
        version, number, self.text = raw.decode().split(" ", 2)
        self.version, self.number = version, int(number)


class Load:
    """`with Load() as load:` begin some clients, do something to the host, then `load.finish()`: the answers of all of them.

    Any call that fails, and any answer that is missing, doubled or out of order, fails `finish` (and `watch`, while they run).
    """

    def __init__(self, threads: int = 64):
        self.stop = threading.Event()
        self.versions: dict[str, str] = {}
        self.switches: dict[str, int] = {}
        self._pool = ThreadPoolExecutor(threads)
        self._running: dict[str, Future[list[Answer]]] = {}

    def __enter__(self) -> "Load":
        return self

    def __exit__(self, *_) -> None:
        self.stop.set()
        self._pool.shutdown()

    def begin(self, name: str, client: Callable[..., list[Answer]], *arguments: object) -> None:
        self._running[name] = self._pool.submit(client, self, name, *arguments)

    def saw(self, name: str, raw: bytes) -> Answer:
        """Every client tells each answer here, so that tests know how far it is."""
        answer = Answer(raw)
        before = self.versions.get(name)
        if before != answer.version:
            self.versions[name] = answer.version
            self.switches[name] = self.switches.get(name, -1) + 1
        return answer

    def check(self) -> None:
        """Fails where a client has."""
        for client in self._running.values():
            if client.done():
                client.result()

    def wait_for_version(self, version: str, seconds: float = 20) -> None:
        """Until every client has had an answer of this version."""

        def all_have_seen() -> bool:
            self.check()
            return all(self.versions.get(name) == version for name in self._running)

        wait_until(all_have_seen, f"all clients to see {version}; they see {self.versions}", seconds)

    def finish(self) -> dict[str, list[Answer]]:
        self.stop.set()
        return {name: client.result(60) for name, client in self._running.items()}


# Clients. Long-lived ones speak on one stream until the load stops; the others call again and again.


def converse(load: Load, name: str, channel: grpc.Channel, method: str = "Count", ahead: int = 16) -> list[Answer]:
    """One bidirectional stream of numbered messages, each answered in its turn."""
    room, sent = threading.Semaphore(ahead), 0

    def requests() -> Iterator[bytes]:
        nonlocal sent
        while not load.stop.is_set():
            assert room.acquire(timeout=30), f"{name}: message {sent - ahead} was never answered"
            sent += 1
            yield str(sent - 1).encode()

    answers = []
    for raw in channel.stream_stream(f"{SERVICE}/{method}")(requests(), timeout=600):
        answer = load.saw(name, raw)
        assert answer.text == str(len(answers)), f"{name}: message {answer.text} came where {len(answers)} was due"
        answers.append(answer)
        room.release()
    assert len(answers) == sent, f"{name}: {sent} messages sent, {len(answers)} answered"
    return answers


def listen(load: Load, name: str, channel: grpc.Channel, milliseconds: int = 2) -> list[Answer]:
    """Server streams of so many ticks, one after the other."""
    answers = []
    while not load.stop.is_set():
        ticks = 0
        for raw in channel.unary_stream(f"{SERVICE}/Ticks")(f"150 {milliseconds}".encode(), timeout=60):
            answers.append(load.saw(name, raw))
            assert answers[-1].text == str(ticks), f"{name}: tick {answers[-1].text} came where {ticks} was due"
            ticks += 1
        assert ticks == 150, f"{name}: {ticks} ticks of 150"
    return answers


def ask(load: Load, name: str, channel: grpc.Channel) -> list[Answer]:
    """Unary calls."""
    answers = []
    answer = channel.unary_unary(f"{SERVICE}/Answer")
    while not load.stop.is_set():
        answers.append(load.saw(name, answer(str(len(answers)).encode(), timeout=60)))
        assert answers[-1].text == str(len(answers) - 1)
    return answers


def upload(load: Load, name: str, channel: grpc.Channel, messages: int = 30) -> list[Answer]:
    """Client streams of so many messages, slow enough to be in flight when something happens."""
    answers = []

    def requests() -> Iterator[bytes]:
        for number in range(messages):
            load.stop.wait(0.0005)
            yield str(number).encode()

    while not load.stop.is_set():
        answers.append(load.saw(name, channel.stream_unary(f"{SERVICE}/Sum")(requests(), timeout=60)))
        assert answers[-1].text == str(messages), f"{name}: {messages} messages sent, {answers[-1].text} counted"
    return answers
