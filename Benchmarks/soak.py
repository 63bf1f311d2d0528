#!/usr/bin/env python3
"""A mixed load on one host for a long time: does anything fail, grow or stay behind?

    make soak                      # five minutes
    make soak SOAK_SECONDS=3600    # an hour

Clients are grpcio's, and bare frames for those that misbehave. All services, all kinds of calls; connections that come and go; calls that are
cancelled, pass their deadlines or are not read; garbage; a plugin in C that is reloaded every five seconds, and one in Swift every minute, in long
runs ten times.
At the end: no call has failed that should not, nothing is open, and memory is flat (see `verdict`). Exit code 1 where that isn't so.
"""

import argparse
import hashlib
import itertools
import os
import random
import socket
import statistics
import sys
import tempfile
import threading
import time
import traceback
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "Tests" / "Clients"))

import grpc  # noqa: E402
from grpc_health.v1 import health_pb2, health_pb2_grpc  # noqa: E402
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc  # noqa: E402
from hyperframe.frame import SettingsFrame  # noqa: E402
from support.admin import Admin  # noqa: E402
from support.frames import FrameConnection, framed  # noqa: E402
from support.host import Host  # noqa: E402
from support.protos import generate  # noqa: E402
from support.tally import build, install  # noqa: E402
from support.waiting import wait_until  # noqa: E402

Code = grpc.StatusCode
MIB = 1 << 20
# What each generation of a Swift plugin leaves in memory (docs/benchmarks.md).
SWIFT_GENERATION = 1.9 * MIB
PLUGINS = {"stock": {"minIntervalMs": 5}, "file": {}, "chat": {"historyMessages": 50}, "bench": {}}


class Soak:
    def __init__(self, host: Host, pb, seconds: float, tally: list[Path], library: Path):
        self.host, self.pb, self.seconds = host, pb, seconds
        self.builds, self.library = tally, library
        self.end = time.monotonic() + seconds
        self.done, self.failures = Counter(), []
        self.swift_reloads: list[float] = []
        self.swift_interval = max(60.0, seconds / 10)
        self.files: list[tuple[str, str]] = []

    @property
    def over(self) -> bool:
        return time.monotonic() >= self.end

    # Load

    def worker(self, job, pause: float) -> None:
        """A client: the job again and again, on a connection that is another one each time in ten."""
        channel = None
        while not self.over:
            if channel is None or random.random() < 0.1:
                if channel:
                    channel.close()
                channel = self.channel()
            try:
                job(channel)
                self.done[job.__name__] += 1
            except Exception as error:  # noqa: BLE001: whatever it is, it is told at the end
                self.failures.append(f"{job.__name__}: {error!r}\n{traceback.format_exc(limit=3)}")
                if len(self.failures) > 100:
                    self.end = 0
            time.sleep(pause)
        channel.close()

    def channel(self) -> grpc.Channel:
        return grpc.insecure_channel(self.host.address, options=[("grpc.use_local_subchannel_pool", 1), ("grpc.enable_retries", 0)])

    def unary(self, channel):
        stub, data = self.pb.bench.BenchStub(channel), random.randbytes(random.randrange(2000))
        for _ in range(20):
            assert stub.Unary(self.pb.bench.Payload(data=data), timeout=60).data == data

    def streams(self, channel):
        stub, p = self.pb.bench.BenchStub(channel), self.pb.bench
        assert sum(1 for _ in stub.ServerStream(p.StreamReq(count=200, size=100), timeout=60)) == 200
        assert stub.ClientStream((p.Payload(data=b"x" * 100) for _ in range(200)), timeout=60).messages == 200
        sent = [p.Payload(data=b"%d" % number) for number in range(50)]
        assert list(stub.Bidi(iter(sent), timeout=60)) == sent

    def cancels(self, channel):
        call = self.pb.bench.BenchStub(channel).ServerStream(
            self.pb.bench.StreamReq(count=10**6, size=100), metadata=[("bench-interval-ms", "5")], timeout=60)
        next(call)
        call.cancel()

    def deadlines(self, channel):
        try:
            self.pb.bench.BenchStub(channel).Unary(self.pb.bench.Payload(), timeout=0.05, metadata=[("bench-delay-ms", "1000")])
            raise AssertionError("it came in time")
        except grpc.RpcError as error:
            assert error.code() == Code.DEADLINE_EXCEEDED, error

    def chat(self, channel):
        p, name, room = self.pb.chat, f"user{random.randrange(10**9)}", f"room{random.randrange(20)}"
        stub = p.ChatServiceStub(channel)
        joined = stub.JoinChat(p.JoinRequest(username=name, room_id=room), timeout=60)
        next(joined)
        said = [p.ChatMessage(username=name, room_id=room, content=f"{number}") for number in range(5)]
        assert stub.SendMessage(iter(said), timeout=60).messages_sent == 5
        heard = (message.content for message in joined if message.username == name and message.type == p.MESSAGE)
        assert list(itertools.islice(heard, 5)) == [message.content for message in said]
        list(stub.GetChatHistory(p.HistoryRequest(room_id=room, limit=20), timeout=60))
        joined.cancel()

    def stock(self, channel):
        p = self.pb.stock
        prices = p.StockServiceStub(channel).GetStockPrices(p.StockRequest(symbols=["AAPL", "TSLA"], update_interval_ms=10), timeout=60)
        assert len(list(itertools.islice(prices, 40))) == 40
        prices.cancel()

    def file(self, channel):
        """So many files and no more: those that are kept cost memory, as they should."""
        p = self.pb.file
        stub = p.FileServiceStub(channel)
        if len(self.files) < 30:
            data = random.randbytes(300_000)
            parts = (p.FileChunk(filename="soak.bin", data=data[at : at + 64_000], offset=at) for at in range(0, len(data), 64_000))
            self.files.append((stub.UploadFile(parts, timeout=60).file_id, hashlib.sha256(data).hexdigest()))
        name, digest = random.choice(self.files)
        got = b"".join(part.data for part in stub.DownloadFile(p.DownloadRequest(file_id=name), timeout=60))
        assert hashlib.sha256(got).hexdigest() == digest
        # One that is given up.
        half = threading.Event()

        def parts():
            yield p.FileChunk(filename="half.bin", data=bytes(64_000))
            half.wait(30)

        call = stub.UploadFile.future(parts(), timeout=60)
        time.sleep(0.05)
        call.cancel()
        half.set()

    def asks(self, channel):
        health = health_pb2_grpc.HealthStub(channel)
        assert health.Check(health_pb2.HealthCheckRequest(service="chat.ChatService"), timeout=60).status == 1
        watch = health.Watch(health_pb2.HealthCheckRequest(), timeout=60)
        assert next(watch).status == 1
        watch.cancel()
        question = reflection_pb2.ServerReflectionRequest(list_services="")
        reflection = reflection_pb2_grpc.ServerReflectionStub(channel)
        (answer,) = reflection.ServerReflectionInfo(iter([question]), timeout=60)
        assert len(answer.list_services_response.service) >= 5

    def tally(self, channel):
        """A stream of the plugin in C that is reloaded under it: nothing lost, doubled or out of order."""
        ticks = channel.unary_stream("/tally.Tally/Ticks")(b"300 10", timeout=60)
        assert [int(tick.split()[2]) for tick in ticks] == list(range(300))

    def misbehaves(self, channel):
        with socket.create_connection(("127.0.0.1", self.host.port), timeout=30) as sock:
            sock.sendall(random.randbytes(random.randrange(1, 500)))
        request = framed(self.pb.bench.StreamReq(count=10**6, size=1000).SerializeToString())
        with FrameConnection(self.host.port, settings={SettingsFrame.INITIAL_WINDOW_SIZE: 100}, reading=False) as connection:
            for _ in range(5):
                connection.request("/bench.Bench/ServerStream", request)
            time.sleep(0.5)

    # Reloads

    def reloads(self) -> None:
        admin = Admin(self.host, self.pb)
        swift = time.monotonic() + self.swift_interval
        for number in itertools.count(1):
            for _ in range(50):
                if self.over:
                    return
                time.sleep(0.1)
            try:
                install(self.builds[number % 2], self.library)
                admin.accepted("tally")
                self.done["reloads of C"] += 1
                if time.monotonic() > swift:
                    swift += self.swift_interval
                    admin.accepted("chat", force=True)
                    self.swift_reloads.append(time.monotonic())
                    self.done["reloads of Swift"] += 1
            except Exception as error:  # noqa: BLE001
                self.failures.append(f"reload: {error!r}")

    # What it costs

    def sample(self):
        status = self.admin.stub.GetStatus(self.admin.pb.GetStatusRequest(), timeout=30)
        pid = self.host.process.pid
        return (
            time.monotonic(), self.host.memory("VmRSS"), len(os.listdir(f"/proc/{pid}/fd")), len(os.listdir(f"/proc/{pid}/task")),
            status.connections, status.calls)

    def run(self) -> list[str]:
        self.admin = Admin(self.host, self.pb)
        before = self.sample()
        jobs = [
            (self.unary, 0.1), (self.unary, 0.1), (self.streams, 0.2), (self.cancels, 0.1), (self.deadlines, 0.2), (self.chat, 0.2),
            (self.chat, 0.2), (self.stock, 0.2), (self.file, 0.5), (self.asks, 0.5), (self.tally, 0.2), (self.misbehaves, 1)]
        threads = [threading.Thread(target=self.worker, args=job, name=job[0].__name__, daemon=True) for job in jobs]
        threads.append(threading.Thread(target=self.reloads, name="reloads", daemon=True))
        for thread in threads:
            thread.start()
        samples, begun = [], time.monotonic()
        print(f"{'s':>6} {'RSS MiB':>8} {'fds':>5} {'threads':>7} {'connections':>11} {'calls':>6}  done", flush=True)
        while not self.over:
            time.sleep(max(1.0, min(5.0, self.seconds / 60)))
            samples.append(self.sample())
            if len(samples) % 6 == 0:
                at, rss, fds, tasks, connections, calls = samples[-1]
                total = sum(self.done.values())
                print(f"{at - begun:6.0f} {rss / MIB:8.1f} {fds:5} {tasks:7} {connections:11} {calls:6}  {total}", flush=True)
        patience = time.monotonic() + 90
        for thread in threads:
            thread.join(max(0, patience - time.monotonic()))
        stuck = [f"stuck: {thread.name}" for thread in threads if thread.is_alive()]
        idle = [f"not once done: {job.__name__}" for job in {job for job, _ in jobs} if not self.done[job.__name__]]
        if self.seconds >= 120 and not self.swift_reloads:
            idle.append("not once done: reloads of Swift")
        return stuck + idle + self.verdict(before, samples)

    def slope(self, samples) -> float:
        """Bytes an hour by least squares, without what reloads of the plugin in Swift are known to leave."""
        times = [at for at, *_ in samples]
        sizes = [rss - SWIFT_GENERATION * sum(1 for reload in self.swift_reloads if reload <= at) for at, rss, *_ in samples]
        return 3600 * statistics.linear_regression(times, sizes).slope

    def verdict(self, before, samples) -> list[str]:
        """What is wrong; nothing where all is well.

        Memory is flat where the medians of the second and of the last third of the samples differ by no more than 4 MiB, and what each
        reload of the plugin in Swift between the middles of the two is known to leave.
        """
        wrong = [f"failed: {failure}" for failure in self.failures[:5]]
        if len(self.failures) > 5:
            wrong.append(f"and {len(self.failures) - 5} more failures")
        try:
            # This one's own connection to the admin service, and its call.
            wait_until(lambda: all(now <= most for now, most in zip(self.sample()[4:], (2, 1))), "connections and calls to end", 60)
        except AssertionError:
            wrong.append(f"still open: connections, calls = {self.sample()[4:]}")
        _, _, fds, threads, *_ = self.sample()
        if fds > before[2] + 8:
            wrong.append(f"{fds} descriptors are open, {before[2]} were")
        if threads > before[3] + 4:
            wrong.append(f"{threads} threads run, {before[3]} did")
        third = len(samples) // 3
        if third == 0:
            return wrong + ["too short for a word on memory: wanted three samples"]
        early, late = samples[third : 2 * third], samples[2 * third :]
        growth = statistics.median(s[1] for s in late) - statistics.median(s[1] for s in early)
        between = early[len(early) // 2][0], late[len(late) // 2][0]
        reloads = sum(1 for at in self.swift_reloads if between[0] < at <= between[1])
        allowed = 4 * MIB + SWIFT_GENERATION * reloads
        print(f"memory: {growth / MIB:+.1f} MiB from the second third to the last; allowed {allowed / MIB:.1f} ({reloads} reloads of Swift)")
        print(f"        {self.slope(early + late) / MIB:+.1f} MiB an hour since the first third, reloads of Swift taken off")
        if growth > allowed:
            wrong.append("memory grows")
        for name, count in sorted(self.done.items()):
            print(f"  {name:18} {count}")
        return wrong


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=300, help="how long (300)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pb = generate(folder)
        builds = [build(folder, "v1"), build(folder, "v2")]
        library = install(builds[0], folder / "plugins" / "libtally.so")
        with Host(folder / "host", {**PLUGINS, library: {}}, drain_seconds=10) as host:
            wrong = Soak(host, pb, options.seconds, builds, library).run()
    for line in wrong:
        print(line, file=sys.stderr)
    print("well" if not wrong else "NOT well")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
