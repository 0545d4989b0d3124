"""Text → node → text: canonical and printed texts read back to the same node, in every language."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expressions import check, print_expression, references_of
from expressions.kinds import TEXT
from expressions.nodes import Node
from expressions.world import FieldInfo, FormInfo, World
from tests.unit.expressions import generated
from tests.unit.expressions.test_cases import VALUES
from tests.unit.expressions.worlds import WORLD


def shape(value: Any) -> Any:
    """A node without its spans."""
    if isinstance(value, tuple):
        return tuple(shape(one) for one in value)
    if is_dataclass(value) and hasattr(value, "span"):
        kept = [one.name for one in fields(value) if one.name != "span"]
        return (type(value).__name__, *(shape(getattr(value, name)) for name in kept))
    return value


def assert_same(text: str, node: Node | None, form: str, **more: Any) -> None:
    again = check(text, WORLD, form, **more)
    assert again.node is not None, (text, [one.text("en") for one in again.problems])
    assert shape(again.node) == shape(node), text


@settings(max_examples=400)
@given(st.integers(0, 2**63))
def test_generated_expressions_read_back_to_the_same_node(seed: int) -> None:
    checked = check(generated.source(seed), WORLD, "torder")
    assert checked.node is not None
    assert_same(checked.canonical, checked.node, "torder")
    for language in ("zh-CN", "zh-TW", "en"):
        assert_same(print_expression(checked.node, WORLD, language), checked.node, "torder")


@pytest.mark.parametrize("source", [one["source"] for one in VALUES if one["result"] != "#PROBLEM"])
def test_case_expressions_read_back_to_the_same_node(source: str) -> None:
    checked = check(source, WORLD, "torder")
    assert checked.node is not None
    assert_same(checked.canonical, checked.node, "torder")
    for language in ("zh-CN", "en"):
        assert_same(print_expression(checked.node, WORLD, language), checked.node, "torder")


@pytest.mark.parametrize(
    ("source", "form", "more"),
    [
        ("PARENT.rate * qty + SUM(PARENT.lines.qty)", "flines", {}),
        ("SUM(PARENT.lines.qty * PARENT.lines.price * PARENT.rate)", "flines", {}),
        ("product.price * qty - PARENT.customer.order_amount", "flines", {}),
        ("SUM(amount) / COUNT() + MAX(COUNT(DISTINCT customer), 1)", "torder", {"role": "measure"}),
        (
            "SUM(SUM(lines.qty * lines.price)) - PARENT.order_amount",
            "torder",
            {"role": "measure", "parent_form": "tcustomer"},
        ),
        (
            "date > PARENT.last_order_at AND customer = PARENT.id",
            "torder",
            {"role": "condition", "parent_form": "tcustomer"},
        ),
        ("BUCKET_ASC(order_count, 参数.f_cuts) + 参数.{CLV 预测年数}", "tcustomer", {}),
        ('parent_customer.source.channel in ["伙伴", "自拓"] AND "VIP" in tags', "tcustomer", {}),
        ("owner = {@member:7} AND customer = {@record:81}", "torder", {}),
        ('IF(amount > 1, "done", "已取消")', "torder", {"expect": WORLD.get("torder").by_id["fstatus"].kind}),
    ],
)
def test_every_place_of_an_expression_reads_back(source: str, form: str, more: dict[str, Any]) -> None:
    checked = check(source, WORLD, form, **more)
    assert checked.node is not None, [one.text("en") for one in checked.problems]
    assert_same(checked.canonical, checked.node, form, **more)
    for language in ("zh-CN", "en"):
        assert_same(print_expression(checked.node, WORLD, language), checked.node, form, **more)


ODD = (
    "AND",
    "真",
    "金额(元)",
    "a.b",
    "2024",
    " x",
    "x{y}",
    "#1",
    "数量",
    "SUM",
    "ｗｉｄｅ",
    "PARENT",
    "in",
    "两 字",
    "参数",
    'q"q',
)


def test_fields_with_odd_names_print_so_that_they_read_back() -> None:
    own = tuple(FieldInfo(f"f{at}", f"key{at}", TEXT, (("zh-CN", name),)) for at, name in enumerate(ODD))
    twins = (
        FieldInfo("g1", "g1", TEXT, (("zh-CN", "同名"),)),
        FieldInfo("g2", "g2", TEXT, (("zh-CN", "同名"),)),
    )
    single = FormInfo(
        "ts",
        "settings",
        (("zh-CN", "参数"),),
        (FieldInfo("s1", "s1", TEXT, (("zh-CN", "值"),)),),
        is_single=True,
    )
    world = World.of((FormInfo("t", "t", (), (*own, *twins)), single))
    source = " & ".join("{#" + one.id + "}" for one in (*own, *twins)) + " & {#ts}.{#s1}"
    checked = check(source, world, "t")
    assert checked.node is not None, [one.text("en") for one in checked.problems]
    printed = print_expression(checked.node, world, "zh-CN")
    again = check(printed, world, "t")
    assert again.node is not None, (printed, [one.text("en") for one in again.problems])
    assert shape(again.node) == shape(checked.node), printed


def test_renaming_a_field_leaves_canonical_text_right() -> None:
    before = check("金额 * 2", WORLD, "torder").canonical
    renamed = World.of(
        FormInfo(
            "torder", "order", (), (FieldInfo("famount", "total", WORLD.get("torder").by_id["famount"].kind),)
        )
        if form.id == "torder"
        else form
        for form in WORLD.forms.values()
    )
    node = check(before, renamed, "torder").node
    assert node is not None
    assert references_of(node).own == {"famount"}
    assert print_expression(node, renamed, "zh-CN") == "total * 2"
