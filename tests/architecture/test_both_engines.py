"""Decision "PostgreSQL and SQLite on one code path": every test of a database runs on both, but for the
reviewed list in tests/one_engine.toml."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests import one_engine
from tests.engines import ENGINES

ROOT = Path(__file__).resolve().parents[2]
TESTS = ROOT / "tests"
# An engine named in an address is a way round `database_url`, and so round the other engine.
ADDRESS = re.compile(r"sqlite:/" + r"//|postgresql(\+psycopg)?:/" + r"/|Database\(f?[\"']")
HARNESS = {"tests/engines.py", "tests/architecture/test_both_engines.py"}
ENTRIES = one_engine.read_list()


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.test)
def test_listed_exception_exists_and_has_a_reason(entry: one_engine.Entry) -> None:
    path, _, function = entry.test.partition("::")
    assert (ROOT / path).exists()
    assert entry.engine in ENGINES
    assert len(entry.why) >= 20
    if function:
        text = (ROOT / path).read_text(encoding="utf-8")
        for name in function.split("::"):
            assert re.search(rf"^\s*(def|class) {re.escape(name)}\b", text, re.MULTILINE), name


def _functions_with_an_address(path: str) -> list[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    return [
        f"{path}::{one.name}" for one in functions if ADDRESS.search("\n".join(map(ast.unparse, one.body)))
    ]


def test_no_test_goes_round_the_shared_fixture() -> None:
    listed = [entry.test for entry in ENTRIES]
    strays = [
        function
        for file in sorted(TESTS.rglob("*.py"))
        if (path := file.relative_to(ROOT).as_posix()) not in HARNESS
        and not path.startswith(("tests/bench/", "tests/unit/"))
        for function in _functions_with_an_address(path)
        if not any(function == test or path.startswith(f"{test}/") for test in listed)
    ]
    assert strays == [], "ask for `database_url`, or name the function in tests/one_engine.toml"


def test_unlisted_marker_is_a_complaint() -> None:
    listed = [one_engine.Entry("tests/a.py::test_a", "sqlite", "has no such thing as a WAL file")]
    assert one_engine.complaints([("tests/a.py::test_a", "sqlite")], listed) == []
    assert len(one_engine.complaints([("tests/a.py::test_a", "postgresql")], listed)) == 1
    assert len(one_engine.complaints([("tests/b.py::test_b", "sqlite")], listed)) == 1
