"""Sentences are complete, and all problems come at once."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest

import expressions
from expressions import check
from expressions.kinds import Kind
from expressions.wording import FIXES, LANGUAGES, PROBLEMS, WORDS
from tests.unit.expressions.worlds import WORLD

FOLDER = Path(expressions.__file__).parent
SOURCES = "\n".join(
    path.read_text(encoding="utf-8") for path in FOLDER.rglob("*.py") if path.name != "wording.py"
)


def test_every_code_used_has_sentences_and_the_other_way() -> None:
    used = set(re.findall(r'"([a-z]+\.[a-z_]+)"', SOURCES)) | {"ternary"}
    assert used - set(PROBLEMS) == {"grammar.lark"}
    assert set(PROBLEMS) <= used
    assert set(re.findall(r'Fix\(\s*"([a-z]+)"', SOURCES)) == set(FIXES)


@pytest.mark.parametrize("code", PROBLEMS)
def test_sentence_has_the_same_parameters_in_every_language(code: str) -> None:
    sentences = PROBLEMS[code]
    assert len(sentences) == len(LANGUAGES)
    assert all(sentences)
    names = [{name for _, name, _, _ in Formatter().parse(one) if name} for one in sentences]
    assert names[0] == names[1] == names[2]


def test_every_kind_has_a_word() -> None:
    kinds = ("text", "number", "bool", "date", "datetime", "choice", "user", "record", "list", "null")
    assert set(kinds) <= set(WORDS)


def test_all_problems_come_at_once_in_order() -> None:
    source = '金鄂 + SUMM(1) + LEFT(amount) + IF(status = "完成了", 1 + , date) + (2'
    codes = [one.code for one in check(source, WORLD, "torder").problems]
    assert codes == [
        "name.unknown",
        "function.unknown",
        "kind.needed",
        "option.unknown",
        "operand.missing",
        "bracket.unclosed",
    ]


def test_spans_are_of_the_original_text() -> None:
    source = "如果（金额＞１００，金鄂，“小”）"
    problem = check(source, WORLD, "torder").problems[0]
    assert source[slice(*problem.span)] == "金鄂"
    assert problem.fixes[0].apply(source) == "如果（金额＞１００，金额，“小”）"


def test_problems_read_in_three_languages() -> None:
    problem = check("金鄂 + 1", WORLD, "torder").problems[0]
    assert problem.text("zh-CN") == "“订单”里没有叫“金鄂”的字段"
    assert problem.text("zh-TW") == "「订单」裡沒有叫「金鄂」的欄位"
    assert problem.text("en") == "“Order” has no field named “金鄂”"
    assert problem.fixes[0].text("zh-CN") == "改为 金额"


def test_warnings_are_no_problems() -> None:
    checked = check("-2^2 + IF(TRUE, 1, 2)", WORLD, "torder")
    assert checked.node is not None
    assert [one.code for one in checked.warnings] == ["power.negated", "condition.constant"]
    assert checked.warnings[0].fixes[0].replacement == "-(2^2)"


@pytest.mark.parametrize(
    ("source", "expected", "code"),
    [("note", "number", "kind.needed"), ("amount", "text", "kind.needed"), ("date", "number", "kind.needed"),
     ("amount", "date", "kind.needed"), ("amount", "choice", "kind.needed"), ("date", "datetime",
     "kind.needed")],
)  # fmt: skip
def test_result_of_another_kind_is_a_problem(source: str, expected: str, code: str) -> None:
    kinds: dict[str, Kind] = {one.kind.name: one.kind for one in WORLD.get("torder").fields}
    assert [one.code for one in check(source, WORLD, "torder", expect=kinds[expected]).problems] == [code]


def test_result_is_brought_to_the_kind_of_its_place() -> None:
    order = WORLD.get("torder").by_id
    assert check("status", WORLD, "torder", expect=order["fnote"].kind).kind == order["fnote"].kind
    assert check("at", WORLD, "torder", expect=order["fdate"].kind).kind == order["fdate"].kind
    chosen = check('SWITCH(note, "x", "done", "进行中")', WORLD, "torder", expect=order["fstatus"].kind)
    assert chosen.canonical == 'SWITCH({#fnote}, "x", {@odone}, {@oopen})'
    tags = WORLD.get("tcustomer").by_id["ftags"].kind
    assert check('["VIP", "new"]', WORLD, "tcustomer", expect=tags).canonical == "[{@ovip}, {@onew}]"
