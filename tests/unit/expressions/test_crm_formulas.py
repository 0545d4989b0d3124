"""The CRM's formulas give the right values, by the compiler and by the interpreter."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from expressions import ErrorValue, check, compile_expression
from tests.unit.expressions.reference import evaluate as interpret
from tests.unit.expressions.test_cases import CASES, constant
from tests.unit.expressions.worlds import ENV, WORLD

FILE = tomllib.loads((CASES / "expressions_crm.toml").read_text(encoding="utf-8"))
RELATED: dict[str, dict[int, dict[str, object]]] = {
    "tsource": {1: {"fchannel": "oown"}},
    "tstage": {1: {"ftype": "oopen", "fmax_days": 14}},
}


def setting(value: Any) -> Any:
    if isinstance(value, list):
        return tuple({"fvalue": Decimal(one)} for one in value)
    return Decimal(value)


CRM_ENV = replace(
    ENV,
    related=RELATED,
    settings={"tparam": {f"f{key}": setting(value) for key, value in FILE["settings"].items()}},
)
VALUES = [(formula, value) for formula in FILE["formula"] for value in formula.get("values", ())]
MEASURES = [formula for formula in FILE["formula"] if "rows" in formula]


def row_of(form: str, values: dict[str, str]) -> dict[str, Any]:
    return {f"f{key}": constant(text, f"f{key}", form) for key, text in values.items()}


@pytest.mark.parametrize(
    ("formula", "value"), VALUES, ids=lambda one: one.get("name", str(one.get("row", one)))
)
def test_formula_gives_its_value(formula: dict[str, Any], value: dict[str, Any]) -> None:
    form = formula["form"]
    checked = check(formula["source"], WORLD, form)
    assert checked.node is not None, [one.text("en") for one in checked.problems]
    row = row_of(form, value.get("row", {}))
    row |= {"owner": value.get("owner"), "fsource": value.get("source"), "fstage": value.get("stage")}
    row["flines"] = tuple(row_of("flines", line) for line in value.get("lines", []))
    wanted = wanted_value(value["result"])
    assert compile_expression(checked).evaluate(row, CRM_ENV) == wanted
    assert interpret(checked.node, row, CRM_ENV) == wanted


@pytest.mark.parametrize("formula", MEASURES, ids=lambda one: one["name"])
def test_measure_gives_its_value_over_rows(formula: dict[str, Any]) -> None:
    checked = check(formula["source"], WORLD, formula["form"], role="measure")
    assert checked.node is not None, [one.text("en") for one in checked.problems]
    rows = [row_of(formula["form"], row) for row in formula["rows"]]
    assert compile_expression(checked).evaluate_rows(rows, CRM_ENV) == wanted_value(formula["result"])
    assert interpret(checked.node, {}, CRM_ENV, rows) == wanted_value(formula["result"])


def wanted_value(text: str) -> Any:
    if text.startswith("#") and not text.endswith("#"):
        return ErrorValue(text)  # type: ignore[arg-type]
    if "T" in text[10:11]:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    return constant(text)
