"""`streamhost check`: the plugins that ship with the host are good, a bad one is told in words, scripts get JSON and exit codes."""

import json
import subprocess

import pytest

from support.host import run_host
from support.paths import DIST, REPOSITORY, plugin
from support.plugins import compile_plugin

FIXTURES = REPOSITORY / "Tests" / "Fixtures"


def check(*arguments, cwd):
    return run_host("check", *arguments, cwd=cwd, seconds=240)


def fixture(folder, name):
    """A plugin of Tests/Fixtures, compiled against the installed header."""
    target = folder / f"lib{name}.so"
    subprocess.run(
        ["cc", "-std=c11", "-fPIC", "-shared", "-pthread", f"-I{DIST / 'include'}", f"-I{FIXTURES}", "-o", str(target),
         str(FIXTURES / f"{name}.c")],
        check=True, timeout=60,
    )
    return target


@pytest.mark.parametrize("name", ["echo-c", "bench", "stock", "file", "chat", "interop", "conformance"])
def test_what_ships_with_the_host_is_good(tmp_path, name):
    result = check(plugin(name), "--json", cwd=tmp_path)
    report = json.loads(result.stdout)
    assert [c for c in report["checks"] if c["outcome"] == "failed"] == []
    assert result.returncode == 0 and report["good"] and report["failed"] == 0
    assert report["passed"] > 30
    assert report["plugin"]["version"].count(".") == 2


def test_the_table_has_a_line_for_each_group_and_a_verdict(tmp_path):
    result = check(plugin("echo-c"), cwd=tmp_path)
    assert result.returncode == 0 and result.stderr == ""
    for group in ("Handshake", "Creation", "Registration", "Calls", "Hand-over", "Retirement", "Rules"):
        assert f"\n{group}: " in result.stdout
    assert "  ok    call.unary.empty " in result.stdout
    assert "echo-c 1.0.0 is good: " in result.stdout.splitlines()[-1]
    assert "\x1b" not in result.stdout, "no colors but on a terminal"


def test_a_plugin_of_nothing_but_the_installed_header_is_good(tmp_path):
    result = check(compile_plugin(tmp_path, "libtiny.so"), cwd=tmp_path)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize("name,failed,words", [
    ("crash-on-cancel", "call.unary.cancelled.early", "SIGSEGV"), ("exit-in-start", "registration.start", "exit(3)"),
    ("double-finish", "rules.finish", "a second time"), ("wrong-magic", "handshake.magic", "0x12345678"),
])
def test_a_bad_plugin_ends_with_1_and_is_told_in_words(tmp_path, name, failed, words):
    library = fixture(tmp_path, name)
    result = check(library, cwd=tmp_path)
    assert result.returncode == 1
    assert f"  FAIL  {failed} " in result.stdout and words in result.stdout
    assert "is not good" in result.stdout
    report = json.loads(check(library, "--json", cwd=tmp_path).stdout)
    (row,) = [c for c in report["checks"] if c["id"] == failed]
    assert not report["good"] and row["outcome"] == "failed"
    assert words in row["found"] and row["wanted"] and row["todo"]


def test_a_hang_ends_with_the_time_limit(tmp_path):
    result = check(fixture(tmp_path, "hangs-in-open"), "--timeout", "1", "--only", "call.unary.empty", cwd=tmp_path)
    assert result.returncode == 1
    assert "did not end within 1 s" in result.stdout and "on_open of fixture.Service/Unary" in result.stdout


def test_what_a_plugin_prints_is_kept_out_of_the_report(tmp_path):
    result = check(fixture(tmp_path, "exit-in-start"), cwd=tmp_path)
    assert "no license found" not in result.stderr
    assert "        output  fixture: no license found, giving up\n" in result.stdout


def test_nothing_is_left_behind(tmp_path, monkeypatch):
    scratch = tmp_path / "tmp"
    scratch.mkdir()
    monkeypatch.setenv("TMPDIR", str(scratch))
    check(plugin("file"), cwd=tmp_path)
    check(fixture(tmp_path, "crash-on-garbage"), cwd=tmp_path)
    assert list(scratch.iterdir()) == []


def test_a_configuration_reaches_the_plugin(tmp_path):
    file = tmp_path / "settings.json"
    file.write_text('{"historyLimit": "many"}')
    for config in (file.read_text(), f"@{file}"):
        result = check(plugin("chat"), "--config", config, "--only", "creation", cwd=tmp_path)
        assert result.returncode == 1
        assert "historyLimit" in result.stdout


def test_a_name_from_the_installation_is_found(tmp_path):
    assert check("plugins/libecho-c.so", "--only", "handshake", cwd=tmp_path).returncode == 0


@pytest.mark.parametrize("arguments,word", [
    ([], "library"), (["no-such.so"], "no-such.so"), (["x.so", "--timeout", "0"], "--timeout"), (["x.so", "--only", "nope"], "nope"),
    (["x.so", "--nonsense"], "--nonsense"), ([plugin("chat"), "--config", "{"], "JSON"), ([plugin("chat"), "--config", "[1]"], "object"),
    ([plugin("chat"), "--config", "@no-such.json"], "no-such.json"),
], ids=str)
def test_bad_usage_ends_with_2(tmp_path, arguments, word):
    result = check(*arguments, cwd=tmp_path)
    assert result.returncode == 2
    assert word in result.stderr and result.stdout == ""


def test_the_list_and_the_documentation_have_every_check(tmp_path):
    result = check("--list", cwd=tmp_path)
    assert result.returncode == 0
    ids = [line.split()[0] for line in result.stdout.splitlines() if line.startswith("  ") and line[2] != " "]
    report = json.loads(check(plugin("echo-c"), "--json", cwd=tmp_path).stdout)
    assert sorted(ids) == sorted(c["id"] for c in report["checks"])
    page = (REPOSITORY / "docs" / "check.md").read_text()
    missing = [i for i in ids if i not in page and not i.startswith("call.")]
    missing += sorted({i.split(".", 2)[2] for i in ids if i.startswith("call.")} - {w.strip("`") for w in page.split()})
    assert missing == []
