"""ChatService: rooms, live delivery, history."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import grpc
import pytest

from support.frames import FrameConnection, framed
from support.host import Host
from support.waiting import wait_until

MIB = 1 << 20
_rooms = count(1)


@pytest.fixture(scope="module")
def host(tmp_path_factory):
    with Host(tmp_path_factory.mktemp("chat"), ["chat"]) as host:
        yield host


@pytest.fixture(scope="module")
def chat(host, pb):
    return pb.chat.ChatServiceStub(host.channel())


@pytest.fixture
def room():
    """A room that no other test uses."""
    return f"room-{next(_rooms)}"


class Pace:
    """Keeps a sender at most `ahead` messages before the slowest of its readers, who would else fall behind for real."""

    def __init__(self, ahead):
        self.ahead, self.changed, self.read = ahead, threading.Condition(), {}

    def has_read(self, reader, number):
        with self.changed:
            self.read[reader] = number
            self.changed.notify_all()

    def wait_to_send(self, number):
        with self.changed:
            assert self.changed.wait_for(lambda: number - min(self.read.values(), default=number) <= self.ahead, 30)


def join(chat, pb, user, room, seconds=60):
    """A subscriber that is in: its own JOIN has come. Answers the call and what came before."""
    call = chat.JoinChat(pb.chat.JoinRequest(username=user, room_id=room), timeout=seconds)
    earlier = []
    for message in call:
        if message.type == pb.chat.JOIN and message.username == user:
            return call, earlier
        earlier.append(message)
    raise AssertionError(f"the stream ended before {user}'s own JOIN")


def next_of(call, kind):
    """The next message of this type; others are passed over."""
    return next(message for message in call if message.type == kind)


def send(chat, pb, room, *contents, user="sender"):
    messages = (pb.chat.ChatMessage(username=user, room_id=room, content=content) for content in contents)
    answer = chat.SendMessage(messages, timeout=60)
    assert (answer.messages_sent, answer.status) == (len(contents), "success")


def history(chat, pb, room, **request):
    return list(chat.GetChatHistory(pb.chat.HistoryRequest(room_id=room, **request), timeout=20))


def said(pb, messages):
    return [message.content for message in messages if message.type == pb.chat.MESSAGE]


def fails(call):
    with pytest.raises(grpc.RpcError) as error:
        call()
    return error.value


# Joining and leaving


def test_who_joins_sees_the_own_join_first_in_a_new_room(chat, pb, room):
    call = chat.JoinChat(pb.chat.JoinRequest(username="ada", room_id=room), timeout=20)
    first = next(call)
    assert (first.type, first.username, first.room_id) == (pb.chat.JOIN, "ada", room)
    assert "ada" in first.content and first.message_id
    assert abs(first.timestamp / 1000 - time.time()) < 60
    call.cancel()


def test_joins_are_told_to_those_who_are_there(chat, pb, room):
    ada, _ = join(chat, pb, "ada", room)
    bob, earlier = join(chat, pb, "bob", room)
    assert [message.username for message in earlier] == ["ada"]
    seen = next_of(ada, pb.chat.JOIN)
    assert (seen.username, seen.room_id) == ("bob", room)
    ada.cancel(), bob.cancel()


@pytest.mark.parametrize("end", ["cancel", "close", "deadline"])
def test_leaving_is_told_however_it_happens(host, chat, pb, room, end):
    ada, _ = join(chat, pb, "ada", room)
    other = host.channel()
    bob, _ = join(pb.chat.ChatServiceStub(other), pb, "bob", room, seconds=1 if end == "deadline" else 60)
    if end == "cancel":
        bob.cancel()
    elif end == "close":
        other.close()
    left = next_of(ada, pb.chat.LEAVE)
    assert (left.username, left.room_id) == ("bob", room)
    assert "bob" in left.content
    ada.cancel()


@pytest.mark.parametrize("request_", [{"username": "ada"}, {"room_id": "r"}, {}], ids=["no room", "no user", "neither"])
def test_joining_needs_a_name_and_a_room(chat, pb, request_):
    error = fails(lambda: next(chat.JoinChat(pb.chat.JoinRequest(**request_), timeout=20)))
    assert error.code() == grpc.StatusCode.INVALID_ARGUMENT
    for field in {"username", "room_id"} - set(request_):
        assert field in error.details().lower()


def test_two_streams_of_one_user_both_get_everything(chat, pb, room):
    one, _ = join(chat, pb, "ada", room)
    two, _ = join(chat, pb, "ada", room)
    send(chat, pb, room, "both")
    assert next_of(one, pb.chat.MESSAGE).content == "both"
    assert next_of(two, pb.chat.MESSAGE).content == "both"
    one.cancel()
    send(chat, pb, room, "still here")
    assert next_of(two, pb.chat.MESSAGE).content == "still here"
    two.cancel()


# Sending


def test_a_message_reaches_all_in_the_room_with_the_servers_own_fields(chat, pb, room):
    ada, _ = join(chat, pb, "ada", room)
    bob, _ = join(chat, pb, "bob", room)
    forged = pb.chat.ChatMessage(
        username="ada", room_id=room, content="hello", message_id="mine", timestamp=1, type=pb.chat.SYSTEM
    )
    assert chat.SendMessage(iter([forged]), timeout=20).messages_sent == 1
    mine, his = next_of(ada, pb.chat.MESSAGE), next_of(bob, pb.chat.MESSAGE)
    assert mine == his
    assert (mine.username, mine.room_id, mine.content) == ("ada", room, "hello")
    assert mine.message_id not in ("", "mine")
    assert abs(mine.timestamp / 1000 - time.time()) < 60
    ada.cancel(), bob.cancel()


def test_messages_are_pushed_while_the_senders_stream_is_open(chat, pb, room):
    ada, _ = join(chat, pb, "ada", room, seconds=20)
    turn = threading.Semaphore(0)

    def requests():
        # Polling ten times a second, as the seed does, would need half a minute for this.
        for number in range(300):
            yield pb.chat.ChatMessage(username="bob", room_id=room, content=str(number))
            turn.acquire(timeout=20)

    sending = chat.SendMessage.future(requests(), timeout=20)
    for number in range(300):
        assert next_of(ada, pb.chat.MESSAGE).content == str(number)
        turn.release()
    assert sending.result(timeout=20).messages_sent == 300
    ada.cancel()


def test_invalid_messages_are_skipped_and_not_counted(chat, pb, room):
    good = {"username": "ada", "room_id": room, "content": "good"}
    messages = [good, *({k: v for k, v in good.items() if k != missing} for missing in good), {}, good]
    answer = chat.SendMessage((pb.chat.ChatMessage(**fields) for fields in messages), timeout=20)
    assert (answer.messages_sent, answer.status) == (2, "success")
    assert said(pb, history(chat, pb, room)) == ["good", "good"]


def test_sending_nothing_is_fine(chat, pb):
    answer = chat.SendMessage(iter([]), timeout=20)
    assert (answer.messages_sent, answer.status) == (0, "success")


def test_one_stream_may_send_to_several_rooms_and_they_stay_apart(chat, pb, room):
    ada, _ = join(chat, pb, "ada", room + "a")
    bob, _ = join(chat, pb, "bob", room + "b")
    messages = [pb.chat.ChatMessage(username="x", room_id=room + end, content=end) for end in "abab"]
    assert chat.SendMessage(iter(messages), timeout=20).messages_sent == 4
    assert [next(ada).content for _ in range(2)] == ["a", "a"]
    assert [next(bob).content for _ in range(2)] == ["b", "b"]
    ada.cancel(), bob.cancel()


@pytest.mark.parametrize("text", ["Grüße ✓ 🎉\n\t\0 end", "x" * 200_000], ids=["unicode", "long"])
def test_content_comes_back_as_it_was(chat, pb, room, text):
    ada, _ = join(chat, pb, "ada", room)
    send(chat, pb, room, text)
    assert next_of(ada, pb.chat.MESSAGE).content == text
    assert said(pb, history(chat, pb, room)) == [text]
    ada.cancel()


def test_what_was_sent_before_a_sender_cancelled_is_kept(chat, pb, room):
    ada, _ = join(chat, pb, "ada", room)
    hold = threading.Event()

    def requests():
        yield pb.chat.ChatMessage(username="bob", room_id=room, content="said")
        hold.wait(60)

    sending = chat.SendMessage.future(requests(), timeout=60)
    assert next_of(ada, pb.chat.MESSAGE).content == "said"
    sending.cancel()
    hold.set()
    assert said(pb, history(chat, pb, room)) == ["said"]
    ada.cancel()


# History


def test_history_has_the_latest_in_order_fifty_by_default(chat, pb, room):
    send(chat, pb, room, *map(str, range(60)))
    assert said(pb, history(chat, pb, room)) == [str(i) for i in range(10, 60)]
    assert said(pb, history(chat, pb, room, limit=3)) == ["57", "58", "59"]
    assert said(pb, history(chat, pb, room, limit=500)) == [str(i) for i in range(60)]


def test_history_since_a_timestamp_includes_it(chat, pb, room):
    for number in range(3):
        send(chat, pb, room, f"{number}")
        last = history(chat, pb, room)[-1].timestamp
        wait_until(lambda: time.time() * 1000 > last + 2, "the next millisecond")
    everything = history(chat, pb, room)
    since = everything[1].timestamp
    assert said(pb, history(chat, pb, room, since_timestamp=since)) == ["1", "2"]
    assert said(pb, history(chat, pb, room, since_timestamp=since, limit=1)) == ["2"]
    assert history(chat, pb, room, since_timestamp=everything[-1].timestamp + 1_000_000) == []


def test_history_has_joins_and_leaves(chat, pb, room):
    ada, _ = join(chat, pb, "ada", room)
    ada.cancel()
    wait_until(lambda: len(history(chat, pb, room)) == 2, "the LEAVE in the history")
    assert [m.type for m in history(chat, pb, room)] == [pb.chat.JOIN, pb.chat.LEAVE]


@pytest.mark.parametrize("name", ["never-used", "", "nie benützt\n✓ 100%"])
def test_a_room_never_used_is_not_found_and_asking_does_not_make_it(chat, pb, name):
    for _ in range(2):
        error = fails(lambda: history(chat, pb, name))
        if name:
            assert error.code() == grpc.StatusCode.NOT_FOUND
            assert name in error.details()
        else:
            assert error.code() in (grpc.StatusCode.NOT_FOUND, grpc.StatusCode.INVALID_ARGUMENT)


@pytest.mark.parametrize("request_", [{"limit": -1}, {"limit": -(2**31)}, {"since_timestamp": -(2**63)}, {"limit": 2**31 - 1}], ids=str)
def test_senseless_history_requests_are_answered_or_refused_in_words(chat, pb, room, request_):
    send(chat, pb, room, "one")
    try:
        assert said(pb, history(chat, pb, room, **request_)) in (["one"], [])
    except grpc.RpcError as error:
        assert error.code() == grpc.StatusCode.INVALID_ARGUMENT and error.details()


def test_a_room_keeps_its_last_1000_messages(chat, pb, room):
    send(chat, pb, room, *map(str, range(1100)))
    assert said(pb, history(chat, pb, room, limit=5000)) == [str(i) for i in range(100, 1100)]


def test_the_length_of_history_is_configurable(start_host, pb, room):
    chat = pb.chat.ChatServiceStub(start_host({"chat": {"historyMessages": 20}}).channel())
    send(chat, pb, room, *map(str, range(50)))
    assert said(pb, history(chat, pb, room, limit=1000)) == [str(i) for i in range(30, 50)]


def test_message_ids_are_unique(chat, pb, room):
    calls = [join(chat, pb, f"ada{i}", room)[0] for i in range(5)]
    send(chat, pb, room, *["same"] * 400)
    ids = [message.message_id for message in history(chat, pb, room, limit=1000)]
    assert len(ids) >= 405 and "" not in ids and len(set(ids)) == len(ids)
    for call in calls:
        call.cancel()


# Live delivery


def test_who_joins_gets_the_last_ten_and_then_the_live_ones(chat, pb, room):
    send(chat, pb, room, *map(str, range(15)))
    ada, earlier = join(chat, pb, "ada", room)
    # Ten in all, whether the own JOIN counts among them or not.
    assert said(pb, earlier) in ([str(i) for i in range(5, 15)], [str(i) for i in range(6, 15)])
    send(chat, pb, room, "live")
    assert next(ada).content == "live"
    ada.cancel()


def test_none_is_lost_or_doubled_for_those_who_join_in_the_midst(host, chat, pb, room):
    total, joiners = 2000, 12
    pace, progress = Pace(ahead=200), threading.Semaphore(0)

    def requests():
        for number in range(total):
            pace.wait_to_send(number)
            yield pb.chat.ChatMessage(username="bob", room_id=room, content=str(number))
            if number % (total // joiners) == 0:
                progress.release()

    def listen(stub, listener):
        call = stub.JoinChat(pb.chat.JoinRequest(username="ada", room_id=room), timeout=60)
        numbers = []
        for message in call:
            if message.type == pb.chat.MESSAGE:
                numbers.append(int(message.content))
                pace.has_read(listener, numbers[-1])
                if numbers[-1] == total - 1:
                    break
        call.cancel()
        return numbers

    stubs = [pb.chat.ChatServiceStub(host.channel()) for _ in range(3)]
    with ThreadPoolExecutor(joiners) as pool:
        sending = chat.SendMessage.future(requests(), timeout=60)
        listening = []
        for i in range(joiners):
            assert progress.acquire(timeout=30)
            listening.append(pool.submit(listen, stubs[i % 3], i))
        assert sending.result(timeout=60).messages_sent == total
        for future in listening:
            numbers = future.result(timeout=60)
            assert numbers == list(range(numbers[0], total))


def test_fifty_subscribers_each_get_two_hundred_messages_in_order(host, chat, pb, room):
    subscribers, messages = 50, 200
    stubs = [pb.chat.ChatServiceStub(host.channel()) for _ in range(5)]
    everyone_in = threading.Barrier(subscribers + 1)

    def listen(number):
        call, _ = join(stubs[number % 5], pb, f"user-{number}", room)
        everyone_in.wait(30)
        received = [next_of(call, pb.chat.MESSAGE) for _ in range(messages)]
        # What comes after the last one has nothing of it doubled.
        end = next_of(call, pb.chat.MESSAGE)
        call.cancel()
        return received, end.content

    with ThreadPoolExecutor(subscribers) as pool:
        listening = [pool.submit(listen, number) for number in range(subscribers)]
        everyone_in.wait(30)
        send(chat, pb, room, *map(str, range(messages)))
        send(chat, pb, room, "end")
        results = [future.result(timeout=60) for future in listening]
    for received, end in results:
        assert [message.content for message in received] == [str(i) for i in range(messages)]
        assert end == "end"
    assert len({tuple(message.message_id for message in received) for received, _ in results}) == 1


def test_a_subscriber_that_never_reads_costs_bounded_memory_and_delays_nobody(start_host, pb, room):
    host = start_host(["chat"])
    chat = pb.chat.ChatServiceStub(host.channel())
    # SETTINGS_INITIAL_WINDOW_SIZE 0: not one byte of DATA may be sent to it.
    with FrameConnection(host.port, settings={4: 0}, reading=False) as deaf:
        for number in range(5):
            deaf.request("/chat.ChatService/JoinChat", framed(pb.chat.JoinRequest(username=f"deaf{number}", room_id=room).SerializeToString()))
        deaf.ping()
        wait_until(lambda: _joins(chat, pb, room) == 5, "the subscribers that never read to be in the room")
        ada, _ = join(chat, pb, "ada", room)
        text, total, pace = "x" * 8000, 10_000, Pace(ahead=50)
        before = host.memory("VmRSS")

        def requests():
            for number in range(total):
                pace.wait_to_send(number)
                yield pb.chat.ChatMessage(username="bob", room_id=room, content=text)

        sending = chat.SendMessage.future(requests(), timeout=60)
        for number in range(total):
            assert len(next_of(ada, pb.chat.MESSAGE).content) == len(text)
            pace.has_read("ada", number)
        assert sending.result(timeout=60).messages_sent == total
        # 80 MB were said, and had the five kept them, even shared, they would be here. History holds 8 MB of it.
        assert host.memory("VmRSS") - before < 40 * MIB
        ada.cancel()


def _joins(chat, pb, room):
    try:
        return sum(message.type == pb.chat.JOIN for message in history(chat, pb, room))
    except grpc.RpcError:
        return 0


# Heartbeat


def test_a_quiet_stream_gets_a_heartbeat_that_is_no_part_of_the_history(start_host, pb, room):
    chat = pb.chat.ChatServiceStub(start_host({"chat": {"heartbeatSeconds": 0.2}}).channel())
    ada, _ = join(chat, pb, "ada", room)
    beats = [next(ada), next(ada)]
    for beat in beats:
        assert (beat.type, beat.username, beat.room_id, beat.content) == (pb.chat.SYSTEM, "system", room, "ping")
    assert beats[0].message_id != beats[1].message_id
    assert beats[1].timestamp - beats[0].timestamp >= 100
    assert [message.type for message in history(chat, pb, room)] == [pb.chat.JOIN]
    ada.cancel()


def test_no_heartbeat_comes_on_a_stream_that_is_not_quiet_for_long(chat, pb, room):
    ada, _ = join(chat, pb, "ada", room)
    send(chat, pb, room, "one", "two")
    assert [next(ada).type for _ in range(2)] == [pb.chat.MESSAGE] * 2
    ada.cancel()
