"""What other people rely on in the repository itself: commands, locks, exceptions to warnings."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("target", ["run", "test", "check", "bench", "lock", "wheel", "help"])
def test_make_target_exists(target: str) -> None:
    assert re.search(rf"^{target}:.*## ", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)


def test_ci_runs_check_then_test() -> None:
    lines = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line.startswith("make ")] == ["make check", "make test"]


def test_warnings_are_errors_and_exceptions_are_dated() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    filters = tomllib.loads(text)["tool"]["pytest"]["ini_options"]["filterwarnings"]
    assert filters[0] == "error"
    block = text[text.index("filterwarnings") :].partition("\n]")[0].splitlines()
    for number, line in enumerate(block):
        if line.strip().startswith(('"ignore', '"default', "'ignore", "'default")):
            assert re.search(r"# .*\b20\d\d-\d\d-\d\d\b", block[number - 1]), (
                f"no dated reason above {line.strip()}"
            )


def test_formloom_is_the_command_of_the_wheel() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["scripts"] == {"formloom": "app.cli:main"}


def test_version_is_the_same_everywhere() -> None:
    import app

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == app.VERSION


def test_npm_locks_without_addresses_and_runs_no_scripts() -> None:
    settings = (ROOT / ".npmrc").read_text(encoding="utf-8").split()
    assert "omit-lockfile-registry-resolved=true" in settings
    assert "ignore-scripts=true" in settings
    assert '"resolved"' not in (ROOT / "package-lock.json").read_text(encoding="utf-8")
