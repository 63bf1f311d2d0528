"""Metrics: real calls, then what Prometheus' own parser makes of the text."""

import socket
import threading
import urllib.error
import urllib.request

import grpc
import pytest
from hyperframe.frame import PingFrame

from support.admin import Admin
from support.frames import FrameConnection, framed
from support.host import Host
from support.metrics import Metrics
from support.tally import build, install
from support.waiting import wait_until

METRICS = {"metrics": {"address": "127.0.0.1:0"}}
UNARY = {"grpc_service": "bench.Bench", "grpc_method": "Unary"}


@pytest.fixture(params=["echo-c", "bench"])
def host(request, start_host):
    return start_host([request.param], config=METRICS)


def test_without_the_setting_nothing_listens(start_host):
    host = start_host(["echo-c"])
    assert "metrics on" not in host.log


def test_calls_are_counted_by_method_and_status(host, pb):
    metrics, bench = Metrics(host), pb.bench.BenchStub(host.channel())
    payload = pb.bench.Payload(data=b"x" * 100)
    for _ in range(3):
        bench.Unary(payload, timeout=20)
    with pytest.raises(grpc.RpcError):
        bench.Unary(payload, timeout=20, metadata=[("bench-status", "5")])
    assert len(list(bench.ServerStream(pb.bench.StreamReq(count=7, size=10), timeout=20))) == 7
    wait_until(lambda: metrics.sum("grpc_server_handled_total", grpc_method="ServerStream") == 1, "the stream's end")
    assert metrics.sum("grpc_server_started_total", **UNARY) == 4
    assert metrics.sum("grpc_server_handled_total", **UNARY, grpc_code="OK") == 3
    assert metrics.sum("grpc_server_handled_total", **UNARY, grpc_code="NotFound") == 1
    assert metrics.sum("grpc_server_handling_seconds_count", **UNARY) == 4
    assert metrics.sum("grpc_server_handling_seconds_bucket", **UNARY, le="+Inf") == 4
    assert metrics.sum("grpc_server_msg_received_total", **UNARY) == 4
    assert metrics.sum("grpc_server_msg_sent_total", grpc_method="ServerStream", grpc_type="server_stream") == 7
    assert metrics.sum("streamhost_received_bytes_total", **UNARY) == 4 * (5 + len(payload.SerializeToString()))
    assert metrics.sum("streamhost_sent_bytes_total", **UNARY) >= 3 * 105
    assert metrics.labels("grpc_server_started_total", "plugin") == {host_plugin(metrics), ""}


def host_plugin(metrics):
    (name,) = metrics.labels("streamhost_plugin_info", "plugin")
    return name


def test_open_calls_and_connections_are_gauges(host, pb):
    metrics, bench = Metrics(host), pb.bench.BenchStub(host.channel())
    go_on = threading.Event()

    def requests():
        yield pb.bench.Payload(data=b"x")
        go_on.wait(20)

    call = bench.Bidi(requests(), timeout=30)
    next(call)
    assert metrics.sum("streamhost_calls_open", grpc_method="Bidi") == 1
    assert metrics.sum("streamhost_connections_open") == 1
    assert metrics.sum("streamhost_generation_calls_open", generation="1") == 1
    go_on.set()
    list(call)
    wait_until(lambda: metrics.sum("streamhost_calls_open") == 0, "the call's end")
    assert metrics.sum("grpc_server_handled_total", grpc_method="Bidi", grpc_code="OK") == 1


def test_a_cancelled_call_is_counted_as_one(host, pb):
    metrics, bench = Metrics(host), pb.bench.BenchStub(host.channel())
    call = bench.Bidi(endless(pb), timeout=30)
    next(call)
    call.cancel()
    wait_until(lambda: metrics.sum("grpc_server_handled_total", grpc_code="Canceled") == 1, "the cancelled call")


def endless(pb):
    yield pb.bench.Payload(data=b"x")
    threading.Event().wait(30)


def test_methods_that_are_not_served_are_one_series(host, pb):
    metrics, channel = Metrics(host), host.channel()
    before = len(metrics.samples())
    for number in range(50):
        with pytest.raises(grpc.RpcError):
            channel.unary_unary(f"/attack.Service{number}/Method{number}")(b"", timeout=20)
    unknown = {"grpc_service": "unknown", "grpc_method": "unknown"}
    wait_until(lambda: metrics.sum("grpc_server_handled_total", **unknown, grpc_code="Unimplemented") == 50, "fifty refusals")
    assert len(metrics.samples()) == before + 1, "of the status, which was not there before"
    assert "attack" not in metrics.text()


def test_the_process_and_the_build_are_told(host):
    metrics = Metrics(host)
    samples = metrics.samples()
    value = {name: number for (name, labels), number in samples.items() if not labels}
    assert abs(value["process_resident_memory_bytes"] - host.memory("VmRSS")) < 64 << 20
    assert value["process_cpu_seconds_total"] > 0
    assert 0 < value["process_open_fds"] <= value["process_max_fds"]
    assert value["process_start_time_seconds"] > 1.6e9
    assert metrics.labels("streamhost_build_info", "version") != {""}
    wait_until(lambda: metrics.sum("streamhost_loop_lag_seconds_count", loop="1") > 0, "a look at the second loop's lag")


def test_each_family_has_help_and_a_type(host):
    for family in Metrics(host).families().values():
        assert family.documentation and family.type in {"counter", "gauge", "histogram"}, family.name


def test_a_reload_is_seen_and_counters_go_on(start_host, pb, tmp_path):
    builds = [build(tmp_path / "builds", version) for version in ("v0", "v1")]
    library = install(builds[0], tmp_path / "libtally.so")
    host = start_host([library], config=METRICS | {"reload": {"probationSeconds": 0}})
    metrics, admin, channel = Metrics(host), Admin(host, pb), host.channel()
    ask = channel.unary_unary("/tally.Tally/Answer")
    method = {"grpc_service": "tally.Tally", "grpc_method": "Answer"}

    def ended():
        return metrics.sum("grpc_server_handled_total", **method, grpc_code="OK")

    ask(b"", timeout=20)
    wait_until(lambda: ended() == 1, "the first call")
    for number in range(1, 4):
        install(builds[number % 2], library)
        admin.accepted("tally")
        ask(b"", timeout=20)
        wait_until(lambda: ended() == number + 1, "the counter to go on with the next generation")
    admin.wait_for_state("tally", 3, "RETIRED")
    assert metrics.labels("streamhost_generation_calls_total", "generation") == {"4"}
    assert metrics.sum("streamhost_plugin_generation", plugin="tally") == 4
    assert metrics.sum("streamhost_plugin_live_generations", plugin="tally") == 1
    assert metrics.sum("streamhost_reloads_total", plugin="tally", outcome="accepted") == 3
    assert metrics.sum("streamhost_reload_pause_seconds_count", plugin="tally") == 3
    (tmp_path / "broken").write_bytes(b"no library")
    install(tmp_path / "broken", library)
    admin.refused("tally")
    assert metrics.sum("streamhost_reloads_total", plugin="tally", outcome="refused") == 1
    assert ended() == 4
    admin.stub.UnloadPlugin(admin.pb.UnloadPluginRequest(plugin="tally"), timeout=20)
    assert metrics.sum("grpc_server_started_total", plugin="tally") == 0
    assert "tally" not in metrics.text()


def test_a_goaway_is_counted_while_the_host_ends(start_host, pb):
    host = start_host(["bench"], config=METRICS, drain_seconds=20)
    metrics, bench = Metrics(host), pb.bench.BenchStub(host.channel())
    go_on = threading.Event()

    def requests():
        yield pb.bench.Payload(data=b"x")
        go_on.wait(20)

    call = bench.Bidi(requests(), timeout=30)
    next(call)
    host.process.terminate()
    wait_until(lambda: metrics.sum("streamhost_goaways_total", reason="shutdown") == 1, "the GOAWAY")
    go_on.set()
    list(call)
    assert host.ended() == 0


def test_refusals_and_the_goaways_of_limits_are_counted(start_host, pb):
    limits = [{"service": "bench.Bench", "method": "Unary", "maxConcurrent": 1, "maxPerSecond": 1}]
    host = start_host(["echo-c"], config=METRICS | {"callLimits": limits})
    metrics = Metrics(host)
    assert metrics.sum("streamhost_refusals_total") == 0
    with FrameConnection(host.port) as connection:
        for _ in range(5):
            connection.request("/bench.Bench/Unary", framed(b"")).wait()
        assert metrics.sum("streamhost_refusals_total", reason="call_rate_of_method") >= 1
        connection.send(*[PingFrame(0, b"too many")] * 9)
        connection.pump(lambda: connection.goaways, "a GOAWAY")
    assert metrics.sum("streamhost_refusals_total", reason="pings") == 1
    assert metrics.sum("streamhost_goaways_total", reason="pings") == 1


@pytest.mark.parametrize("path, method, code", [("/", "GET", 404), ("/metrics/x", "GET", 404), ("/metrics", "POST", 405)])
def test_anything_else_is_refused(host, path, method, code):
    url = Metrics(host).url.removesuffix("/metrics") + path
    with pytest.raises(urllib.error.HTTPError) as error:
        urllib.request.urlopen(urllib.request.Request(url, method=method), timeout=20)
    assert error.value.code == code


def test_an_endpoint_that_is_held_up_holds_up_nothing_else(host, pb):
    address = Metrics(host).url.removeprefix("http://").removesuffix("/metrics").split(":")
    silent = [socket.create_connection(address, timeout=20) for _ in range(40)]
    pb.bench.BenchStub(host.channel()).Unary(pb.bench.Payload(data=b"x"), timeout=20)
    for connection in silent:
        connection.close()
    wait_until(lambda: can_look(host), "room for one who asks")


def can_look(host):
    try:
        return Metrics(host).sum("streamhost_build_info") == 1
    except OSError:
        return False


def test_over_a_unix_socket_that_goes_with_the_host(start_host):
    host = start_host(["echo-c"], config={"metrics": {"address": "unix:metrics.sock"}})
    path = host.folder / "metrics.sock"

    def answer():
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(20)
            client.connect(str(path))
            client.sendall(b"GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n")
            return client.makefile("rb").read()

    assert answer().startswith(b"HTTP/1.1 200 OK\r\n") and b"streamhost_build_info{" in answer()
    second = Host(host.folder, ["echo-c"], config={"metrics": {"address": "unix:metrics.sock"}})
    second.start(wait_for_port=False)
    assert second.ended() == 1
    assert "no metrics: another process listens on unix:metrics.sock" in second.log
    assert answer().startswith(b"HTTP/1.1 200 OK\r\n"), "the first one is as it was"
    host.stop()
    assert not path.exists()


def test_the_flag_goes_over_the_file_and_a_port_that_is_taken_stops_the_start(start_host):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        host = start_host(["echo-c"], env={"STREAMHOST_METRICS_ADDRESS": "127.0.0.1:0"})
        assert Metrics(host).sum("streamhost_build_info") == 1
        other = Host(host.folder / "other", ["echo-c"], config={"metrics": {"address": f"127.0.0.1:{port}"}})
        other.start(wait_for_port=False)
        assert other.ended() == 1
        assert "no metrics: cannot listen on" in other.log
