"""The compiled function and the slow interpreter agree on random expressions and records."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, given, settings

from expressions import check, compile_expression
from expressions.evaluation import ErrorValue
from expressions.functions import REGISTRY
from expressions.nodes import Aggregate, Call, Node
from expressions.references import children
from tests.unit.expressions.generated import any_source, rows
from tests.unit.expressions.reference import interpret
from tests.unit.expressions.worlds import ENV, WORLD

RELATED = {
    "tcustomer": {1: {"flevel": "oa", "ftags": ("ovip",), "fsource": 1}, 2: {"flevel": None, "ftags": (), "fsource": None}},
    "tsource": {1: {"fchannel": "oown"}},
    "tproduct": {1: {"fcost_price": Decimal("2.5")}, 2: {"fcost_price": None}},
}  # fmt: skip
SETTINGS = {"tparam": {"fr_cuts": ({"fvalue": 30}, {"fvalue": 90}, {"fvalue": None})}}
GENERATED_ENV = replace(ENV, related=RELATED, settings=SETTINGS)


def same(left: Any, right: Any) -> bool:
    if isinstance(left, (int, Decimal)) and not isinstance(left, bool):
        return isinstance(right, (int, Decimal)) and not isinstance(right, bool) and left == right
    return type(left) is type(right) and bool(left == right)


@settings(max_examples=600, suppress_health_check=list(HealthCheck))
@given(any_source(), rows())
def test_compiled_function_agrees_with_interpreter(source: str, row: dict[str, Any]) -> None:
    checked = check(source, WORLD, "torder")
    assert checked.node is not None, (source, [one.text("en") for one in checked.problems])
    got = compile_expression(checked).evaluate(row, GENERATED_ENV)
    wanted = interpret(checked.node, row, GENERATED_ENV)
    assert same(got, wanted), (source, checked.canonical, got, wanted)


@settings(max_examples=300, suppress_health_check=list(HealthCheck))
@given(any_source(), rows())
def test_numbers_stay_within_their_static_bounds(source: str, row: dict[str, Any]) -> None:
    checked = check(source, WORLD, "torder")
    value = compile_expression(checked).evaluate(row, GENERATED_ENV)
    if checked.kind is None or not checked.kind.is_number or value is None or isinstance(value, ErrorValue):
        return
    bound = checked.kind
    number = Decimal(value).normalize()
    if bound.digits <= 34:
        assert -int(number.as_tuple().exponent) <= bound.scale, (source, value, bound)
    assert number.adjusted() < max(bound.digits - bound.scale, 1), (source, value, bound)


def test_generator_reaches_every_function() -> None:
    """What the generator never writes is never compared."""
    seen: Counter[str] = Counter()

    @settings(max_examples=1500, suppress_health_check=list(HealthCheck), derandomize=True, database=None)
    @given(any_source())
    def collect(source: str) -> None:
        checked = check(source, WORLD, "torder")
        assert checked.node is not None, (source, [one.text("en") for one in checked.problems])
        _count(checked.node, seen)

    collect()
    assert set(REGISTRY) - set(seen) <= {"COUNTDISTINCT", "neg"} | {"COUNTA", "NOW"}, set(REGISTRY) - set(seen)


def _count(node: Node, seen: Counter[str]) -> None:
    if isinstance(node, (Call, Aggregate)):
        seen[node.function] += 1
    for child in children(node):
        _count(child, seen)


