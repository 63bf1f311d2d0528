"""A link with a long way: a TCP proxy that hands everything on after a while, in both directions."""

import collections
import socket
import threading
import time


class DelayingProxy:
    """`with DelayingProxy(host.port, seconds=0.05) as proxy:` connect to `proxy.port`."""

    def __init__(self, port: int, seconds: float):
        self.target, self.seconds = port, seconds
        self.most_on_its_way = 0  # bytes from the client to the server, at any one time
        self._sockets: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]

    def __enter__(self) -> "DelayingProxy":
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_) -> None:
        for open_socket in [self._listener, *self._sockets]:
            try:
                open_socket.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            open_socket.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self.target))
            self._sockets += [client, server]
            for source, sink, counted in ((client, server, True), (server, client, False)):
                source.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._hand_on(source, sink, counted)

    def _hand_on(self, source: socket.socket, sink: socket.socket, counted: bool) -> None:
        way: collections.deque[tuple[float, bytes]] = collections.deque()
        news = threading.Condition()
        size = 0

        def read() -> None:
            nonlocal size
            while True:
                try:
                    data = source.recv(1 << 18)
                except OSError:
                    data = b""
                with news:
                    way.append((time.monotonic() + self.seconds, data))
                    size += len(data)
                    if counted:
                        self.most_on_its_way = max(self.most_on_its_way, size)
                    news.notify()
                if not data:
                    return

        def write() -> None:
            nonlocal size
            while True:
                with news:
                    news.wait_for(lambda: way)
                    due, data = way[0]
                time.sleep(max(0.0, due - time.monotonic()))
                try:
                    if not data:
                        return sink.shutdown(socket.SHUT_WR)
                    sink.sendall(data)
                except OSError:
                    return
                with news:
                    way.popleft()
                    size -= len(data)

        threading.Thread(target=read, daemon=True).start()
        threading.Thread(target=write, daemon=True).start()
