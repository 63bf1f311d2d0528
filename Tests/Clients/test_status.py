"""Rich status: details for programs, and what a client that tries again is told; through C (echo-c) and the Swift SDK (bench)."""

import json

import grpc
import pytest
from google.protobuf import any_pb2, wrappers_pb2
from google.rpc import status_pb2
from grpc_status import rpc_status

from support.frames import FrameConnection, framed
from support.host import Host

KINDS = ["Unary", "ServerStream", "ClientStream", "Bidi"]


@pytest.fixture(scope="module", params=["echo-c", "bench"])
def host(request, tmp_path_factory):
    with Host(tmp_path_factory.mktemp(request.param), [request.param]) as host:
        yield host


def rich(code, message):
    detail = any_pb2.Any()
    detail.Pack(wrappers_pb2.StringValue(value="the field that is wrong ✓"))
    return status_pb2.Status(code=code, message=message, details=[detail, any_pb2.Any(type_url="x/unknown.Type", value=b"\0\xff")])


def fails(call):
    with pytest.raises(grpc.RpcError) as error:
        call()
    return error.value


@pytest.mark.parametrize("kind", KINDS)
def test_details_reach_the_client_as_they_were(host, pb, kind):
    status = rich(3, "100% wrong ✓")
    payload, bench = pb.bench.Payload(data=b"x"), pb.bench.BenchStub(host.channel())
    options = {"timeout": 20, "metadata": [
        ("bench-status", "3"), ("bench-message-bin", status.message.encode()), ("bench-details-bin", status.SerializeToString())]}
    error = fails({
        "Unary": lambda: bench.Unary(payload, **options),
        "ServerStream": lambda: list(bench.ServerStream(pb.bench.StreamReq(count=2, size=1), **options)),
        "ClientStream": lambda: bench.ClientStream(iter([payload]), **options),
        "Bidi": lambda: list(bench.Bidi(iter([payload]), **options)),
    }[kind])
    # Fails where code or message are not those of the call.
    assert rpc_status.from_call(error) == status


def test_details_are_unpadded_base64_in_the_trailers(host):
    with FrameConnection(host.port) as connection:
        stream = connection.request(
            "/bench.Bench/Unary", framed(b""), headers=[("bench-status", "5"), ("bench-details-bin", "CAU")]).wait()
    assert stream.status == 5 and stream.values("grpc-status-details-bin") == ["CAU"]


def test_a_status_without_details_has_no_such_trailer(host):
    with FrameConnection(host.port) as connection:
        stream = connection.request("/bench.Bench/Unary", framed(b""), headers=[("bench-status", "5")]).wait()
    assert stream.status == 5
    assert stream.values("grpc-status-details-bin") == [] and stream.values("grpc-retry-pushback-ms") == []


def retrying(host, pb):
    """A client whose own pause before it tries again is longer than any test."""
    policy = {
        "maxAttempts": 3, "initialBackoff": "100s", "maxBackoff": "100s", "backoffMultiplier": 1,
        "retryableStatusCodes": ["UNAVAILABLE"],
    }
    config = json.dumps({"methodConfig": [{"name": [{}], "retryPolicy": policy}]})
    return pb.bench.BenchStub(host.channel(enable_retries=1, service_config=config))


def test_a_client_tries_again_when_it_is_told_to(host, pb):
    bench = retrying(host, pb)
    error = fails(lambda: bench.Unary(
        pb.bench.Payload(), metadata=[("bench-status", "14"), ("bench-pushback-ms", "20")], timeout=30))
    # All three attempts were made; without the pushback the deadline would have passed in the first pause.
    assert error.code() == grpc.StatusCode.UNAVAILABLE


def test_a_client_does_not_try_again_when_it_is_told_not_to(host, pb):
    bench = retrying(host, pb)
    error = fails(lambda: bench.Unary(
        pb.bench.Payload(), metadata=[("bench-status", "14"), ("bench-pushback-ms", "-1")], timeout=30))
    assert error.code() == grpc.StatusCode.UNAVAILABLE


def test_without_being_told_the_client_waits_by_its_own_policy(host, pb):
    bench = retrying(host, pb)
    error = fails(lambda: bench.Unary(pb.bench.Payload(), metadata=[("bench-status", "14")], timeout=0.5))
    assert error.code() == grpc.StatusCode.DEADLINE_EXCEEDED


@pytest.mark.parametrize("pushback", ["20", "-1"])
def test_when_to_try_again_is_a_trailer(host, pushback):
    with FrameConnection(host.port) as connection:
        stream = connection.request(
            "/bench.Bench/Unary", framed(b""), headers=[("bench-status", "14"), ("bench-pushback-ms", pushback)]).wait()
    assert stream.status == 14 and stream.values("grpc-retry-pushback-ms") == [pushback]
