"""`streamctl`, the operator's tool, against a host that runs: what it says, where, and the codes it ends with."""

import json
import os
import pty
import re
import signal
import subprocess
import time

import grpc
import pytest

from support.host import Host, host_environment
from support.paths import DIST, plugin
from support.tally import build, install
from support.waiting import wait_until

STREAMCTL = DIST / "bin" / "streamctl"
TRUSTING = {"reload": {"probationSeconds": 0}}


def run(*arguments, cwd, env=None, seconds=30):
    return subprocess.run(
        [str(STREAMCTL), *map(str, arguments)], cwd=cwd, env=host_environment(env), stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=seconds)


class Ctl:
    """`ctl("reload", "tally")`: what it printed, once it has ended with the code that is due."""

    def __init__(self, host):
        self.host, self.socket = host, host.data / "admin.sock"

    def __call__(self, *arguments, code=0, **options):
        done = run("--socket", self.socket, *arguments, cwd=self.host.folder, **options)
        assert done.returncode == code, f"{done}\n{self.host.log}"
        if code == 0:
            assert done.stderr == ""
            return done.stdout
        return done.stderr

    def json(self, *arguments):
        text = self("--json", *arguments)
        assert text.count("\n") == 1 and text.endswith("\n"), "one document, on one line"
        return json.loads(text)


@pytest.fixture(scope="module")
def builds(tmp_path_factory):
    folder = tmp_path_factory.mktemp("builds")
    return [build(folder, f"v{number}") for number in range(2)]


@pytest.fixture
def library(tmp_path, builds):
    return install(builds[0], tmp_path / "plugins" / "libtally.so")


@pytest.fixture
def host(start_host, library):
    return start_host([library, plugin("stock")], config=TRUSTING)


@pytest.fixture
def ctl(host):
    return Ctl(host)


@pytest.fixture(scope="module")
def still(tmp_path_factory):
    """A host that is only looked at."""
    with Host(tmp_path_factory.mktemp("still"), ["stock", "echo-c"]) as host:
        yield host


def open_call(host):
    """A call of `tally` that doesn't end by itself."""
    call = host.channel().unary_stream("/tally.Tally/Ticks")(b"1000000 10", timeout=60)
    next(call)
    return call


def watch(host, *arguments):
    """A command that goes on."""
    return subprocess.Popen(
        [str(STREAMCTL), *arguments, "--socket", str(host.data / "admin.sock")], cwd=host.folder, env=host_environment(),
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


# Looking


def test_status_says_what_the_host_is(still):
    text = Ctl(still)("status")
    assert f"process {still.process.pid}" in text and still.address in text
    assert str(still.data / "admin.sock") in text
    status = Ctl(still).json("status")
    assert (status["pid"], status["listeners"], status["log_level"], status["threads"]) == (still.process.pid, [still.address], "info", 2)
    assert abs(status["started_at"] / 1000 - time.time()) < 120
    assert abs(status["resident_bytes"] - still.memory("VmRSS")) < 16 << 20


def test_plugins_are_a_row_each_and_one_is_told_in_full(still):
    head, *rows = Ctl(still)("plugins").splitlines()
    assert head.split()[0] == "PLUGIN"
    assert [row.split()[0] for row in rows] == ["stock", "echo-c"]
    assert all(f"/lib{row.split()[0]}.so" in row for row in rows)
    text = Ctl(still)("plugins", "stock")
    for part in ("stock_stream.StockService/GetStockPrices", "server streaming", "migrate", "active", str(plugin("stock"))):
        assert part in text
    assert [info["name"] for info in Ctl(still).json("plugins")["plugins"]] == ["stock", "echo-c"]
    (info,) = Ctl(still).json("plugins", "stock")["plugins"]
    assert [method["name"] for method in info["services"][0]["methods"]] == ["GetStockPrices", "GetMarketData"]
    assert re.fullmatch("[0-9a-f]{64}", info["generations"][0]["sha256"])


@pytest.mark.parametrize("command", ["plugins", "calls", "reload", "unload", "drain"])
def test_a_plugin_that_is_not_there_is_an_error_that_names_those_that_are(still, command):
    text = Ctl(still)(command, "nope", code=1)
    assert all(word in text for word in ("nope", "stock", "echo-c"))


def test_calls_are_told_with_what_went_in_and_out_and_how_often_they_moved(host, ctl):
    assert ctl("calls") == "no calls are open\n" and ctl.json("calls") == {}
    call = open_call(host)
    ctl("reload", "tally", "--force")
    next(call)
    head, row = ctl("calls").splitlines()
    assert "/tally.Tally/Ticks" in row and row.split()[-1] == "1"
    answer = ctl.json("calls", "tally")
    (info,) = answer["calls"]
    assert answer["total"] == 1
    assert (info["method"], info["messages_in"], info["moves"], info["generation"]) == ("/tally.Tally/Ticks", 1, 1, 2)
    assert 0 < info["deadline_in_ms"] <= 60_000 and info["messages_out"] >= 1
    others = [open_call(host) for _ in range(3)]
    limited = ctl.json("calls", "--limit", "2")
    assert (len(limited["calls"]), limited["total"]) == (2, 4)
    assert ctl.json("calls", "stock") == {}
    for one in [call, *others]:
        one.cancel()


def test_top_prints_one_picture_where_the_output_is_no_terminal(still):
    text = Ctl(still)("top")
    assert "\x1b" not in text
    lines = text.splitlines()
    assert f"process {still.process.pid}" in lines[0] and still.address in lines[1]
    assert lines[3].split()[:2] == ["PLUGIN", "VERSION"]
    assert [line.split()[0] for line in lines[4:]] == ["echo-c", "stock"]
    picture = Ctl(still).json("top")
    assert picture["status"]["pid"] == still.process.pid
    assert {info["name"] for info in picture["plugins"]} == {"stock", "echo-c"}


def test_events_come_as_they_happen_and_first_those_of_before(host, ctl, library, builds):
    ctl("reload", "tally", "--force")
    watching = watch(host, "events", "tally", "--recent", "100", "--json")
    try:
        def event(kind):
            for line in watching.stdout:
                found = json.loads(line)
                assert found["plugin"] == "tally"
                if found["kind"] == kind:
                    return found
            raise AssertionError(f"no event {kind}: {watching.stderr.read()}")

        loaded, before = event("loaded"), event("reloaded")
        assert (loaded["generation"], before["generation"], before["verdict"]["outcome"]) == (1, 2, "ACCEPTED")
        ctl("reload", "stock", "--force")
        install(builds[1], library)
        ctl("reload", "tally")
        now = event("reloaded")
        assert now["verdict"]["to_generation"] == now["generation"] == 3 and now["number"] > before["number"]
        assert abs(now["time"] / 1000 - time.time()) < 60
        ctl("reload", "tally", "--library", host.folder / "hostconfig.json", code=1)
        refused = event("reload_refused")
        assert "ELF" in refused["message"] and "ELF" in refused["verdict"]["reason"]
        watching.send_signal(signal.SIGINT)
        watching.wait(10)
    finally:
        watching.kill()
        watching.communicate()
    # For people: a line each, with the words of before in them.
    watching = watch(host, "events", "--recent", "2")
    try:
        assert re.match(r"\d{4}-\d\d-\d\dT[\d:.]+Z +\w+ ", watching.stdout.readline())
    finally:
        watching.kill()
        watching.communicate()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["interrupted", "ended"])
def test_whoever_ends_watching_gets_0(still, number):
    watching = watch(still, "events", "--recent", "1")
    assert watching.stdout.readline()
    watching.send_signal(number)
    out, err = watching.communicate(timeout=20)
    assert (watching.returncode, err) == (0, "")


def test_a_host_that_is_lost_while_its_events_are_watched_is_no_good_end(start_host):
    for _ in range(3):
        host = start_host(["echo-c"])
        watching = watch(host, "events", "--recent", "1")
        assert watching.stdout.readline()
        host.signal(signal.SIGKILL)
        assert host.ended() == -signal.SIGKILL
        out, err = watching.communicate(timeout=20)
        assert "admin.sock" in err
        assert watching.returncode == 3, err


def test_a_reader_who_has_enough_ends_it(host, ctl):
    """As `streamctl events | head -1` does: no trace of a broken pipe but the end."""
    watching = watch(host, "events", "--recent", "1")
    assert watching.stdout.readline()
    watching.stdout.close()
    ctl("log-level", "debug")
    ctl("log-level", "info")
    watching.wait(20)
    assert watching.returncode >= 0, "not by a signal"
    assert "Fatal" not in watching.stderr.read()
    watching.stderr.close()


# On a terminal


class Terminal:
    """A command on a terminal of its own."""

    def __init__(self, host, *arguments):
        self.master, side = pty.openpty()
        self.process = subprocess.Popen(
            [str(STREAMCTL), *arguments, "--socket", str(host.data / "admin.sock")], cwd=host.folder,
            env=host_environment({"TERM": "xterm"}), stdin=side, stdout=side, stderr=side, start_new_session=True)
        os.close(side)
        os.set_blocking(self.master, False)
        self.shown = ""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait(10)
        os.close(self.master)

    def wait_for(self, pattern):
        def has():
            try:
                self.shown += os.read(self.master, 65536).decode("utf-8", "replace")
            except (BlockingIOError, OSError):
                pass
            return re.search(pattern, self.shown)

        wait_until(has, f"{pattern!r} on the terminal; it shows {self.shown!r}")

    def type(self, text):
        os.write(self.master, text.encode())


def test_top_on_a_terminal_draws_until_q(still):
    with Terminal(still, "top", "--interval", "0.1") as terminal:
        terminal.wait_for(r"(?s)echo-c.*echo-c")
        assert terminal.process.poll() is None
        terminal.type("q")
        assert terminal.process.wait(20) == 0
        terminal.wait_for(r"\x1b\[\?25h|\x1b\[\?1049l")


@pytest.mark.parametrize("answer", ["n\n", "\n"], ids=["no", "nothing"])
def test_draining_the_whole_host_asks_on_a_terminal(still, answer):
    with Terminal(still, "drain") as terminal:
        terminal.wait_for(r"\?")
        terminal.type(answer)
        assert terminal.process.wait(20) != 0
    assert f"process {still.process.pid}" in Ctl(still)("status")


# Changing


def test_a_plugin_is_loaded_watched_under_a_name_with_a_configuration_and_unloaded(host, ctl, tmp_path):
    library = install(build(tmp_path, "w0", NAME='"other"'), host.folder / "here" / "libother.so")
    # The same services twice are a clash, which the host words.
    assert "tally.Tally" in ctl("load", "here/libother.so", code=1)
    ctl("unload", "tally")
    assert "loaded other v" not in ctl("plugins")
    text = ctl("load", "here/libother.so", "--name", "mine", "--watch", "--config", '{"a": 1}')
    assert "loaded mine" in text and "tally.Tally" in text and "watched" in text
    (info,) = ctl.json("plugins", "mine")["plugins"]
    assert (info["library"], info["watched"]) == (str(library), True)
    assert host.channel().unary_unary("/tally.Tally/Answer")(b"x", timeout=20).startswith(b"w0 ")
    assert "unloaded mine" in ctl("unload", "mine")
    assert [one["name"] for one in ctl.json("plugins")["plugins"]] == ["stock"]


def test_what_a_plugin_says_to_its_configuration_is_told(host, ctl, tmp_path):
    ctl("unload", "stock")
    file = host.folder / "stock.json"
    file.write_text('{"marketStatus": "DREAMING"}')
    text = ctl("load", plugin("stock"), "--config", f"@{file.name}", code=1)
    assert "marketStatus" in text and "DREAMING" in text
    file.write_text('{"marketStatus": "OPEN"}')
    ctl("load", plugin("stock"), "--config", f"@{file.name}")


def test_a_reload_says_what_became_of_the_calls(host, ctl, library, builds):
    call = open_call(host)
    assert "nothing to do" in ctl("reload", "tally")
    assert ctl.json("reload", "tally")["outcome"] == "UNCHANGED"
    install(builds[1], library)
    text = ctl("reload", "tally")
    assert re.match(r"tally: generation \d+ serves in place of 1; 1 call moved, 0 pinned, 0 ended; pause [\d.]+ ms, ", text), text
    verdict = ctl.json("reload", "tally", "--force", "--policy", "pin")
    assert (verdict["outcome"], verdict["calls_pinned"], verdict.get("calls_moved", 0)) == ("ACCEPTED", 1, 0)
    assert next(call).split()[0] in (b"v0", b"v1")
    call.cancel()


def test_a_refused_reload_ends_with_1_and_the_reason_on_standard_error(host, ctl, library):
    call = open_call(host)
    library.write_text("I am no library.\n")
    done = run("--socket", ctl.socket, "reload", "tally", cwd=host.folder)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("streamctl: tally: the reload was refused, and generation 1 serves on: ")
    assert str(library) in done.stderr and "ELF" in done.stderr
    done = run("--socket", ctl.socket, "reload", "tally", "--json", cwd=host.folder)
    verdict = json.loads(done.stdout)
    assert (done.returncode, verdict["outcome"]) == (1, "REFUSED") and verdict["reason"] in done.stderr
    next(call)
    call.cancel()


def test_a_reload_that_is_rolled_back_ends_with_1(start_host, library, tmp_path):
    host = start_host([library], config=TRUSTING)
    ctl = Ctl(host)
    call = open_call(host)
    install(build(tmp_path, "v9", REFUSE_RESUMED=1), library)
    text = ctl("reload", "tally", code=1)
    assert "rolled" in text and "did not take" in text and "generation 1" in text
    next(call)
    call.cancel()


def test_unloading_is_refused_while_calls_are_open_unless_forced(host, ctl):
    call = open_call(host)
    text = ctl("unload", "tally", "--drain", "0.1", code=1)
    assert "tally" in text and "1 call" in text
    next(call)
    assert host.channel().unary_unary("/tally.Tally/Answer")(b"x", timeout=20).startswith(b"v0 ")
    assert "1 call" in ctl("unload", "tally", "--force")
    with pytest.raises(grpc.RpcError) as error:
        for _ in call:
            pass
    assert error.value.code() == grpc.StatusCode.UNAVAILABLE
    with pytest.raises(grpc.RpcError) as error:
        host.channel().unary_unary("/tally.Tally/Answer")(b"x", timeout=20)
    assert error.value.code() == grpc.StatusCode.UNIMPLEMENTED


def test_a_drained_plugin_takes_no_new_calls_until_it_is_resumed(host, ctl):
    call = open_call(host)
    answer = host.channel().unary_unary("/tally.Tally/Answer")
    assert "1 call" in ctl("drain", "tally", "--seconds", "0.1")
    with pytest.raises(grpc.RpcError) as error:
        answer(b"x", timeout=20)
    assert error.value.code() == grpc.StatusCode.UNAVAILABLE
    next(call)
    assert "drain" in ctl("plugins").splitlines()[1]
    assert ctl.json("plugins", "tally")["plugins"][0]["draining"] is True
    ctl("drain", "tally", "--resume")
    assert answer(b"x", timeout=20).startswith(b"v0 ")
    call.cancel()


def test_the_log_level_is_shown_and_set(host, ctl):
    assert ctl("log-level") == "info\n" and ctl.json("log-level") == {"level": "info"}
    assert "debug" in ctl("log-level", "debug")
    ctl("reload", "tally")
    host.wait_for_log(" debug plugin tally reload")
    assert ctl.json("status")["log_level"] == "debug"
    answer = ctl.json("log-level", "warning")
    assert answer["before"] == "debug"
    assert ctl("log-level") == "warning\n"


def test_draining_the_whole_host_ends_it(start_host, library):
    host = start_host([library], config=TRUSTING)
    call = host.channel().unary_stream("/tally.Tally/Ticks")(b"30 10", timeout=60)
    next(call)
    text = Ctl(host)("drain", "--seconds", "10", "--yes")
    assert "host" in text
    assert len(list(call)) == 29, "the call in flight came to its end"
    assert host.ended() == 0
    assert "no host could be reached" in Ctl(host)("status", code=3)


# Usage, and where the host is


@pytest.mark.parametrize("arguments,word", [
    (["bogus"], "bogus"), (["reload"], "name"), (["log-level", "loud"], "loud"), (["reload", "x", "--policy", "maybe"], "maybe"),
    (["drain", "--resume"], "NAME"), (["load", "x.so", "--config", "{bad"], "JSON"), (["load", "x.so", "--config", "@none.json"], "none.json"),
    (["calls", "--limit", "many"], "many"), (["top", "--interval", "-1"], "interval"), (["events", "--recent", "-1"], "recent"),
    (["unload", "x", "--drain", "-1"], "drain"), (["status", "--loud"], "--loud"), (["plugins", "a", "b"], "b"),
], ids=lambda value: " ".join(value) if isinstance(value, list) else "")
def test_bad_usage_ends_with_2_and_says_which(still, arguments, word):
    done = run("--socket", still.data / "admin.sock", *arguments, cwd=still.folder)
    assert (done.returncode, done.stdout) == (2, ""), done
    assert word in done.stderr


@pytest.mark.parametrize("arguments", [["status"], ["--json", "plugins"], ["events"], ["top"], ["reload", "x"], ["drain", "--yes"]], ids=" ".join)
def test_where_no_host_is_it_ends_with_3_and_names_the_socket(tmp_path, arguments):
    done = run(*arguments, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (3, ""), done
    assert "data/admin.sock" in done.stderr
    done = run(*arguments, "--socket", "gone/here.sock", cwd=tmp_path)
    assert done.returncode == 3 and "gone/here.sock" in done.stderr
    done = run(*arguments, cwd=tmp_path, env={"STREAMHOST_ADMIN_SOCKET": str(tmp_path / "there.sock")})
    assert done.returncode == 3 and str(tmp_path / "there.sock") in done.stderr


def test_the_host_is_found_by_the_folder_the_environment_or_the_flag(still, tmp_path):
    socket = still.data / "admin.sock"
    own = f"process {still.process.pid}"
    assert own in run("status", cwd=still.folder).stdout
    assert own in run("status", cwd=tmp_path, env={"STREAMHOST_ADMIN_SOCKET": str(socket)}).stdout
    assert own in run("--socket", socket, "status", cwd=tmp_path, env={"STREAMHOST_ADMIN_SOCKET": "/nowhere"}).stdout
    assert own in run("status", "--socket", socket, cwd=tmp_path).stdout
    assert own in run("status", "--socket", "data/admin.sock", cwd=still.folder).stdout


def test_the_host_reads_the_same_variable(start_host, tmp_path):
    socket = tmp_path / "elsewhere.sock"
    host = start_host(["echo-c"], env={"STREAMHOST_ADMIN_SOCKET": str(socket)})
    wait_until(socket.exists, "the socket")
    assert socket.stat().st_mode & 0o777 == 0o600
    done = run("status", cwd=tmp_path, env={"STREAMHOST_ADMIN_SOCKET": str(socket)})
    assert done.returncode == 0 and f"process {host.process.pid}" in done.stdout


def test_a_socket_that_nobody_answers_at_is_no_host(tmp_path):
    (tmp_path / "file.sock").write_text("")
    done = run("status", "--socket", "file.sock", cwd=tmp_path)
    assert done.returncode == 3 and "file.sock" in done.stderr


@pytest.mark.parametrize("command", ["status", "plugins", "calls", "events", "top", "load", "reload", "unload", "drain", "log-level", "new"])
def test_every_command_has_help_with_examples(tmp_path, command):
    done = run("help", command, cwd=tmp_path)
    assert done.returncode == 0 and done.stderr == ""
    assert "USAGE" in done.stdout
    assert "EXAMPLES" in done.stdout or command == "new"
    assert max(map(len, done.stdout.splitlines())) <= 120
