"""Keepalive (gRPC's doc/keepalive.md), and how long connections last."""

import time

import grpc
import pytest
from hyperframe.frame import PingFrame

from support.frames import FrameConnection, connect, framed
from support.flood import HELLO
from support.host import Host
from support.waiting import PATIENCE


def unary(pb, channel):
    return pb.bench.BenchStub(channel).Unary(pb.bench.Payload(data=b"x"), timeout=PATIENCE)


def pings(connection):
    return [frame for frame in connection.frames if isinstance(frame, PingFrame) and "ACK" not in frame.flags]


# The host's pings


@pytest.fixture(scope="module")
def vigilant(tmp_path_factory):
    limits = {"keepaliveSeconds": 1, "keepaliveTimeoutSeconds": 2, "idleSeconds": 0}
    with Host(tmp_path_factory.mktemp("vigilant"), ["bench"], config={"limits": limits}, drain_seconds=1) as host:
        yield host


def test_a_quiet_client_that_answers_is_kept(vigilant):
    with FrameConnection(vigilant.port) as connection:
        stream = connection.request("/bench.Bench/Bidi", end=False)
        connection.pump(lambda: len(pings(connection)) >= 3, "pings")
        assert not connection.closed and not stream.over and not connection.goaways


def test_a_client_that_is_gone_without_a_word_is_let_go(vigilant):
    with connect(vigilant.port, 60) as sock:
        sock.sendall(HELLO)
        while sock.recv(1000):  # reads, and answers nothing
            pass
    vigilant.wait_for_log("refused: .*the client did not answer a keepalive ping")


def test_grpcio_answers(vigilant, pb):
    channel = vigilant.channel()
    stream = pb.bench.BenchStub(channel).ServerStream(
        pb.bench.StreamReq(count=2, size=1), metadata=[("bench-interval-ms", "5000")], timeout=60)
    assert len(list(stream)) == 2


# Pings of clients


@pytest.fixture(scope="module")
def usual(tmp_path_factory):
    with Host(tmp_path_factory.mktemp("usual"), ["bench"], drain_seconds=1) as host:
        yield host


def complaint(connection, count, before_each=lambda: None):
    """What the server says to so many pings."""
    for number in range(count):
        if connection.closed or connection.goaways:
            break
        before_each()
        connection.send(PingFrame(0, b"%08d" % number))
    connection.pump(lambda: connection.goaways or len(acks(connection)) >= count, "an answer")
    return [(goaway.error_code, goaway.additional_data) for goaway in connection.goaways]


def acks(connection):
    return [frame for frame in connection.frames if isinstance(frame, PingFrame) and "ACK" in frame.flags]


@pytest.mark.parametrize("with_call", [False, True])
def test_too_many_pings(usual, pb, with_call):
    with FrameConnection(usual.port) as connection, FrameConnection(usual.port) as other:
        if with_call:
            connection.request("/bench.Bench/Bidi", end=False)
        assert complaint(connection, 3) == []
        assert complaint(connection, 4) == [(0xB, b"too_many_pings")]
        assert other.request("/bench.Bench/Unary", framed(b"")).wait().status == 0


def test_a_client_that_is_served_may_measure_the_path(usual):
    with FrameConnection(usual.port) as connection:
        for _ in range(50):
            assert connection.request("/bench.Bench/Unary", framed(b"")).wait().status == 0
            connection.send(PingFrame(0, b"measures"))
        connection.pump(lambda: len(acks(connection)) == 50, "answers")
        assert not connection.goaways


def test_grpcio_that_pings_too_much_is_told_and_slows_down(usual, pb):
    log = len(usual.lines)
    channel = usual.channel(
        keepalive_time_ms=1000, keepalive_timeout_ms=20000, keepalive_permit_without_calls=1, **{"http2.max_pings_without_data": 0})
    unary(pb, channel)
    usual.wait_for_log("refused: .*too many keepalive pings", 60, after=log)
    assert unary(pb, channel).data == b"x", "it connects again"


def test_pings_may_be_permitted(start_host):
    host = start_host(["bench"], config={"limits": {"minPingSeconds": 0, "permitPingsWithoutCalls": True}})
    with FrameConnection(host.port) as connection:
        assert complaint(connection, 100) == []


# Age


@pytest.fixture(scope="module")
def fleeting(tmp_path_factory):
    limits = {"connectionAgeSeconds": 2, "connectionGraceSeconds": 2}
    with Host(tmp_path_factory.mktemp("fleeting"), ["bench"], config={"limits": limits}, drain_seconds=1) as host:
        yield host


def test_an_old_connection_is_asked_to_go_in_two_steps_and_its_calls_end_after_the_grace(fleeting):
    with FrameConnection(fleeting.port) as connection:
        stream = connection.request("/bench.Bench/Bidi", end=False)
        stream.wait(60)
        assert [goaway.last_stream_id for goaway in connection.goaways[:2]] == [2**31 - 1, stream.number]
        assert {goaway.error_code for goaway in connection.goaways} == {0}
        assert stream.status == 14 and "age" in stream.value("grpc-message")
        connection.pump(lambda: connection.closed, "the end of the connection")


def test_clients_connect_again_and_no_call_fails(fleeting, pb):
    channel = fleeting.channel()
    end = time.monotonic() + 8
    while time.monotonic() < end:
        assert unary(pb, channel).data == b"x"
    fleeting.wait_for_log("refused: .*the connection has reached its age")


def test_a_call_may_end_within_the_grace(fleeting, pb):
    stream = pb.bench.BenchStub(fleeting.channel()).ServerStream(
        pb.bench.StreamReq(count=6, size=1), metadata=[("bench-interval-ms", "500")], timeout=60)
    assert len(list(stream)) == 6 and stream.code() == grpc.StatusCode.OK
