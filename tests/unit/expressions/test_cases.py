"""The case files: what expressions give, and what people do wrong with the way out."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from expressions import Env, ErrorValue, check, compile_expression
from expressions.functions import REGISTRY
from expressions.wording import LANGUAGES
from tests.unit.expressions.reference import evaluate as interpret
from tests.unit.expressions.worlds import ENV, WORLD

CASES = Path(__file__).parents[2] / "cases"


def cases(name: str) -> list[dict[str, Any]]:
    return tomllib.loads((CASES / name).read_text(encoding="utf-8"))["case"]  # type: ignore[no-any-return]


VALUES = cases("expressions_values.toml")
MISTAKES = cases("expressions_mistakes.toml")


def constant(text: str, field: str = "", form: str = "torder") -> Any:
    """A constant of the language; of a choice field its option, of a moment its instant."""
    kind = WORLD.get(form).by_id[field].kind if field else None
    if kind is not None and kind.name == "datetime":
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    checked = check(text, WORLD, form, expect=kind, role="default")
    assert checked.node is not None, [one.text("en") for one in checked.problems]
    return compile_expression(checked).evaluate({}, ENV)


def record(case: dict[str, Any]) -> dict[str, Any]:
    row = {f"f{key}": constant(text, f"f{key}") for key, text in case.get("row", {}).items()}
    for name in ("lines", "fees"):
        lines = case.get(name, [])
        made = [
            {f"f{key}": constant(text, f"f{key}", f"f{name}") for key, text in line.items()} for line in lines
        ]
        row[f"f{name}"] = tuple(made)
    return row


@pytest.mark.parametrize(
    "case", [one for one in VALUES if one["result"] != "#PROBLEM"], ids=lambda case: case["source"]
)
def test_expression_gives_the_value_of_its_case(case: dict[str, Any]) -> None:
    checked = check(case["source"], WORLD, "torder")
    assert checked.node is not None, [one.text("en") for one in checked.problems]
    row = record(case)
    found = compile_expression(checked).evaluate(row, ENV)
    assert _is_value(found, case["result"]), found
    assert _is_value(interpret(checked.node, row, ENV), case["result"])


def _is_value(found: Any, wanted: str) -> bool:
    if wanted.startswith("#") and not wanted.endswith("#"):
        return isinstance(found, ErrorValue) and found.code == wanted
    value = constant(wanted)
    return bool(found == value) and isinstance(found, bool) == isinstance(value, bool)


@pytest.mark.parametrize(
    "name", [name for name, one in REGISTRY.items() if one.family not in ("operator", "internal")]
)
def test_every_function_has_docs_and_examples_that_hold(name: str) -> None:
    function = REGISTRY[name]
    assert function.docs_zh
    assert function.docs_en
    assert function.examples or name == "CURRENTUSER"
    for example in function.examples:
        checked = check(example.source, WORLD, "torder")
        assert checked.node is not None, (example, [one.text("en") for one in checked.problems])
        found = compile_expression(checked).evaluate({}, Env(ENV.now, ENV.today, language="en"))
        assert _is_value(found, example.result), (example, found)


@pytest.mark.parametrize("case", MISTAKES, ids=lambda case: case["source"] or "nothing")
def test_mistake_is_marked_worded_and_has_its_fix(case: dict[str, Any]) -> None:
    checked = check(case["source"], WORLD, case.get("form", "torder"), role=case.get("role", "formula"))
    codes = {one.code: one for one in checked.problems}
    assert case["code"] in codes, codes
    problem = codes[case["code"]]
    assert case["source"][slice(*problem.span)] == case["at"]
    for language in LANGUAGES:
        assert problem.text(language)
        assert (
            "{" not in problem.text(language).replace("{}", "").replace(case["source"], "")
            or "{" in case["source"]
        )
    fixed = problem.fixes[0].apply(case["source"]) if problem.fixes else None
    assert fixed == case.get("fixed"), [one.apply(case["source"]) for one in problem.fixes]


@pytest.mark.parametrize("case", [one for one in MISTAKES if "fixed" in one], ids=lambda case: case["source"])
def test_fix_takes_its_problem_away(case: dict[str, Any]) -> None:
    checked = check(case["fixed"], WORLD, "torder", role=case.get("role", "formula"))
    before = check(case["source"], WORLD, "torder", role=case.get("role", "formula"))
    gone = [one.code for one in before.problems].count(case["code"])
    left = [one.code for one in checked.problems].count(case["code"])
    assert left < gone, checked.problems


def test_three_of_four_mistakes_have_a_fix() -> None:
    assert len([one for one in MISTAKES if "fixed" in one]) >= 0.75 * len(MISTAKES)
