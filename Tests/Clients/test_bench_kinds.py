"""The four kinds of methods, through the C plugin (echo-c) and through the Swift SDK (bench): both serve bench.Bench."""

import threading
from itertools import islice
from urllib.parse import unquote_to_bytes

import grpc
import pytest

from support.frames import FrameConnection, framed
from support.host import Host
from support.waiting import wait_until

MIB = 1 << 20
KINDS = ["Unary", "ServerStream", "ClientStream", "Bidi"]
CODES = {code.value[0]: code for code in grpc.StatusCode}
BINARY = bytes(range(256))
TEXT = "naïve ✓ 100% 🎉 %41 ~"


@pytest.fixture(scope="module", params=["echo-c", "bench"])
def host(request, tmp_path_factory):
    with Host(tmp_path_factory.mktemp(request.param), [request.param]) as host:
        yield host


@pytest.fixture(scope="module")
def bench(host, pb):
    return pb.bench.BenchStub(host.channel())


def start(bench, pb, kind, **options):
    """A call of this kind with one small request message."""
    options = {"timeout": 20} | options
    payload = pb.bench.Payload(data=b"x")
    match kind:
        case "Unary":
            return bench.Unary.future(payload, **options)
        case "ServerStream":
            return bench.ServerStream(pb.bench.StreamReq(count=2, size=1), **options)
        case "ClientStream":
            return bench.ClientStream.future(iter([payload]), **options)
        case "Bidi":
            return bench.Bidi(iter([payload]), **options)


def custom(metadata, prefix):
    return [(entry.key, entry.value) for entry in metadata if entry.key.startswith(prefix)]


def fails(call):
    with pytest.raises(grpc.RpcError) as error:
        call()
    return error.value


# Messages


@pytest.mark.parametrize("size", [0, 1, 127, 128, 16_379, 16_384, 65_535, 65_536, 300_000, 4 * MIB - 16])
def test_unary_echoes_any_size(bench, pb, size):
    data = (BINARY * (size // 256 + 1))[:size]
    assert bench.Unary(pb.bench.Payload(data=data), timeout=20).data == data


def test_unary_calls_side_by_side_get_their_own_answers(bench, pb):
    calls = [bench.Unary.future(pb.bench.Payload(data=str(i).encode()), timeout=30) for i in range(500)]
    assert [call.result().data for call in calls] == [str(i).encode() for i in range(500)]


@pytest.mark.parametrize("count,size", [(0, 10), (1, 0), (3, 5), (20_000, 16), (100, 65_536), (5, MIB)])
def test_server_streaming_sends_as_many_as_asked(bench, pb, count, size):
    received = [message.data for message in bench.ServerStream(pb.bench.StreamReq(count=count, size=size), timeout=30)]
    assert len(received) == count
    assert all(len(data) == size for data in received)


@pytest.mark.parametrize("count,size", [(0, 0), (1, 0), (3, 5), (5000, 16), (50, 65_536)])
def test_client_streaming_sums_up(bench, pb, count, size):
    payload = pb.bench.Payload(data=b"x" * size)
    summary = bench.ClientStream((payload for _ in range(count)), timeout=30)
    assert (summary.messages, summary.bytes) == (count, count * size)


def test_bidirectional_answers_each_message_before_the_next_is_sent(bench, pb):
    turn, numbers = threading.Semaphore(1), range(200)

    def requests():
        for number in numbers:
            turn.acquire(timeout=20)
            yield pb.bench.Payload(data=str(number).encode())

    received = []
    for message in bench.Bidi(requests(), timeout=20):
        received.append(int(message.data))
        turn.release()
    assert received == list(numbers)


@pytest.mark.parametrize("count,size", [(0, 0), (5000, 10), (40, 100_000)])
def test_bidirectional_keeps_the_order_of_a_burst(bench, pb, count, size):
    requests = (pb.bench.Payload(data=b"%d:" % i + b"x" * size) for i in range(count))
    numbers = [int(message.data.split(b":")[0]) for message in bench.Bidi(requests, timeout=30)]
    assert numbers == list(range(count))


# Metadata


@pytest.mark.parametrize("kind", KINDS)
def test_metadata_comes_back_before_and_after(bench, pb, kind):
    sent = [
        ("echo-text", "plain value, with a comma"), ("echo-raw-bin", BINARY), ("echo-empty-bin", b""),
        ("echo-twice", "first"), ("echo-twice", "second"),
        ("trail-text", "at the end"), ("trail-raw-bin", BINARY[::-1]), ("other", "stays"),
    ]
    call = start(bench, pb, kind, metadata=sent)
    initial = custom(call.initial_metadata(), "echo-")
    if kind in ("ServerStream", "Bidi"):
        list(call)
    else:
        call.result()
    assert call.code() == grpc.StatusCode.OK
    assert sorted(initial) == sorted(entry for entry in sent if entry[0].startswith("echo-"))
    assert [value for key, value in initial if key == "echo-twice"] == ["first", "second"]
    assert sorted(custom(call.trailing_metadata(), "trail-")) == sorted(e for e in sent if e[0].startswith("trail-"))
    assert not custom(call.trailing_metadata(), "echo-") and not custom(call.initial_metadata(), "trail-")


def test_binary_metadata_is_read_padded_or_not_or_joined_and_sent_unpadded(host):
    values = [("echo-a-bin", "AQ=="), ("echo-b-bin", "AQ"), ("echo-c-bin", "AQ,AgM=,BAUG")]
    with FrameConnection(host.port) as connection:
        stream = connection.request("/bench.Bench/Unary", framed(b""), headers=values).wait()
    assert stream.status == 0
    assert stream.values("echo-a-bin") == ["AQ"] and stream.values("echo-b-bin") == ["AQ"]
    assert ",".join(stream.values("echo-c-bin")).replace(" ", "") == "AQ,AgM,BAUG"


# Status


@pytest.mark.parametrize("code", range(1, 17))
def test_every_status_reaches_the_client_with_its_message(bench, pb, code):
    error = fails(lambda: bench.Unary(
        pb.bench.Payload(), metadata=[("bench-status", str(code)), ("bench-message", f"number {code}")], timeout=20))
    assert (error.code(), error.details()) == (CODES[code], f"number {code}")


@pytest.mark.parametrize("kind", KINDS)
def test_a_status_ends_calls_of_every_kind_with_trailers(bench, pb, kind):
    call = start(bench, pb, kind, metadata=[
        ("bench-status", "9"), ("bench-message", "not now"), ("trail-reason", "why"), ("trail-raw-bin", b"\0\xff")])
    fails(lambda: call.result() if kind in ("Unary", "ClientStream") else list(call))
    assert (call.code(), call.details()) == (grpc.StatusCode.FAILED_PRECONDITION, "not now")
    assert sorted(custom(call.trailing_metadata(), "trail-")) == [("trail-raw-bin", b"\0\xff"), ("trail-reason", "why")]


def test_a_percent_sign_in_a_message_survives(bench, pb):
    error = fails(lambda: bench.Unary(
        pb.bench.Payload(), metadata=[("bench-status", "5"), ("bench-message", "100% %41 %zz")], timeout=20))
    assert error.details() == "100% %41 %zz"


@pytest.mark.parametrize("text", [TEXT, "two\nlines\r\nand a\ttab", " spaces at both ends ", "x" * 4000], ids=["unicode", "lines", "spaces", "long"])
def test_a_message_of_any_text_survives(bench, pb, text):
    error = fails(lambda: bench.Unary(
        pb.bench.Payload(), metadata=[("bench-status", "5"), ("bench-message-bin", text.encode())], timeout=20))
    assert (error.code(), error.details()) == (grpc.StatusCode.NOT_FOUND, text)


def test_a_message_is_percent_encoded_on_the_wire(host):
    # UTF-8 in a request header: legal HTTP, though grpcio would not send it.
    headers = [("bench-status", "5"), ("bench-message", TEXT.encode())]
    with FrameConnection(host.port) as connection:
        stream = connection.request("/bench.Bench/Unary", framed(b""), headers=headers).wait()
    assert stream.status == 5
    raw = stream.value("grpc-message")
    assert all(0x20 <= ord(character) <= 0x7E for character in raw)
    assert "%25" in raw and "%F0%9F%8E%89" in raw.upper()
    assert unquote_to_bytes(raw).decode() == TEXT


# Deadlines and cancellation


@pytest.mark.parametrize("milliseconds", [0, 1, 50])
def test_a_delay_within_the_deadline_is_no_error(bench, pb, milliseconds):
    answer = bench.Unary(pb.bench.Payload(data=b"late"), metadata=[("bench-delay-ms", str(milliseconds))], timeout=20)
    assert answer.data == b"late"


def test_a_deadline_passes_at_the_client(bench, pb):
    error = fails(lambda: bench.Unary(pb.bench.Payload(), metadata=[("bench-delay-ms", "60000")], timeout=0.2))
    assert error.code() == grpc.StatusCode.DEADLINE_EXCEEDED


@pytest.mark.parametrize("timeout", ["50m", "50000u", "50000000n"])
def test_a_deadline_is_answered_by_the_server(host, timeout):
    with FrameConnection(host.port) as connection:
        stream = connection.request(
            "/bench.Bench/Unary", framed(b""), headers=[("grpc-timeout", timeout), ("bench-delay-ms", "60000")]).wait()
    assert stream.status == grpc.StatusCode.DEADLINE_EXCEEDED.value[0]
    assert stream.messages == []


def test_a_deadline_ends_a_stream_whose_client_says_nothing(host):
    with FrameConnection(host.port) as connection:
        stream = connection.request("/bench.Bench/Bidi", headers=[("grpc-timeout", "50m")], end=False).wait()
    assert stream.status == grpc.StatusCode.DEADLINE_EXCEEDED.value[0]


def test_cancelled_calls_of_every_kind_leave_the_host_serving(bench, pb):
    hold = threading.Event()

    def requests():
        yield pb.bench.Payload(data=b"x")
        hold.wait(60)

    for _ in range(20):
        unary = bench.Unary.future(pb.bench.Payload(), metadata=[("bench-delay-ms", "60000")], timeout=60)
        server = bench.ServerStream(pb.bench.StreamReq(count=2**31 - 1, size=100), timeout=60)
        client = bench.ClientStream.future(requests(), timeout=60)
        both = bench.Bidi(requests(), timeout=60)
        next(server), next(both)
        for call in (unary, server, client, both):
            assert call.cancel() is not False
    hold.set()
    assert bench.Unary(pb.bench.Payload(data=b"alive"), timeout=20).data == b"alive"


# Flow control


def test_a_client_that_stops_reading_costs_bounded_memory_and_delays_nobody(host, bench, pb):
    before = host.memory("VmRSS")
    request = framed(pb.bench.StreamReq(count=2**31 - 1, size=1000).SerializeToString())
    with FrameConnection(host.port, settings={4: 0}, reading=False) as deaf:
        for _ in range(8):
            deaf.request("/bench.Bench/ServerStream", request)
        deaf.ping()
        for message in islice(bench.ServerStream(pb.bench.StreamReq(count=20_000, size=1000), timeout=30), 20_000):
            assert len(message.data) == 1000
        assert host.memory("VmRSS") - before < 32 * MIB


def test_a_client_that_only_sends_is_stopped_by_the_window(host, bench, pb):
    message = framed(pb.bench.Payload(data=b"x" * 10_000).SerializeToString())
    with FrameConnection(host.port, settings={4: 0}, reading=False) as deaf:
        stream = deaf.request("/bench.Bench/Bidi", end=False)
        sent = 0
        try:
            while sent < 64 * MIB:
                stream.send(message, seconds=1)
                sent += len(message)
        except AssertionError as stopped:
            assert "send window" in str(stopped)
        assert sent < 64 * MIB, "64 MB were taken for a client that reads nothing"
        assert bench.Unary(pb.bench.Payload(data=b"alive"), timeout=20).data == b"alive"


def test_a_stream_that_waits_does_not_hold_up_its_connection(host, pb):
    request = framed(pb.bench.StreamReq(count=1000, size=1000).SerializeToString())
    with FrameConnection(host.port, reading=False) as connection:
        # One stream uses up its own window of 64 KiB, and with it the connection's.
        waiting = connection.request("/bench.Bench/ServerStream", request)
        connection.pump(lambda: len(waiting.data) >= 65_535, "a whole window of the first stream")
        connection.ping()
        assert len(waiting.data) == 65_535
        connection.reading = True
        # RFC 9113 6.9: only the connection's window is opened again; the first stream stays shut.
        connection.grant(0, 65_535)
        other = connection.request("/bench.Bench/Unary", framed(pb.bench.Payload(data=b"y" * 1000).SerializeToString()))
        other.wait()
        assert other.status == 0 and len(waiting.data) == 65_535
        connection.grant(waiting.number, 2**24)
        connection.grant(0, 2**24)
        waiting.wait()
        assert waiting.status == 0 and len(waiting.messages) == 1000


# Messages that are wrong


@pytest.mark.parametrize("kind", ["Unary", "ServerStream"])
@pytest.mark.parametrize("messages", [0, 2])
def test_a_single_request_method_wants_exactly_one(host, kind, messages):
    with FrameConnection(host.port) as connection:
        stream = connection.request(f"/bench.Bench/{kind}", framed(b"") * messages if messages else None).wait()
    assert stream.status == grpc.StatusCode.UNIMPLEMENTED.value[0]


def test_messages_are_cut_by_their_prefix_not_by_frames(host, pb):
    payloads = [pb.bench.Payload(data=b"%d" % i * i).SerializeToString() for i in range(20)]
    body = b"".join(map(framed, payloads))
    with FrameConnection(host.port) as connection:
        for piece in (1, 3, 7, len(body)):
            stream = connection.request("/bench.Bench/Bidi", end=False)
            for at in range(0, len(body), piece):
                stream.send(body[at : at + piece])
            stream.send(b"", end=True)
            stream.wait()
            assert stream.status == 0 and stream.messages == payloads


def test_other_calls_go_on_while_one_is_held_up(host, bench, pb):
    slow = bench.Unary.future(pb.bench.Payload(data=b"slow"), metadata=[("bench-delay-ms", "500")], timeout=20)
    for i in range(50):
        assert bench.Unary(pb.bench.Payload(data=b"%d" % i), timeout=20).data == b"%d" % i
    assert slow.result(timeout=20).data == b"slow"
    wait_until(slow.done, "the slow call's end")
