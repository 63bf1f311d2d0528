"""What changes by itself: files that are watched, and a configuration that is read again."""

import signal

from support.admin import Admin
from support.load import Load, converse
from support.tally import build, install


def read_again(host, admin):
    """SIGHUP, and the configuration that it led to."""
    events = admin.events()
    host.signal(signal.SIGHUP)
    event = next(event for event in events if event.kind == "config")
    events.cancel()
    return event


def test_a_configuration_in_which_nothing_changed_harms_nothing_that_an_operator_has_reloaded(start_host, pb, tmp_path):
    first = install(build(tmp_path, "v0"), tmp_path / "a" / "libtally.so")
    second = install(build(tmp_path, "v1"), tmp_path / "b" / "libtally.so")
    host = start_host([first], config={"reload": {"drainSeconds": 0.5, "probationSeconds": 0}})
    admin = Admin(host, pb)
    with Load() as load:
        load.begin("count", converse, host.channel())
        load.wait_for_version("v0")
        admin.accepted("tally", library=str(second))
        load.wait_for_version("v1")
        read_again(host, admin)
        load.finish()
    assert not any("unloaded" in line for line in host.lines), host.log
