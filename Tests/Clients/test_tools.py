"""The tools that people reach for: h2load (Debian, nghttp2-client) and `buf curl` (PyPI, buf-bin)."""

import json
import os
import re
import resource
import subprocess

import pytest

from support.frames import framed
from support.host import Host
from support.paths import PROTOS
from support.tools import tool


@pytest.fixture(scope="module")
def host(tmp_path_factory):
    with Host(tmp_path_factory.mktemp("tools")) as host:
        yield host


def h2load(host, tmp_path, body, *arguments, path="/bench.Bench/Unary"):
    data = tmp_path / "body"
    data.write_bytes(body)
    # A thousand connections are more descriptors than a process usually begins with.
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    result = subprocess.run(
        [tool("h2load"), "-d", str(data), "-H", "content-type: application/grpc", "-H", "te: trailers", *arguments,
         f"http://{host.address}{path}"], capture_output=True, text=True, timeout=120,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (most, most)))
    assert result.returncode == 0, result.stderr
    return result.stdout


def answered_bytes(output):
    """Bytes of DATA that h2load has counted."""
    return int(re.search(r"\((\d+)\) data", output).group(1))


@pytest.mark.parametrize("connections,streams,total", [(1, 1, 500), (4, 32, 20_000), (100, 10, 10_000)])
def test_h2load_gets_an_answer_to_every_request(host, tmp_path, connections, streams, total):
    body = framed(b"\x0a\x20" + b"x" * 32)
    output = h2load(host, tmp_path, body, "-n", str(total), "-c", str(connections), "-m", str(streams))
    assert f"{total} succeeded, 0 failed, 0 errored, 0 timeout" in output
    assert f"status codes: {total} 2xx" in output
    assert answered_bytes(output) == total * len(body), output


def test_h2load_reads_a_large_stream(host, tmp_path, pb):
    request = framed(pb.bench.StreamReq(count=1000, size=10_000).SerializeToString())
    output = h2load(host, tmp_path, request, "-n", "5", "-c", "1", "-m", "5", path="/bench.Bench/ServerStream")
    assert "5 succeeded, 0 failed" in output


def buf_curl(host, tmp_path, method, data, *arguments):
    """Answers the exit code, the JSON documents of the output and the error text."""
    result = subprocess.run(
        [tool("buf"), "curl", "--schema", str(PROTOS), "--protocol", "grpc", "--http2-prior-knowledge", "--emit-defaults", *arguments,
         "-d", data, f"http://{host.address}/{method}"],
        capture_output=True, text=True, timeout=60, cwd=tmp_path,
        env=os.environ | {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")})
    documents, decoder, text = [], json.JSONDecoder(), result.stdout.strip()
    while text:
        document, end = decoder.raw_decode(text)
        documents.append(document)
        text = text[end:].strip()
    return result.returncode, documents, result.stderr


def test_buf_curl_calls_a_unary_method(host, tmp_path):
    assert buf_curl(host, tmp_path, "bench.Bench/Unary", '{"data": "aGVsbG8="}')[:2] == (0, [{"data": "aGVsbG8="}])
    code, (answer,), _ = buf_curl(host, tmp_path, "file_upload.FileService/ListFiles", "{}")
    assert code == 0 and answer["files"] == []


def test_buf_curl_calls_a_client_streaming_method_and_reads_the_history_back(host, tmp_path):
    messages = "".join(json.dumps({"username": "buf", "room_id": "tools", "content": str(i)}) for i in range(3))
    code, (answer,), _ = buf_curl(host, tmp_path, "chat.ChatService/SendMessage", messages)
    assert code == 0 and (answer["messagesSent"], answer["status"]) == (3, "success")
    code, history, _ = buf_curl(host, tmp_path, "chat.ChatService/GetChatHistory", '{"room_id": "tools"}')
    assert code == 0 and [message["content"] for message in history] == ["0", "1", "2"]


def test_buf_curl_calls_server_streaming_and_bidirectional_methods(host, tmp_path):
    code, answers, _ = buf_curl(host, tmp_path, "bench.Bench/ServerStream", '{"count": 5, "size": 3}')
    assert code == 0 and len(answers) == 5
    code, answers, _ = buf_curl(host, tmp_path, "bench.Bench/Bidi", '{"data": "YQ=="}{"data": "Yg=="}')
    assert code == 0 and answers == [{"data": "YQ=="}, {"data": "Yg=="}]


def test_buf_curl_uploads_a_file(host, tmp_path):
    chunks = '{"filename": "a.txt", "data": "YWJj"}{"data": "ZGVm", "offset": 3, "eof": true}'
    code, (answer,), _ = buf_curl(host, tmp_path, "file_upload.FileService/UploadFile", chunks)
    assert code == 0 and int(answer["totalSize"]) == 6
    code, (chunk,), _ = buf_curl(host, tmp_path, "file_upload.FileService/DownloadFile", json.dumps({"file_id": answer["fileId"]}))
    assert code == 0 and (chunk["data"], chunk["eof"]) == ("YWJjZGVm", True)


def test_buf_curl_shows_an_error_with_its_code(host, tmp_path):
    code, _, error = buf_curl(host, tmp_path, "chat.ChatService/GetChatHistory", '{"room_id": "nobody was here"}')
    assert code == 5 << 3  # NOT_FOUND, as buf makes an exit code of it
    assert "nobody was here" in error
