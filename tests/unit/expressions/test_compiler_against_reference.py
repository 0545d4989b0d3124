"""The compiled function and the slow interpreter agree on random expressions and records."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from expressions import check, compile_expression
from expressions.evaluation import ErrorValue
from expressions.functions import REGISTRY
from expressions.nodes import Aggregate, Call, Node
from expressions.references import children
from tests.unit.expressions import generated
from tests.unit.expressions.reference import evaluate as interpret
from tests.unit.expressions.worlds import ENV, WORLD

RELATED: dict[str, dict[int, dict[str, object]]] = {
    "tcustomer": {1: {"flevel": "oa", "ftags": ("ovip",), "fsource": 1}, 2: {"flevel": None, "ftags": (),
    "fsource": None}},
    "tsource": {1: {"fchannel": "oown"}},
    "tproduct": {1: {"fcost_price": Decimal("2.5")}, 2: {"fcost_price": None}},
}  # fmt: skip
SETTINGS = {"tparam": {"fr_cuts": ({"fvalue": 30}, {"fvalue": 90}, {"fvalue": None})}}
GENERATED_ENV = replace(ENV, related=RELATED, settings=SETTINGS)


def same(left: Any, right: Any) -> bool:
    if isinstance(left, (int, Decimal)) and not isinstance(left, bool):
        return isinstance(right, (int, Decimal)) and not isinstance(right, bool) and left == right
    return type(left) is type(right) and bool(left == right)


SEEDS = st.integers(0, 2**63)


@settings(max_examples=600)
@given(SEEDS, SEEDS)
def test_compiled_function_agrees_with_interpreter(text_seed: int, row_seed: int) -> None:
    source, row = generated.source(text_seed), generated.row(row_seed)
    checked = check(source, WORLD, "torder")
    assert checked.node is not None, (source, [one.text("en") for one in checked.problems])
    got = compile_expression(checked).evaluate(row, GENERATED_ENV)
    wanted = interpret(checked.node, row, GENERATED_ENV)
    assert same(got, wanted), (source, checked.canonical, got, wanted)


@settings(max_examples=300)
@given(SEEDS, SEEDS)
def test_numbers_stay_within_their_static_bounds(text_seed: int, row_seed: int) -> None:
    source, row = generated.source(text_seed, "number"), generated.row(row_seed)
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

    for seed in range(2500):
        checked = check(generated.source(seed), WORLD, "torder")
        assert checked.node is not None, (checked.text, [one.text("en") for one in checked.problems])
        _count(checked.node, seen)
    assert set(REGISTRY) - set(seen) == {"COUNTDISTINCT"}  # which is COUNT of different values


def _count(node: Node, seen: Counter[str]) -> None:
    if isinstance(node, (Call, Aggregate)):
        seen[node.function] += 1
    for child in children(node):
        _count(child, seen)
