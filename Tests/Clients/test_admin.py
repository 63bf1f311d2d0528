"""The admin service, by a client that is not ours."""

import re
import signal
import stat
import time

import grpc
import pytest

from support.admin import Admin
from support.host import Host, run_host
from support.load import Load, ask, converse
from support.paths import files_under, plugin
from support.plugins import compile_plugin
from support.tally import build, install
from support.waiting import wait_until

ADMIN = "/streamhost.admin.v1.Admin"
Code = grpc.StatusCode


@pytest.fixture(scope="module")
def builds(tmp_path_factory):
    folder = tmp_path_factory.mktemp("builds")
    return {version: build(folder, version) for version in ("v0", "v1")}


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """Another plugin: it answers with its name."""
    return compile_plugin(tmp_path_factory.mktemp("tiny"), "libtiny.so")


@pytest.fixture
def library(tmp_path, builds):
    return install(builds["v0"], tmp_path / "plugins" / "libtally.so")


@pytest.fixture
def start(start_host, pb, library):
    """start(): a host that serves the library, and its admin service."""

    def start(plugins=None, *, settings=None, **options):
        config = {"reload": {"probationSeconds": 0}} | (settings or {})
        host = start_host([library] if plugins is None else plugins, config=config, **options)
        return host, Admin(host, pb)

    return start


def answer(host, path="/tally.Tally/Answer"):
    return host.channel().unary_unary(path)(b"x", timeout=20).split()[0].decode()


def fails(function, *arguments, **options):
    """Code and text of a call that must fail."""
    with pytest.raises(grpc.RpcError) as error:
        function(*arguments, timeout=20, **options)
    return error.value.code(), error.value.details()


def ticks(host, count=1_000_000, milliseconds=5):
    """A server stream that has begun."""
    call = host.channel().unary_stream("/tally.Tally/Ticks")(f"{count} {milliseconds}".encode(), timeout=60)
    assert next(call)
    return call


def rest_of(call):
    """How many messages still come, and how the call ends."""
    count = 0
    try:
        for _ in call:
            count += 1
    except grpc.RpcError:
        pass
    return count, call.code(), call.details()


# The socket


def test_the_socket_is_the_users_alone_and_goes_with_the_host(start):
    host, admin = start()
    path = host.data / "admin.sock"
    mode = path.stat().st_mode
    assert stat.S_ISSOCK(mode) and stat.S_IMODE(mode) == 0o600
    host.wait_for_log(f"admin on unix:.*{re.escape('admin.sock')}", 5)
    host.stop()
    assert not path.exists()


def test_the_admin_service_is_not_on_the_listeners_nor_the_services_on_its_socket(start):
    # A relative path: a Unix socket's has at most 107 bytes.
    host, admin = start(settings={"listeners": [{"address": "127.0.0.1:0"}, {"address": "unix:services.sock"}]})
    host.wait_for_log("listening on unix:", 5)
    for channel in (host.channel(), host.channel(f"unix:{host.folder}/services.sock")):
        assert channel.unary_unary("/tally.Tally/Answer")(b"x", timeout=20).startswith(b"v0")
        assert fails(channel.unary_unary(f"{ADMIN}/GetStatus"), b"")[0] == Code.UNIMPLEMENTED
        assert fails(channel.unary_unary(f"{ADMIN}/Drain"), b"")[0] == Code.UNIMPLEMENTED
    sock = host.channel(f"unix:{host.data}/admin.sock")
    assert fails(sock.unary_unary("/tally.Tally/Answer"), b"x")[0] == Code.UNIMPLEMENTED
    assert fails(sock.unary_unary(f"{ADMIN}/Nothing"), b"")[0] == Code.UNIMPLEMENTED
    host.check_alive()


def test_the_socket_may_be_elsewhere(start, pb, tmp_path):
    host, _ = start(settings={"admin": {"socket": str(tmp_path / "a.sock")}})
    stub = pb.admin.AdminStub(host.channel(f"unix:{tmp_path}/a.sock"))
    assert stub.GetStatus(pb.admin.GetStatusRequest(), timeout=20).pid == host.process.pid
    assert stat.S_IMODE((tmp_path / "a.sock").stat().st_mode) == 0o600 and not (host.data / "admin.sock").exists()


def test_off_is_no_admin_service(start):
    host, _ = start(settings={"admin": {"socket": "off"}})
    assert answer(host) == "v0"
    assert not any("admin" in line for line in host.lines), host.log
    assert not (host.data / "admin.sock").exists() and not (host.folder / "off").exists()


def test_of_two_hosts_in_one_folder_the_second_serves_on_without(start, pb):
    first, admin = start()
    second, _ = start(env={"STREAMHOST_DATA_DIRECTORY": str(first.data)})
    second.wait_for_log("warning no admin service: .*admin.sock.*Set admin.socket to another path, or to off", 5)
    assert answer(second) == "v0"
    second.stop()
    assert admin.stub.GetStatus(admin.pb.GetStatusRequest(), timeout=20).pid == first.process.pid
    # A new connection too: the second's end took nothing away.
    assert Admin(first, pb).plugins() == ["tally"]


def test_what_a_killed_host_left_is_no_hindrance(start, pb):
    first, _ = start()
    first.signal(signal.SIGKILL)
    assert first.ended() == -signal.SIGKILL
    assert (first.data / "admin.sock").exists()
    second, _ = start(env={"STREAMHOST_DATA_DIRECTORY": str(first.data)})
    admin = Admin(first, pb)
    assert admin.stub.GetStatus(admin.pb.GetStatusRequest(), timeout=20).pid == second.process.pid


@pytest.mark.parametrize("where", ["taken", "no folder", "a file", "too long"])
def test_a_configured_socket_that_cannot_be_had_ends_the_start(start, library, tmp_path, where):
    path = tmp_path / "a.sock"
    if where == "taken":
        start(settings={"admin": {"socket": str(path)}})
    elif where == "a file":
        path.write_text("mine")
    elif where == "no folder":
        path = tmp_path / "none" / "a.sock"
    else:
        path = tmp_path / ("x" * 108)
    host = Host(tmp_path / "other", [library], config={"admin": {"socket": str(path)}}).start(wait_for_port=False)
    code = host.ended()
    assert code == 1, host.log
    assert path.name in host.log
    if where == "a file":
        assert path.read_text() == "mine"
    if where == "taken":
        assert stat.S_ISSOCK(path.stat().st_mode)


# Looking


def test_status_tells_what_the_host_is(start, tmp_path):
    before = time.time() * 1000
    host, admin = start(settings={"listeners": [{"address": "127.0.0.1:0"}, {"address": "[::1]:0"}]})
    # The first one serves while the second is still being opened.
    wait_until(lambda: len(admin.stub.GetStatus(admin.pb.GetStatusRequest(), timeout=20).listeners) == 2, "both listeners")
    call = ticks(host)
    status = admin.stub.GetStatus(admin.pb.GetStatusRequest(), timeout=20)
    assert status.version in run_host("--version", cwd=tmp_path).stdout
    assert (status.pid, status.threads, status.log_level, status.draining) == (host.process.pid, 2, "info", False)
    assert before - 1000 <= status.started_at <= time.time() * 1000
    assert status.listeners[0] == host.address and status.listeners[1].startswith("[::1]:") and len(status.listeners) == 2
    assert status.calls == 1, "of the services, not of operators"
    assert status.connections >= 1
    assert abs(status.resident_bytes - host.memory("VmRSS")) < 16 << 20
    call.cancel()
    wait_until(lambda: admin.stub.GetStatus(admin.pb.GetStatusRequest(), timeout=20).calls == 0, "the call to be gone")


def test_plugins_are_listed_with_services_kinds_and_policies(start, library, tiny, builds):
    host, admin = start([library, tiny])
    assert admin.plugins() == ["tally", "tiny"]
    info = admin.plugin("tally")
    assert (info.version, info.sdk, info.library, info.generation) == ("v0", "C", str(library), 1)
    assert (info.draining, info.watched) == (False, False)
    (service,) = info.services
    assert service.name == "tally.Tally"
    assert {method.name: method.kind for method in service.methods} == {
        "Answer": "unary", "Sum": "client_streaming", "Ticks": "server_streaming", "Count": "bidirectional", "Buffered": "bidirectional"}
    assert {method.reload for method in service.methods} == {"migrate"}
    assert [(m.name, m.kind, m.reload) for m in admin.plugin("tiny").services[0].methods] == [("Answer", "unary", "pin")]


def test_generations_and_counters_tell_what_reloads_did(start, library, builds):
    host, admin = start()
    for _ in range(3):
        assert answer(host) == "v0"
    with Load() as load:
        load.begin("count", converse, host.channel())
        load.wait_for_version("v0")
        install(builds["v1"], library)
        verdict = admin.accepted("tally")
        assert (verdict.plugin, verdict.from_generation, verdict.to_generation) == ("tally", 1, 2)
        assert 0 < verdict.pause_ms <= verdict.total_ms
        load.wait_for_version("v1")
        assert admin.reload("tally").outcome == admin.pb.ReloadVerdict.UNCHANGED
        pinned = admin.accepted("tally", policy=admin.pb.PIN, force=True)
        assert (pinned.calls_moved, pinned.calls_pinned) == (0, 1)
        install(build(library.parent / "no", "v2", REFUSE_START='"not today"'), library)
        assert "not today" in admin.refused("tally")
        info = admin.plugin("tally")
        by_number = {g.number: g for g in info.generations}
        active, failed = info.generation, max(by_number)
        states = [admin.pb.GenerationState.Name(by_number[number].state) for number in (2, active, failed)]
        assert states == ["DRAINING", "ACTIVE", "FAILED"] and active == pinned.to_generation
        assert "not today" in by_number[failed].reason
        assert (by_number[2].calls, by_number[2].calls_total, by_number[active].calls) == (1, 1, 0)
        assert by_number[active].mapped_bytes > 0 and not by_number[active].resident
        assert re.fullmatch("[0-9a-f]{64}", by_number[active].sha256) and by_number[active].sha256 == by_number[2].sha256
        assert (by_number[active].version, by_number[active].build_id) == ("v1", "v1")
        reloads = info.reloads
        assert (reloads.accepted, reloads.refused, reloads.rolled_back) == (2, 1, 0)
        assert (reloads.calls_moved, reloads.calls_pinned, reloads.calls_ended) == (1, 1, 0)
        assert len(reloads.pause_count) == len(reloads.pause_upper_bound_ms) + 1 and sum(reloads.pause_count) == 2
        assert list(reloads.pause_upper_bound_ms) == sorted(reloads.pause_upper_bound_ms)
        assert reloads.live_generations == 2
        load.finish()
    admin.wait_for_state("tally", 2, "RETIRED")
    assert (admin.plugin("tally").reloads.live_generations, admin.plugin("tally").reloads.resident_bytes) == (1, 0)


def test_calls_are_listed_with_what_is_known_of_them(start, library, builds, tiny):
    host, admin = start([library, tiny])
    assert admin.calls() == []
    call = host.channel().unary_stream("/tally.Tally/Ticks")(b"1000000 5", timeout=50)
    for _ in range(3):
        next(call)
    (known,) = admin.calls()
    assert (known.plugin, known.generation, known.method, known.moves) == ("tally", 1, "/tally.Tally/Ticks", 0)
    assert re.fullmatch(r"ipv4:127\.0\.0\.1:\d+", known.peer), known.peer
    assert 0 < known.deadline_in_ms <= 50_000 and 0 <= known.age_ms < 50_000
    assert known.messages_in == 1 and known.messages_out >= 3
    install(builds["v1"], library)
    admin.accepted("tally")
    (moved,) = admin.calls("tally")
    assert (moved.generation, moved.moves) == (2, 1) and moved.age_ms >= known.age_ms
    assert admin.calls("tiny") == []
    call.cancel()
    endless = host.channel().unary_stream("/tally.Tally/Ticks")(b"1000000 5")
    next(endless)
    wait_until(lambda: [c.deadline_in_ms for c in admin.calls()] == [-1], "the call without a deadline alone")


def test_of_many_calls_as_many_are_listed_as_were_asked_for_and_all_are_counted(start):
    host, admin = start()
    channel = host.channel()
    calls = [channel.unary_stream("/tally.Tally/Ticks")(b"2 60000", timeout=60) for _ in range(30)]
    wait_until(lambda: len(admin.calls()) == 30, "all calls to be open")

    def listed(**request):
        response = admin.stub.ListCalls(admin.pb.ListCallsRequest(**request), timeout=20)
        return len(response.calls), response.total

    assert listed(limit=7) == (7, 30)
    assert listed(limit=1, plugin="tally") == (1, 30)
    assert listed() == listed(limit=2**31 - 1) == (30, 30)
    for call in calls:
        call.cancel()


def test_what_a_client_does_not_read_is_shown(start, pb):
    host, admin = start(["bench"])
    request = pb.bench.StreamReq(count=2**31 - 1, size=100_000)
    call = pb.bench.BenchStub(host.channel()).ServerStream(request, timeout=60)
    wait_until(lambda: any(c.queued_bytes > 0 for c in admin.calls("bench")), "bytes that wait for the client")
    call.cancel()


# Loading and unloading


def load(admin, library, **request):
    return admin.stub.LoadPlugin(admin.pb.LoadPluginRequest(library=str(library), **request), timeout=20)


def test_a_plugin_is_loaded_under_its_own_name_or_another(start, tiny, tmp_path, builds):
    host, admin = start()
    info = load(admin, tiny)
    assert (info.name, info.version, info.generation, info.watched, info.library) == ("tiny", "1.2.3", 1, False, str(tiny))
    assert answer(host, "/tiny.Tiny/Answer") == "tiny"
    other = compile_plugin(tmp_path / "o", "libother.so", SERVICE='"other.Other"')
    info = load(admin, other, name="another", watch=True, config_json='{"a": 1}')
    assert (info.name, info.watched) == ("another", True)
    assert admin.plugins() == ["tally", "tiny", "another"] and answer(host, "/other.Other/Answer") == "tiny"


def test_a_plugin_that_was_loaded_to_be_watched_is(start, tmp_path, builds):
    target = install(builds["v0"], tmp_path / "w" / "libtally.so")
    host, admin = start(["echo-c"])
    load(admin, target, watch=True)
    with Load() as clients:
        clients.begin("count", converse, host.channel())
        clients.wait_for_version("v0")
        install(builds["v1"], target)
        clients.wait_for_version("v1")
        clients.finish()


@pytest.mark.parametrize("name", ["../evil", "a/b", "..", ".hidden", "x" * 65], ids=["above", "below", "dots", "hidden", "long"])
def test_a_plugin_can_only_be_named_as_the_configuration_could_name_it(start, name):
    host, admin = start()
    before = files_under(host.folder)
    # The file service makes its folder, of the plugin's name, at the start.
    code, text = fails(admin.stub.LoadPlugin, admin.pb.LoadPluginRequest(library=str(plugin("file")), name=name))
    assert code == Code.INVALID_ARGUMENT and "name" in text
    assert files_under(host.folder) == before and not (host.data.parent / "evil").exists()


def test_loads_that_must_be_refused_say_why(start, tiny, tmp_path, library, builds):
    host, admin = start()

    def refused(path, **request):
        return fails(admin.stub.LoadPlugin, admin.pb.LoadPluginRequest(library=str(path), **request))

    code, text = refused(tmp_path / "none.so")
    assert code == Code.NOT_FOUND and f"{tmp_path}/none.so" in text
    assert refused("")[0] in (Code.NOT_FOUND, Code.INVALID_ARGUMENT, Code.FAILED_PRECONDITION)
    code, text = refused(library)
    assert code == Code.FAILED_PRECONDITION and "tally is loaded already" in text
    code, text = refused(library, name="second")
    assert code == Code.FAILED_PRECONDITION and "tally.Tally" in text
    (tmp_path / "text.so").write_text("I am no shared library.\n")
    code, text = refused(tmp_path / "text.so")
    assert code == Code.FAILED_PRECONDITION and "ELF" in text
    code, text = refused(tmp_path)
    assert code == Code.NOT_FOUND and "no regular file" in text
    for config in ("{", "[]", '{"a": 1, "a": 2}', "12"):
        code, text = refused(tiny, config_json=config)
        assert code == Code.INVALID_ARGUMENT and "config_json" in text, config
    other = build(tmp_path / "o", "v0", NAME='"other"')
    code, text = refused(other, config_json='{"x": "refuse"}')
    assert code == Code.FAILED_PRECONDITION and "the configuration says refuse" in text
    assert admin.plugins() == ["tally"] and answer(host) == "v0"
    assert len(list(host.data.glob(".staging/*/*/*.so"))) == 1, "of what was refused no copy is left"


def unload(admin, name="tally", **request):
    return admin.stub.UnloadPlugin(admin.pb.UnloadPluginRequest(plugin=name, **request), timeout=20)


def test_unloading_is_refused_while_calls_are_open_and_the_plugin_serves_on(start):
    host, admin = start()
    with Load() as clients:
        clients.begin("count", converse, host.channel())
        clients.wait_for_version("v0")
        for seconds in (0, 0.2):
            code, text = fails(admin.stub.UnloadPlugin, admin.pb.UnloadPluginRequest(plugin="tally", drain_seconds=seconds))
            assert code == Code.FAILED_PRECONDITION
            for words in ("tally serves on", "1 calls are open", "/tally.Tally/Count of ipv4:127.0.0.1:", "force"):
                assert words in text
            assert answer(host) == "v0" and not admin.plugin("tally").draining
        clients.finish()
    assert unload(admin).unmapped


def test_a_refused_unloading_leaves_a_drained_plugin_drained(start):
    host, admin = start()
    call = ticks(host)
    drain(admin, "tally")
    assert fails(admin.stub.UnloadPlugin, admin.pb.UnloadPluginRequest(plugin="tally"))[0] == Code.FAILED_PRECONDITION
    assert admin.plugin("tally").draining
    call.cancel()


def test_a_forced_unloading_ends_calls_with_unavailable(start, tiny, library):
    host, admin = start([library, tiny])
    calls = [ticks(host) for _ in range(3)]
    response = unload(admin, force=True)
    assert (response.calls_ended, response.unmapped) == (3, True)
    for call in calls:
        _, code, text = rest_of(call)
        assert code == Code.UNAVAILABLE and "unloaded" in text
    assert admin.plugins() == ["tiny"]
    assert fails(host.channel().unary_unary("/tally.Tally/Answer"), b"x")[0] == Code.UNIMPLEMENTED
    assert answer(host, "/tiny.Tiny/Answer") == "tiny"
    assert str(library.name) not in open(f"/proc/{host.process.pid}/maps").read()
    assert load(admin, library).generation == 1 and answer(host) == "v0"


@pytest.mark.parametrize("force", [False, True], ids=["not forced", "forced"])
def test_an_unloading_waits_for_calls_in_flight(start, force, library):
    host, admin = start()
    call = ticks(host, 40, 10)
    waiting = admin.stub.UnloadPlugin.future(admin.pb.UnloadPluginRequest(plugin="tally", drain_seconds=30, force=force), timeout=40)
    wait_until(lambda: admin.plugins() == [] or admin.plugin("tally").draining, "the plugin to be drained")
    code, text = fails(host.channel().unary_unary("/tally.Tally/Answer"), b"x")
    assert code == Code.UNAVAILABLE and not waiting.done()
    assert rest_of(call)[:2] == (39, Code.OK)
    response = waiting.result(30)
    assert (response.calls_ended, response.unmapped) == (0, True)
    # Nothing is served, and yet the host is there.
    assert admin.plugins() == []
    assert load(admin, library).name == "tally" and answer(host) == "v0"


# Draining


def drain(admin, name="", **request):
    return admin.stub.Drain(admin.pb.DrainRequest(plugin=name, **request), timeout=20)


def test_a_drained_plugin_takes_no_new_calls_until_it_is_resumed(start, library, tiny, builds):
    host, admin = start([library, tiny])
    call = ticks(host)
    assert drain(admin, "tally").calls_left == 1
    assert admin.plugin("tally").draining and not admin.plugin("tiny").draining
    assert fails(host.channel().unary_unary("/tally.Tally/Answer"), b"x")[0] == Code.UNAVAILABLE
    assert answer(host, "/tiny.Tiny/Answer") == "tiny"
    assert next(call) and next(call), "what is in flight goes on"
    install(builds["v1"], library)
    assert admin.accepted("tally").calls_moved == 1
    assert admin.plugin("tally").draining, "a reload leaves it drained"
    assert fails(host.channel().unary_unary("/tally.Tally/Answer"), b"x")[0] == Code.UNAVAILABLE
    assert drain(admin, "tally", resume=True).calls_left == 0
    assert answer(host) == "v1" and not admin.plugin("tally").draining
    call.cancel()


def test_a_drain_answers_as_soon_as_the_last_call_is_gone(start):
    host, admin = start()
    call = ticks(host, 20, 10)
    begin = time.monotonic()
    assert drain(admin, "tally", seconds=15).calls_left == 0
    assert time.monotonic() - begin < 10
    assert rest_of(call)[:2] == (19, Code.OK)


def test_draining_the_host_lets_calls_end_and_ends_it_with_0(start):
    host, admin = start(drain_seconds=0.1)
    call = ticks(host, 50, 10)
    assert drain(admin, seconds=30).calls_left == 1
    assert rest_of(call)[:2] == (49, Code.OK), "as long as was asked for, not as the configuration says"
    assert host.ended() == 0
    assert not (host.data / "admin.sock").exists()


def test_draining_the_host_ends_what_is_left_at_the_limit(start):
    host, admin = start(drain_seconds=600)
    call = ticks(host)
    assert drain(admin, seconds=0.3).calls_left == 1
    assert rest_of(call)[1] == Code.UNAVAILABLE
    assert host.ended() == 0


def test_an_idle_host_that_is_drained_ends_at_once(start):
    host, admin = start(drain_seconds=600)
    assert drain(admin, seconds=600).calls_left == 0
    assert host.ended() == 0


# Log level


def test_the_log_level_holds_from_the_next_line(start):
    host, admin = start()
    before = admin.stub.SetLogLevel(admin.pb.SetLogLevelRequest(level="debug"), timeout=20).before
    assert before == "info"
    # A reload that isn't needed is told to those who want to know everything.
    assert admin.reload("tally").outcome == admin.pb.ReloadVerdict.UNCHANGED
    host.wait_for_log("debug plugin tally", 10)
    assert admin.stub.SetLogLevel(admin.pb.SetLogLevelRequest(level="error"), timeout=20).before == "debug"
    assert admin.stub.GetStatus(admin.pb.GetStatusRequest(), timeout=20).log_level == "error"
    lines = len(host.lines)
    admin.accepted("tally", force=True)
    assert len(host.lines) == lines


# Events


def test_events_come_in_order_with_their_numbers_and_the_end(start, tiny, library, builds):
    host, admin = start()
    events = admin.events(recent=10)
    begin = time.time() * 1000
    install(builds["v1"], library)
    admin.accepted("tally")
    load(admin, tiny)
    drain(admin, "tiny")
    drain(admin, "tiny", resume=True)
    fails(admin.stub.LoadPlugin, admin.pb.LoadPluginRequest(library=str(tiny)))
    unload(admin, "tiny")
    admin.stub.SetLogLevel(admin.pb.SetLogLevelRequest(level="notice"), timeout=20)
    admin.read_again()
    install(build(library.parent / "no", "v2", REFUSE_START='"not today"'), library)
    admin.reload("tally")
    host.signal(signal.SIGTERM)
    seen = []
    with pytest.raises(grpc.RpcError) as error:
        for event in events:
            seen.append(event)
    assert error.value.code() == Code.UNAVAILABLE and "the host ends" in error.value.details()
    assert host.ended() == 0
    assert [event.number for event in seen] == list(range(1, len(seen) + 1)), "none is missing"
    # Retirement goes on beside the rest.
    assert [event.kind for event in seen if event.kind != "retired"] == [
        "loaded", "reloaded", "loaded", "drained", "resumed", "load_refused", "unloaded", "log_level", "config", "reload_refused",
        "shutdown"]
    assert seen[-1].kind == "shutdown"
    by_kind = {event.kind: event for event in seen}
    assert all(event.message for event in seen)
    assert all(begin - 60_000 < event.time <= time.time() * 1000 for event in seen)
    assert [a.time for a in seen] == sorted(a.time for a in seen)
    verdict = by_kind["reloaded"].verdict
    assert (verdict.outcome, verdict.from_generation, verdict.to_generation) == (admin.pb.ReloadVerdict.ACCEPTED, 1, 2)
    assert by_kind["reloaded"].generation == 2 and by_kind["reloaded"].plugin == "tally"
    assert "not today" in by_kind["reload_refused"].verdict.reason
    assert not by_kind["unloaded"].HasField("verdict")
    assert by_kind["unloaded"].plugin == "tiny" and by_kind["log_level"].plugin == ""


def test_so_many_recent_events_come_first_as_were_asked_for(start):
    host, admin = start()

    def resume():
        drain(admin, "tally", resume=True)

    for _ in range(300):
        resume()
    for recent, wanted in ((0, 0), (3, 3), (256, 256), (100_000, 256)):
        events = admin.events(recent=recent)
        resume()
        before = [next(events) for _ in range(wanted + 1)]
        numbers = [event.number for event in before]
        events.cancel()
        last = admin.events(recent=1)
        assert numbers == list(range(next(last).number - wanted, numbers[-1] + 1)) and len(numbers) == wanted + 1
        last.cancel()


def test_the_events_of_one_plugin_are_its_alone(start, tiny, library):
    host, admin = start([library, tiny])
    events = admin.events(plugin="tiny", recent=256)
    assert next(events).kind == "loaded"
    for _ in range(3):
        drain(admin, "tally", resume=True)
        admin.stub.SetLogLevel(admin.pb.SetLogLevelRequest(level="info"), timeout=20)
        drain(admin, "tiny", resume=True)
    seen = [next(events) for _ in range(3)]
    assert {(event.plugin, event.kind) for event in seen} == {("tiny", "resumed")}
    assert [b.number - a.number for a, b in zip(seen, seen[1:])] == [3, 3], "numbers are the host's"
    events.cancel()


def test_recent_events_of_one_plugin_are_counted_among_its_own(start, tiny, library):
    host, admin = start([library, tiny])
    for _ in range(5):
        drain(admin, "tally", resume=True)
    events = admin.events(plugin="tiny", recent=1, seconds=3)
    drain(admin, "tiny", resume=True)
    assert [next(events).kind, next(events).kind] == ["loaded", "resumed"]
    events.cancel()


def test_watchers_that_go_away_are_forgotten(start):
    host, admin = start()
    for _ in range(50):
        admin.events(recent=5).cancel()
    drain(admin, "tally", resume=True)
    assert admin.plugins() == ["tally"]


# Wrong names and arguments


@pytest.mark.parametrize("method", ["ListPlugins", "ListCalls", "UnloadPlugin", "ReloadPlugin", "Drain"])
def test_a_plugin_that_is_not_there_is_not_found_and_those_that_are_named(start, library, tiny, method):
    host, admin = start([library, tiny])
    code, text = fails(getattr(admin.stub, method), getattr(admin.pb, f"{method}Request")(plugin="nobody"))
    assert code == Code.NOT_FOUND
    assert 'found no plugin named "nobody"' in text and "tally, tiny" in text
    if method == "Drain":
        assert fails(admin.stub.Drain, admin.pb.DrainRequest(plugin="nobody", resume=True))[0] == Code.NOT_FOUND
    host.check_alive()


def test_wrong_arguments_are_told_with_what_was_wanted(start):
    host, admin = start()
    pb, stub = admin.pb, admin.stub
    wrong = [
        (stub.ListCalls, pb.ListCallsRequest(limit=-1), "limit: found -1"),
        (stub.SetLogLevel, pb.SetLogLevelRequest(level="loud"), 'level: found "loud"'),
        (stub.SetLogLevel, pb.SetLogLevelRequest(), 'level: found ""'),
        (stub.ReloadPlugin, pb.ReloadPluginRequest(plugin="tally", policy=7), "policy: found 7"),
        (stub.Drain, pb.DrainRequest(resume=True), "resume: "),
    ]
    for bad in (-1.0, float("nan"), float("inf"), 86_401.0):
        wrong.append((stub.Drain, pb.DrainRequest(seconds=bad), "seconds: "))
        wrong.append((stub.Drain, pb.DrainRequest(plugin="tally", seconds=bad), "seconds: "))
        wrong.append((stub.UnloadPlugin, pb.UnloadPluginRequest(plugin="tally", drain_seconds=bad), "drain_seconds: "))
    for method, request, words in wrong:
        code, text = fails(method, request)
        assert code == Code.INVALID_ARGUMENT and text.startswith(words), (request, code, text)
    assert not admin.plugin("tally").draining and answer(host) == "v0"
    code, text = fails(stub.ReloadPlugin, pb.ReloadPluginRequest(plugin="tally", library="/none.so"))
    assert code == Code.NOT_FOUND and "/none.so" in text


@pytest.mark.parametrize("method", ["GetStatus", "ListPlugins", "LoadPlugin", "Drain", "WatchEvents"])
def test_bytes_that_are_no_request_are_refused(start, method):
    host, admin = start()
    channel = host.channel(f"unix:{host.data}/admin.sock")
    code, text = fails(channel.unary_unary(f"{ADMIN}/{method}"), b"\xff\xff\xff")
    assert code == Code.INTERNAL and "decoded" in text
    assert admin.plugins() == ["tally"] and answer(host) == "v0"
    host.check_alive()


# Many at once


def test_operators_that_do_everything_at_once_leave_a_host_that_serves(start, library, builds, tiny):
    host, admin = start()
    with Load() as clients:
        clients.begin("count", converse, host.channel())
        clients.begin("answer", ask, host.channel())
        clients.wait_for_version("v0")
        work = []
        for number in range(12):
            install(builds[f"v{(number + 1) % 2}"], library)
            work += [
                admin.stub.ReloadPlugin.future(admin.pb.ReloadPluginRequest(plugin="tally"), timeout=40),
                admin.stub.LoadPlugin.future(admin.pb.LoadPluginRequest(library=str(tiny)), timeout=40),
                admin.stub.ListPlugins.future(admin.pb.ListPluginsRequest(), timeout=40),
                admin.stub.ListCalls.future(admin.pb.ListCallsRequest(), timeout=40),
                admin.stub.UnloadPlugin.future(admin.pb.UnloadPluginRequest(plugin="tiny"), timeout=40),
            ]
        codes = {call.code() for call in work}
        assert codes <= {Code.OK, Code.FAILED_PRECONDITION, Code.NOT_FOUND}, codes
        clients.finish()
    assert "tally" in admin.plugins()
    assert answer(host) == "v0"
