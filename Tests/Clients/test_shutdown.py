"""SIGTERM and SIGINT: what runs may finish, what is new is refused; a second signal ends at once."""

import signal
import socket

import grpc
import pytest

from support.frames import FrameConnection, framed
from support.host import Host
from support.waiting import wait_until

LAST = 2**31 - 1  # of a GOAWAY that only announces (RFC 9113 6.8)


@pytest.fixture
def host(tmp_path):
    """A host that the test ends itself; what is left of it is ended afterwards."""
    hosts = []

    def start(**options):
        hosts.append(Host(tmp_path / "host", ["bench", "chat"], **options).start())
        return hosts[-1]

    yield start
    for host in hosts:
        host.stop()


def refused(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
        return False
    except ConnectionRefusedError:
        return True


def endless(host, pb):
    """A stream that goes on until it is ended, and that has begun."""
    call = pb.bench.BenchStub(host.channel()).ServerStream(
        pb.bench.StreamReq(count=2**31 - 1, size=10), metadata=[("bench-interval-ms", "10")], timeout=60)
    assert next(call)
    return call


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_an_idle_host_ends_at_once_with_0(host, number):
    host = host(drain_seconds=60)
    host.signal(number)
    assert host.ended() == 0


def test_idle_connections_do_not_hold_up_the_end(host, pb):
    host = host(drain_seconds=60)
    channel = host.channel()
    assert pb.bench.BenchStub(channel).Unary(pb.bench.Payload(data=b"x"), timeout=20).data == b"x"
    with FrameConnection(host.port):
        host.signal(signal.SIGTERM)
        assert host.ended() == 0


def test_calls_in_flight_finish_and_then_the_host_ends(host):
    host = host(drain_seconds=60)
    with FrameConnection(host.port) as connection:
        call = connection.request("/bench.Bench/Unary", framed(b"\x0a\x04slow"), headers=[("bench-delay-ms", "1000")])
        connection.ping()
        host.signal(signal.SIGTERM)
        wait_until(lambda: refused(host.port), "new connections to be refused")
        assert not call.over, "new connections are refused while a call is still in flight"
        call.wait()
        assert call.status == 0 and call.messages == [b"\x0a\x04slow"]
        connection.pump(lambda: connection.closed, "the end of the connection")
    assert host.ended() == 0


def test_healthz_says_503_until_the_client_has_heard_of_the_end(host):
    host = host(drain_seconds=60)
    with FrameConnection(host.port) as connection:
        call = connection.request("/bench.Bench/Bidi", framed(b"\x0a\x01a"), end=False)
        assert connection.request("/healthz", method="GET", base=()).wait().value(":status") == "200"
        # The second GOAWAY waits for the answer to its ping, so the connection still takes streams.
        connection.answers_pings = False
        host.signal(signal.SIGTERM)
        connection.pump(lambda: connection.goaways, "the first GOAWAY")
        health = connection.request("/healthz", method="GET", base=()).wait()
        assert health.value(":status") == "503"
        assert bytes(health.data) == b"shutting down\n"
        call.send(b"", end=True)
        call.wait()
        assert call.status == 0
    assert host.ended() == 0


def test_goaway_comes_in_two_steps_and_new_streams_are_not_served(host):
    host = host(drain_seconds=60)
    with FrameConnection(host.port) as connection:
        stream = connection.request("/bench.Bench/Bidi", framed(b"\x0a\x01a"), end=False)
        connection.pump(lambda: stream.messages, "the first answer")
        host.signal(signal.SIGTERM)
        connection.pump(lambda: len(connection.goaways) >= 2, "both GOAWAYs")
        first, second = connection.goaways[:2]
        assert (first.last_stream_id, first.error_code) == (LAST, 0)
        assert (second.last_stream_id, second.error_code) == (stream.number, 0)

        late = connection.request("/bench.Bench/Unary", framed(b"\x0a\x04late"))
        stream.send(framed(b"\x0a\x01b"))
        connection.pump(lambda: len(stream.messages) == 2, "an answer on the stream that was open before")
        assert late.status != 0 and late.messages == []
        stream.send(b"", end=True)
        stream.wait()
        assert stream.status == 0
    assert host.ended() == 0


def test_a_real_clients_stream_goes_on_while_the_host_drains(host, pb):
    host = host(drain_seconds=60)
    stub = pb.bench.BenchStub(host.channel())
    slow = stub.Unary.future(pb.bench.Payload(data=b"slow"), metadata=[("bench-delay-ms", "1000")], timeout=60)
    # Answered on the same connection, so the call before it has been opened.
    assert stub.Unary(pb.bench.Payload(data=b"quick"), timeout=20).data == b"quick"
    host.signal(signal.SIGTERM)
    assert slow.result(timeout=30).data == b"slow"
    assert host.ended() == 0


def test_an_endless_stream_that_hears_of_the_end_says_good_bye(host, pb):
    host = host(drain_seconds=60)
    chat = pb.chat.ChatServiceStub(host.channel())
    call = chat.JoinChat(pb.chat.JoinRequest(username="ada", room_id="r"), timeout=60)
    assert next(call).username == "ada"
    host.signal(signal.SIGTERM)
    (last,) = call
    assert (last.type, last.username, last.content) == (pb.chat.SYSTEM, "system", "the server is going away: join again")
    assert call.code() == grpc.StatusCode.OK
    assert host.ended() == 0


def test_an_endless_stream_that_does_not_is_ended_at_the_drain_limit(host, pb):
    host = host(drain_seconds=1)
    call = endless(host, pb)
    host.signal(signal.SIGTERM)
    with pytest.raises(grpc.RpcError) as error:
        for _ in call:
            pass
    assert error.value.code() == grpc.StatusCode.UNAVAILABLE
    assert host.ended() == 0


def test_a_subscriber_that_never_reads_does_not_hold_up_the_end(host, pb):
    host = host(drain_seconds=1)
    request = framed(pb.bench.StreamReq(count=2**31 - 1, size=1000).SerializeToString())
    with FrameConnection(host.port, settings={4: 0}, reading=False) as deaf:
        deaf.request("/bench.Bench/ServerStream", request)
        deaf.ping()
        host.signal(signal.SIGTERM)
        assert host.ended() == 0


def test_half_open_connections_do_not_hold_up_the_end(host):
    host = host(drain_seconds=60)
    with socket.create_connection(("127.0.0.1", host.port)) as silent, FrameConnection(host.port):
        silent.sendall(b"PRI * HT")
        host.signal(signal.SIGTERM)
        assert host.ended() == 0


def test_a_second_signal_ends_at_once(host, pb):
    host = host(drain_seconds=600)
    call = endless(host, pb)
    host.signal(signal.SIGTERM)
    wait_until(lambda: refused(host.port), "new connections to be refused")
    host.signal(signal.SIGTERM)
    assert host.ended(seconds=10) != 0
    with pytest.raises(grpc.RpcError):
        for _ in call:
            pass
