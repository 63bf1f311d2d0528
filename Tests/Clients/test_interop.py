"""The gRPC project's interoperability cases, as its doc/interop-test-descriptions.md has them: one test a case, named like the case.

Left out are those that need Google's credentials or a caching proxy.
"""

import base64
import gzip
import struct
import time
import zlib
from concurrent.futures import ThreadPoolExecutor
from queue import Queue

import grpc
import pytest

from support.dynamic import DynamicProtos
from support.frames import FrameConnection, framed
from support.host import Host
from support.waiting import wait_until

Code = grpc.StatusCode
SIZES = [(31415, 27182), (9, 8), (2653, 1828), (58979, 45904)]  # of answers and requests
ECHO = [("x-grpc-test-echo-initial", "test_initial_metadata_value"), ("x-grpc-test-echo-trailing-bin", b"\xab\xab\xab")]


@pytest.fixture(scope="module")
def host(tmp_path_factory):
    with Host(tmp_path_factory.mktemp("interop"), {"interop": {"shortestReportIntervalMs": 20}}) as host:
        yield host


@pytest.fixture(scope="module")
def protos(tmp_path_factory):
    return DynamicProtos(tmp_path_factory.mktemp("protos"), "grpc/testing/test.proto", "xds/service/orca/v3/orca.proto")


@pytest.fixture(scope="module")
def m(protos):
    """The messages: m("Empty")."""
    return lambda name: protos.message(f"grpc.testing.{name}")


@pytest.fixture(scope="module")
def test_service(host, protos):
    return protos.stub(host.channel(), "grpc.testing.TestService")


@pytest.fixture
def large(m):
    return m("SimpleRequest")(response_size=314159, payload={"body": bytes(271828)})


def output(m, *sizes, body=0, **more):
    parameters = [{"size": size} for size in sizes]
    return m("StreamingOutputCallRequest")(response_parameters=parameters, payload={"body": bytes(body)}, **more)


class Requests:
    """A client's side of a stream, sent piece by piece; leaving the block half-closes."""

    def __init__(self):
        self._queue = Queue()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._queue.put(None)

    def send(self, message):
        self._queue.put(message)

    def __iter__(self):
        return iter(self._queue.get, None)


def fails(call):
    with pytest.raises(grpc.RpcError) as error:
        call()
    return error.value.code(), error.value.details()


def check_large(response):
    assert response.payload.body == bytes(314159)


def test_empty_unary(test_service, m):
    assert test_service.EmptyCall(m("Empty")(), timeout=20) == m("Empty")()


def test_large_unary(test_service, large):
    check_large(test_service.UnaryCall(large, timeout=20))


def test_cacheable_unary_without_a_proxy(test_service, m):
    call = test_service.CacheableUnaryCall.future(m("SimpleRequest")(), timeout=20)
    first, second = call.result(), test_service.CacheableUnaryCall(m("SimpleRequest")(), timeout=20)
    assert ("cache-control", "max-age=60, public") in [tuple(entry) for entry in call.initial_metadata()]
    assert 0 < int(first.payload.body) < int(second.payload.body)


def test_client_streaming(test_service, m):
    requests = [m("StreamingInputCallRequest")(payload={"body": bytes(size)}) for size in (27182, 8, 1828, 45904)]
    assert test_service.StreamingInputCall(iter(requests), timeout=20).aggregated_payload_size == 74922


def test_server_streaming(test_service, m):
    sizes = [answer for answer, _ in SIZES]
    responses = list(test_service.StreamingOutputCall(output(m, *sizes), timeout=20))
    assert [response.payload.body for response in responses] == [bytes(size) for size in sizes]


def test_ping_pong(test_service, m):
    with Requests() as requests:
        call = test_service.FullDuplexCall(iter(requests), timeout=20)
        for answer, request in SIZES:
            requests.send(output(m, answer, body=request))
            assert len(next(call).payload.body) == answer
    assert list(call) == [] and call.code() == Code.OK


def test_empty_stream(test_service):
    call = test_service.FullDuplexCall(iter([]), timeout=20)
    assert list(call) == [] and call.code() == Code.OK


def test_half_duplex(test_service, m):
    with Requests() as requests:
        call = test_service.HalfDuplexCall(iter(requests), timeout=20)
        for answer, request in SIZES:
            requests.send(output(m, answer, body=request))
    assert [len(response.payload.body) for response in call] == [answer for answer, _ in SIZES]


def test_custom_metadata(test_service, m, large):
    unary = test_service.UnaryCall.future(large, metadata=ECHO, timeout=20)
    check_large(unary.result())
    duplex = test_service.FullDuplexCall(iter([output(m, 314159, body=271828)]), metadata=ECHO, timeout=20)
    assert [len(response.payload.body) for response in duplex] == [314159]
    for call in (unary, duplex):
        assert tuple(ECHO[0]) in [tuple(entry) for entry in call.initial_metadata()]
        assert tuple(ECHO[1]) in [tuple(entry) for entry in call.trailing_metadata()]


def check_status(test_service, m, message):
    status = {"code": 2, "message": message}
    assert fails(lambda: test_service.UnaryCall(m("SimpleRequest")(response_status=status), timeout=20)) == (Code.UNKNOWN, message)
    call = test_service.FullDuplexCall(iter([output(m, response_status=status)]), timeout=20)
    assert fails(lambda: next(call)) == (Code.UNKNOWN, message)


def test_status_code_and_message(test_service, m):
    check_status(test_service, m, "test status message")


def test_special_status_message(test_service, m):
    check_status(test_service, m, "\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n")


def call_unimplemented(host, path):
    call = host.channel().unary_unary(path)
    return fails(lambda: call(b"", timeout=20))[0]


def test_unimplemented_method(host):
    assert call_unimplemented(host, "/grpc.testing.TestService/UnimplementedCall") == Code.UNIMPLEMENTED


def test_unimplemented_service(host):
    assert call_unimplemented(host, "/grpc.testing.UnimplementedService/UnimplementedCall") == Code.UNIMPLEMENTED


def test_cancel_after_begin(test_service):
    with Requests() as requests:
        call = test_service.StreamingInputCall.future(iter(requests), timeout=20)
        assert call.cancel()
        assert call.code() == Code.CANCELLED


def test_cancel_after_first_response(test_service, m):
    with Requests() as requests:
        call = test_service.FullDuplexCall(iter(requests), timeout=20)
        requests.send(output(m, 31415, body=27182))
        assert len(next(call).payload.body) == 31415
        call.cancel()
        with pytest.raises(grpc.RpcError):
            next(call)
        assert call.code() == Code.CANCELLED


def test_timeout_on_sleeping_server(test_service, m):
    with Requests() as requests:
        requests.send(output(m, body=27182))
        call = test_service.FullDuplexCall(iter(requests), timeout=0.001)
        assert fails(lambda: next(call))[0] == Code.DEADLINE_EXCEEDED


def test_interval_us_is_a_pause_before_an_answer(test_service, m):
    request = m("StreamingOutputCallRequest")(response_parameters=[{"size": 1, "interval_us": 100_000}] * 3)
    began = time.monotonic()
    assert len(list(test_service.StreamingOutputCall(request, timeout=20))) == 3
    assert time.monotonic() - began >= 0.3


def test_what_can_not_be_answered_is_an_invalid_argument(test_service, m):
    for wrong in ({"response_size": -1}, {"response_size": 2**31 - 1}, {"response_type": 7}):
        assert fails(lambda: test_service.UnaryCall(m("SimpleRequest")(**wrong), timeout=20))[0] == Code.INVALID_ARGUMENT


def test_the_server_is_known_by_its_id(test_service, m):
    ids = {test_service.UnaryCall(m("SimpleRequest")(fill_server_id=True), timeout=20).server_id for _ in range(3)}
    assert len(ids) == 1 and "" not in ids
    assert test_service.UnaryCall(m("SimpleRequest")(), timeout=20).server_id == ""


# ORCA. grpcio has no load balancer that takes reports, so the tests read what such a one would get.

PER_RPC = {"cpu_utilization": 0.8210, "memory_utilization": 0.5847, "request_cost": {"cost": 3456.32}, "utilization": {"util": 0.30499}}


def report(protos, wanted):
    renamed = {{"memory_utilization": "mem_utilization"}.get(key, key): value for key, value in wanted.items()}
    return protos.message("xds.data.orca.v3.OrcaLoadReport")(**renamed)


def test_orca_per_rpc(host, protos, m):
    request = m("SimpleRequest")(orca_per_query_report=PER_RPC).SerializeToString()
    # grpcio keeps the trailer to itself.
    with FrameConnection(host.port) as connection:
        stream = connection.request("/grpc.testing.TestService/UnaryCall", framed(request)).wait()
    assert stream.status == 0
    (found,) = stream.values("endpoint-load-metrics-bin")
    assert protos.message("xds.data.orca.v3.OrcaLoadReport").FromString(base64.b64decode(found + "==")) == report(protos, PER_RPC)


def test_orca_oob(host, test_service, protos, m):
    first = {"cpu_utilization": 0.8210, "memory_utilization": 0.5847, "utilization": {"util": 0.30499}}
    second = {"cpu_utilization": 0.29309, "memory_utilization": 0.2, "utilization": {"util": 0.2039}}
    orca = protos.stub(host.channel(), "xds.service.orca.v3.OpenRcaService")
    reports = orca.StreamCoreMetrics(protos.message("xds.service.orca.v3.OrcaLoadReportRequest")(), timeout=30)
    assert next(reports) == report(protos, {})
    with Requests() as requests:
        call = test_service.FullDuplexCall(iter(requests), timeout=30)
        for wanted in (first, second):
            requests.send(output(m, 1, orca_oob_report=wanted))
            assert len(next(call).payload.body) == 1
            wait_until(lambda: next(reports) == report(protos, wanted), "the load report that was set")
    assert list(call) == [] and call.code() == Code.OK
    wait_until(lambda: next(reports) == report(protos, {}), "the load report to be taken back with its call")
    reports.cancel()


# Soaks, short ones


def test_rpc_soak(test_service, large):
    for _ in range(100):
        check_large(test_service.UnaryCall(large, timeout=20))


def test_channel_soak(host, protos, large):
    for _ in range(30):
        channel = host.channel()
        check_large(protos.stub(channel, "grpc.testing.TestService").UnaryCall(large, timeout=20))
        channel.close()


def test_concurrent_large_unary(test_service, large):
    with ThreadPoolExecutor(20) as pool:
        for response in pool.map(lambda _: test_service.UnaryCall(large, timeout=60), range(200)):
            check_large(response)


# Compression. What grpcio doesn't show or can't do, such as the flag of a message, is seen in frames.


def compressed(message):
    return framed(gzip.compress(message.SerializeToString()), compressed=1)


def plain(message):
    return framed(message.SerializeToString())


def call_in_frames(host, method, body):
    """The status, and of each message that came whether it was compressed, and itself."""
    with FrameConnection(host.port) as connection:
        headers = [("grpc-encoding", "gzip"), ("grpc-accept-encoding", "identity,deflate,gzip")]
        stream = connection.request(f"/grpc.testing.TestService/{method}", body, headers=headers).wait()
        found, at = [], 0
        while at + 5 <= len(stream.data):
            flag, length = struct.unpack_from(">BI", stream.data, at)
            data = bytes(stream.data[at + 5 : at + 5 + length])
            found.append((flag, {"gzip": gzip.decompress, "deflate": zlib.decompress}[stream.value("grpc-encoding")](data) if flag else data))
            at += 5 + length
        return stream.status, found


def test_client_compressed_unary(host, test_service, m):
    def request(value):
        return m("SimpleRequest")(expect_compressed={"value": value}, response_size=314159, payload={"body": bytes(271828)})

    assert fails(lambda: test_service.UnaryCall(request(True), timeout=20))[0] == Code.INVALID_ARGUMENT
    check_large(test_service.UnaryCall(request(True), compression=grpc.Compression.Gzip, timeout=20))
    check_large(test_service.UnaryCall(request(False), timeout=20))
    assert call_in_frames(host, "UnaryCall", compressed(request(False)))[0] == Code.INVALID_ARGUMENT.value[0]


def test_server_compressed_unary(host, m):
    for value in (True, False):
        request = m("SimpleRequest")(response_compressed={"value": value}, response_size=314159, payload={"body": bytes(271828)})
        status, ((flag, message),) = call_in_frames(host, "UnaryCall", plain(request))
        assert (status, flag) == (0, int(value))
        check_large(m("SimpleResponse").FromString(message))


def test_client_compressed_streaming(host, m):
    def request(value, size):
        return m("StreamingInputCallRequest")(expect_compressed={"value": value}, payload={"body": bytes(size)})

    assert call_in_frames(host, "StreamingInputCall", plain(request(True, 27182)))[0] == Code.INVALID_ARGUMENT.value[0]
    status, ((_, message),) = call_in_frames(host, "StreamingInputCall", compressed(request(True, 27182)) + plain(request(False, 45904)))
    assert status == 0 and m("StreamingInputCallResponse").FromString(message).aggregated_payload_size == 73086


@pytest.mark.parametrize("method", ["StreamingOutputCall", "FullDuplexCall", "HalfDuplexCall"])
@pytest.mark.parametrize("order", [(True, False), (False, True)])
def test_server_compressed_streaming(host, m, method, order):
    sizes = [31415, 92653]
    parameters = [{"compressed": {"value": value}, "size": size} for value, size in zip(order, sizes)]
    request = m("StreamingOutputCallRequest")(response_parameters=parameters)
    status, found = call_in_frames(host, method, plain(request))
    assert status == 0 and [flag for flag, _ in found] == [int(value) for value in order]
    bodies = [m("StreamingOutputCallResponse").FromString(message).payload.body for _, message in found]
    assert bodies == [bytes(size) for size in sizes]
