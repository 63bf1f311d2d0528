"""Reloads that must not happen, and those that must be taken back: the old generation serves on, and the log says why."""

import threading

import grpc
import pytest

from support.admin import Admin
from support.load import Load, ask, converse, listen
from support.paths import plugin
from support.plugins import compile_plugin
from support.tally import SOURCE, build, install, overwrite
from support.waiting import wait_until

# Tests that don't look at probation do without its wait.
TRUSTING = {"reload": {"probationSeconds": 0}}


@pytest.fixture(scope="module")
def builds(tmp_path_factory):
    folder = tmp_path_factory.mktemp("builds")
    return {version: build(folder, version) for version in ("v0", "v1")}


@pytest.fixture
def library(tmp_path, builds):
    return install(builds["v0"], tmp_path / "plugins" / "libtally.so")


@pytest.fixture
def start(start_host, pb, library):
    """start(settings): a host that serves the library, and its admin service."""

    def start(config=TRUSTING, **options):
        host = start_host([library], config=config, **options)
        return host, Admin(host, pb)

    return start


def answer(host, method="Answer"):
    return host.channel().unary_unary(f"/tally.Tally/{method}")(b"x", timeout=20).split()[0].decode()


def numbers(answers):
    return sorted(a.number for client in answers.values() for a in client)


def staged_copies(host):
    """Private copies of libraries that the host keeps."""
    return list(host.data.glob(".staging/*/*/*.so"))


# Files that are written over, or cut off


def test_a_file_that_is_written_over_in_place_harms_nothing_and_is_the_next_reload(start, library, builds):
    host, admin = start()
    with Load() as load:
        load.begin("count", converse, host.channel())
        load.begin("ticks", listen, host.channel())
        load.wait_for_version("v0")
        inode = library.stat().st_ino
        # What is mapped must not be this file: zeros in place of its code would be a crash within the next calls.
        overwrite(bytes(library.stat().st_size), library)
        assert answer(host) == "v0"
        overwrite(builds["v1"].read_bytes(), library)
        assert library.stat().st_ino == inode
        assert answer(host) == "v0"
        assert admin.accepted("tally").calls_moved == 2
        load.wait_for_version("v1")
        answers = load.finish()
    assert len(set(numbers(answers))) == len(numbers(answers))


@pytest.mark.parametrize("size", ["nothing", "the header", "half", "all but the end"])
def test_a_file_that_is_not_whole_is_refused_and_taken_when_it_is(start, library, builds, size):
    whole = builds["v1"].read_bytes()
    cut = {"nothing": 0, "the header": 64, "half": len(whole) // 2, "all but the end": len(whole) - 100}[size]
    host, admin = start()
    with Load() as load:
        load.begin("count", converse, host.channel())
        load.wait_for_version("v0")
        overwrite(whole[:cut], library)
        reason = admin.refused("tally")
        assert str(library) in reason and ("cut off" in reason or "empty" in reason or "without program headers" in reason)
        assert load.versions["count"] == answer(host) == "v0"
        overwrite(whole, library)
        admin.accepted("tally")
        load.wait_for_version("v1")
        load.finish()


def test_a_reload_waits_for_a_file_that_is_being_written(start, library, builds):
    host, admin = start()
    whole = builds["v1"].read_bytes()
    overwrite(whole[: len(whole) // 2], library)
    timer = threading.Timer(0.5, overwrite, (whole, library))
    timer.start()
    admin.accepted("tally")
    timer.join()
    assert answer(host) == "v1"


def not_a_library(library):
    library.write_text("I am no shared library.\n")


def gone(library):
    library.unlink()


def a_folder(library):
    library.unlink()
    library.mkdir()


def another_plugin(library):
    install(plugin("echo-c"), library)


def no_plugin(library):
    install(compile_plugin(library.parent / "none", "libnone.so", NO_ENTRY=1), library)


def built(**macros):
    return lambda library: install(build(library.parent / "broken", "v1", **macros), library)


def without_a_symbol(library):
    install(compile_plugin(library.parent / "symbol", "libs.so", source_text="void *nowhere(void); void *f(void) { return nowhere(); }"), library)


# What is wrong with the new file -> words that the reason must have.
BROKEN = {
    "no library": (not_a_library, ["elf"]),
    "no file": (gone, ["no such file"]),
    "a folder": (a_folder, ["no regular file"]),
    "another plugin": (another_plugin, ["echo-c", "tally"]),
    "no plugin at all": (no_plugin, ["streamhost_plugin"]),
    "a missing symbol": (without_a_symbol, ["nowhere"]),
    "an abi too new": (built(MAJOR=99), ["99"]),
    "create refuses": (built(REFUSE_CREATE='"the moon is full"'), ["the moon is full"]),
    "start refuses": (built(REFUSE_START='"the moon is new"'), ["the moon is new"]),
}


@pytest.mark.parametrize("make,words", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_build_is_refused_in_words_and_the_old_one_serves_on(start, library, builds, make, words):
    host, admin = start()
    with Load() as load:
        load.begin("count", converse, host.channel())
        load.wait_for_version("v0")
        make(library)
        reason = admin.refused("tally")
        for word in words:
            assert word in reason.lower(), (word, reason)
        assert load.versions["count"] == answer(host) == "v0"
        info = admin.plugin("tally")
        assert (info.generation, info.reloads.refused, info.reloads.accepted) == (1, 1, 0)
        assert [g.reason for g in info.generations if g.state == admin.pb.FAILED] == [reason]
        if library.is_dir():
            library.rmdir()
        install(builds["v1"], library)
        admin.accepted("tally")
        load.wait_for_version("v1")
        load.finish()


def test_refused_builds_leave_no_copies_of_their_files(start, library):
    host, admin = start()
    before = len(staged_copies(host))
    assert before == 1
    for make in (not_a_library, without_a_symbol, built(REFUSE_CREATE='"no"'), built(REFUSE_START='"no"'), another_plugin):
        make(library)
        admin.refused("tally")
    assert len(staged_copies(host)) == before, [str(path) for path in staged_copies(host)]


# State that is refused


def test_a_refused_state_gives_the_calls_back_and_loses_nothing(start, library, tmp_path, builds):
    install(build(tmp_path, "v0", SCHEMA=2), library)
    older = build(tmp_path, "v1", SCHEMA=1)
    host, admin = start()
    with Load() as load:
        load.begin("count", converse, host.channel())
        load.begin("buffered", converse, host.channel(), "Buffered")
        load.begin("ticks", listen, host.channel())
        load.begin("answer", ask, host.channel())
        load.wait_for_version("v0")
        install(older, library)
        for _ in range(10):
            reason = admin.refused("tally", force=True)
            assert "version 2, wanted at most 1" in reason
        answers = load.finish()
    assert {a.version for client in answers.values() for a in client} == {"v0"}
    assert numbers(answers) == list(range(1, len(numbers(answers)) + 1))
    assert admin.plugin("tally").reloads.resident_generations == 0


def test_a_plugin_that_can_not_save_its_state_is_not_replaced(start, library, tmp_path, builds):
    install(build(tmp_path, "v0", REFUSE_SAVE='"too much to carry"'), library)
    host, admin = start()
    with Load() as load:
        load.begin("count", converse, host.channel())
        load.wait_for_version("v0")
        install(builds["v1"], library)
        assert "too much to carry" in admin.refused("tally")
        answers = load.finish()
    assert numbers(answers) == list(range(1, len(numbers(answers)) + 1))


# Taken back


def test_a_generation_that_does_not_take_the_calls_is_rolled_back_at_once(start, library, tmp_path):
    host, admin = start()
    events = admin.events()
    with Load() as load:
        for number in range(3):
            load.begin(f"count {number}", converse, host.channel())
        load.begin("buffered", converse, host.channel(), "Buffered")
        load.wait_for_version("v0")
        install(build(tmp_path, "v1", REFUSE_RESUMED=1), library)
        for _ in range(5):
            verdict = admin.reload("tally")
            assert verdict.outcome == admin.pb.ReloadVerdict.ROLLED_BACK, host.log
            assert "did not take 4 of the 4 calls" in verdict.reason
            assert verdict.to_generation == verdict.from_generation == 1
            load.check()
        answers = load.finish()
    assert {a.version for client in answers.values() for a in client} == {"v0"}
    assert numbers(answers) == list(range(1, len(numbers(answers)) + 1)), "the way back loses and doubles nothing"
    event = next(event for event in events if event.kind == "rolled_back")
    assert (event.plugin, event.generation) == ("tally", 1) and "did not take" in event.message
    host.wait_for_log("rolled back.*did not take")
    info = admin.plugin("tally")
    assert info.reloads.rolled_back == 5 and info.generation == 1
    events.cancel()


def test_a_generation_that_fails_on_probation_is_rolled_back_by_itself(start, library, tmp_path):
    host, admin = start({"reload": {"probationSeconds": 20}})
    events = admin.events(plugin="tally")
    install(build(tmp_path, "v1", ENDS_UNKNOWN=1), library)
    admin.accepted("tally")
    for _ in range(3):
        with pytest.raises(grpc.RpcError) as error:
            answer(host)
        assert error.value.code() == grpc.StatusCode.UNKNOWN
    event = next(event for event in events if event.kind == "rolled_back")
    assert event.generation == 1 and "UNKNOWN" in event.message and event.verdict.outcome == admin.pb.ReloadVerdict.ROLLED_BACK
    host.wait_for_log("rolled back.*UNKNOWN")
    assert answer(host) == "v0"
    admin.wait_for_state("tally", 2, "FAILED")
    info = admin.plugin("tally")
    assert (info.generation, info.reloads.rolled_back, info.reloads.accepted) == (1, 1, 1)
    assert any("UNKNOWN" in generation.reason for generation in info.generations)
    events.cancel()


def test_the_way_back_takes_the_calls_and_the_state_along(start, library, tmp_path):
    host, admin = start({"reload": {"probationSeconds": 20}})
    install(build(tmp_path, "v1", ANSWERS_UNKNOWN=1), library)
    with Load() as load:
        for number in range(2):
            load.begin(f"count {number}", converse, host.channel())
            load.begin(f"buffered {number}", converse, host.channel(), "Buffered")
            load.begin(f"ticks {number}", listen, host.channel())
        load.wait_for_version("v0")
        admin.accepted("tally")
        load.wait_for_version("v1")
        for _ in range(3):
            with pytest.raises(grpc.RpcError):
                answer(host)
        load.wait_for_version("v0")
        answers = load.finish()
    assert all(load.switches[name] == 2 for name in answers)
    assert numbers(answers) == list(range(1, len(numbers(answers)) + 1))
    assert admin.plugin("tally").reloads.rolled_back == 1


def test_a_refused_reload_does_not_take_the_way_back_away(start, library, tmp_path):
    host, admin = start({"reload": {"probationSeconds": 20}})
    events = admin.events(plugin="tally")
    install(build(tmp_path, "v1", ENDS_UNKNOWN=1), library)
    admin.accepted("tally")
    not_a_library(library)
    admin.refused("tally")
    for _ in range(4):
        with pytest.raises(grpc.RpcError):
            answer(host)
    wait_until(lambda: admin.plugin("tally").generation == 1, "the roll-back", 5)
    assert answer(host) == "v0"
    events.cancel()


# Methods that come and go


def test_a_removed_method_ends_its_calls_with_unimplemented_and_the_others_go_on(start, library, tmp_path):
    host, admin = start()
    answered = threading.Event()

    def requests():
        yield b"one"
        answered.wait(30)

    call = host.channel().stream_stream("/tally.Tally/Count")(requests(), timeout=60)
    assert next(call).startswith(b"v0 ")
    with Load() as load:
        load.begin("buffered", converse, host.channel(), "Buffered")
        load.wait_for_version("v0")
        install(build(tmp_path, "v1", WITHOUT_COUNT=1), library)
        verdict = admin.accepted("tally")
        assert (verdict.calls_moved, verdict.calls_ended, verdict.calls_pinned) == (1, 1, 0)
        with pytest.raises(grpc.RpcError) as error:
            next(call)
        assert error.value.code() == grpc.StatusCode.UNIMPLEMENTED and "Count" in error.value.details()
        load.wait_for_version("v1")
        load.finish()
    answered.set()
    with pytest.raises(grpc.RpcError) as error:
        answer(host, "Count")
    assert error.value.code() == grpc.StatusCode.UNIMPLEMENTED


def test_an_added_method_is_there_at_once(start, library, tmp_path):
    host, admin = start()
    with pytest.raises(grpc.RpcError) as error:
        answer(host, "More")
    assert error.value.code() == grpc.StatusCode.UNIMPLEMENTED
    install(build(tmp_path, "v1", WITH_MORE=1), library)
    admin.accepted("tally")
    assert answer(host, "More") == "v1"
    assert "More" in [method.name for method in admin.plugin("tally").services[0].methods]


@pytest.mark.parametrize("who", ["the method", "the operator"])
def test_policy_end_answers_unavailable(start, library, tmp_path, builds, who):
    policy = "SH_RELOAD_END" if who == "the method" else "SH_RELOAD_PIN"
    install(build(tmp_path, "v0", POLICY=policy), library)
    host, admin = start()
    call = host.channel().unary_stream("/tally.Tally/Ticks")(b"1000000 5", timeout=60)
    next(call)
    install(builds["v1"], library)
    verdict = admin.accepted("tally", policy=admin.pb.METHOD if who == "the method" else admin.pb.END)
    assert (verdict.calls_moved, verdict.calls_ended, verdict.calls_pinned) == (0, 1, 0)
    with pytest.raises(grpc.RpcError) as error:
        list(call)
    assert error.value.code() == grpc.StatusCode.UNAVAILABLE and "reload" in error.value.details()
    admin.wait_for_state("tally", 1, "RETIRED")


def test_pinned_calls_are_ended_when_the_drain_time_is_over(start, library, tmp_path, builds):
    install(build(tmp_path, "v0", POLICY="SH_RELOAD_PIN"), library)
    host, admin = start({"reload": {"probationSeconds": 0, "drainSeconds": 0.5}})
    call = host.channel().unary_stream("/tally.Tally/Ticks")(b"1000000 5", timeout=60)
    next(call)
    install(builds["v1"], library)
    assert admin.accepted("tally").calls_pinned == 1
    with pytest.raises(grpc.RpcError) as error:
        list(call)
    assert error.value.code() == grpc.StatusCode.UNAVAILABLE
    host.wait_for_log("1 calls of generation 1 were ended")
    admin.wait_for_state("tally", 1, "RETIRED")


def test_too_many_live_generations_are_refused_in_words_until_some_have_ended(start, library, tmp_path):
    versions = [build(tmp_path, f"v{number}", POLICY="SH_RELOAD_PIN") for number in range(2)]
    install(versions[0], library)
    host, admin = start({"reload": {"probationSeconds": 0, "maxGenerations": 3}})
    calls = []
    for number in range(3):
        calls.append(host.channel().unary_stream("/tally.Tally/Ticks")(b"1000000 5", timeout=60))
        next(calls[-1])
        if number < 2:
            admin.accepted("tally", force=True)
    reason = admin.refused("tally", force=True)
    assert "3 generations" in reason and "maxGenerations" in reason
    assert all(next(call) for call in calls)
    calls[0].cancel()
    admin.wait_for_state("tally", 1, "RETIRED")
    assert admin.accepted("tally", force=True).to_generation == 4
    for call in calls:
        call.cancel()


def test_a_kind_that_changes_pins_the_calls_that_are_open(start, library, tmp_path, builds):
    """Count becomes unary: an open stream of it can't become one."""
    changed = SOURCE.replace('METHOD("Count", SH_BIDIRECTIONAL, COUNT)', 'METHOD("Count", SH_UNARY, ANSWER)')
    assert changed != SOURCE
    host, admin = start()
    with Load() as load:
        load.begin("count", converse, host.channel())
        load.wait_for_version("v0")
        install(compile_plugin(tmp_path, "libchanged.so", source_text=changed, _GNU_SOURCE=1, VERSION='"v1"'), library)
        verdict = admin.accepted("tally")
        assert (verdict.calls_moved, verdict.calls_pinned, verdict.calls_ended) == (0, 1, 0)
        assert answer(host, "Count") == "v1"
        assert {a.version for a in load.finish()["count"]} == {"v0"}


# What code in one's own process can do


def test_a_crash_in_create_ends_the_process(start, library, tmp_path):
    """What loading into the process can't survive: `streamhost check`, which loads in a child, is the remedy."""
    host, admin = start()
    install(build(tmp_path, "v1", CRASH_CREATE=1), library)
    with pytest.raises(grpc.RpcError):
        admin.reload("tally")
    host.process.wait(20)
    assert host.process.returncode != 0
    type(host).living.remove(host)
