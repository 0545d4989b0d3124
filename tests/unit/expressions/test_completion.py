"""What the editor offers at the cursor, in the reader's language."""

from __future__ import annotations

import pytest

from expressions import Completion, complete, signature_at
from tests.unit.expressions.worlds import WORLD


def offered(text: str, form: str = "torder", language: str = "zh-CN", **more: str) -> list[Completion]:
    position = text.index("|")
    return complete(text.replace("|", ""), position, WORLD, form, language, **more)


def texts(text: str, form: str = "torder", language: str = "zh-CN", **more: str) -> list[str]:
    return [one.text for one in offered(text, form, language, **more)]


@pytest.mark.parametrize(
    ("text", "first"),
    [("金|", "金额"), ("je|", "金额"), ("amo|", "金额"), ("jin|", "金额"), ("1 + {备|", "备注"), ("SU|",
    "SUM("), ("求|", "SUM("),
     ("IF(金额 > 1, TOD|", "TODAY()"), ("客户.客户名|", "客户名称"), ("SUM(明细.数|", "数量"),
     ("参数.tier_a|", "{A 级分数线}"), ("参|", "参数.")],
)  # fmt: skip
def test_best_offer_comes_first(text: str, first: str) -> None:
    assert texts(text)[0] == first


def test_fields_of_the_linked_form_follow_a_dot() -> None:
    assert "客户名称" in texts("客户.|")
    assert "金额" not in texts("客户.|")
    assert texts("客户.来源.渠|") == ["渠道类别"]


def test_options_follow_a_comparison_with_a_choice() -> None:
    assert texts("状态 = |")[:3] == ['"进行中"', '"已完成"', '"已取消"']
    assert texts('状态 = "已|') == ['"已完成"', '"已取消"']
    assert texts('客户.客户等级 in ["A", "|') == ['"A"', '"B"', '"C"']
    assert texts('status != "D|', language="en") == ['"Done"']
    assert texts('SUM(IF(明细.类型 = "自|') == ['"自拓"']


def test_nothing_is_offered_inside_other_text() -> None:
    assert texts('备注 = "已|') == []


def test_labels_are_in_the_readers_language() -> None:
    assert offered("amo|", language="en")[0].label == "Amount"
    assert offered("amo|", language="zh-CN")[0].label == "金额"


def test_functions_come_with_signature_and_help() -> None:
    found = next(one for one in offered("ROUND|") if one.text == "ROUND(")
    assert found.label == "ROUND 四舍五入"
    assert found.detail == "四舍五入(数字, 位数 = 0)"
    assert "0.5 总是远离零" in found.docs
    assert "ROUND(3.456, 2) → 3.46" in found.docs
    assert (
        next(one for one in offered("ROUND|", language="en") if one.text == "ROUND(").detail
        == "ROUND(number, places = 0)"
    )


def test_parent_is_offered_in_lines_and_roll_ups() -> None:
    assert "PARENT." in texts("PAR|", "flines")
    assert "客户名称" in texts("PARENT.|", "torder", parent_form="tcustomer")
    assert "税率" in texts("PARENT.|", "flines")


def test_span_replaces_what_was_typed() -> None:
    source = "1 + 金 * 2"
    found = complete(source, 5, WORLD, "torder", "zh-CN")[0]
    assert source[: found.span[0]] + found.text + source[found.span[1] :] == "1 + 金额 * 2"


def test_operators_follow_an_operand() -> None:
    assert texts("金额 > 1 |") == [" 且 ", " 或 ", " in "]


@pytest.mark.parametrize(
    ("text", "function", "parameter"),
    [("ROUND(", "ROUND", 0), ("ROUND(金额, ", "ROUND", 1), ("IF(SUM(1, 2), ", "IF", 1),
     ("IF(a > (1 + ", "IF", 0),
     ("SUM(1, 2, 3, ", "SUM", 0), ("四舍五入（1，", "ROUND", 1), ("INLIST(a, [1, 2, ", "INLIST", 1)],
)  # fmt: skip
def test_signature_help_knows_the_parameter(text: str, function: str, parameter: int) -> None:
    found = signature_at(text + " + 1)", len(text), "zh-CN")
    assert found is not None
    assert (found.function, found.parameter) == (function, parameter)
    assert found.signature
    assert found.docs


def test_no_call_has_no_signature() -> None:
    assert signature_at("1 + (2", 6, "en") is None
    assert signature_at("ROUND(1) + ", 11, "en") is None
