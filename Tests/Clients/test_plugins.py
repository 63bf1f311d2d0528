"""Plugin files, good and broken: the good ones serve, the broken ones are named in words, and the host stays up."""

import json
import subprocess

import grpc
import pytest

from support.host import run_host
from support.paths import DIST, REPOSITORY, plugin
from support.plugins import compile_plugin


def answer(host, service="tiny.Tiny"):
    return host.channel().unary_unary(f"/{service}/Answer")(b"hello", timeout=20)


def text_file(folder):
    (folder / "libbad.so").write_text("I am no shared library.\n")


def truncated(folder):
    (folder / "libbad.so").write_bytes(plugin("echo-c").read_bytes()[:3000])


def empty(folder):
    (folder / "libbad.so").write_bytes(b"")


def a_folder(folder):
    (folder / "libbad.so").mkdir()


def compiled(**macros):
    def make(folder):
        compile_plugin(folder, "libbad.so", **macros)

    return make


# What is wrong with libbad.so -> the words of the log line (lower-cased) that must be there, besides the file's name.
DEFECTS = {
    "text": (text_file, ["elf"]),
    "truncated": (truncated, []),
    "empty": (empty, []),
    "a folder": (a_folder, []),
    "no entry symbol": (compiled(NO_ENTRY=1), ["streamhost_plugin"]),
    "entry answers nothing": (compiled(NULL_ENTRY=1), ["streamhost_plugin"]),
    "magic": (compiled(MAGIC="0x12345678u"), ["magic"]),
    "major too new": (compiled(MAJOR=99), ["99", "1"]),
    "major too old": (compiled(MAJOR=0), ["abi", "0", "1"]),
    "minor too new": (compiled(MIN_MINOR=77), ["77"]),
    "struct too small": (compiled(STRUCT_SIZE=24), ["size", "24"]),
    "no create": (compiled(CREATE="NULL"), ["create"]),
    "no start": (compiled(START="NULL"), ["start"]),
    "name of a path": (compiled(NAME='"../evil"'), ["../evil"]),
    "create refuses": (compiled(CREATE="refuse_create", REFUSE_CREATE='"the moon is full"'), ["the moon is full"]),
    "start refuses": (compiled(START="refuse_start", REFUSE_START='"the moon is new"'), ["the moon is new"]),
    "method twice": (compiled(METHODS=2), ["answer"]),
    "malformed service": (compiled(SERVICE='"not a/service"'), ["not a/service"]),
    "no service name": (compiled(SERVICE='""'), []),
}


@pytest.mark.parametrize("make,words", DEFECTS.values(), ids=DEFECTS.keys())
def test_a_broken_plugin_is_named_and_the_others_serve(start_host, tmp_path, pb, make, words):
    make(tmp_path)
    host = start_host([tmp_path / "libbad.so", "bench"], log_format="json")
    bench = pb.bench.BenchStub(host.channel())
    assert bench.Unary(pb.bench.Payload(data=b"up"), timeout=20).data == b"up"
    complaints = [line for line in host.lines if "libbad.so" in line and json.loads(line)["level"].lower() in ("error", "critical")]
    assert complaints, host.log
    for word in words:
        assert any(word in line.lower().replace("\\/", "/") for line in complaints), (word, complaints)


@pytest.mark.parametrize("make", [text_file, compiled(NO_ENTRY=1), compiled(MAJOR=99)], ids=["text", "no entry", "major"])
def test_a_host_that_could_load_no_plugin_ends_with_1(tmp_path, make):
    make(tmp_path)
    result = run_host("--load", tmp_path / "libbad.so", "--listen", "127.0.0.1:0", cwd=tmp_path)
    assert result.returncode == 1
    assert "libbad.so" in result.stderr


def test_a_c_plugin_needs_nothing_but_the_header(start_host, tmp_path):
    tiny = compile_plugin(tmp_path, "libtiny.so")
    host = start_host([tiny])
    assert answer(host) == b"tiny"
    line = host.wait_for_log("1\\.2\\.3").string
    assert "tiny" in line and "tiny.Tiny" in line, "one line a plugin, with its version and services"


def test_plugins_side_by_side_keep_to_their_own_services(start_host, tmp_path):
    one = compile_plugin(tmp_path, "libone.so", NAME='"one"', SERVICE='"one.One"')
    two = compile_plugin(tmp_path, "libtwo.so", NAME='"two"', SERVICE='"two.Two"')
    host = start_host([one, two])
    assert (answer(host, "one.One"), answer(host, "two.Two")) == (b"one", b"two")


def test_a_service_of_two_plugins_is_refused_to_the_second_in_words(start_host, tmp_path):
    one = compile_plugin(tmp_path, "libone.so", NAME='"one"')
    two = compile_plugin(tmp_path, "libtwo.so", NAME='"two"')
    host = start_host([one, two])
    assert answer(host) == b"one"
    line = host.wait_for_log(r"libtwo\.so").string
    assert "tiny.Tiny" in line and "one" in line


def test_the_shipped_plugins_that_share_a_service_are_refused_too(start_host, pb):
    host = start_host(["bench", "echo-c"])
    assert pb.bench.BenchStub(host.channel()).Unary(pb.bench.Payload(data=b"x"), timeout=20).data == b"x"
    assert "bench.Bench" in host.wait_for_log(r"libecho-c\.so").string


def test_two_plugins_of_one_name_are_refused_in_words(start_host, tmp_path):
    one = compile_plugin(tmp_path, "libone.so", NAME='"same"', SERVICE='"one.One"')
    two = compile_plugin(tmp_path, "libtwo.so", NAME='"same"', SERVICE='"two.Two"')
    host = start_host([one, two])
    assert answer(host, "one.One") == b"same"
    assert "same" in host.wait_for_log(r"libtwo\.so").string
    with pytest.raises(grpc.RpcError) as error:
        answer(host, "two.Two")
    assert error.value.code() == grpc.StatusCode.UNIMPLEMENTED


# Where libraries are looked for


def test_a_library_is_found_in_the_current_folder_first(start_host, tmp_path):
    folder = tmp_path / "host0" / "plugins"
    compile_plugin(folder, "libchat.so", NAME='"mine"')
    host = start_host(arguments=["--load", "plugins/libchat.so", "--listen", "127.0.0.1:0"])
    assert answer(host) == b"mine"


def test_a_library_is_found_beside_the_executable_from_anywhere(start_host, pb):
    host = start_host(arguments=["--load", "plugins/libchat.so", "--listen", "127.0.0.1:0"])
    chat = pb.chat.ChatServiceStub(host.channel())
    assert next(chat.JoinChat(pb.chat.JoinRequest(username="ada", room_id="r"), timeout=20)).username == "ada"


@pytest.mark.parametrize("others", [[], ["--load", plugin("bench")]], ids=["alone", "beside a good one"])
def test_a_library_that_is_nowhere_is_bad_usage_and_named_with_where_it_was_looked_for(tmp_path, others):
    result = run_host(*others, "--load", "plugins/libnone.so", "--listen", "127.0.0.1:0", cwd=tmp_path)
    assert result.returncode == 2
    assert "plugins/libnone.so" in result.stderr
    assert str(tmp_path) in result.stderr and str(DIST) in result.stderr


def test_several_loads_serve_side_by_side(start_host, pb):
    host = start_host(arguments=[
        "--load", plugin("stock"), "--load", plugin("chat"), "--load", plugin("file"), "--listen", "127.0.0.1:0"])
    channel = host.channel()
    assert pb.file.FileServiceStub(channel).ListFiles(pb.file.ListRequest(), timeout=20).total_count == 0
    assert next(pb.stock.StockServiceStub(channel).GetStockPrices(pb.stock.StockRequest(), timeout=20)).symbol
    for service in ("stock_stream.StockService", "file_upload.FileService", "chat.ChatService"):
        host.wait_for_log(service.replace(".", r"\."))


# A plugin's own configuration


@pytest.mark.parametrize("name,config,word", [
    ("file", {"maxFileBytes": "many"}, "maxFileBytes"), ("file", {"maxFileBytes": -1}, "maxFileBytes"),
    ("chat", {"historyMessages": "all"}, "historyMessages"), ("chat", {"heartbeatSeconds": -1}, "heartbeatSeconds"),
    ("stock", {"marketStatus": "ASLEEP"}, "marketStatus"), ("stock", {"minIntervalMs": "often"}, "minIntervalMs"),
    ("chat", {"histroyMessages": 5}, "histroyMessages"),
], ids=str)
def test_a_plugin_refuses_a_bad_configuration_in_words(start_host, pb, name, config, word):
    host = start_host({name: config, "bench": {}})
    assert word in host.wait_for_log(rf"lib{name}\.so.*{word}|{word}.*lib{name}\.so").string
    assert pb.bench.BenchStub(host.channel()).Unary(pb.bench.Payload(data=b"x"), timeout=20).data == b"x"


def test_the_c_example_needs_one_file_and_the_header(start_host, tmp_path, pb):
    (source,) = (REPOSITORY / "Plugins" / "Examples" / "echo-c").glob("*.c")
    library = tmp_path / "libecho.so"
    subprocess.run(
        ["cc", "-std=c11", "-Wall", "-Wextra", "-Werror", "-fPIC", "-shared", f"-I{DIST / 'include'}", "-o", library, source],
        check=True, timeout=60)
    bench = pb.bench.BenchStub(start_host([library]).channel())
    assert bench.Unary(pb.bench.Payload(data=b"mine"), timeout=20).data == b"mine"
