"""The reviewed list of tests that run on one engine only, and the rule that holds it.

In: collected tests and tests/one_engine.toml. Out: the tests to leave out, or the complaints. Called by
tests/conftest.py and tests/architecture/test_both_engines.py.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

LIST = Path(__file__).with_name("one_engine.toml")


@dataclass(frozen=True, slots=True)
class Entry:
    """One reviewed exception."""

    test: str
    engine: str
    why: str


def read_list(path: Path = LIST) -> tuple[Entry, ...]:
    document = tomllib.loads(path.read_text(encoding="utf-8"))
    return tuple(Entry(**entry) for entry in document.get("test", ()))


def complaints(marked: Iterable[tuple[str, str]], listed: Iterable[Entry]) -> list[str]:
    """`marked` is (file::function, engine) of every collected test with the marker."""
    known = {entry.test: entry for entry in listed}
    return [
        f"{test} runs on {engine} only but tests/one_engine.toml does not say so"
        for test, engine in sorted(set(marked))
        if test not in known or known[test].engine != engine
    ]
