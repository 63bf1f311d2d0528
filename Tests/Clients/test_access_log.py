"""The access log: a line for each call, as configured; and the trace that the call is part of."""

import json
import re
import signal

import grpc
import pytest

from support.dynamic import DynamicProtos
from support.host import Host
from support.metrics import Metrics
from support.waiting import wait_until

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
SPAN = "00f067aa0ba902b7"
PARENT = f"00-{TRACE}-{SPAN}-01"


class AccessLog:
    """The log's file; `lines(3)` waits for three."""

    def __init__(self, path):
        self.path = path

    def all(self):
        return self.path.read_text().splitlines() if self.path.exists() else []

    def lines(self, count):
        wait_until(lambda: len(self.all()) >= count, f"{count} lines in {self.path}")
        assert len(self.all()) == count
        return self.all()

    def calls(self, count):
        return [json.loads(line) for line in self.lines(count)]


def settings(**more):
    return {"accessLog": {"path": "access.log"} | more}


@pytest.fixture
def logged(start_host, pb):
    """A host with these settings of the access log, its clients, and the log."""

    def start(plugins=("echo-c",), **more):
        host = start_host(list(plugins), config=settings(**more))
        return host, pb.bench.BenchStub(host.channel()), AccessLog(host.data / "access.log")

    return start


def fail(bench, pb, code=5, **options):
    with pytest.raises(grpc.RpcError):
        bench.Unary(pb.bench.Payload(data=b"x"), timeout=20, metadata=[("bench-status", str(code))], **options)


def test_by_default_there_is_none(start_host, pb):
    host = start_host(["echo-c"])
    pb.bench.BenchStub(host.channel()).Unary(pb.bench.Payload(), timeout=20)
    assert not list(host.data.glob("*.log"))


@pytest.mark.parametrize("plugin", ["echo-c", "bench"])
def test_a_call_is_a_line_with_all_that_is_known(logged, pb, plugin):
    _, bench, log = logged([plugin], format="json")
    payload = pb.bench.Payload(data=b"x" * 100)
    bench.Unary(payload, timeout=20)
    (call,) = log.calls(1)
    size = 5 + len(payload.SerializeToString())
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", call.pop("time"))
    assert re.fullmatch(r"ipv4:127\.0\.0\.1:\d+", call.pop("peer"))
    assert call.pop("agent").startswith("grpc-python/")
    assert 0 < call.pop("milliseconds") < 20_000
    assert call == {
        "method": "/bench.Bench/Unary", "status": "OK", "messagesIn": 1, "messagesOut": 1, "bytesIn": size, "bytesOut": size,
        "plugin": plugin, "generation": 1,
    }


def test_a_line_of_text(logged, pb):
    _, bench, log = logged()
    fail(bench, pb)
    (line,) = log.lines(1)
    assert re.fullmatch(
        r'\S+Z ipv4:\S+ /bench\.Bench/Unary NOT_FOUND [0-9.]+ ms in=1/\d+ out=0/0 plugin=echo-c generation=1 agent="grpc-python/[^"]*"', line
    ), line


def test_streams_tell_their_messages(logged, pb):
    _, bench, log = logged(format="json")
    assert len(list(bench.ServerStream(pb.bench.StreamReq(count=7, size=10), timeout=20))) == 7
    (call,) = log.calls(1)
    assert (call["messagesIn"], call["messagesOut"]) == (1, 7)


def test_of_a_sample_of_none_the_failures_are_left(logged, pb):
    _, bench, log = logged(format="json", sample=0)
    for _ in range(5):
        bench.Unary(pb.bench.Payload(), timeout=20)
    fail(bench, pb)
    fail(bench, pb, 13)
    assert [call["status"] for call in log.calls(2)] == ["NOT_FOUND", "INTERNAL"]


def test_failures_can_be_sampled_too(logged, pb):
    host, bench, log = logged(format="json", sample=0, failures=False)
    fail(bench, pb)
    host.rewrite(lambda file: file["accessLog"].update(sample=1))
    host.signal(signal.SIGHUP)
    host.wait_for_log("configuration: access log settings changed")
    wait_until(lambda: (bench.Unary(pb.bench.Payload(), timeout=20), log.all())[1], "a line with the new settings")
    assert all(json.loads(line)["status"] == "OK" for line in log.all())


def test_half_of_the_calls_is_about_half(logged, pb):
    _, bench, log = logged(format="json", sample=0.5)
    for _ in range(400):
        bench.Unary(pb.bench.Payload(), timeout=20)
    fail(bench, pb)
    wait_until(lambda: any("NOT_FOUND" in line for line in log.all()), "the last call's line")
    assert 100 < len(log.all()) < 300


def test_what_is_not_served_is_told_as_it_was_asked_for(logged, pb):
    host, _, log = logged(format="json")
    with pytest.raises(grpc.RpcError):
        host.channel().unary_unary("/no.Such/Method")(b"", timeout=20)
    (call,) = log.calls(1)
    assert (call["method"], call["status"]) == ("/no.Such/Method", "UNIMPLEMENTED")
    assert "plugin" not in call and "generation" not in call


def test_logrotate_moves_the_file_and_sighup_opens_a_new_one(logged, pb):
    host, bench, log = logged(format="json")
    bench.Unary(pb.bench.Payload(), timeout=20)
    log.lines(1)
    old = AccessLog(log.path.rename(log.path.with_suffix(".1")))
    bench.Unary(pb.bench.Payload(), timeout=20)
    old.lines(2)
    host.signal(signal.SIGHUP)
    wait_until(log.path.exists, "the new file")
    bench.Unary(pb.bench.Payload(), timeout=20)
    log.lines(1)
    old.lines(2)
    assert oct(log.path.stat().st_mode & 0o777) == "0o640"


def test_all_lines_are_there_when_the_host_has_ended(logged, pb):
    host, bench, log = logged()
    for _ in range(200):
        bench.Unary(pb.bench.Payload(), timeout=20)
    host.stop()
    assert len(log.all()) == 200


def test_to_standard_error(start_host, pb):
    host = start_host(["echo-c"], config={"accessLog": {"path": "stderr", "format": "json"}})
    pb.bench.BenchStub(host.channel()).Unary(pb.bench.Payload(), timeout=20)
    host.wait_for_log(r'"method":"/bench.Bench/Unary"')


def test_a_file_that_cannot_be_written_stops_the_start(tmp_path):
    host = Host(tmp_path / "host", ["echo-c"], config={"accessLog": {"path": "/no/such/folder/access.log"}})
    host.start(wait_for_port=False)
    assert host.ended() == 1
    assert "accessLog.path: cannot write /no/such/folder/access.log: No such file or directory" in host.log


def test_a_full_disk_loses_lines_and_no_calls(start_host, pb):
    host = start_host(["echo-c"], config={"accessLog": {"path": "/dev/full"}, "metrics": {"address": "127.0.0.1:0"}})
    bench = pb.bench.BenchStub(host.channel())
    for _ in range(20):
        bench.Unary(pb.bench.Payload(), timeout=20)
    host.wait_for_log("lines of the access log are lost: it can't be written: No space left on device")
    wait_until(lambda: Metrics(host).sum("streamhost_access_log_dropped_total") == 20, "twenty lines that were lost")


# Trace context


def traced(logged, pb, value):
    """The line of a call with this traceparent."""
    _, bench, log = logged(format="json")
    bench.Unary(pb.bench.Payload(), timeout=20, metadata=[("traceparent", value)])
    return log.calls(1)[0]


def test_a_traceparent_is_told_with_the_call(logged, pb):
    call = traced(logged, pb, PARENT)
    assert (call["trace"], call["span"]) == (TRACE, SPAN)


# That one of several is ignored too is a unit test: grpcio sends the last one alone.
@pytest.mark.parametrize("value", [PARENT.upper(), f"ff{PARENT[2:]}", f"00-{'0' * 32}-{SPAN}-01", f"{PARENT}-more", "none"])
def test_one_that_is_none_is_ignored(logged, pb, value):
    call = traced(logged, pb, value)
    assert call["status"] == "OK" and "trace" not in call and "span" not in call


def test_the_context_reaches_the_handler_as_it_was_sent(start_host, tmp_path):
    package = "connectrpc.conformance.v1"
    protos = DynamicProtos(tmp_path, "connectrpc/conformance/v1/service.proto")
    service = protos.stub(start_host(["conformance"]).channel(), f"{package}.ConformanceService")
    metadata = [("traceparent", PARENT), ("tracestate", "rojo=1,congo=t61")]
    payload = service.Unary(protos.message(f"{package}.UnaryRequest")(), metadata=metadata, timeout=20).payload
    seen = {header.name: list(header.value) for header in payload.request_info.request_headers}
    assert seen["traceparent"] == [PARENT] and seen["tracestate"] == ["rojo=1,congo=t61"]
