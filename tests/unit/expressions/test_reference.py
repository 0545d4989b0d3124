"""The reference interpreter is a reference: it gives what the documentation says, example by example."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from expressions import Env, ErrorValue, check, compile_expression
from expressions.functions import REGISTRY
from expressions.world import FormInfo, World
from tests.unit.expressions import reference

WORLD = World.of([FormInfo("nothing", "nothing")])
ENV = Env(datetime(2024, 3, 1, 2, 30, tzinfo=UTC), date(2024, 3, 1))
EXAMPLES = [
    pytest.param(one.source, one.result, id=one.source)
    for function in REGISTRY.values()
    for one in function.examples
]


def worked_out(source: str) -> object:
    node = check(source, WORLD, "nothing").node
    assert node is not None
    return reference.evaluate(node, {}, ENV)


@pytest.mark.parametrize(("source", "result"), EXAMPLES)
def test_an_example_gives_its_result(source: str, result: str) -> None:
    found = worked_out(source)
    if result.startswith("#") and result.endswith(("!", "?")):
        assert found == ErrorValue(result)  # type: ignore[arg-type]
        return
    assert found == worked_out(result)
    node = check(source, WORLD, "nothing").node
    assert node is not None
    assert found == compile_expression(node).evaluate({}, ENV)
