"""The admin service of a running host, as an operator's tool sees it."""

import re
import signal
from types import SimpleNamespace

import grpc

from .host import Host
from .waiting import wait_until


class Admin:
    """`Admin(host, pb)` speaks to the host's admin socket; what it isn't asked here goes to `stub`."""

    def __init__(self, host: Host, pb: SimpleNamespace):
        self.host, self.pb = host, pb.admin
        self.stub = pb.admin.AdminStub(host.channel(f"unix:{host.data}/admin.sock"))

    def reload(self, plugin: str, **request: object):
        """The verdict."""
        return self.stub.ReloadPlugin(self.pb.ReloadPluginRequest(plugin=plugin, **request), timeout=30)

    def accepted(self, plugin: str, **request: object):
        """The verdict of a reload that must succeed."""
        verdict = self.reload(plugin, **request)
        assert verdict.outcome == self.pb.ReloadVerdict.ACCEPTED, f"{verdict}\n{self.host.log}"
        return verdict

    def refused(self, plugin: str, **request: object) -> str:
        """The reason of a reload that must be refused; it is in the log, too."""
        verdict = self.reload(plugin, **request)
        assert verdict.outcome == self.pb.ReloadVerdict.REFUSED, f"{verdict}\n{self.host.log}"
        assert verdict.to_generation == verdict.from_generation > 0
        self.host.wait_for_log(f"plugin {plugin} reload refused.*{re.escape(verdict.reason)}", 5)
        return verdict.reason

    def plugin(self, name: str):
        (info,) = self.stub.ListPlugins(self.pb.ListPluginsRequest(plugin=name), timeout=20).plugins
        return info

    def calls(self, plugin: str = ""):
        return list(self.stub.ListCalls(self.pb.ListCallsRequest(plugin=plugin, limit=100_000), timeout=20).calls)

    def state(self, plugin: str, generation: int) -> str:
        """Such as "ACTIVE"; "" where the host has forgotten the generation."""
        for known in self.plugin(plugin).generations:
            if known.number == generation:
                return self.pb.GenerationState.Name(known.state)
        return ""

    def wait_for_state(self, plugin: str, generation: int, state: str, seconds: float = 20) -> None:
        wait_until(lambda: self.state(plugin, generation) == state, f"generation {generation} to be {state}", seconds)

    def plugins(self) -> list[str]:
        """The names of all that are loaded, in the order of loading."""
        return [info.name for info in self.stub.ListPlugins(self.pb.ListPluginsRequest(), timeout=20).plugins]

    def read_again(self):
        """Sends SIGHUP; answers the event that tells that the configuration which it led to is applied."""
        events = self.events()
        self.host.signal(signal.SIGHUP)
        event = next(event for event in events if event.kind == "config")
        events.cancel()
        return event

    def events(self, *, recent: int = 0, plugin: str = "", seconds: float = 60) -> grpc.Future:
        """The stream of events, once the host has subscribed it."""
        call = self.stub.WatchEvents(self.pb.WatchEventsRequest(plugin=plugin, recent=recent), timeout=seconds)
        call.initial_metadata()
        return call
