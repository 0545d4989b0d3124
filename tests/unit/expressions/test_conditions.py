"""The filter builder's groups: everything it draws goes to text and back without loss."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from expressions import Condition, Group, check, compile_expression, from_conditions, to_conditions
from expressions.conditions import OPERATORS, Operator
from tests.unit.expressions.worlds import ENV, WORLD

FIELDS = {
    "text": ("fnote", ("a", "b")), "number": ("famount", (Decimal(1), Decimal("2.5"))), "bool": ("fpaid", ()),
    "date": ("fdate", (date(2024, 2, 1), date(2024, 2, 29))), "datetime": ("fat", (date(2024, 2, 1),
    date(2024, 2, 29))),
    "choice": ("fstatus", ("odone", "oopen")), "user": ("owner", (7, 8)), "record": ("fcustomer", (81, 82)),
    "list": ("fcustomer.ftags", ("ovip", "onew")),
}  # fmt: skip
EVERY = [(kind, operator) for kind, operators in OPERATORS.items() for operator in operators]


def drawn(text: str, form: str = "torder") -> Group | None:
    checked = check(text, WORLD, form, role="condition")
    assert checked.node is not None, (text, [one.text("en") for one in checked.problems])
    return to_conditions(checked.node, WORLD, form)


def condition(kind: str, operator: Operator) -> Condition:
    field, values = FIELDS[kind]
    count = {"nothing": 0, "one": 1, "two": 2, "many": 2, "days": 1}[operator.takes]
    given: tuple[Any, ...] = (Decimal(30),) if operator.takes == "days" else values[:count]
    return Condition(field, operator.name, given)


@pytest.mark.parametrize(("kind", "operator"), EVERY, ids=[f"{kind}-{one.name}" for kind, one in EVERY])
def test_every_operator_goes_to_text_and_back(kind: str, operator: Operator) -> None:
    group = Group("all", (condition(kind, operator),))
    text = from_conditions(group, WORLD, "torder")
    assert drawn(text) == group
    assert check(text, WORLD, "torder", role="condition").canonical == text
    compiled = compile_expression(check(text, WORLD, "torder", role="condition"))
    assert compiled.evaluate({}, ENV) in (True, False, None)


def test_groups_nest_once_and_keep_their_order() -> None:
    group = Group("all", (
        Condition("owner", "is_me"),
        Group("any", (Condition("fdate", "more_than_days_ago", (Decimal(7),)), Condition("fstatus", "is",
        ("olost",)))),
        Condition("famount", "between", (Decimal(100_000), Decimal(2_000_000))),
    ))  # fmt: skip
    text = from_conditions(group, WORLD, "torder")
    assert text == (
        "{#owner} = CURRENTUSER() AND ({#fdate} < TODAY() - 7 OR {#fstatus} = {@olost})"
        " AND BETWEEN({#famount}, 100000, 2000000)"
    )
    assert drawn(text) == group


def test_what_people_write_by_hand_is_drawn_too() -> None:
    assert drawn('状态 = "已完成" 且 金额 大于 100') == Group(
        "all", (Condition("fstatus", "is", ("odone",)), Condition("famount", "greater", (Decimal(100),)))
    )
    assert drawn('OR(备注 = "x", 为空(备注))') == Group(
        "any", (Condition("fnote", "equals", ("x",)), Condition("fnote", "is_empty"))
    )
    assert drawn('customer.level in ["A", "B"]') == Group(
        "all", (Condition("fcustomer.flevel", "is_any_of", ("oa", "ob")),)
    )


@pytest.mark.parametrize(
    "text",
    ["amount > cost", "amount * 2 > 3", "NOT(amount > 1)",
    "amount > 1 AND (paid OR (amount > 2 AND note = \"x\"))",
     "SUM(lines.qty) > 3", "IF(paid, TRUE, FALSE)", "status in [\"done\", BLANK]", "TODAY() = date", "paid"],
)  # fmt: skip
def test_what_cannot_be_drawn_stays_a_formula(text: str) -> None:
    assert drawn(text) is None


def test_nothing_drawn_is_no_condition() -> None:
    assert from_conditions(Group("all"), WORLD, "torder") == ""


def test_unknown_fields_and_operators_are_refused() -> None:
    for wrong in (Condition("gone", "is_empty"), Condition("fnote", "greater", (1,))):
        with pytest.raises(KeyError):
            from_conditions(Group("all", (wrong,)), WORLD, "torder")


@pytest.mark.parametrize(
    ("operator", "day", "holds"),
    [("today", "2024-02-29", True), ("yesterday", "2024-02-28", True), ("tomorrow", "2024-03-01", True),
     ("this_month", "2024-02-01", True), ("this_month", "2024-03-01", False), ("last_month", "2024-01-31",
     True),
     ("next_quarter", "2024-06-30", True), ("this_week", "2024-03-03", True), ("last_week", "2024-02-25",
     True),
     ("last_year", "2023-01-01", True), ("last_days", "2024-01-30", True), ("last_days", "2024-01-29", False),
     ("next_days", "2024-03-30", True), ("more_than_days_ago", "2024-01-29", True), ("before_today",
     "2024-02-29", False)],
)  # fmt: skip
def test_presets_mean_what_they_say(operator: str, day: str, holds: bool) -> None:
    values = (Decimal(30),) if "days" in operator else ()
    text = from_conditions(Group("all", (Condition("fdate", operator, values),)), WORLD, "torder")
    found = compile_expression(check(text, WORLD, "torder")).evaluate({"fdate": date.fromisoformat(day)}, ENV)
    assert found is holds
