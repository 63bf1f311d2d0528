"""The launcher of the connectrpc conformance suite, spoken to as the suite's runner does."""

import os
import signal
import struct
import subprocess
import threading
from pathlib import Path

from .host import CRASH, host_environment
from .paths import DIST

LAUNCHER = DIST / "bin" / "streamhost-conformance"


def prefixed(message: bytes) -> bytes:
    return struct.pack(">I", len(message)) + message


def run_launcher(data: bytes, folder: Path, seconds: float = 20) -> subprocess.CompletedProcess:
    """For a request that is refused."""
    return subprocess.run(
        [str(LAUNCHER)], input=data, cwd=folder, env=host_environment({"TMPDIR": str(folder)}), capture_output=True, timeout=seconds)


class Launcher:
    """`with Launcher(folder, protos, protocol=2, http_version=2) as server:` serves; `server.response` says where."""

    def __init__(self, folder: Path, protos, **request: object):
        package = "connectrpc.conformance.v1"
        self.folder = folder
        self._request = protos.message(f"{package}.ServerCompatRequest")(**request)
        self._response = protos.message(f"{package}.ServerCompatResponse")

    def __enter__(self) -> "Launcher":
        self.process = subprocess.Popen(
            [str(LAUNCHER)], cwd=self.folder, env=host_environment({"TMPDIR": str(self.folder)}),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self._log = b""
        self._reader = threading.Thread(target=self._collect, daemon=True)
        self._reader.start()
        # A launcher that says nothing is ended, upon which the read below ends.
        watchdog = threading.Timer(30, self.process.kill)
        watchdog.start()
        try:
            self.process.stdin.write(prefixed(self._request.SerializeToString()))
            # As the runner does: its end means nothing.
            self.process.stdin.close()
            size = self.process.stdout.read(4)
            assert len(size) == 4, f"no answer\n{self.log}"
            self.response = self._response.FromString(self.process.stdout.read(struct.unpack(">I", size)[0]))
        except BaseException:
            self.process.kill()
            raise
        finally:
            watchdog.cancel()
        return self

    def __exit__(self, kind, *_) -> None:
        self.process.send_signal(signal.SIGTERM)
        code = self.ended()
        if kind is None:
            assert code == 0 and not CRASH.search(self.log), f"it ended with {code}\n{self.log}"
            assert os.listdir(self.folder) == [], "the launcher left something behind"

    def ended(self, seconds: float = 20) -> int:
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise AssertionError(f"the launcher was still running\n{self.log}") from None
        finally:
            self._reader.join(10)
            self.process.stdout.close()

    @property
    def log(self) -> str:
        return f"--- log ---\n{self._log.decode('utf-8', 'replace')}"

    def _collect(self) -> None:
        for line in self.process.stderr:
            self._log += line

    @property
    def address(self) -> str:
        return f"{self.response.host}:{self.response.port}"
