"""A third-party author's path: `streamctl new plugin`, outside of the repository, from nothing to a plugin that is replaced under a live call."""

import json
import os
import re
import subprocess

import grpc
import pytest
from google.protobuf.wrappers_pb2 import StringValue, UInt32Value

from support.host import host_environment
from support.paths import DIST, REPOSITORY

STREAMCTL = DIST / "bin" / "streamctl"


def streamctl(*arguments, cwd, code=0):
    """Runs streamctl; answers its standard output, or, where it is to fail, its standard error."""
    result = subprocess.run(
        [str(STREAMCTL), *map(str, arguments)], cwd=cwd, env=host_environment(), stdin=subprocess.DEVNULL, capture_output=True,
        text=True, timeout=60)
    assert result.returncode == code, result.stdout + result.stderr
    return result.stderr if code else result.stdout


def run(*command, cwd, seconds=60, code=0, **environment):
    result = subprocess.run(
        list(map(str, command)), cwd=cwd, env=os.environ | environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, timeout=seconds)
    assert result.returncode == code, result.stdout
    return result.stdout


def say_hello(host, service):
    method = host.channel().unary_unary(
        f"/{service}/SayHello", request_serializer=StringValue.SerializeToString, response_deserializer=StringValue.FromString)
    return method(StringValue(value="world"), timeout=20).value


def count(host, service, last, seconds):
    method = host.channel().unary_stream(
        f"/{service}/Count", request_serializer=UInt32Value.SerializeToString, response_deserializer=StringValue.FromString)
    return method(UInt32Value(value=last), timeout=seconds)


def edit(file, old, new):
    text = file.read_text()
    assert text.count(old) == 1, f"{file} has {old} {text.count(old)} times"
    file.write_text(text.replace(old, new))


def goes_on_in_the_new_code(host, service, name, change, seconds):
    """A client that counts sees the new word, and all numbers once."""
    numbers = count(host, service, 4 + seconds, seconds * 2 + 60)
    assert next(numbers).value == "Hello 1"
    change()
    verdict = json.loads(streamctl("--json", "--socket", host.data / "admin.sock", "reload", name, cwd=host.folder))
    assert verdict["outcome"] == "ACCEPTED" and verdict["calls_moved"] == 1, verdict
    words = ["Hello"]
    for number, answer in enumerate(numbers, start=2):
        word, counted = answer.value.split()
        assert int(counted) == number
        words.append(word)
        if word == "Bonjour":
            break
    assert words[-1] == "Bonjour" and set(words[:-1]) == {"Hello"}, words
    numbers.cancel()
    assert say_hello(host, service) == "Bonjour, world"


def test_a_c_plugin_from_nothing_to_a_reload_under_a_live_call(start_host, tmp_path):
    said = streamctl("new", "plugin", "price-feed", "--lang", "c", cwd=tmp_path)
    assert "streamhost --load libprice-feed.so" in said
    folder = tmp_path / "price-feed"
    run("make", "CFLAGS=-O2 -Werror", cwd=folder)
    host = start_host([folder / "libprice-feed.so"])
    service = "price_feed.PriceFeed"
    assert say_hello(host, service) == "Hello, world"
    assert [answer.value for answer in count(host, service, 2, 20)] == ["Hello 1", "Hello 2"]

    def change():
        edit(folder / "plugin.c", '#define GREETING "Hello"', '#define GREETING "Bonjour"')
        run("make", cwd=folder)

    goes_on_in_the_new_code(host, service, "price-feed", change, 20)


def test_a_c_plugin_refuses_what_is_malformed(start_host, tmp_path):
    streamctl("new", "plugin", "greeter", "--lang", "c", cwd=tmp_path)
    run("make", cwd=tmp_path / "greeter")
    host = start_host([tmp_path / "greeter" / "libgreeter.so"])
    for method, malformed in (("SayHello", b"\x0a\x7fx"), ("SayHello", b"\x0a"), ("SayHello", b"\xff" * 20)):
        with pytest.raises(grpc.RpcError) as error:
            host.channel().unary_unary(f"/greeter.Greeter/{method}")(malformed, timeout=20)
        assert error.value.code() == grpc.StatusCode.INTERNAL and "malformed" in error.value.details()
    assert say_hello(host, "greeter.Greeter") == "Hello, world"


@pytest.mark.slow
def test_a_swift_plugin_from_nothing_to_a_reload_under_a_live_call(start_host, tmp_path):
    """The first build compiles swift-protobuf and the SDK, and clones what streamhost's package names: one to three minutes."""
    said = streamctl("new", "plugin", "greeter", "--lang", "swift", "--streamhost", REPOSITORY, cwd=tmp_path)
    folder = tmp_path / "greeter"
    assert "swift build -c release --product greeter" in said

    def build():
        output = run("swift", "build", "-c", "release", "--product", "greeter", cwd=folder, seconds=600)
        assert not re.search(r"\bwarning: .*GreeterService", output), output

    build()
    host = start_host([folder / ".build" / "release" / "libgreeter.so"])
    service = "greeter.Greeter"
    assert say_hello(host, service) == "Hello, world"
    assert [answer.value for answer in count(host, service, 2, 20)] == ["Hello 1", "Hello 2"]

    def change():
        edit(folder / "Sources" / "GreeterService" / "GreeterService.swift", 'greeting = "Hello"', 'greeting = "Bonjour"')
        build()

    goes_on_in_the_new_code(host, service, "greeter", change, 600)


# What a new author gets wrong


def test_a_folder_that_is_there_is_left_alone(tmp_path):
    (tmp_path / "greeter").mkdir()
    said = streamctl("new", "plugin", "greeter", "--lang", "c", cwd=tmp_path, code=1)
    assert "greeter is there already" in said and "--path" in said
    assert list((tmp_path / "greeter").iterdir()) == []


@pytest.mark.parametrize("name", ["9lives", "a b", "../up", "dots.are.none"])
def test_a_name_that_can_be_none_is_bad_usage(tmp_path, name):
    said = streamctl("new", "plugin", name, "--lang", "c", cwd=tmp_path, code=2)
    assert name in said and "letters, digits" in said
    assert list(tmp_path.iterdir()) == []


def test_a_header_that_is_not_found_is_explained(tmp_path):
    streamctl("new", "plugin", "greeter", "--lang", "c", cwd=tmp_path)
    said = run("make", "STREAMHOST=/nowhere", cwd=tmp_path / "greeter", code=2, PKG_CONFIG_LIBDIR="/nowhere")
    assert "/nowhere/lib/pkgconfig" in said and "make STREAMHOST=" in said


def test_pkg_config_answers_wherever_the_installation_was_moved_to(tmp_path):
    moved = tmp_path / "moved" / "lib" / "pkgconfig"
    moved.mkdir(parents=True)
    (moved / "streamhost.pc").write_bytes((DIST / "lib" / "pkgconfig" / "streamhost.pc").read_bytes())
    said = run("pkg-config", "--cflags", "streamhost", cwd=tmp_path, PKG_CONFIG_PATH=str(moved)).split()
    (flag,) = said
    assert os.path.realpath(flag.removeprefix("-I")) == str(tmp_path / "moved" / "include")
