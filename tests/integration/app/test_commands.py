"""The command line: each command by its name, in its own data folder, as an administrator types it."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.cli import COMMANDS, formloom

ROOT = Path(__file__).resolve().parents[3]
Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, fast_passwords: None) -> Run:
    environment = {
        "DATA_DIR": str(tmp_path),
        "FORMLOOM_DEMO": "0",
        "FORMLOOM_ADMIN_EMAIL": "admin@example.com",
        "FORMLOOM_ADMIN_PASSWORD": "correct horse",
        "LANG": "en_GB.UTF-8",
        "LC_ALL": "",
    }

    def call(*arguments: str, status: int = 0, typed: str | None = None, **more: str) -> Result:
        result = CliRunner(env={**environment, **more}).invoke(formloom, list(arguments), input=typed)
        assert result.exit_code == status, (result.output, result.exception)
        return result

    return call


def test_help_names_every_command(run: Run) -> None:
    text = run("--help").output
    assert [name for name in COMMANDS if f"  {name} " not in text] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_a_useful_help(run: Run, name: str) -> None:
    text = run(name, "--help").output
    assert len(text.splitlines()) > 3


def test_init_makes_the_owner_and_may_be_repeated(run: Run) -> None:
    assert json.loads(run("init", "--json").stdout)["state"] == "set up"
    assert json.loads(run("init", "--json").stdout)["state"] == "already set up"


def test_init_without_owner_and_demo_leaves_it_to_the_browser(run: Run) -> None:
    answer = run("init", "--json", FORMLOOM_ADMIN_EMAIL="", FORMLOOM_ADMIN_PASSWORD="")
    assert json.loads(answer.stdout)["state"] == "empty"


def test_user_add_shows_a_password_once(run: Run) -> None:
    run("init")
    added = json.loads(run("user", "add", "lin@example.com", "--name", "Lin", "--json").stdout)
    assert added["role"] == "member"
    assert len(added["password"]) >= 12
    twice = run("user", "add", "lin@example.com", "--json", status=1)
    assert json.loads(twice.stdout)["errors"][0]["code"] == "member.already_there"


def test_user_password_reads_standard_input(run: Run) -> None:
    run("init")
    run("user", "password", "admin@example.com", typed="another long one\n")
    refused = run("user", "password", "admin@example.com", typed="short\n", status=1)
    assert "at least 8 characters" in refused.output
    missing = run("user", "password", "nobody@example.com", typed="another long one\n", status=1)
    assert "There is no account" in missing.output


def test_user_disable_ends_an_account(run: Run) -> None:
    run("init")
    run("user", "add", "lin@example.com")
    assert json.loads(run("user", "disable", "lin@example.com", "--json").stdout)["is_active"] is False


def test_apikey_create_prints_the_key_alone(run: Run) -> None:
    run("init")
    text = run("apikey", "create", "--user", "admin@example.com", "--scope", "records:read").stdout
    assert re.fullmatch(r"flk_[\w-]{43}\n", text)
    run("apikey", "create", "--user", "nobody@example.com", status=1)
    run("apikey", "create", "--user", "admin@example.com", "--scope", "everything", status=2)


def test_cloning_twice_gives_two_apps(run: Run) -> None:
    run("init")
    assert "crm" in [one["key"] for one in json.loads(run("bundle", "list", "--json").stdout)["bundles"]]
    keys = [json.loads(run("app", "clone", "crm", "--no-demo", "--json").stdout)["key"] for _copy in range(2)]
    assert keys == ["crm", "crm-2"]
    assert [one["key"] for one in json.loads(run("app", "list", "--json").stdout)["apps"]] == keys
    run("app", "clone", "no-such-bundle", status=2)


def test_doctor_finds_nothing_on_a_sound_database(run: Run) -> None:
    run("init")
    assert json.loads(run("doctor", "--json").stdout) == {"findings": []}
    unsafe = run("doctor", "--json", status=1, HOST="0.0.0.0")
    assert json.loads(unsafe.stdout)["findings"][0]["check"] == "settings"


def test_a_useless_setting_ends_with_status_two(run: Run) -> None:
    assert "PORT has to be a whole number" in run("serve", status=2, PORT="many").output


def test_serve_answers_and_stops_cleanly(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        **os.environ,
        "DATA_DIR": str(tmp_path),
        "PORT": str(port),
        "FORMLOOM_DEMO": "0",
        "FORMLOOM_ADMIN_EMAIL": "",
        "PYTHONUNBUFFERED": "1",
    }
    command = [sys.executable, "-m", "app", "serve"]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = []
        for line in process.stdout:
            said.append(line)
            if line.startswith("Open "):
                break
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=30) as answer:
            assert answer.read() == b"ok\n"
        process.send_signal(signal.SIGTERM)
        rest = process.stdout.read()
        assert process.wait(30) == 0
    assert re.match(r"formloom [\d.]+ · SQLite 3\.[\d.]+ ", said[0])
    assert "formloom: stopped" in rest
