"""One running host process: started, awaited, watched and ended."""

import json
import os
import re
import signal
import subprocess
import threading
import time
from pathlib import Path
from typing import Callable, ClassVar, Iterable, Mapping

import grpc

from .paths import EXECUTABLE, plugin

CRASH = re.compile(r"Fatal error|Program crashed|\*\*\* Signal|Sanitizer:|Precondition failed|Segmentation fault")
LISTENING = re.compile(r"listening on (\[?[0-9a-fA-F.:]+?\]?):(\d+)\b")

Plugins = Mapping[str | Path, dict] | Iterable[str | Path]


def host_environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The test's environment without any STREAMHOST_ setting of the person who runs it."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith("STREAMHOST_")}
    return clean | {"SWIFT_BACKTRACE": "interactive=no,color=no"} | dict(extra or {})


def run_host(*arguments: object, cwd: Path, env: Mapping[str, str] | None = None, seconds: float = 30):
    """Runs the host for a command that ends by itself; answers code, stdout and stderr."""
    return subprocess.run(
        [str(EXECUTABLE), *map(str, arguments)], cwd=cwd, env=host_environment(env),
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=seconds,
    )


def plugin_entries(plugins: Plugins) -> list[dict]:
    """The `plugins` member of a configuration; a name stands for a plugin that ships with the host."""
    configs = plugins if isinstance(plugins, Mapping) else {name: {} for name in plugins}
    return [
        {"library": str(plugin(name) if isinstance(name, str) else name)} | ({"config": config} if config else {})
        for name, config in configs.items()
    ]


class Host:
    """`with Host(tmp_path, plugins=["chat"]) as host:` runs the host with these plugins on a free port.

    Leaving the block sends SIGTERM and fails the test, with the log, when the process had died, printed a crash, or
    did not end by itself with code 0.
    """

    living: ClassVar[list["Host"]] = []

    def __init__(
        self,
        folder: Path,
        plugins: Plugins = ("stock", "file", "chat", "bench"),
        *,
        config: Mapping | None = None,
        env: Mapping[str, str] | None = None,
        arguments: Iterable[object] | None = None,
        log_format: str = "text",
        log_level: str | None = "info",
        drain_seconds: float = 2,
    ):
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.data = folder / "data"
        self.data.mkdir(exist_ok=True)
        if arguments is None:
            file = folder / "hostconfig.json"
            settings = {"listeners": [{"address": "127.0.0.1:0"}], "plugins": plugin_entries(plugins)} | dict(config or {})
            file.write_text(json.dumps(settings, indent=2))
            arguments = ["--config", file]
        self.command = [str(EXECUTABLE), *map(str, arguments), "--log-format", log_format]
        # Without the flag, the level is the configuration's, which can be read again.
        if log_level is not None:
            self.command += ["--log-level", log_level]
        self.env = host_environment({
            "STREAMHOST_THREADS": "2",
            "STREAMHOST_DATA_DIRECTORY": str(self.data),
            "STREAMHOST_SHUTDOWN_DRAIN_SECONDS": f"{drain_seconds:g}",
        } | dict(env or {}))
        self.drain_seconds = drain_seconds
        self.lines: list[str] = []
        self._news = threading.Condition()
        self._channels: list[grpc.Channel] = []
        self.process: subprocess.Popen | None = None
        self.port = 0

    # Life

    def __enter__(self) -> "Host":
        return self.start()

    def __exit__(self, kind, *_) -> None:
        self.stop(quietly=kind is not None)

    def start(self, *, wait_for_port: bool = True) -> "Host":
        assert EXECUTABLE.exists(), f"no host at {EXECUTABLE}: run `make dist`, or set STREAMHOST_DIST"
        self.process = subprocess.Popen(
            self.command, cwd=self.folder, env=self.env, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )
        Host.living.append(self)
        self._reader = threading.Thread(target=self._collect, daemon=True)
        self._reader.start()
        if wait_for_port:
            try:
                self.port = int(self.wait_for_log(LISTENING.pattern).group(2))
            except BaseException:
                self.stop(quietly=True)
                raise
        return self

    def stop(self, *, quietly: bool = False) -> None:
        """Ends the process (by its id) and checks how it ended, unless an error is already on its way."""
        for channel in self._channels:
            channel.close()
        self._channels.clear()
        if self not in Host.living:
            return
        early = self.process.poll()
        problem = None
        if early is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(self.drain_seconds + 15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(10)
                problem = "the host did not end after SIGTERM"
        else:
            problem = f"the host had ended by itself with {early}"
        Host.living.remove(self)
        self._reader.join(10)
        if self.process.returncode != 0 and problem is None:
            problem = f"the host ended with {self.process.returncode}"
        if not quietly:
            assert problem is None, f"{problem}\n{self.log}"
            self.check_log()

    def ended(self, seconds: float = 20) -> int:
        """Waits for the process to end by itself (or by a signal the test sent); answers its exit code."""
        try:
            code = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"the host was still running after {seconds:g} s\n{self.log}") from None
        self._reader.join(10)
        if self in Host.living:
            Host.living.remove(self)
        self.check_log()
        return code

    def rewrite(self, change: Callable[[dict], object]) -> Path:
        """Changes the configuration file, in one step; the host reads it again at the next SIGHUP."""
        file = self.folder / "hostconfig.json"
        settings = json.loads(file.read_text())
        change(settings)
        fresh = file.with_suffix(".new")
        fresh.write_text(json.dumps(settings, indent=2))
        return fresh.replace(file)

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def check_alive(self) -> None:
        code = self.process.poll()
        assert code is None, f"the host ended with {code}\n{self.log}"
        self.check_log()

    def check_log(self) -> None:
        assert not CRASH.search(self.log), f"the host's log shows a crash\n{self.log}"

    # Log

    @property
    def log(self) -> str:
        with self._news:
            return "--- host log ---\n" + "\n".join(self.lines[-400:])

    def wait_for_log(self, pattern: str, seconds: float = 20, after: int = 0) -> re.Match:
        """The first match in any line from number `after` on; fails with the log when the host ends or time is up."""
        deadline, seen = time.monotonic() + seconds, after
        with self._news:
            while True:
                for line in self.lines[seen:]:
                    if match := re.search(pattern, line):
                        return match
                seen = len(self.lines)
                finished = self._finished
                left = deadline - time.monotonic()
                if finished or left <= 0:
                    break
                self._news.wait(left)
        why = "the host ended" if finished else f"{seconds:g} s passed"
        raise AssertionError(f"{why} before the log had {pattern!r}\n{self.log}")

    _finished = False

    def _collect(self) -> None:
        for raw in self.process.stdout:
            with self._news:
                self.lines.append(raw.decode("utf-8", "replace").rstrip("\n"))
                self._news.notify_all()
        with self._news:
            self._finished = True
            self._news.notify_all()

    # Use

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def channel(
        self, target: str | None = None, credentials: grpc.ChannelCredentials | None = None, **options: object
    ) -> grpc.Channel:
        """A client with a connection of its own (grpcio would share one among channels of one target); plaintext without credentials."""
        settings = {"grpc.use_local_subchannel_pool": 1, "grpc.enable_retries": 0, "grpc.enable_http_proxy": 0}
        settings |= {"grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1}
        settings |= {f"grpc.{k}": v for k, v in options.items()}
        options = list(settings.items())
        if credentials is None:
            channel = grpc.insecure_channel(target or self.address, options=options)
        else:
            channel = grpc.secure_channel(target or self.address, credentials, options=options)
        self._channels.append(channel)
        return channel

    def memory(self, field: str) -> int:
        """Bytes of VmRSS (now) or VmHWM (the most there ever was)."""
        text = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(rf"^{field}:\s+(\d+) kB", text, re.M).group(1)) * 1024

    def open_files(self, folder: Path) -> set[str]:
        """Files below `folder` that the process has open, also nameless ones (O_TMPFILE)."""
        found = set()
        for link in Path(f"/proc/{self.process.pid}/fd").iterdir():
            try:
                target = os.readlink(link)
            except FileNotFoundError:
                continue
            if target.startswith(f"{folder}/"):
                found.add(target)
        return found
