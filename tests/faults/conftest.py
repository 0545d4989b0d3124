"""`make faults` asks for the whole measure with `--thorough`; the suite runs a small one."""

from __future__ import annotations

import os

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--thorough", action="store_true", help="20 kills, 100,000 rows")


@pytest.fixture
def is_thorough(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--thorough", default=False))


@pytest.fixture
def seed() -> int:
    """Of the random moments; FORMLOOM_SEED repeats a run that failed."""
    return int(os.environ.get("FORMLOOM_SEED") or int.from_bytes(os.urandom(4), "big"))
