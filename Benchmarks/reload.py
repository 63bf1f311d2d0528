#!/usr/bin/env python3
"""Measures reloads of the chat plugin: the pause of live streams at the switch, and the time from an edit to live code.

    make dist .build-venv/ready
    .build-venv/bin/python Benchmarks/reload.py pause [--streams 1000] [--rooms 100] [--reloads 50]
    .build-venv/bin/python Benchmarks/reload.py edit [--edits 5]

`pause`: that many JoinChat streams, all of which move at each reload. A stream's pause is from when its handler is asked to let go to when the
next one has it; the host tells the median and the p99 of each reload, and the time from the first call that is held to the last that goes on.
`edit`: one line of the chat plugin is changed, and `swift build` run; the host watches the library. Split into the compiler's time and the
host's, which includes reload.settleSeconds. The file is put back afterwards.
"""

import argparse
import asyncio
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPOSITORY / "Tests" / "Clients"))

import grpc  # noqa: E402
from support.host import Host  # noqa: E402
from support.paths import plugin  # noqa: E402
from support.protos import generate  # noqa: E402

RELEASE = ["-c", "release", "-Xswiftc", "-enforce-exclusivity=unchecked"]
EDITED = REPOSITORY / "Plugins" / "Chat" / "ChatPlugin+JoinChat.swift"


def figures(name: str, values: list[float], unit: str = "ms") -> None:
    values = sorted(values)
    at = lambda part: values[min(len(values) - 1, int(len(values) * part))]  # noqa: E731
    print(f"{name:34} median {statistics.median(values):8.2f} {unit}   p99 {at(0.99):8.2f}   max {values[-1]:8.2f}   (n = {len(values)})")


async def pauses(pb, host: Host, streams: int, rooms: int, reloads: int) -> None:
    options = [("grpc.use_local_subchannel_pool", 1)]
    channels = [grpc.aio.insecure_channel(host.address, options=options) for _ in range(max(2, streams // 500))]
    admin = pb.admin.AdminStub(grpc.aio.insecure_channel(f"unix:{host.data}/admin.sock"))

    async def subscribe(number: int) -> None:
        stub = pb.chat.ChatServiceStub(channels[number % len(channels)])
        async for _ in stub.JoinChat(pb.chat.JoinRequest(username=f"user{number}", room_id=f"room{number % rooms}")):
            pass

    tasks = [asyncio.create_task(subscribe(number)) for number in range(streams)]
    while (await admin.GetStatus(pb.admin.GetStatusRequest())).calls < streams:
        await asyncio.sleep(0.2)
    await asyncio.sleep(2)
    verdicts = []
    for _ in range(reloads):
        verdicts.append(await admin.ReloadPlugin(pb.admin.ReloadPluginRequest(plugin="chat", force=True)))
        await asyncio.sleep(0.1)
    moved = {verdict.calls_moved for verdict in verdicts}
    print(f"{streams} streams in {rooms} rooms, {reloads} reloads, calls moved by each: {sorted(moved)}")
    figures("a stream's pause: median of each", [verdict.call_pause_median_ms for verdict in verdicts])
    figures("a stream's pause: p99 of each", [verdict.call_pause_99_ms for verdict in verdicts])
    figures("first held to last that goes on", [verdict.pause_ms for verdict in verdicts])
    figures("whole reload, from wish to verdict", [verdict.total_ms for verdict in verdicts])
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def pause(options: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory() as folder:
        pb = generate(Path(folder))
        environment = {"STREAMHOST_RELOAD_PROBATION_SECONDS": "0"}
        with Host(Path(folder) / "host", ["chat"], env=environment) as host:
            asyncio.run(pauses(pb, host, options.streams, options.rooms, options.reloads))


def edit(options: argparse.Namespace) -> None:
    original = EDITED.read_text()
    build = ["swift", "build", *RELEASE, "--product", "chat"]
    run = lambda: subprocess.run(build, cwd=REPOSITORY, check=True, stdout=subprocess.DEVNULL)  # noqa: E731
    run()
    library = REPOSITORY / ".build" / "release" / plugin("chat").name
    compiler, host_side = [], []
    try:
        with tempfile.TemporaryDirectory() as folder, Host(Path(folder), {library: {}}, config={"watch": True}) as host:
            for number in range(options.edits):
                EDITED.write_text(original.replace("read too slowly", f"read too slowly ({number})", 1))
                seen = len(host.lines)
                begin = time.monotonic()
                run()
                built = time.monotonic()
                host.wait_for_log(r"plugin chat reloaded", seconds=60, after=seen)
                host_side.append((time.monotonic() - built) * 1000)
                compiler.append((built - begin) * 1000)
            pauses = [float(pause) for line in host.lines for pause in re.findall(r"pause ([0-9.]+) ms", line)]
    finally:
        EDITED.write_text(original)
    figures("swift build --product chat", compiler)
    figures("from its end to live code", host_side)
    figures("pause at the switch", pauses)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    command = commands.add_parser("pause")
    command.add_argument("--streams", type=int, default=1000)
    command.add_argument("--rooms", type=int, default=100)
    command.add_argument("--reloads", type=int, default=50)
    command.set_defaults(run=pause)
    command = commands.add_parser("edit")
    command.add_argument("--edits", type=int, default=5)
    command.set_defaults(run=edit)
    options = parser.parse_args()
    options.run(options)


if __name__ == "__main__":
    main()
