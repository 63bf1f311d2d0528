"""Flow-control windows that follow the path to the client."""

import grpc
import pytest

from support.delay import DelayingProxy
from support.frames import FrameConnection, framed

KIB, MIB = 1 << 10, 1 << 20


def upload(host, pb, chunks):
    """One stream of 64 KiB chunks over a link with 50 ms each way; answers how many bytes were on their way at most."""
    with DelayingProxy(host.port, seconds=0.05) as proxy:
        channel = grpc.insecure_channel(f"127.0.0.1:{proxy.port}", options=[("grpc.use_local_subchannel_pool", 1)])
        chunk = pb.bench.Payload(data=b"x" * (64 * KIB))
        summary = pb.bench.BenchStub(channel).ClientStream((chunk for _ in range(chunks)), timeout=60)
        channel.close()
        assert (summary.messages, summary.bytes) == (chunks, chunks * 64 * KIB)
        return proxy.most_on_its_way


@pytest.mark.parametrize("plugin", ["bench", "echo-c"])
def test_an_upload_over_a_link_of_50_ms_has_more_than_its_first_window_on_the_way(start_host, pb, plugin):
    assert upload(start_host([plugin]), pb, 512) > 400 * KIB


def test_a_window_that_may_not_grow_does_not(start_host, pb):
    host = start_host(["bench"], config={"limits": {"streamWindowBytes": 256 * KIB, "maxStreamWindowBytes": 256 * KIB}})
    assert upload(host, pb, 64) < 400 * KIB


def test_the_budget_of_the_process_bounds_what_many_uploads_are_granted(start_host, pb):
    limits = {"streamWindowBytes": 64 * KIB, "maxStreamWindowBytes": 8 * MIB, "windowBudgetBytes": 512 * KIB}
    assert upload(start_host(["bench"], config={"limits": limits}), pb, 200) < 700 * KIB


def test_a_handler_that_does_not_read_is_sent_no_more_than_the_first_window(start_host, pb):
    host = start_host(["bench"], config={"limits": {"streamWindowBytes": 64 * KIB}})
    with FrameConnection(host.port, settings={4: 0}) as connection:
        # Answers can't leave, so the handler stops taking requests.
        stream = connection.request("/bench.Bench/Bidi", end=False)
        body = framed(pb.bench.Payload(data=b"x" * 1000).SerializeToString())
        sent = 0
        while True:
            connection.ping()
            room = min(stream.window, connection.window)
            if room < len(body) and sent:
                break
            for _ in range(room // len(body)):
                stream.send(body)
                sent += len(body)
        # The window, what the SDK takes ahead, and the queue of answers.
        assert sent < 64 * KIB + 64 * KIB + 64 * KIB + 64 * KIB
