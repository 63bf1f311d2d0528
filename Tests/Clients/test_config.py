"""hostconfig.json, the environment and the flags: layers, and mistakes told in words."""

import json

import grpc
import pytest

from support.host import Host, run_host
from support.paths import REPOSITORY, plugin

GOOD = {"listeners": [{"address": "127.0.0.1:0"}], "plugins": [{"library": str(plugin("bench"))}]}

# The configuration, and what the error must name besides the file: the path, what was found, what was wanted.
MISTAKES = {
    "unknown key": (GOOD | {"listenners": []}, ["listenners", "listeners"]),
    "unknown key inside": (GOOD | {"limits": {"maxStreams": 5}}, ["$.limits", "maxStreams"]),
    "unknown key of a plugin": (GOOD | {"plugins": [{"library": "x", "confg": {}}]}, ["$.plugins[0]", "confg"]),
    "string for a number": (GOOD | {"threads": "two"}, ["$.threads", "two", "number"]),
    "number for a string": (GOOD | {"dataDirectory": 5}, ["$.dataDirectory", "5", "string"]),
    "number for an array": (GOOD | {"listeners": 50051}, ["$.listeners", "50051"]),
    "negative limit": (GOOD | {"limits": {"maxReceiveMessageBytes": -1}}, ["$.limits.maxReceiveMessageBytes", "-1"]),
    "port out of range": (GOOD | {"listeners": [{"address": "127.0.0.1:70000"}]}, ["$.listeners[0].address", "70000"]),
    "no address": (GOOD | {"listeners": [{}]}, ["$.listeners[0]", "address"]),
    "no library": (GOOD | {"plugins": [{"config": {}}]}, ["$.plugins[0]", "library"]),
    "config that is no object": (GOOD | {"plugins": [{"library": "x", "config": 5}]}, ["$.plugins[0].config", "5", "object"]),
    "unknown level": (GOOD | {"log": {"level": "loud"}}, ["$.log.level", "loud", "info"]),
    "one listener twice": (GOOD | {"listeners": [{"address": "127.0.0.1:4711"}] * 2}, ["$.listeners[1]", "4711"]),
    "an array at the top": ([], ["array"]),
}


def write(folder, content):
    file = folder / "hostconfig.json"
    file.write_text(content if isinstance(content, str) else json.dumps(content, indent=2))
    return file


@pytest.mark.parametrize("check", [[], ["--check-config"]], ids=["start", "check"])
@pytest.mark.parametrize("config,words", MISTAKES.values(), ids=MISTAKES.keys())
def test_a_mistake_in_the_file_ends_with_2_and_is_named(tmp_path, config, words, check):
    result = run_host("--config", write(tmp_path, config), *check, cwd=tmp_path)
    assert result.returncode == 2
    for word in ["hostconfig.json", *words]:
        assert word in result.stderr


@pytest.mark.parametrize("text,where", [("{", ":1:"), ('{\n  "threads": 2,\n}', ":2:15: "), ("", ""), ("\0\1\2", ""), ("[" * 100_000, "")],
                         ids=["cut off", "comma", "empty", "binary", "deep"])
def test_a_file_that_is_no_json_is_named_with_the_place(tmp_path, text, where):
    result = run_host("--config", write(tmp_path, text), "--check-config", cwd=tmp_path)
    assert result.returncode == 2
    assert f"hostconfig.json{where}" in result.stderr


def test_a_folder_is_no_configuration(tmp_path):
    result = run_host("--config", tmp_path, cwd=tmp_path)
    assert result.returncode == 2 and str(tmp_path) in result.stderr


@pytest.mark.parametrize("name,value", [
    ("STREAMHOST_THREADS", "two"), ("STREAMHOST_LIMITS_MAX_RECEIVE_MESSAGE_BYTES", "-5"), ("STREAMHOST_LOG_LEVEL", "loud"),
    ("STREAMHOST_THREDS", "2"),
])
def test_a_mistake_in_the_environment_ends_with_2_and_is_named(tmp_path, name, value):
    result = run_host("--config", write(tmp_path, GOOD), "--check-config", cwd=tmp_path, env={name: value})
    assert result.returncode == 2
    assert name in result.stderr


def test_the_shipped_configuration_is_good(tmp_path):
    result = run_host("--config", REPOSITORY / "hostconfig.json", "--check-config", cwd=REPOSITORY)
    assert result.returncode == 0, result.stderr


def accepts(host, pb, size):
    try:
        pb.bench.BenchStub(host.channel()).Unary(pb.bench.Payload(data=b"x" * size), timeout=20)
        return True
    except grpc.RpcError as error:
        assert error.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
        return False


def test_the_environment_goes_over_the_file(start_host, pb):
    config = {"limits": {"maxReceiveMessageBytes": 1000}}
    of_file = start_host(["bench"], config=config)
    assert accepts(of_file, pb, 900) and not accepts(of_file, pb, 1100)
    of_environment = start_host(["bench"], config=config, env={"STREAMHOST_LIMITS_MAX_RECEIVE_MESSAGE_BYTES": "2000"})
    assert accepts(of_environment, pb, 1900) and not accepts(of_environment, pb, 2100)


def test_flags_go_over_the_environment_and_the_file(tmp_path, pb):
    config = GOOD | {"log": {"level": "trace", "format": "text"}}
    env = {"STREAMHOST_LOG_FORMAT": "text", "STREAMHOST_LOG_LEVEL": "trace", "STREAMHOST_LISTEN": "127.0.0.1:0,127.0.0.1:0"}
    arguments = ["--config", write(tmp_path, config), "--listen", "[::1]:0"]
    with Host(tmp_path / "host", arguments=arguments, env=env, log_format="json", log_level="info") as host:
        assert "[::1]" in host.wait_for_log("listening on").string
    assert len([line for line in host.lines if "listening on" in line]) == 1
    assert {json.loads(line)["level"].lower() for line in host.lines}.isdisjoint({"trace", "debug"})


def test_flags_add_libraries_to_those_of_the_file(tmp_path, pb):
    arguments = ["--config", write(tmp_path, GOOD), "--load", plugin("chat")]
    with Host(tmp_path / "host", arguments=arguments) as host:
        assert accepts(host, pb, 10)
        with pytest.raises(grpc.RpcError) as error:
            list(pb.chat.ChatServiceStub(host.channel()).GetChatHistory(pb.chat.HistoryRequest(room_id="r"), timeout=20))
        assert error.value.code() == grpc.StatusCode.NOT_FOUND
