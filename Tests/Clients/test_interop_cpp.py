"""The interoperability cases of `test_interop.py` once more, by gRPC C++ (Debian's), over plaintext and TLS; one test a case, named like it."""

import os
import subprocess

import pytest

from support.host import Host
from support.paths import REPOSITORY
from support.tls import Authority, write

CASES = [
    "empty_unary", "large_unary", "client_compressed_unary", "server_compressed_unary", "client_streaming", "client_compressed_streaming",
    "server_streaming", "server_compressed_streaming", "ping_pong", "empty_stream", "half_duplex", "custom_metadata", "status_code_and_message",
    "special_status_message", "unimplemented_method", "unimplemented_service", "cancel_after_begin", "cancel_after_first_response",
    "timeout_on_sleeping_server", "rpc_soak", "channel_soak", "concurrent_large_unary",
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("cpp")


@pytest.fixture(scope="module")
def client(folder):
    """The client of `cpp/`, built."""
    built = subprocess.run(
        ["make", "-s", "-C", str(REPOSITORY / "Tests/Clients/cpp"), f"OUT={folder}"], capture_output=True, text=True, timeout=600)
    assert built.returncode == 0, f"wanted Debian's packages of scripts/install-deps.sh test\n{built.stdout}{built.stderr}"
    return folder / "interop_client"


@pytest.fixture(scope="module", params=["plaintext", "TLS"])
def run(request, client, folder):
    """Runs cases of the client against a host, and answers the exit code and what was printed."""
    listener, arguments = {"address": "127.0.0.1:0"}, []
    if request.param == "TLS":
        authority = Authority()
        write(authority.server(), folder / "server.pem", folder / "server.key")
        (folder / "ca.pem").write_bytes(authority.pem)
        listener["tls"] = {"certificate": str(folder / "server.pem"), "key": str(folder / "server.key")}
        arguments = ["--ca", str(folder / "ca.pem")]

    def run(*cases):
        done = subprocess.run(
            [str(client), host.address, *arguments, *cases], capture_output=True, text=True, timeout=120,
            env=os.environ | {"GRPC_VERBOSITY": "ERROR"})
        return done.returncode, done.stdout + done.stderr

    with Host(folder / request.param, ["interop"], config={"listeners": [listener]}) as host:
        yield run


def test_every_case_of_the_client_is_run(run):
    code, output = run("--list")
    assert code == 0 and sorted(output.split()) == sorted(CASES)


@pytest.mark.parametrize("case", CASES)
def test_case(run, case):
    assert run(case) == (0, f"passed {case}\n")


def test_a_case_can_fail(run):
    code, output = run("no_such_case")
    assert code == 2 and "no such case" in output
