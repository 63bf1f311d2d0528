"""What changes by itself: files that are watched, and a configuration that is read again."""

import shutil
import signal

import grpc
import pytest

from support.admin import Admin
from support.load import Load, ask, converse, listen
from support.plugins import compile_plugin
from support.tally import SOURCE, build, install, overwrite
from support.waiting import wait_until

# Tests that don't look at probation do without its wait, and those of watched files wait less for them to be quiet.
QUICK = {"probationSeconds": 0, "settleSeconds": 0.05}


@pytest.fixture(scope="module")
def builds(tmp_path_factory):
    folder = tmp_path_factory.mktemp("builds")
    return {version: build(folder, version) for version in ("v0", "v1", "v2")}


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """Another plugin: it answers with its name."""
    return compile_plugin(tmp_path_factory.mktemp("tiny"), "libtiny.so")


@pytest.fixture
def library(tmp_path, builds):
    return install(builds["v0"], tmp_path / "plugins" / "libtally.so")


@pytest.fixture
def start(start_host, pb, library):
    """start(): a host that serves the library by a configuration file, and its admin service."""

    def start(plugins=None, *, reload=QUICK, more=None, **options):
        host = start_host([library] if plugins is None else plugins, config={"reload": reload} | (more or {}), **options)
        return host, Admin(host, pb)

    return start


def answer(host, path="/tally.Tally/Answer", message=b"x"):
    return host.channel().unary_unary(path)(message, timeout=20).split()[0].decode()


def code_of(host, path, message=b"x"):
    with pytest.raises(grpc.RpcError) as error:
        host.channel().unary_unary(path)(message, timeout=20)
    return error.value.code()


def ticks(host, count, milliseconds):
    """A server stream that has begun."""
    call = host.channel().unary_stream("/tally.Tally/Ticks")(f"{count} {milliseconds}".encode(), timeout=60)
    assert next(call)
    return call


def loads(host, *libraries):
    """A change of the file: these plugins and no others."""
    return host.rewrite(lambda settings: settings.update(plugins=[{"library": str(library)} for library in libraries]))


def never_unloaded(host):
    assert not any("unloaded" in line for line in host.lines), host.log


# Watched files


def by_the_plugin(start, library):
    return start(more={"plugins": [{"library": str(library), "watch": True}]})


def by_the_setting(start, library):
    return start(more={"watch": True})


def by_the_folder(start, library):
    return start([], more={"pluginFolders": [{"folder": str(library.parent), "watch": True}]})


def by_the_flag(start, library):
    environment = {"STREAMHOST_RELOAD_SETTLE_SECONDS": "0.05", "STREAMHOST_RELOAD_PROBATION_SECONDS": "0"}
    return start(arguments=["--watch", "--load", library, "--listen", "127.0.0.1:0"], env=environment)


def by_cc(library, builds):
    compile_plugin(library.parent, library.name, source_text=SOURCE, _GNU_SOURCE=1, VERSION='"v1"')


def by_a_rename(library, builds):
    install(builds["v1"], library)


def by_cp(library, builds):
    inode = library.stat().st_ino
    overwrite(builds["v1"].read_bytes(), library)
    assert library.stat().st_ino == inode


@pytest.mark.parametrize("put", [by_cc, by_a_rename, by_cp])
@pytest.mark.parametrize("watched", [by_the_plugin, by_the_setting, by_the_folder, by_the_flag])
def test_a_new_build_of_a_watched_library_is_live_by_itself(start, library, builds, watched, put):
    host, admin = watched(start, library)
    assert admin.plugin("tally").watched
    with Load() as load:
        load.begin("count", converse, host.channel())
        load.begin("ticks", listen, host.channel())
        load.begin("answer", ask, host.channel())
        load.wait_for_version("v0")
        put(library, builds)
        load.wait_for_version("v1")
        load.finish()
    info = admin.plugin("tally")
    assert (info.generation, info.reloads.accepted, info.reloads.refused) == (2, 1, 0), host.log
    never_unloaded(host)


def test_each_of_many_builds_is_live_in_its_turn(start, library, builds):
    host, admin = by_the_plugin(start, library)
    with Load() as load:
        load.begin("count", converse, host.channel())
        load.wait_for_version("v0")
        for number in range(1, 9):
            install(builds[f"v{number % 2}"], library)
            load.wait_for_version(f"v{number % 2}")
        load.finish()
    assert admin.plugin("tally").reloads.accepted == 8


def test_what_is_not_watched_stays_as_it_is(start, library, tmp_path, builds, tiny):
    shutil.copy(tiny, tmp_path / "libtiny.so")
    host, admin = start(more={"plugins": [{"library": str(library)}, {"library": str(tmp_path / "libtiny.so"), "watch": True}]})
    assert [admin.plugin(name).watched for name in ("tally", "tiny")] == [False, True]
    events = admin.events()
    install(builds["v1"], library)
    # The watched one, changed after it, is told of after it.
    install(compile_plugin(tmp_path / "more", "libtiny.so", MORE=1, METHODS=1, SERVICE='"tiny.New"'), tmp_path / "libtiny.so")
    event = next(events)
    assert (event.kind, event.plugin) == ("reloaded", "tiny")
    events.cancel()
    assert answer(host) == "v0" and admin.plugin("tally").generation == 1
    assert answer(host, "/tiny.New/Answer") == "tiny"


def test_a_build_that_cannot_be_loaded_is_refused_and_the_next_one_taken(start, library, builds):
    host, admin = by_the_plugin(start, library)
    with Load() as load:
        load.begin("count", converse, host.channel())
        load.wait_for_version("v0")
        install(build(library.parent / "broken", "v1", REFUSE_START='"not today"'), library)
        host.wait_for_log("plugin tally reload refused.*not today")
        assert answer(host) == load.versions["count"] == "v0"
        install(builds["v2"], library)
        load.wait_for_version("v2")
        load.finish()
    reloads = admin.plugin("tally").reloads
    assert (reloads.accepted, reloads.refused) == (1, 1)


def test_a_new_library_in_a_watched_folder_is_loaded_and_watched(start, library, builds, tiny, tmp_path):
    host, admin = by_the_folder(start, library)
    assert code_of(host, "/tiny.Tiny/Answer") == grpc.StatusCode.UNIMPLEMENTED
    events = admin.events(plugin="tiny")
    install(tiny, library.parent / "libtiny.so")
    assert next(events).kind == "loaded"
    assert answer(host, "/tiny.Tiny/Answer") == "tiny" and answer(host) == "v0"
    assert admin.plugin("tiny").watched
    install(compile_plugin(tmp_path / "more", "libtiny.so", SERVICE='"tiny.New"'), library.parent / "libtiny.so")
    assert next(events).kind == "reloaded"
    events.cancel()
    assert answer(host, "/tiny.New/Answer") == "tiny"
    assert code_of(host, "/tiny.Tiny/Answer") == grpc.StatusCode.UNIMPLEMENTED


def test_a_watched_folder_may_come_later(start, library, tiny, tmp_path):
    folder = tmp_path / "later" / "plugins"
    host, admin = start(more={"pluginFolders": [{"folder": str(folder), "watch": True}]})
    events = admin.events(plugin="tiny")
    install(tiny, folder / "libtiny.so")
    assert next(events).kind == "loaded"
    events.cancel()
    assert answer(host, "/tiny.Tiny/Answer") == "tiny"


def test_a_library_that_is_being_written_is_loaded_when_it_is_whole(start, library, tiny, tmp_path):
    # Long enough that a writer who pauses isn't taken for one who has gone.
    host, admin = start(
        [], reload=QUICK | {"settleSeconds": 0.3}, more={"pluginFolders": [{"folder": str(library.parent), "watch": True}]})
    events = admin.events()
    whole = tiny.read_bytes()
    with open(library.parent / "libtiny.so", "wb") as file:
        file.write(whole[: len(whole) // 2])
        file.flush()
        # Written after it, and whole: when this one is loaded, the other one has been passed over.
        install(compile_plugin(tmp_path / "b", "libother.so", NAME='"other"', SERVICE='"other.Other"'), library.parent / "libother.so")
        event = next(events)
        assert (event.kind, event.plugin) == ("loaded", "other"), host.log
        assert admin.plugins() == ["tally", "other"]
        file.write(whole[len(whole) // 2 :])
    event = next(events)
    assert (event.kind, event.plugin) == ("loaded", "tiny"), host.log
    events.cancel()
    assert answer(host, "/tiny.Tiny/Answer") == "tiny"


def test_a_library_that_was_cut_off_is_loaded_when_it_is_written_again(start, library, tiny):
    host, admin = by_the_folder(start, library)
    whole = tiny.read_bytes()
    target = library.parent / "libtiny.so"
    events = admin.events()
    target.write_bytes(whole[: len(whole) // 2])
    refused = next(events)
    assert refused.kind == "load_refused" and str(target) in refused.message
    assert admin.plugins() == ["tally"] and answer(host) == "v0"
    target.write_bytes(whole)
    event = next(events)
    assert (event.kind, event.plugin) == ("loaded", "tiny")
    events.cancel()


@pytest.mark.parametrize("watched", [by_the_plugin, by_the_folder])
def test_a_library_that_vanishes_serves_on_and_comes_back_with_the_next_build(start, library, builds, watched):
    host, admin = watched(start, library)
    with Load() as load:
        load.begin("count", converse, host.channel())
        load.wait_for_version("v0")
        library.unlink()
        host.wait_for_log(f"{library} is gone")
        assert answer(host) == "v0"
        install(builds["v1"], library)
        load.wait_for_version("v1")
        load.finish()
    never_unloaded(host)


def test_a_watched_link_that_is_pointed_elsewhere_is_a_new_build(start, builds, tmp_path):
    link = tmp_path / "current" / "libtally.so"
    link.parent.mkdir()
    link.symlink_to(builds["v0"])
    host, admin = start(more={"plugins": [{"library": str(link), "watch": True}]})
    with Load() as load:
        load.begin("count", converse, host.channel())
        load.wait_for_version("v0")
        fresh = link.with_name("fresh")
        fresh.symlink_to(builds["v1"])
        fresh.replace(link)
        load.wait_for_version("v1")
        load.finish()


# SIGHUP: plugins


def test_a_configuration_in_which_nothing_changed_harms_nothing_that_an_operator_has_reloaded(start, builds, tmp_path):
    first = install(builds["v0"], tmp_path / "a" / "libtally.so")
    second = install(builds["v1"], tmp_path / "b" / "libtally.so")
    host, admin = start([first], reload={"drainSeconds": 0.5, "probationSeconds": 0})
    with Load() as load:
        load.begin("count", converse, host.channel())
        load.wait_for_version("v0")
        admin.accepted("tally", library=str(second))
        load.wait_for_version("v1")
        assert "0 changes" in admin.read_again().message
        load.finish()
    never_unloaded(host)


def test_a_plugin_that_was_added_is_loaded(start, library, tiny):
    host, admin = start()
    with Load() as load:
        load.begin("count", converse, host.channel())
        load.wait_for_version("v0")
        loads(host, library, tiny)
        assert "1 change" in admin.read_again().message
        assert answer(host, "/tiny.Tiny/Answer") == "tiny"
        load.finish()
    assert admin.plugins() == ["tally", "tiny"]
    assert admin.plugin("tally").generation == 1
    host.wait_for_log(f"configuration: plugin {tiny} added", 5)


def test_a_plugin_that_was_removed_is_unloaded_and_its_calls_may_end_in_time(start, library, tiny):
    host, admin = start([library, tiny], reload=QUICK | {"drainSeconds": 30})
    call = ticks(host, 30, 20)
    loads(host, tiny)
    admin.read_again()
    assert len(list(call)) == 29 and call.code() == grpc.StatusCode.OK
    assert admin.plugins() == ["tiny"] and answer(host, "/tiny.Tiny/Answer") == "tiny"
    assert code_of(host, "/tally.Tally/Answer") == grpc.StatusCode.UNIMPLEMENTED
    host.wait_for_log("plugin tally unloaded; 0 calls ended", 5)


def test_calls_of_a_removed_plugin_that_go_on_are_ended_at_the_drain_limit(start, library, tiny):
    host, admin = start([library, tiny], reload=QUICK | {"drainSeconds": 0.6})
    call = ticks(host, 1_000_000, 5)
    loads(host, tiny)
    host.signal(signal.SIGHUP)
    host.wait_for_log(f"configuration: plugin {library} removed")
    # It still runs, but nothing new begins.
    wait_until(lambda: not admin.plugins().count("tally") or admin.plugin("tally").draining, "the plugin to be drained")
    more = 0
    with pytest.raises(grpc.RpcError):
        for _ in call:
            more += 1
    assert call.code() == grpc.StatusCode.UNAVAILABLE and "unloaded" in call.details()
    assert more > 10, "it had its time"
    host.wait_for_log("plugin tally unloaded; 1 calls ended", 5)
    assert admin.plugins() == ["tiny"]


def test_a_plugin_whose_config_changed_is_reloaded_with_it(start, library):
    host, admin = start()

    def configure(value):
        host.rewrite(lambda settings: settings["plugins"][0].update(config={"word": value}))
        admin.read_again()

    with Load() as load:
        load.begin("count", converse, host.channel())
        load.begin("ticks", listen, host.channel())
        load.wait_for_version("v0")
        configure("good")
        info = admin.plugin("tally")
        assert (info.generation, info.reloads.accepted, info.reloads.calls_pinned) == (2, 1, 0)
        assert info.reloads.calls_moved == 2
        # The plugin itself refuses this one: it got what the file says.
        configure("refuse")
        host.wait_for_log("plugin tally reload refused.*the configuration says refuse", 5)
        assert admin.plugin("tally").generation == 2 and answer(host) == "v0"
        admin.read_again()
        assert admin.plugin("tally").reloads.refused == 2, "a refused one is tried again"
        configure("better")
        # Refused ones have had a number too.
        assert admin.plugin("tally").generation == 5
        load.finish()
    assert not any("refuse\"" in line or "better" in line for line in host.lines), "values of a config are no log lines"
    never_unloaded(host)


def test_a_refused_config_is_dropped_where_the_file_says_again_what_runs(start, library):
    host, admin = start()
    host.rewrite(lambda settings: settings["plugins"][0].update(config={"word": "refuse"}))
    admin.read_again()
    host.rewrite(lambda settings: settings["plugins"][0].pop("config"))
    admin.read_again()
    info = admin.plugin("tally")
    assert (info.generation, info.reloads.refused, info.reloads.accepted) == (1, 1, 0)
    # What an operator then reloads still has the config that runs.
    admin.accepted("tally", force=True)


@pytest.mark.parametrize("named", [False, True], ids=["unnamed", "named"])
def test_a_plugin_whose_library_is_in_another_folder_now_is_reloaded_under_live_calls(start, library, builds, tmp_path, named):
    elsewhere = install(builds["v1"], tmp_path / "elsewhere" / "libtally.so")
    name = {"name": "tally"} if named else {}
    host, admin = start(more={"plugins": [{"library": str(library)} | name]})
    with Load() as load:
        load.begin("count", converse, host.channel())
        load.begin("answer", ask, host.channel())
        load.wait_for_version("v0")
        host.rewrite(lambda settings: settings["plugins"][0].update(library=str(elsewhere)))
        admin.read_again()
        load.wait_for_version("v1")
        load.finish()
    info = admin.plugin("tally")
    assert (info.library, info.generation) == (str(elsewhere), 2)
    never_unloaded(host)


def test_a_plugin_that_was_given_another_name_serves_under_it(start, library):
    host, admin = start(reload=QUICK | {"drainSeconds": 0})
    host.rewrite(lambda settings: settings["plugins"][0].update(name="other"))
    admin.read_again()
    assert admin.plugins() == ["other"] and answer(host) == "v0"
    host.rewrite(lambda settings: settings["plugins"][0].pop("name"))
    admin.read_again()
    assert admin.plugins() == ["tally"] and answer(host) == "v0"


def test_a_new_build_in_an_old_file_is_no_change_of_the_configuration(start, library, builds):
    host, admin = start()
    install(builds["v1"], library)
    admin.read_again()
    assert answer(host) == "v0" and admin.plugin("tally").generation == 1


def test_what_an_operator_loaded_stays_and_what_one_unloaded_comes_back(start, library, tiny):
    host, admin = start()
    admin.stub.LoadPlugin(admin.pb.LoadPluginRequest(library=str(tiny)), timeout=20)
    admin.read_again()
    assert admin.plugins() == ["tally", "tiny"]
    loads(host, library)
    admin.read_again()
    assert admin.plugins() == ["tally", "tiny"]
    admin.stub.UnloadPlugin(admin.pb.UnloadPluginRequest(plugin="tally"), timeout=20)
    assert admin.plugins() == ["tiny"]
    admin.read_again()
    assert sorted(admin.plugins()) == ["tally", "tiny"] and answer(host) == "v0"


@pytest.mark.parametrize("changed", [False, True], ids=["same file", "other changes"])
def test_a_configured_library_that_is_missing_for_a_moment_is_not_unloaded(start, library, builds, tiny, changed):
    host, admin = start()
    with Load() as load:
        load.begin("count", converse, host.channel())
        load.wait_for_version("v0")
        library.unlink()
        if changed:
            loads(host, library, tiny)
        admin.read_again()
        assert answer(host) == "v0"
        install(builds["v1"], library)
        admin.read_again()
        assert answer(host) == load.versions["count"] == "v0"
        admin.accepted("tally")
        load.wait_for_version("v1")
        load.finish()
    assert admin.plugins() == (["tally", "tiny"] if changed else ["tally"])
    never_unloaded(host)


def test_a_library_that_was_missing_is_loaded_at_the_next_reading(start, library, tiny, tmp_path):
    host, admin = start()
    late = tmp_path / "late" / "libtiny.so"
    loads(host, library, late)
    admin.read_again()
    host.wait_for_log(f"plugin not loaded: .*{late}", 5)
    assert admin.plugins() == ["tally"]
    install(tiny, late)
    admin.read_again()
    assert admin.plugins() == ["tally", "tiny"]


def test_watching_begins_and_ends_with_the_configuration(start, library, builds, tiny, tmp_path):
    host, admin = start()
    host.rewrite(lambda settings: settings["plugins"][0].update(watch=True))
    admin.read_again()
    assert admin.plugin("tally").watched
    events = admin.events()
    install(builds["v1"], library)
    assert next(events).kind == "reloaded"
    events.cancel()
    assert answer(host) == "v1"
    folder = tmp_path / "folder"
    folder.mkdir()
    host.rewrite(lambda settings: (
        settings["plugins"][0].pop("watch"), settings.update(pluginFolders=[{"folder": str(folder), "watch": True}])))
    admin.read_again()
    assert not admin.plugin("tally").watched
    install(builds["v2"], library)
    install(tiny, folder / "libtiny.so")
    wait_until(lambda: "tiny" in admin.plugins(), "the library of the watched folder to be loaded")
    assert answer(host) == "v1"


def test_the_plugins_of_a_folder_go_with_it(start, library, tiny, tmp_path):
    folder = install(tiny, tmp_path / "folder" / "libtiny.so").parent
    host, admin = start(more={"pluginFolders": [{"folder": str(folder)}]})
    assert admin.plugins() == ["tally", "tiny"]
    host.rewrite(lambda settings: settings.pop("pluginFolders"))
    admin.read_again()
    assert admin.plugins() == ["tally"]
    host.wait_for_log(f"configuration: plugin folder {folder} removed", 5)


# SIGHUP: settings


def test_the_log_level_is_the_configurations_again(start, library):
    host, admin = start(log_level=None)
    status = lambda: admin.stub.GetStatus(admin.pb.GetStatusRequest(), timeout=20)  # noqa: E731
    assert status().log_level == "info"
    host.rewrite(lambda settings: settings.update(log={"level": "debug"}))
    admin.read_again()
    assert status().log_level == "debug"
    host.wait_for_log("log.level is debug now", 5)
    host.channel().unary_unary("/tally.Tally/Answer")(b"x", timeout=20)
    # What an operator has set holds until the configuration changes it.
    admin.stub.SetLogLevel(admin.pb.SetLogLevelRequest(level="warning"), timeout=20)
    admin.read_again()
    assert status().log_level == "warning"
    host.rewrite(lambda settings: settings.update(log={"level": "notice"}))
    admin.read_again()
    assert status().log_level == "notice"


def test_a_limit_holds_for_the_next_call_also_of_a_connection_that_is_open(start, library):
    host, admin = start()
    ask_again = host.channel().unary_unary("/tally.Tally/Answer")
    assert ask_again(b"x" * 200, timeout=20)
    host.rewrite(lambda settings: settings.update(limits={"maxReceiveMessageBytes": 100}))
    admin.read_again()
    with pytest.raises(grpc.RpcError) as error:
        ask_again(b"x" * 200, timeout=20)
    assert error.value.code() == grpc.StatusCode.RESOURCE_EXHAUSTED and "100" in error.value.details()
    assert ask_again(b"x" * 100, timeout=20)
    host.rewrite(lambda settings: settings.pop("limits"))
    admin.read_again()
    assert ask_again(b"x" * 200, timeout=20)


MISTAKES = {
    "no JSON": ('{\n  "plugins": [\n', r":3:1: |:2:\d+: "),
    "an unknown key": ('{\n  "plugins": [],\n  "limit": {}\n}\n', r':3:3: .*no such key. Did you mean "limits"'),
    "a wrong value": ('{\n  "plugins": [],\n  "limits": { "maxConnections": "many" }\n}\n', r':3:\d+: \$.limits.maxConnections: found "many"'),
    "nothing at all": ("", r":1:1: "),
}


@pytest.mark.parametrize("text, words", MISTAKES.values(), ids=MISTAKES.keys())
def test_a_mistake_in_the_file_leaves_everything_as_it_was_and_says_where(start, library, text, words):
    host, admin = start()
    file = host.folder / "hostconfig.json"
    good = file.read_text()
    with Load() as load:
        load.begin("count", converse, host.channel())
        load.wait_for_version("v0")
        file.write_text(text)
        host.signal(signal.SIGHUP)
        host.wait_for_log(rf"error the configuration stays as it was: .*hostconfig\.json({words})")
        assert admin.plugins() == ["tally"] and answer(host) == "v0"
        file.write_text(good)
        assert "0 changes" in admin.read_again().message
        load.finish()
    never_unloaded(host)


def test_a_file_that_is_gone_leaves_everything_as_it_was(start):
    host, admin = start()
    (host.folder / "hostconfig.json").unlink()
    host.signal(signal.SIGHUP)
    host.wait_for_log("error the configuration stays as it was: .*hostconfig.json")
    assert admin.plugins() == ["tally"] and answer(host) == "v0"


def test_what_takes_a_restart_is_told_and_stays(start, library):
    host, admin = start()
    listeners = lambda: list(admin.stub.GetStatus(admin.pb.GetStatusRequest(), timeout=20).listeners)  # noqa: E731
    # The log tells of a listener a moment before the status does.
    wait_until(lambda: listeners() == [host.address], "the listener to be known")
    host.rewrite(lambda settings: settings.update(
        listeners=[{"address": f"unix:{host.folder}/other.sock"}], admin={"socket": "other-admin.sock"}))
    admin.read_again()
    for key in ("listeners", "admin.socket"):
        host.wait_for_log(f"configuration: {key} changed, which takes a restart", 5)
    assert listeners() == [host.address]
    assert answer(host) == "v0" and not (host.folder / "other.sock").exists() and not (host.data / "other-admin.sock").exists()


def test_many_signals_at_once_are_one_reading_after_the_other(start, library, tiny):
    host, admin = start()
    loads(host, library, tiny)
    with Load() as load:
        load.begin("count", converse, host.channel())
        load.wait_for_version("v0")
        for _ in range(20):
            host.signal(signal.SIGHUP)
        wait_until(lambda: admin.plugins() == ["tally", "tiny"], "the new plugin")
        admin.read_again()
        load.finish()
    assert admin.plugins() == ["tally", "tiny"] and not any(" error " in line for line in host.lines), host.log


def test_a_signal_while_another_ones_unloading_drains_is_applied_after_it(start, library, tiny):
    host, admin = start([library, tiny], reload=QUICK | {"drainSeconds": 30})
    call = ticks(host, 1_000_000, 5)
    loads(host, tiny)
    host.signal(signal.SIGHUP)
    wait_until(lambda: admin.plugin("tally").draining, "the plugin to be drained")
    loads(host, tiny, library)
    events = admin.events()
    host.signal(signal.SIGHUP)
    call.cancel()
    assert [next(events).kind for _ in range(5)] == ["retired", "unloaded", "config", "loaded", "config"]
    events.cancel()
    assert answer(host) == "v0"


def test_sigterm_ends_the_host_in_time_while_an_unloading_drains(start, library, tiny):
    host, admin = start([library, tiny], reload=QUICK | {"drainSeconds": 600}, drain_seconds=0.5)
    call = ticks(host, 1_000_000, 5)
    loads(host, tiny)
    host.signal(signal.SIGHUP)
    wait_until(lambda: admin.plugin("tally").draining, "the plugin to be drained")
    host.signal(signal.SIGTERM)
    with pytest.raises(grpc.RpcError):
        for _ in call:
            pass
    assert call.code() == grpc.StatusCode.UNAVAILABLE
    assert host.ended() == 0
