"""ChatService under reloads: subscribers, senders and rooms that outlive the code which serves them."""

import threading
from concurrent.futures import ThreadPoolExecutor

from support.admin import Admin
from support.waiting import wait_until

MIB = 1 << 20


class Rooms:
    """Senders and subscribers of some rooms. Each sender numbers its messages; each subscriber checks the numbers of each sender."""

    def __init__(self, host, pb, rooms, subscribers, senders):
        self.host, self.pb, self.stop = host, pb, threading.Event()
        self.rooms = [f"room {number}" for number in range(rooms)]
        self.per_room, self.senders = subscribers, senders
        self.sent, self.read = {}, {}
        self.changed = threading.Condition()
        self.pool = ThreadPoolExecutor(rooms * (subscribers + senders) + 1)
        self.inside = threading.Barrier(rooms * subscribers + 1)
        self.listening = [
            self.pool.submit(self.subscribe, room, f"reader {number}") for room in self.rooms for number in range(subscribers)]
        self.inside.wait(30)
        self.sending = [self.pool.submit(self.speak, room, f"sender {number}") for room in self.rooms for number in range(senders)]

    def subscribe(self, room, user):
        chat = self.pb.chat.ChatServiceStub(self.host.channel())
        call = chat.JoinChat(self.pb.chat.JoinRequest(username=user, room_id=room), timeout=120)
        ends, expected, ids, others = 0, {}, set(), []
        for message in call:
            assert message.room_id == room
            if message.type == self.pb.chat.MESSAGE and message.content == "end":
                ends += 1
                if ends == self.senders:
                    call.cancel()
                    return expected, others
            elif message.type == self.pb.chat.MESSAGE:
                due = expected.get(message.username, 0)
                assert message.content == str(due), f"{user} of {room}: {message.content} of {message.username} came where {due} was due"
                assert message.message_id not in ids
                ids.add(message.message_id)
                expected[message.username] = due + 1
                with self.changed:
                    self.read[(room, user, message.username)] = due + 1
                    self.changed.notify_all()
            else:
                others.append((self.pb.chat.MessageType.Name(message.type), message.username))
                if others[-1] == ("JOIN", user):
                    self.inside.wait(30)
        raise AssertionError(f"the stream of {user} in {room} ended by itself")

    def speak(self, room, user):
        chat = self.pb.chat.ChatServiceStub(self.host.channel())
        sent = 0

        def slowest():
            return min(self.read.get((room, f"reader {number}", user), 0) for number in range(self.per_room))

        def messages():
            nonlocal sent
            while not self.stop.is_set():
                # Readers who fall behind by a room's whole history would lose messages for real.
                with self.changed:
                    assert self.changed.wait_for(lambda: sent - slowest() < 50 or self.stop.is_set(), 30), f"{user} of {room} waits in vain"
                yield self.pb.chat.ChatMessage(username=user, room_id=room, content=str(sent))
                sent += 1
                self.sent[(room, user)] = sent
            yield self.pb.chat.ChatMessage(username=user, room_id=room, content="end")

        answer = chat.SendMessage(messages(), timeout=120)
        assert (answer.messages_sent, answer.status) == (sent + 1, "success")
        return sent

    def check(self):
        for future in self.listening + self.sending:
            if future.done():
                future.result()

    def wait_for_progress(self):
        """Until every reader has had a few more messages of every sender."""
        before = dict(self.read)

        def all_went_on():
            self.check()
            keys = [(r, f"reader {n}", f"sender {s}") for r in self.rooms for n in range(self.per_room) for s in range(self.senders)]
            return all(self.read.get(key, 0) >= before.get(key, 0) + 3 for key in keys)

        wait_until(all_went_on, "every reader to get more of every sender")

    def finish(self):
        self.stop.set()
        with self.changed:
            self.changed.notify_all()
        sent = [future.result(60) for future in self.sending]
        heard = [future.result(60) for future in self.listening]
        self.pool.shutdown()
        return sent, heard


def test_rooms_go_on_over_thirty_reloads(start_host, pb):
    host = start_host(["chat"], config={"reload": {"probationSeconds": 0}})
    admin = Admin(host, pb)
    rooms = Rooms(host, pb, rooms=3, subscribers=3, senders=2)
    history = pb.chat.ChatServiceStub(host.channel())
    for number in range(30):
        verdict = admin.accepted("chat", force=True)
        assert (verdict.calls_pinned, verdict.calls_ended) == (0, 0)
        rooms.wait_for_progress()
        # Whoever asks meanwhile is answered as if nothing were.
        recent = list(history.GetChatHistory(pb.chat.HistoryRequest(room_id="room 0", limit=100), timeout=20))
        assert len(recent) <= 100 and all(message.room_id == "room 0" for message in recent)
    sent, heard = rooms.finish()
    assert min(sent) > 0
    for numbers, others in heard:
        assert sorted(numbers) == ["sender 0", "sender 1"]
        assert all(kind == "JOIN" for kind, _ in others), "nobody left"
        assert len(others) == len(set(others)) <= 3, "nobody joined twice"
    assert {tuple(sorted(numbers.values())) for numbers, _ in heard} <= {tuple(sorted(sent[i : i + 2])) for i in (0, 2, 4)}
    info = admin.plugin("chat")
    assert info.reloads.accepted == 30
    # One was created by the start, and serves; the libraries of the others stay mapped, as Swift's runtime needs it.
    admin.wait_for_state("chat", 30, "RETIRED")
    info = admin.plugin("chat")
    assert info.reloads.resident_generations == 30 and info.reloads.live_generations == 1
    assert 0 < info.reloads.resident_bytes <= 30 * 16 * MIB


def test_presence_is_right_after_reloads(start_host, pb):
    host = start_host(["chat"], config={"reload": {"probationSeconds": 0}})
    admin = Admin(host, pb)
    chat = pb.chat.ChatServiceStub(host.channel())

    def kinds():
        messages = chat.GetChatHistory(pb.chat.HistoryRequest(room_id="r"), timeout=20)
        return [(pb.chat.MessageType.Name(message.type), message.username) for message in messages]

    one = chat.JoinChat(pb.chat.JoinRequest(username="ada", room_id="r"), timeout=60)
    next(one)
    two = chat.JoinChat(pb.chat.JoinRequest(username="ada", room_id="r"), timeout=60)
    next(two)
    admin.accepted("chat", force=True)
    one.cancel()
    wait_until(lambda: len(admin.calls("chat")) == 1, "the first stream to end")
    admin.accepted("chat", force=True)
    assert kinds() == [("JOIN", "ada")], "one of ada's streams is still there"
    two.cancel()
    wait_until(lambda: len(kinds()) == 2, "the LEAVE")
    assert kinds() == [("JOIN", "ada"), ("LEAVE", "ada")]


def test_a_thousand_streams_move_ten_times(start_host, pb):
    host = start_host(["chat"], config={"reload": {"probationSeconds": 0, "yieldSeconds": 5}})
    admin = Admin(host, pb)
    stubs = [pb.chat.ChatServiceStub(host.channel()) for _ in range(4)]
    calls = [
        stubs[number % 4].JoinChat(pb.chat.JoinRequest(username="all", room_id=f"room {number % 10}"), timeout=120)
        for number in range(1000)]
    for call in calls:
        next(call)
    pauses = []
    for number in range(10):
        verdict = admin.accepted("chat", force=True)
        assert (verdict.calls_moved, verdict.calls_pinned, verdict.calls_ended) == (1000, 0, 0)
        pauses.append(verdict.pause_ms)
    print("pauses with 1000 streams, in ms:", *(f"{pause:.1f}" for pause in pauses))
    assert max(pauses) < 250
    assert {call.moves for call in admin.calls("chat")} == {10}
    for room in range(10):
        message = pb.chat.ChatMessage(username="sender", room_id=f"room {room}", content="still there?")
        assert stubs[0].SendMessage(iter([message]), timeout=20).messages_sent == 1
    for call in calls:
        assert next(call).content == "still there?"
    for call in calls:
        call.cancel()
