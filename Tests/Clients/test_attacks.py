"""Every row of "What it must survive": each attack by name, what stops it, and what other clients and memory see meanwhile."""

import socket
import threading
import time
from itertools import count

import grpc
import h2.config
import h2.connection
import h2.events
import pytest
from hyperframe.frame import (
    ContinuationFrame, DataFrame, Frame, HeadersFrame, PingFrame, PriorityFrame, RstStreamFrame, SettingsFrame, WindowUpdateFrame,
)

from support.admin import Admin
from support.bystander import Bystander
from support.flood import HELLO, flood
from support.frames import PREFACE, FrameConnection, connect, framed
from support.host import Host
from support.waiting import PATIENCE, wait_until
from test_bad_input import frame, read_to_end
from test_tools import answered_bytes, h2load

MIB = 1 << 20
# What others may have to wait on a small, busy machine while somebody else attacks.
DELAY = 2.0
# HPACK by hand, nothing of it into the table: POST, http, :path, :authority, content-type.
UNARY = bytes.fromhex("838604") + b"\x12/bench.Bench/Unary" + b"\x01\x01a" + b"\x0f\x10\x10application/grpc"
BIDI = UNARY.replace(b"\x12/bench.Bench/Unary", b"\x11/bench.Bench/Bidi")


def headers(number, block, *flags):
    return HeadersFrame(number, block, flags=["END_HEADERS", *flags]).serialize()


def again(piece, times=500):
    """A piece that is the same each time."""
    piece *= times
    return (piece for _ in count())


def each_stream(piece, times=100):
    """A piece for each new stream."""
    return (b"".join(piece(number) for number in range(start, start + 2 * times, 2)) for start in count(1, 2 * times))


def on_one_stream(*pieces):
    """A request that goes on, then these again and again."""
    yield headers(1, BIDI)
    yield from again(b"".join(pieces))


def hpack_bomb():
    """A field of 3,900 bytes goes into the table once, and comes out of it for each byte on the wire."""
    large = b"\x40\x01a" + b"\x7f" + bytes([(3900 - 127) & 0x7F | 0x80, (3900 - 127) >> 7]) + b"x" * 3900
    yield headers(1, UNARY + large, "END_STREAM")
    yield from each_stream(lambda number: headers(number + 2, UNARY + b"\xbe" * 16000, "END_STREAM"), times=4)


def cookie_crumbs(number):
    return headers(number, UNARY + b"\x0f\x11\x01a" * 4000, "END_STREAM")


NOTHING = "too many frames that carry nothing"
FLOODS = {
    "rapid reset (CVE-2023-44487)": (
        lambda: each_stream(lambda n: headers(n, BIDI) + RstStreamFrame(n, error_code=8).serialize()),
        "too many calls that were reset by the client"),
    "MadeYouReset (CVE-2025-8671)": (
        lambda: each_stream(lambda n: headers(n, BIDI) + WindowUpdateFrame(n, 2**31 - 1).serialize()),
        "too many streams that had to be reset for the client's mistakes"),
    "CONTINUATION flood": (
        lambda: iter([HeadersFrame(1, UNARY).serialize(), *[ContinuationFrame(1, b"\x00\x01a\x01b").serialize() * 500] * 100]),
        "a header block in too many CONTINUATION frames"),
    "empty CONTINUATION flood": (
        lambda: iter([HeadersFrame(1, UNARY).serialize(), *[ContinuationFrame(1, b"").serialize() * 500] * 100]),
        "a header block in too many CONTINUATION frames"),
    "HPACK bomb": (hpack_bomb, NOTHING),
    "header-count bomb, fields of one byte": (lambda: each_stream(lambda n: headers(n, UNARY + b"\x93" * 16000, "END_STREAM"), 4), NOTHING),
    "header-count bomb, cookie crumbs": (lambda: each_stream(cookie_crumbs, 4), NOTHING),
    "SETTINGS flood": (lambda: again(SettingsFrame(0).serialize()), NOTHING),
    "SETTINGS flood that changes every stream's window": (
        lambda: (SettingsFrame(0, settings={4: 1000 + n}).serialize() * 50 for n in count()), NOTHING),
    "PING flood": (lambda: again(PingFrame(0, b"12345678").serialize()), "too_many_pings"),
    "PRIORITY flood": (lambda: again(PriorityFrame(7, depends_on=0, stream_weight=1).serialize()), NOTHING),
    "WINDOW_UPDATE flood": (lambda: again(WindowUpdateFrame(0, 1).serialize()), NOTHING),
    "WINDOW_UPDATE flood on a stream": (lambda: on_one_stream(WindowUpdateFrame(1, 1).serialize()), NOTHING),
    "empty DATA flood": (lambda: on_one_stream(DataFrame(1, b"").serialize()), NOTHING),
    "tiny DATA flood": (lambda: on_one_stream(DataFrame(1, b"\0").serialize()), NOTHING),
    "flood of unknown frames": (lambda: again(frame(0xEE, 0, 0, b"")), NOTHING),
}


@pytest.fixture(scope="module")
def host(tmp_path_factory):
    with Host(tmp_path_factory.mktemp("attacks"), ["bench"], drain_seconds=1) as host:
        yield host


@pytest.fixture
def bystander(host, pb):
    bystander = Bystander(host, pb)
    yield bystander
    bystander.connection.close()


def unary(pb, host, **options):
    return pb.bench.BenchStub(host.channel(**options)).Unary(pb.bench.Payload(data=b"x"), timeout=PATIENCE)


@pytest.mark.parametrize("name", FLOODS)
def test_a_flood_ends_that_connection_alone_and_is_told(host, bystander, name):
    attack, words = FLOODS[name]
    log = len(host.lines)
    answers = [flood(host.port, attack())]
    memory = host.memory("VmRSS")

    def four_more():
        answers.extend(flood(host.port, attack()) for _ in range(4))

    slowest = bystander.check_during(threading.Thread(target=four_more))
    assert slowest < DELAY, f"another client waited {slowest:.1f} s"
    for answer in answers:
        assert answer.closed, f"still open after {answer.sent} bytes"
        assert answer.complaint == words, answer
    assert host.memory("VmRSS") - memory < 16 * MIB
    told = "too many keepalive pings" if words == "too_many_pings" else words
    host.wait_for_log(f"refused: .*{told}", 5, after=log)


def test_answers_that_nobody_reads_are_bounded(host, bystander):
    """PINGs of a client that reads nothing: neither memory nor others suffer."""
    memory = host.memory("VmRSS")
    answers = []
    attack = lambda: answers.append(flood(host.port, again(PingFrame(0, b"12345678").serialize()), reading=False, seconds=10))
    assert bystander.check_during(threading.Thread(target=attack)) < DELAY
    assert answers[0].sent < 16 * MIB or answers[0].closed
    assert host.memory("VmRSS") - memory < 32 * MIB


def test_header_lists_that_are_a_little_over_are_answered(host):
    """One field too many is a mistake, not an attack."""
    with FrameConnection(host.port) as connection:
        for _ in range(20):
            stream = connection.request("/bench.Bench/Unary", framed(b""), headers=[("a", "b")] * 300).wait()
            assert stream.status == 8 and "metadata" in stream.value("grpc-message")
        assert connection.request("/bench.Bench/Unary", framed(b"")).wait().status == 0


# Slow clients


@pytest.fixture(scope="module")
def hasty(tmp_path_factory):
    """A host that waits for nobody."""
    limits = {"handshakeSeconds": 1, "headerSeconds": 1, "idleSeconds": 2, "stalledWriteSeconds": 2}
    with Host(tmp_path_factory.mktemp("hasty"), ["bench"], config={"limits": limits}, drain_seconds=1) as host:
        yield host


@pytest.mark.parametrize("begin", [b"", PREFACE[:10], PREFACE])
def test_a_client_that_does_not_greet_is_closed(hasty, pb, begin):
    socks = [connect(hasty.port) for _ in range(50)]
    for sock in socks:
        sock.sendall(begin)
    unary(pb, hasty)
    for sock in socks:
        assert b"the HTTP/2 preface did not come in time" in read_to_end(sock)
        sock.close()


def test_slow_headers_end_the_connection(hasty, pb):
    with connect(hasty.port) as sock:
        sock.sendall(HELLO)
        block = HeadersFrame(1, UNARY, flags=["END_HEADERS"]).serialize()
        sock.sendall(block[:12])
        said = b""
        sock.settimeout(0.2)
        for at in range(12, len(block) - 1):
            try:
                sock.sendall(block[at : at + 1])
                said += sock.recv(65536)
            except TimeoutError:
                continue
            except ConnectionError:
                break
            unary(pb, hasty)
            if b"a header block was not whole in time" in said:
                return
        pytest.fail(f"the server waited on: {said}")


def test_an_idle_connection_is_asked_to_leave_and_the_client_notices_nothing(hasty, pb):
    channel = hasty.channel()
    stub = pb.bench.BenchStub(channel)
    with FrameConnection(hasty.port) as connection:
        stub.Unary(pb.bench.Payload(data=b"x"), timeout=PATIENCE)
        connection.pump(lambda: connection.goaways, "a GOAWAY")
        assert [goaway.error_code for goaway in connection.goaways] == [0] * len(connection.goaways)
    time.sleep(1)
    assert stub.Unary(pb.bench.Payload(data=b"x"), timeout=PATIENCE).data == b"x"


def test_a_stream_without_traffic_is_not_idle(hasty):
    with FrameConnection(hasty.port) as connection:
        stream = connection.request("/bench.Bench/Bidi", end=False)
        connection.pump_for(5)
        assert not connection.closed and not stream.over and not connection.goaways


@pytest.mark.parametrize("window", [0, 1000], ids=["zero window", "small window"])
def test_slow_read_is_bounded_and_ended(hasty, pb, window):
    memory = hasty.memory("VmRSS")
    request = framed(pb.bench.StreamReq(count=2**31 - 1, size=10_000).SerializeToString())
    connections = [FrameConnection(hasty.port, settings={SettingsFrame.INITIAL_WINDOW_SIZE: window}, reading=False) for _ in range(4)]
    for connection in connections:
        for _ in range(100):
            connection.request("/bench.Bench/ServerStream", request)
    unary(pb, hasty)
    assert hasty.memory("VmRSS") - memory < 100 * MIB
    for connection in connections:
        connection.pump(lambda: connection.goaways, "a GOAWAY")
        assert connection.goaways[-1].additional_data == b"data was not read in time"
        connection.close()
    unary(pb, hasty)


def test_a_socket_that_is_not_read_is_ended(hasty, pb):
    request = framed(pb.bench.StreamReq(count=2**31 - 1, size=10_000).SerializeToString())
    with FrameConnection(hasty.port, settings={SettingsFrame.INITIAL_WINDOW_SIZE: 2**31 - 1}, reading=False) as connection:
        connection.grant(0, 2**30)
        connection.request("/bench.Bench/ServerStream", request)
        log = len(hasty.lines)
        hasty.wait_for_log("refused: .*data was not read in time", 20, after=log)
        unary(pb, hasty)


# Connections and calls without number


def test_connections_of_one_address_leave_room_for_another(start_host, pb):
    host = start_host(["bench"], config={"limits": {"maxConnections": 60, "maxConnectionsPerAddress": 40}})
    socks = [connect(host.port) for _ in range(100)]
    closed = 0
    for sock in socks:
        sock.settimeout(0.5)
        try:
            closed += not sock.recv(65536)
        except ConnectionError:
            closed += 1
    assert closed == 60
    host.wait_for_log(r"refused: too many connections from one address", 5)
    other = socket.create_connection(("127.0.0.1", host.port), timeout=PATIENCE, source_address=("127.0.0.2", 0))
    assert other.recv(9)[3] == SettingsFrame.type, "another address is served"
    other.close()
    for sock in socks:
        sock.close()
    wait_until(lambda: served(pb, host), "room for a client of the first address")


def served(pb, host):
    try:
        return unary(pb, host)
    except grpc.RpcError:
        return None


def test_calls_beyond_the_processs_are_shed_and_say_when_to_come_again(start_host, pb):
    host = start_host(["bench"], config={"limits": {"maxCalls": 100}})
    with FrameConnection(host.port) as flooding:
        streams = [flooding.request("/bench.Bench/Bidi", end=False) for _ in range(400)]
        flooding.ping()
        flooding.pump(lambda: sum(stream.over for stream in streams) >= 275, "refusals")
        assert {stream.status for stream in streams if stream.over} == {14}
        with pytest.raises(grpc.RpcError) as error:
            unary(pb, host)
        assert error.value.code() == grpc.StatusCode.UNAVAILABLE
        assert dict(error.value.trailing_metadata())["grpc-retry-pushback-ms"] == "1000"
        # Operators are served all the same.
        assert Admin(host, pb).plugins() == ["bench"]
        host.wait_for_log("refused: .*the server has too many calls", 5)
    wait_until(lambda: served(pb, host), "room after the flood")


def test_streams_of_one_connection_are_bounded(start_host, pb):
    host = start_host(["bench"], config={"limits": {"maxConcurrentStreams": 50}})
    answer = flood(host.port, each_stream(lambda n: headers(n, BIDI)))
    assert answer.closed
    unary(pb, host)


def test_memory_of_queued_data_has_a_total(start_host, pb):
    """Uploads that never become whole: the connections that hold the most go, the process and the others stay."""
    host = start_host(["bench"], config={"limits": {"maxHeldBytes": 32 * MIB}})
    bystander = Bystander(host, pb)
    memory = host.memory("VmRSS")
    told = []
    attack = threading.Thread(target=lambda: told.extend(partial_uploads(host) for _ in range(3)))
    assert bystander.check_during(attack) < DELAY
    assert told == [b"the server's memory for queued data is used up, and this connection holds the most"] * 3
    assert host.memory("VmHWM") - memory < 120 * MIB
    bystander.connection.close()


def partial_uploads(host):
    """Messages of 4 MB, each on a stream of its own, of which the last bytes never come; by a client that keeps to its windows. Answers
    what it is told at the end."""
    with FrameConnection(host.port) as connection:
        for _ in range(50):
            try:
                connection.request("/bench.Bench/Bidi", framed(bytes(4 << 20))[:-100], end=False)
            except (AssertionError, ConnectionError):
                break
        connection.pump(lambda: connection.goaways, "a GOAWAY")
        return connection.goaways[-1].additional_data


# Limits of services and methods


def test_services_and_methods_have_limits_that_can_change(start_host, pb):
    limits = [{"service": "bench.Bench", "method": "Bidi", "maxConcurrent": 2}]
    host = start_host(["bench"], config={"callLimits": limits})
    admin = Admin(host, pb)
    tags = count()
    with FrameConnection(host.port) as connection:

        def opened(number):
            streams = [connection.request("/bench.Bench/Bidi", end=False) for _ in range(number)]
            # The answer of a PING overtakes those of calls that were read with it; a second one doesn't.
            for _ in range(2):
                connection.ping(b"%08d" % next(tags))
            return [stream for stream in streams if not stream.over], [stream for stream in streams if stream.over]

        kept, refused = opened(3)
        assert len(kept) == 2 and [stream.status for stream in refused] == [8]
        assert connection.request("/bench.Bench/Unary", framed(b"")).wait().status == 0
        host.wait_for_log("refused: .*the method has too many calls", 5)

        host.rewrite(lambda settings: settings["callLimits"][0].update(maxConcurrent=3))
        admin.read_again()
        assert len(opened(2)[0]) == 1, "those that are open count on"

        host.rewrite(lambda settings: settings.update(callLimits=[{"service": "bench.Bench", "maxPerSecond": 5}]))
        admin.read_again()
        calls = [connection.request("/bench.Bench/Unary", framed(b"")).wait() for _ in range(20)]
        refused = [call for call in calls if call.status == 8]
        assert 10 <= len(refused) <= 15
        assert refused[0].value("grpc-retry-pushback-ms") == "1000"


# Heavy clients that mean well


@pytest.fixture
def quiet(host):
    """Nothing is refused while the test runs."""
    time.sleep(1.1)
    before = len(host.lines)
    yield
    time.sleep(1.5)
    assert not [line for line in host.lines[before:] if "refused:" in line]


def test_many_tiny_messages_are_no_flood(host, pb, quiet):
    stub = pb.bench.BenchStub(host.channel())
    payload = pb.bench.Payload(data=b"")
    assert sum(1 for _ in stub.Bidi((payload for _ in range(30_000)), timeout=60)) == 30_000


def test_a_client_that_reads_in_small_pieces_is_no_flood(host, pb, quiet):
    """PyPI's h2, with a window for each message of a few bytes, twice."""
    connection = h2.connection.H2Connection(h2.config.H2Configuration(client_side=True, header_encoding="utf-8"))
    received = 0
    with connect(host.port) as sock:
        connection.initiate_connection()
        stream = connection.get_next_available_stream_id()
        connection.send_headers(stream, [(":method", "POST"), (":scheme", "http"), (":path", "/bench.Bench/ServerStream"),
                                         (":authority", "a"), ("content-type", "application/grpc"), ("te", "trailers")])
        connection.send_data(stream, framed(pb.bench.StreamReq(count=2**31 - 1, size=1).SerializeToString()), end_stream=True)
        sock.sendall(connection.data_to_send())
        frames = 0
        while frames < 3_000:
            for event in connection.receive_data(sock.recv(65536)):
                if isinstance(event, h2.events.DataReceived):
                    frames += 1
                    received += len(event.data)
                    # As small as can be: a window update for every hundred bytes.
                    for _ in range(min(4, event.flow_controlled_length // 100 + 1)):
                        piece = max(1, event.flow_controlled_length // 4)
                        connection.increment_flow_control_window(piece)
                        connection.increment_flow_control_window(piece, stream_id=stream)
                assert not isinstance(event, (h2.events.ConnectionTerminated, h2.events.StreamReset)), event
            sock.sendall(connection.data_to_send())


def test_calls_that_are_cancelled_at_a_sane_rate_are_no_attack(host, pb, quiet):
    with FrameConnection(host.port) as connection:
        for _ in range(3000):
            stream = connection.request("/bench.Bench/Bidi", end=False)
            connection.send(RstStreamFrame(stream.number, error_code=8))
            assert connection.request("/bench.Bench/Unary", framed(b"")).wait().status == 0


def test_a_thousand_connections_of_h2load_are_served(host, tmp_path, quiet):
    body = framed(b"\x0a\x20" + b"x" * 32)
    output = h2load(host, tmp_path, body, "-n", "20000", "-c", "1000", "-m", "10")
    assert "20000 succeeded, 0 failed, 0 errored, 0 timeout" in output
    assert answered_bytes(output) == 20000 * len(body)
