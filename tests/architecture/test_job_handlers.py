"""Every handler is enrolled: a job that no worker knows would wait for ever."""

from __future__ import annotations

from pathlib import Path

from runtime.jobs.enrolment import MODULES, enrolled

RUNTIME = Path(__file__).resolve().parents[2] / "runtime"


def test_every_module_with_a_handler_is_enrolled() -> None:
    found = {
        ".".join(path.relative_to(RUNTIME.parent).with_suffix("").parts)
        for path in RUNTIME.rglob("*.py")
        if "\n@handles(" in path.read_text(encoding="utf-8")
    }
    assert found == set(MODULES)
    assert len(enrolled()) >= len(MODULES)
