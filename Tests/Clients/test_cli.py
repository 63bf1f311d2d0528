"""The command line: help, version, exit codes, listeners, logs."""

import json
import os
import re
import socket
import stat

import grpc
import pytest

from support.host import Host, run_host
from support.paths import plugin
from support.waiting import wait_until

FLAGS = ["--load", "--config", "--listen", "--log-level", "--log-format", "--check-config", "--help", "--version"]


def config_file(folder, **settings):
    file = folder / "hostconfig.json"
    file.write_text(json.dumps({"listeners": [{"address": "127.0.0.1:0"}], "plugins": [{"library": str(plugin("bench"))}]} | settings))
    return file


def unary(host, pb, target=None):
    return pb.bench.BenchStub(host.channel(target)).Unary(pb.bench.Payload(data=b"x"), timeout=20).data


def test_help_names_every_flag(tmp_path):
    result = run_host("--help", cwd=tmp_path)
    assert result.returncode == 0
    for flag in FLAGS:
        assert flag in result.stdout


def test_version_is_a_version(tmp_path):
    result = run_host("--version", cwd=tmp_path)
    assert result.returncode == 0
    assert re.search(r"\b\d+\.\d+\.\d+", result.stdout)


@pytest.mark.parametrize("arguments,word", [
    (["--nonsense"], "--nonsense"), (["stray"], "stray"), (["--listen"], "--listen"),
    (["--listen", "127.0.0.1"], "127.0.0.1"), (["--listen", "127.0.0.1:99999"], "99999"), (["--listen", "[::1:0"], "[::1:0"),
    (["--log-level", "loud"], "loud"), (["--log-format", "xml"], "xml"), (["--config", "no-such-file.json"], "no-such-file.json"),
], ids=str)
@pytest.mark.parametrize("check", [False, True], ids=["start", "check"])
def test_bad_usage_ends_with_2_and_names_what_was_found(tmp_path, arguments, word, check):
    result = run_host("--load", plugin("bench"), *arguments, *(["--check-config"] if check else []), cwd=tmp_path)
    assert result.returncode == 2
    assert word in result.stderr


def test_a_good_configuration_is_checked_without_a_start(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        # A port in use would be an error, if it were opened.
        file = config_file(tmp_path, listeners=[{"address": f"127.0.0.1:{taken.getsockname()[1]}"}])
        result = run_host("--config", file, "--check-config", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert "listening" not in result.stdout + result.stderr


def test_a_port_in_use_ends_with_1_and_is_named(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        result = run_host("--load", plugin("bench"), "--listen", address, cwd=tmp_path)
    assert result.returncode == 1
    assert address in result.stderr and "in use" in result.stderr.lower()


def test_the_start_says_a_line_for_each_listener_and_each_plugin(start_host):
    host = start_host(arguments=["--load", plugin("bench"), "--load", plugin("chat"), "--listen", "127.0.0.1:0", "--listen", "[::1]:0"])
    host.wait_for_log(r"listening on \[::1\]:\d+")
    listeners = [line for line in host.lines if "listening on " in line]
    assert len(listeners) == 2
    for service in ("bench.Bench", "chat.ChatService"):
        (line,) = [line for line in host.lines if service in line]
        assert re.search(r"\d+\.\d+\.\d+", line), "the plugin's version"


def test_several_listeners_all_serve(start_host, pb, tmp_path):
    path = tmp_path / "host.sock"
    host = start_host(arguments=[
        "--load", plugin("bench"), "--listen", "127.0.0.1:0", "--listen", "[::1]:0", "--listen", f"unix:{path}"])
    six = host.wait_for_log(r"listening on \[::1\]:(\d+)").group(1)
    host.wait_for_log(r"listening on unix:")
    assert unary(host, pb) == unary(host, pb, f"ipv6:[::1]:{six}") == unary(host, pb, f"unix:{path}") == b"x"
    host.stop()
    assert not path.exists(), "the socket file is taken away at the end"


def test_a_socket_file_left_by_a_crash_is_no_obstacle(start_host, pb, tmp_path):
    path = tmp_path / "host.sock"
    with socket.socket(socket.AF_UNIX) as stale:
        stale.bind(str(path))
    host = start_host(arguments=["--load", plugin("bench"), "--listen", "127.0.0.1:0", "--listen", f"unix:{path}"])
    host.wait_for_log(r"listening on unix:")
    assert unary(host, pb, f"unix:{path}") == b"x"


@pytest.mark.parametrize("umask", [0o022, 0o077])
def test_a_socket_has_the_mode_that_its_listener_is_given(start_host, pb, tmp_path, umask):
    path = tmp_path / "host.sock"
    before = os.umask(umask)
    try:
        host = start_host(["bench"], config={
            "listeners": [{"address": "127.0.0.1:0"}, {"address": f"unix:{path}", "mode": "0660"}]})
    finally:
        os.umask(before)
    host.wait_for_log(r"listening on unix:")
    assert stat.S_IMODE(path.stat().st_mode) == 0o660
    assert unary(host, pb, f"unix:{path}") == b"x"


def test_a_plain_file_is_not_taken_for_a_socket(tmp_path):
    path = tmp_path / "precious.txt"
    path.write_text("keep me")
    result = run_host("--load", plugin("bench"), "--listen", f"unix:{path}", cwd=tmp_path)
    assert result.returncode == 1 and "precious.txt" in result.stderr
    assert path.read_text() == "keep me"


def test_json_logs_are_one_object_a_line(start_host, pb):
    host = start_host(["bench"], log_format="json", log_level="trace")
    assert unary(host, pb) == b"x"
    host.stop()
    for line in host.lines:
        entry = json.loads(line)
        assert isinstance(entry["message"], str) and entry["level"], line


def test_text_logs_are_one_line_each_even_with_hostile_bytes(start_host, pb):
    host = start_host(["bench"], log_level="trace")
    with pytest.raises(grpc.RpcError):
        host.channel().unary_unary("/evil/\x1b[31mred")(b"", timeout=20)
    host.stop()
    assert not any("\x1b" in line for line in host.lines)


def test_the_log_level_hides_what_is_below(tmp_path, pb):
    path = tmp_path / "host.sock"
    host = Host(tmp_path / "quiet", arguments=["--load", plugin("bench"), "--listen", f"unix:{path}"], log_level="error")
    host.start(wait_for_port=False)
    try:
        wait_until(path.exists, "the host's socket")
        assert unary(host, pb, f"unix:{path}") == b"x"
    finally:
        host.stop()
    assert host.lines == []
