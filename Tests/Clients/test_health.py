"""gRPC's health service, by the client that the gRPC project ships (grpcio-health-checking)."""

import signal

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from support.admin import Admin
from support.tally import build, install

SERVING, NOT_SERVING, UNKNOWN = (
    health_pb2.HealthCheckResponse.SERVING, health_pb2.HealthCheckResponse.NOT_SERVING, health_pb2.HealthCheckResponse.SERVICE_UNKNOWN)


def stub(host):
    return health_pb2_grpc.HealthStub(host.channel())


def check(health, service=""):
    return health.Check(health_pb2.HealthCheckRequest(service=service), timeout=20).status


class Watch:
    def __init__(self, health, service):
        self.call = health.Watch(health_pb2.HealthCheckRequest(service=service), timeout=60)

    def next(self):
        return next(self.call).status


def test_the_server_and_its_services_are_serving(start_host):
    health = stub(start_host(["chat", "stock"]))
    assert check(health) == check(health, "chat.ChatService") == check(health, "stock_stream.StockService") == SERVING
    statuses = health.List(health_pb2.HealthListRequest(), timeout=20).statuses
    assert {name: status.status for name, status in statuses.items()} == {
        "": SERVING, "chat.ChatService": SERVING, "stock_stream.StockService": SERVING}


def test_a_service_that_is_not_there_is_not_found_and_may_come(start_host, tmp_path, pb):
    host = start_host(["bench"])
    health = stub(host)
    with pytest.raises(grpc.RpcError) as error:
        check(health, "tally.Tally")
    assert error.value.code() == grpc.StatusCode.NOT_FOUND and "tally.Tally" in error.value.details()
    watch = Watch(health, "tally.Tally")
    assert watch.next() == UNKNOWN
    admin = Admin(host, pb)
    library = install(build(tmp_path, "v1"), tmp_path / "libtally.so")
    admin.stub.LoadPlugin(admin.pb.LoadPluginRequest(library=str(library)), timeout=20)
    assert watch.next() == SERVING and check(health, "tally.Tally") == SERVING
    admin.stub.Drain(admin.pb.DrainRequest(plugin="tally"), timeout=20)
    assert watch.next() == NOT_SERVING and check(health, "tally.Tally") == NOT_SERVING
    admin.stub.Drain(admin.pb.DrainRequest(plugin="tally", resume=True), timeout=20)
    assert watch.next() == SERVING
    # A reload is no change, for whoever asks whether it serves.
    admin.accepted("tally", force=True)
    admin.stub.UnloadPlugin(admin.pb.UnloadPluginRequest(plugin="tally", force=True), timeout=20)
    states = [watch.next()]
    while states[-1] != UNKNOWN:
        states.append(watch.next())
    assert states in ([UNKNOWN], [NOT_SERVING, UNKNOWN])
    assert check(health) == SERVING


def test_a_host_that_ends_says_so_and_ends_its_watches(start_host):
    host = start_host(["bench"], config={"shutdown": {"drainSeconds": 60}})
    health = stub(host)
    watches = [Watch(health, ""), Watch(health, "bench.Bench"), Watch(health, "no.Such")]
    assert [watch.next() for watch in watches] == [SERVING, SERVING, UNKNOWN]
    host.signal(signal.SIGTERM)
    assert [watch.next() for watch in watches[:2]] == [NOT_SERVING, NOT_SERVING]
    for watch in watches:
        with pytest.raises(grpc.RpcError) as error:
            watch.next()
        assert error.value.code() == grpc.StatusCode.UNAVAILABLE
    assert host.ended() == 0


def test_bytes_that_are_no_request_are_refused(start_host):
    channel = start_host(["bench"]).channel()
    for call in (channel.unary_unary("/grpc.health.v1.Health/Check"), channel.unary_stream("/grpc.health.v1.Health/Watch")):
        with pytest.raises(grpc.RpcError) as error:
            answer = call(b"\xff\xff", timeout=20)
            list(answer) if hasattr(answer, "__iter__") and not isinstance(answer, bytes) else answer
        assert error.value.code() == grpc.StatusCode.INTERNAL
