"""Reload under load: a plugin's code is replaced while its calls run, and no client notices anything but new answers."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import chain

import grpc
import pytest

from support.admin import Admin
from support.load import Load, ask, converse, listen, upload
from support.tally import build, install
from support.waiting import wait_until

MIB = 1 << 20
# How soon every client is to see the new code.
SOON = 1


@pytest.fixture(scope="module")
def versions(tmp_path_factory):
    """Two builds of one plugin that answer differently."""
    folder = tmp_path_factory.mktemp("builds")
    return [build(folder, "v0"), build(folder, "v1")]


def assert_state_was_handed_over(answers):
    """The plugin's own numbers: each was given once, and none was left out, whichever generation gave it."""
    numbers = sorted(answer.number for answer in answers)
    assert numbers == list(range(1, len(numbers) + 1))


def begin_all_kinds(load, host):
    """Every kind of call, from connections of their own, so that both event loops have some."""
    for number in range(2):
        load.begin(f"count {number}", converse, host.channel())
        load.begin(f"buffered {number}", converse, host.channel(), "Buffered")
        load.begin(f"ticks {number}", listen, host.channel())
        load.begin(f"answer {number}", ask, host.channel())
        load.begin(f"sum {number}", upload, host.channel())


def test_two_hundred_reloads_under_all_four_kinds_of_calls(start_host, pb, tmp_path, versions):
    library = install(versions[0], tmp_path / "libtally.so")
    host = start_host([library], config={"reload": {"probationSeconds": 0}})
    admin = Admin(host, pb)
    with Load() as load:
        begin_all_kinds(load, host)
        load.wait_for_version("v0")
        memory, waits = [], []
        moved = 0
        for number in range(1, 201):
            install(versions[number % 2], library)
            verdict = admin.accepted("tally")
            assert (verdict.calls_pinned, verdict.calls_ended) == (0, 0)
            moved += verdict.calls_moved
            done = time.monotonic()
            load.wait_for_version(f"v{number % 2}")
            waits.append(time.monotonic() - done)
            memory.append(host.memory("VmRSS"))
        answers = load.finish()
    assert_state_was_handed_over(chain(*answers.values()))
    # A machine that is busy with something else may stop all for a while.
    assert sorted(waits)[len(waits) * 95 // 100] < SOON
    assert moved >= 200 * 4, "the long-lived streams moved with each reload"
    assert all(load.switches[name] >= 200 for name in answers)
    admin.wait_for_state("tally", 200, "RETIRED")
    info = admin.plugin("tally")
    assert (info.generation, info.reloads.accepted, info.reloads.calls_moved) == (201, 200, moved)
    assert (info.reloads.live_generations, info.reloads.resident_generations, info.reloads.resident_bytes) == (1, 0, 0)
    assert sum(info.reloads.pause_count) == 200
    assert memory[-1] - memory[20] < 8 * MIB, "of a C plugin nothing stays"


def test_wishes_that_come_while_a_reload_runs_are_one_reload(start_host, pb, tmp_path, versions):
    library = install(versions[0], tmp_path / "libtally.so")
    host = start_host([library], config={"reload": {"probationSeconds": 0}}, log_level="debug")
    admin = Admin(host, pb)
    gate = tmp_path / "gate"
    install(build(tmp_path, "v1", GATE=f'"{gate}"'), library)
    wish = admin.pb.ReloadPluginRequest(plugin="tally", force=True)
    first = admin.stub.ReloadPlugin.future(wish, timeout=30)
    admin.wait_for_state("tally", 2, "CHECKED")
    # The first one is in the plugin's `create` now, and stays there. Of those that come meanwhile each would be one more, as they are forced.
    others = [admin.stub.ReloadPlugin.future(wish, timeout=30) for _ in range(20)]
    wait_until(lambda: sum("one more wish for the reload" in line for line in host.lines) == 19, "all to wait")
    gate.touch()
    assert (first.result().from_generation, first.result().to_generation) == (1, 2)
    assert {(other.result().from_generation, other.result().to_generation) for other in others} == {(2, 3)}
    assert admin.plugin("tally").reloads.accepted == 2


@pytest.mark.parametrize("how", ["yield_later", "yield_refused", "yield_never", "yield_late"])
def test_calls_that_let_go_later_or_never_lose_nothing_either(start_host, pb, tmp_path, how):
    versions = [build(tmp_path, f"v{number}", YIELD=how) for number in range(2)]
    library = install(versions[0], tmp_path / "libtally.so")
    host = start_host([library], config={"reload": {"probationSeconds": 0, "yieldSeconds": 0.05}})
    admin = Admin(host, pb)
    with Load() as load:
        load.begin("count", converse, host.channel())
        load.begin("buffered", converse, host.channel(), "Buffered")
        load.begin("answer", ask, host.channel())
        load.wait_for_version("v0")
        for number in range(1, 6):
            install(versions[number % 2], library)
            verdict = admin.accepted("tally")
            if how == "yield_later":
                assert verdict.calls_moved >= 2 and verdict.calls_pinned == 0
                load.wait_for_version(f"v{number % 2}")
            else:
                assert verdict.calls_pinned >= (2 if number == 1 else 0)
                wait_until(lambda: load.versions["answer"] == f"v{number % 2}", "new calls to go to the new generation")
                if how == "yield_late":
                    load.wait_for_version(f"v{number % 2}")
        if how in ("yield_refused", "yield_never"):
            assert load.versions["count"] == load.versions["buffered"] == "v0", "pinned ones stay where they are"
            assert {call.generation for call in admin.calls("tally") if "Answer" not in call.method} == {1}
        answers = load.finish()
    if how == "yield_later":
        assert_state_was_handed_over(chain(*answers.values()))


def test_a_pinned_call_stays_until_its_end_and_its_generation_retires_then(start_host, pb, tmp_path, versions):
    pinned = install(build(tmp_path, "v0", POLICY="SH_RELOAD_PIN"), tmp_path / "libtally.so")
    host = start_host([pinned], config={"reload": {"probationSeconds": 0}})
    admin = Admin(host, pb)
    with Load() as load:
        load.begin("count", converse, host.channel())
        load.wait_for_version("v0")
        install(versions[1], pinned)
        verdict = admin.accepted("tally")
        assert (verdict.calls_moved, verdict.calls_pinned, verdict.calls_ended) == (0, 1, 0)
        assert admin.state("tally", 1) == "DRAINING"
        answers = load.finish()["count"]
        assert {answer.version for answer in answers} == {"v0"}
    admin.wait_for_state("tally", 1, "RETIRED")
    info = admin.plugin("tally")
    assert info.generations[0].mapped_bytes == 0 and info.reloads.resident_generations == 0


def test_policy_pin_of_one_reload_keeps_calls_that_could_move(start_host, pb, tmp_path, versions):
    library = install(versions[0], tmp_path / "libtally.so")
    host = start_host([library], config={"reload": {"probationSeconds": 0}})
    admin = Admin(host, pb)
    with Load() as load:
        load.begin("count", converse, host.channel())
        load.wait_for_version("v0")
        install(versions[1], library)
        verdict = admin.accepted("tally", policy=pb.admin.PIN)
        assert (verdict.calls_moved, verdict.calls_pinned) == (0, 1)
        assert host.channel().unary_unary("/tally.Tally/Answer")(b"x", timeout=20).startswith(b"v1 ")
        assert {answer.version for answer in load.finish()["count"]} == {"v0"}
    admin.wait_for_state("tally", 1, "RETIRED")


def test_a_deadline_goes_on_over_reloads(start_host, pb, tmp_path, versions):
    library = install(versions[0], tmp_path / "libtally.so")
    host = start_host([library], config={"reload": {"probationSeconds": 0}})
    admin = Admin(host, pb)
    call = host.channel().unary_stream("/tally.Tally/Ticks")(b"1000000 5", timeout=2)
    ticks = []
    for number, raw in enumerate(call_until_error(call)):
        ticks.append(int(raw.split()[2]))
        if number in (10, 20, 30):
            admin.accepted("tally", force=True)
            assert 0 <= admin.calls("tally")[0].deadline_in_ms <= 2000
            assert admin.calls("tally")[0].moves == number // 10
    assert call.code() == grpc.StatusCode.DEADLINE_EXCEEDED
    assert ticks == list(range(len(ticks))) and len(ticks) > 30


def call_until_error(call):
    try:
        yield from call
    except grpc.RpcError:
        pass


def test_clients_that_go_away_while_the_plugin_is_reloaded_leave_nothing_behind(start_host, pb, tmp_path, versions):
    library = install(versions[0], tmp_path / "libtally.so")
    host = start_host([library], config={"reload": {"probationSeconds": 0}})
    admin = Admin(host, pb)
    stop = threading.Event()

    def come_and_go(number):
        gone = 0
        channel = host.channel()
        while not stop.is_set():
            call = channel.unary_stream("/tally.Tally/Ticks")(b"1000000 1", timeout=60)
            assert next(call)
            call.cancel()
            gone += 1
        return gone

    with ThreadPoolExecutor(6) as pool:
        clients = [pool.submit(come_and_go, number) for number in range(6)]
        for number in range(1, 31):
            install(versions[number % 2], library)
            admin.accepted("tally")
        stop.set()
        assert all(client.result(30) > 0 for client in clients)
    wait_until(lambda: not admin.calls("tally"), "every call to have ended")
    admin.wait_for_state("tally", 30, "RETIRED")
    assert admin.plugin("tally").reloads.resident_generations == 0
