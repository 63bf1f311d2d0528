"""Fixtures of the end-to-end suite: generated clients, and hosts to talk to."""

from pathlib import Path
from types import SimpleNamespace
from typing import Callable, Iterator

import pytest

from support.host import Host
from support.protos import generate


@pytest.fixture(scope="session")
def pb(tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    """pb.stock, pb.file, pb.chat, pb.bench, pb.admin: messages and stubs, generated anew for each session."""
    return generate(tmp_path_factory.mktemp("generated"))


@pytest.fixture
def start_host(tmp_path: Path) -> Iterator[Callable[..., Host]]:
    """start_host(plugins, ...): a host of the test's own; ended, and judged, with the test."""
    started: list[Host] = []

    def start(*arguments: object, **options: object) -> Host:
        host = Host(tmp_path / f"host{len(started)}", *arguments, **options)
        started.append(host)
        return host.start()

    yield start
    for host in reversed(started):
        host.stop()


@pytest.fixture(autouse=True)
def every_host_survives() -> Iterator[None]:
    """A host that dies under a test fails that test, not the next one."""
    yield
    for host in list(Host.living):
        host.check_alive()
