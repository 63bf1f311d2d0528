"""Another client, that must not notice what happens beside it."""

import threading
import time
from types import SimpleNamespace

from .frames import FrameConnection, framed
from .host import Host
from .waiting import PATIENCE


class Bystander:
    """A stream that is open all the while, and new calls."""

    def __init__(self, host: Host, pb: SimpleNamespace):
        self.pb, self.connection = pb, FrameConnection(host.port)
        self.stream = self.connection.request("/bench.Bench/Bidi", end=False)
        self.stub = pb.bench.BenchStub(host.channel())
        self.count = 0
        self.slowest = 0.0
        self.check()

    def check(self) -> None:
        """Its open stream answers, and so does a new call."""
        begun = time.monotonic()
        text = self.pb.bench.Payload(data=b"%d" % self.count).SerializeToString()
        self.count += 1
        self.stream.send(framed(text))
        self.connection.pump(lambda: len(self.stream.messages) == self.count or self.stream.over, "the bystander's answer")
        assert self.stream.messages[-1:] == [text] and not self.stream.over
        assert self.stub.Unary(self.pb.bench.Payload(data=text), timeout=PATIENCE).data == text
        self.slowest = max(self.slowest, time.monotonic() - begun)

    def check_during(self, thread: threading.Thread) -> float:
        """Again and again until the thread, which is started here, ends; answers the longest that one check took."""
        self.slowest = 0
        thread.start()
        self.check()
        while thread.is_alive():
            self.check()
        thread.join()
        self.check()
        return self.slowest
