"""Decision "Workspace and actor": the system acts only for a stated reason, from the list that this test
holds. A new reason is a decision: add it to both lists in the same review."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
REVIEWED = {
    "first_run": "nobody exists yet",
    "sign_in": "a session or key is looked up before its member is known",
    "job_worker": "claiming, leasing and parking jobs",
    "fill_column": "a computed or converted column is filled in slices",
    "daily_fields": "fields that depend on today are recomputed at workspace midnight",
    "command_line": "an administrator at the machine itself",
    "demo_data": "a bundle's demo rows on a first start",
}


def _is_actor_system(function: ast.expr) -> bool:
    return (
        isinstance(function, ast.Attribute)
        and function.attr == "system"
        and isinstance(function.value, ast.Name)
        and function.value.id == "Actor"
    )


def _uses() -> list[tuple[str, str | None]]:
    """(where, reason) of each `Actor.system(…)` in the product; None for a reason that is not written out."""
    found: list[tuple[str, str | None]] = []
    for package in ("runtime", "app"):
        for file in sorted((ROOT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and _is_actor_system(node.func):
                    given = [*node.args[1:], *(word.value for word in node.keywords if word.arg == "reason")]
                    reason = given[0].value if given and isinstance(given[0], ast.Constant) else None
                    found.append(
                        (
                            f"{file.relative_to(ROOT)}:{node.lineno}",
                            reason if isinstance(reason, str) else None,
                        )
                    )
    return found


def test_list_of_system_reasons_is_the_reviewed_one() -> None:
    from runtime.actors import SYSTEM_REASONS

    assert set(SYSTEM_REASONS) == set(REVIEWED)


def test_system_acts_only_for_a_reason_written_out() -> None:
    assert [(where, reason) for where, reason in _uses() if reason not in REVIEWED] == []
