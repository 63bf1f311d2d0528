"""Every method of every service that a host lists, by `buf curl` over plaintext and TLS, which knows of them by reflection alone."""

import json
import os
import re
import subprocess
import threading

import pytest

from support.host import Host
from support.tls import Authority, write
from support.tools import tool
from support.waiting import wait_until

# The requests, one JSON document each, and how many answers they have; None: answers come until the client leaves.
REQUESTS = {
    "stock_stream.StockService/GetStockPrices": ('{"symbols": ["AAPL"], "updateIntervalMs": 10}', None),
    "stock_stream.StockService/GetMarketData": ('{"indices": ["SPY"]}', None),
    "chat.ChatService/JoinChat": ('{"username": "ann", "roomId": "join"}', None),
    "chat.ChatService/SendMessage": ('{"username": "bob", "roomId": "all", "content": "a"}{"username": "bob", "roomId": "all", "content": "b"}', 1),
    "chat.ChatService/GetChatHistory": ('{"roomId": "all"}', 2),
    "file_upload.FileService/UploadFile": ('{"filename": "a.txt", "data": "YWJj"}{"data": "ZGVm", "offset": 3, "eof": true}', 1),
    "file_upload.FileService/ListFiles": ("{}", 1),
    "file_upload.FileService/DownloadFile": ('{"fileId": "%(file)s"}', 1),
    "bench.Bench/Unary": ('{"data": "aGVsbG8="}', 1),
    "bench.Bench/ServerStream": ('{"count": 5, "size": 3}', 5),
    "bench.Bench/ClientStream": ('{"data": "YQ=="}{"data": "Yg=="}', 1),
    "bench.Bench/Bidi": ('{"data": "YQ=="}{"data": "Yg=="}', 2),
    "grpc.testing.TestService/EmptyCall": ("{}", 1),
    "grpc.testing.TestService/UnaryCall": ('{"responseSize": 3}', 1),
    "grpc.testing.TestService/CacheableUnaryCall": ("{}", 1),
    "grpc.testing.TestService/StreamingOutputCall": ('{"responseParameters": [{"size": 1}, {"size": 2}]}', 2),
    "grpc.testing.TestService/StreamingInputCall": ('{"payload": {"body": "YQ=="}}{"payload": {"body": "Yg=="}}', 1),
    "grpc.testing.TestService/FullDuplexCall": ('{"responseParameters": [{"size": 1}]}{"responseParameters": [{"size": 2}]}', 2),
    "grpc.testing.TestService/HalfDuplexCall": ('{"responseParameters": [{"size": 1}]}{"responseParameters": [{"size": 2}]}', 2),
    "xds.service.orca.v3.OpenRcaService/StreamCoreMetrics": ("{}", None),
    "grpc.health.v1.Health/Check": ('{"service": "chat.ChatService"}', 1),
    "grpc.health.v1.Health/List": ("{}", 1),
    "grpc.health.v1.Health/Watch": ('{"service": "chat.ChatService"}', None),
    "grpc.reflection.v1.ServerReflection/ServerReflectionInfo": ('{"listServices": "*"}', 1),
    "grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo": ('{"listServices": "*"}{"fileByFilename": "chat.proto"}', 2),
}


class Buf:
    """`buf curl` without a schema, against one listener."""

    def __init__(self, address: str, folder, *arguments: str):
        self.address, self.folder = address, folder
        self.command = [tool("buf"), "curl", "--protocol", "grpc", "--http2-prior-knowledge", "--emit-defaults", *arguments]

    def start(self, *arguments: str) -> subprocess.Popen:
        return subprocess.Popen(
            [*self.command, *arguments], cwd=self.folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env=os.environ | {"HOME": str(self.folder), "XDG_CACHE_HOME": str(self.folder / "cache")})

    def methods(self) -> list[str]:
        with self.start("--list-methods", self.address) as process:
            output, error = process.communicate(timeout=60)
        assert process.returncode == 0, error
        return output.split()

    def call(self, method: str, request: str) -> list[dict]:
        """All answers of a call that ends by itself."""
        with self.start("-d", request, f"{self.address}/{method}") as process:
            output, error = process.communicate(timeout=60)
        assert process.returncode == 0, error
        answers, decoder, text = [], json.JSONDecoder(), output.strip()
        while text:
            answer, end = decoder.raw_decode(text)
            answers.append(answer)
            text = text[end:].strip()
        return answers

    def first(self, method: str, request: str) -> dict:
        """The first answer of a call that does not end."""
        with self.start("-d", request, f"{self.address}/{method}") as process:
            limit = threading.Timer(60, process.kill)
            limit.start()
            try:
                text = ""
                while line := process.stdout.readline():
                    text += line
                    try:
                        return json.loads(text)
                    except json.JSONDecodeError:
                        continue
                raise AssertionError(f"no answer: {process.stderr.read()}")
            finally:
                limit.cancel()
                process.kill()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("every")


@pytest.fixture(scope="module")
def host(folder):
    authority = Authority()
    write(authority.server(), folder / "server.pem", folder / "server.key")
    (folder / "ca.pem").write_bytes(authority.pem)
    tls = {"certificate": str(folder / "server.pem"), "key": str(folder / "server.key")}
    listeners = [{"address": "127.0.0.1:0"}, {"address": "127.0.0.1:0", "tls": tls}]
    with Host(folder / "host", ["stock", "file", "chat", "bench", "interop"], config={"listeners": listeners}) as host:
        yield host


@pytest.fixture(scope="module", params=["plaintext", "TLS"])
def buf(request, host, folder):
    listening = r"listening on 127\.0\.0\.1:(\d+)"
    wait_until(lambda: len(re.findall(listening, "\n".join(host.lines))) == 2, "both listeners")
    ports = re.findall(listening, "\n".join(host.lines))
    if request.param == "plaintext":
        return Buf(f"http://127.0.0.1:{ports[0]}", folder)
    return Buf(f"https://127.0.0.1:{ports[1]}", folder, "--cacert", str(folder / "ca.pem"))


def test_every_method_is_listed(buf):
    assert sorted(buf.methods()) == sorted(REQUESTS)


@pytest.mark.parametrize("method", REQUESTS)
def test_every_method_can_be_called(buf, method):
    request, count = REQUESTS[method]
    if method.endswith("DownloadFile"):
        # Whatever the tests before have left.
        uploaded = buf.call("file_upload.FileService/UploadFile", REQUESTS["file_upload.FileService/UploadFile"][0])[0]
        request %= {"file": uploaded["fileId"]}
    if method.endswith("GetChatHistory"):
        room = os.urandom(4).hex()
        buf.call("chat.ChatService/SendMessage", REQUESTS["chat.ChatService/SendMessage"][0].replace('"all"', f'"{room}"'))
        request = json.dumps({"roomId": room})
    if count is None:
        assert buf.first(method, request)
    else:
        assert len(buf.call(method, request)) == count
