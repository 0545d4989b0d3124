"""What each field type reads, refuses and shows: by examples."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builder.fields.base import FieldType, ParseContext, Unresolved, Wording
from builder.fields.registry import field_type
from builder.fields.settings import check_settings
from builder.forms import Field, Option
from builder.problems import Problem, Problems, flatten
from tests.unit.builder.samples import LEVELS, TAGS, labels, order_form

SHEET = ParseContext(source="sheet")
ID = "0" * 12 + "z"


def parse(kind: str, raw: object, context: ParseContext | None = None, **config: Any) -> Any:
    one = Field("thisfd", "this", kind, labels("字段", "Field"), config=config)
    return field_type(one).parse(raw, context or ParseContext())


def code(value: object) -> str:
    assert isinstance(value, Problem), value
    return value.code


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("１，２００．５", "1200.5"),
        ("¥1,200.50", "1200.5"),
        ("￥ 5", "5"),
        ("-¥5", "-5"),
        ("¥-5", "-5"),
        ("(1,200.5)", "-1200.5"),
        ("12%", "0.12"),
        ("1 234 567", "1234567"),
        ("1.2E+3", "1200"),
        ("−7", "-7"),
        ("5元", "5"),
        (".5", "0.5"),
        ("007", "7"),
        (5.0, "5"),
        (0.1, "0.1"),
        (33.333333333333336, "33.333333"),
        (Decimal("1.10"), "1.1"),
        (123456789012, "123456789012"),
    ],
)
def test_numbers_are_read_as_people_write_them(raw: object, value: str) -> None:
    assert parse("number", raw) == Decimal(value)


@pytest.mark.parametrize(
    "raw", ["1_0", "1,2", "12,34", "1.2.3", "--5", "NaN", "inf", "0x10", "5 apples", "(-5)", True, False]
)
def test_not_numbers_are_refused(raw: object) -> None:
    assert code(parse("number", raw)) == "number.not_a_number"


def test_limits_of_numbers_say_what_is_wanted() -> None:
    assert parse("number", "1.1234567") == Problem("number.too_precise", {"given": "1.1234567", "most": 6})
    assert parse("number", "1.1234567", SHEET) == Decimal("1.123457")
    assert code(parse("number", "1234567890123")) == "number.too_long"
    assert code(parse("number", "123456789012.1234")) == "number.too_many_digits"
    assert parse("number", "123456789012.123456", digits=18) == Decimal("123456789012.123456")
    assert parse("integer", "999999999999999999", digits=18) == 999999999999999999
    assert code(parse("integer", "9999999999999999999", digits=18)) == "number.too_long"
    assert code(parse("integer", "1.5")) == "number.not_whole"
    assert parse("integer", "5.00") == 5
    assert code(parse("integer", 3, min=5)) == "number.beyond_min"
    assert parse("integer", 13, max="12").params == {"given": "13", "wanted": "12"}
    assert parse("number", 999999999999.9999999) == Decimal(1000000000000) or code(
        parse("number", 999999999999.9999999)
    )


@settings(max_examples=300)
@given(st.decimals(min_value=-(10**12), max_value=10**12, places=6, allow_nan=False))
def test_json_numbers_are_exact(value: Decimal) -> None:
    found = parse("number", str(value))
    if not isinstance(found, Problem):
        one = field_type(Field("thisfd", "this", "number", {}))
        assert found == value
        assert Decimal(repr(one.to_json(found))) == value


def test_many_digits_travel_as_strings() -> None:
    big = field_type(Field("bignum", "big", "number", {}, config={"digits": 18}))
    assert big.to_json(Decimal("123456789012.123456")) == "123456789012.123456"
    assert big.to_json(Decimal(5)) == "5"


def test_money_refuses_another_currency() -> None:
    assert parse("money", "US$5", currency="USD") == 5
    assert parse("money", "$5").params == {"given": "$5", "wanted": "CNY"}
    assert code(parse("money", "5 USD")) == "money.other_currency"
    assert parse("money", "CNY 1,234.5") == Decimal("1234.5")


def test_percent_divides_only_what_has_the_sign() -> None:
    assert parse("percent", "12.5%") == Decimal("0.125")
    assert parse("percent", 0.125) == Decimal("0.125")
    assert field_type(Field("pctfld", "p", "percent", {})).to_text(Decimal("0.125"), Wording()) == "12.5%"


@pytest.mark.parametrize(
    "raw",
    [
        "2026/11/20",
        "2026-11-20",
        "2026.11.20",
        "2026年11月20日",
        "20261120",
        20261120,
        20261120.0,
        "2026/11/20 15:30",
        "２０２６－１１－２０",
        date(2026, 11, 20),
        datetime(2026, 11, 20, 23, 0),
        "2026-11-19T23:00:00Z",
    ],
)
def test_dates_are_read_as_people_write_them(raw: object) -> None:
    assert parse("date", raw) == date(2026, 11, 20)


def test_serial_days_are_dates_only_in_spreadsheets() -> None:
    assert code(parse("date", 46346)) == "date.not_a_date"
    assert parse("date", 46346, SHEET) == date(2026, 11, 20)
    assert parse("datetime", 46346.5, SHEET) == datetime(2026, 11, 20, 4, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "raw",
    ["2026-02-30", "11/20/2026", "26-1-2", "2026-13-01", "2026-11", "0999-01-01", "2026-11-20 25:00", 5],
)
def test_not_dates_are_refused(raw: object) -> None:
    assert code(parse("date", raw)) == "date.not_a_date"
    assert code(parse("datetime", raw)) == "datetime.not_a_datetime"


@pytest.mark.parametrize(
    ("raw", "zone", "value"),
    [
        ("2026-11-20 08:05", "Asia/Shanghai", "2026-11-20T00:05:00+00:00"),
        ("2026-11-20T08:05:06.5+02:00", "Asia/Shanghai", "2026-11-20T06:05:06.500000+00:00"),
        ("2026年11月20日 下午3时05分", "Asia/Shanghai", "2026-11-20T07:05:00+00:00"),
        ("2026-11-20 12:30 AM", "UTC", "2026-11-20T00:30:00+00:00"),
        ("20261120T080500Z", "UTC", "2026-11-20T08:05:00+00:00"),
        ("2026-11-20", "Asia/Shanghai", "2026-11-19T16:00:00+00:00"),
        ("2026-03-29 02:30", "Europe/Berlin", "2026-03-29T01:30:00+00:00"),  # skipped by the clock
        ("2026-10-25 02:30", "Europe/Berlin", "2026-10-25T00:30:00+00:00"),  # twice: the first
    ],
)
def test_times_are_instants(raw: str, zone: str, value: str) -> None:
    found = parse("datetime", raw, ParseContext(zone=zone))
    assert found == datetime.fromisoformat(value)
    assert found.utcoffset() == timedelta()


def test_yes_no_in_three_scripts() -> None:
    for raw in ("是", "TRUE", "yes", 1, "1", "对", "✓", True, 1.0, "Ｙ"):
        assert parse("yes_no", raw) is True
    for raw in ("否", "false", 0, "×", "off", False):
        assert parse("yes_no", raw) is False
    assert code(parse("yes_no", "maybe")) == "yes_no.not_yes_no"
    assert code(parse("yes_no", 2)) == "yes_no.not_yes_no"


def test_text_is_clean_and_one_line() -> None:
    assert parse("text", " Ａ\t b\r\nc\u0007 ") == "Ａ  b c"
    assert parse("text", "e\u0301") == "é"
    assert code(parse("text", "a\x00")) == "text.bad_character"
    assert code(parse("text", "a\ud800")) == "text.bad_character"
    assert parse("text", "\u3000\ufeff") is None
    assert parse("text", 13800138000.0) == "13800138000"
    assert parse("text", "abcd", max_length=3).params == {"given": 4, "most": 3}
    assert parse("long_text", "  a\x0bb  \n\n") == "  a\nb"


@pytest.mark.parametrize(
    ("spelling", "raw", "wanted"),
    [
        ("phone", "13800138000", "13800138000"),
        ("phone", "+86 138-0013-8000", "+86 138-0013-8000"),
        ("phone", "0532  4644 4733", "0532 4644 4733"),
        ("phone", "1380013800", "phone.mobile_length"),
        ("phone", "call me", "phone.not_a_phone"),
        ("phone", "12", "phone.length"),
        ("email", "Li.Na@Example.COM", "Li.Na@example.com"),
        ("email", "张@公司.cn", "张@公司.cn"),
        ("email", "a@b", "email.not_an_email"),
        ("url", "example.com/路", "https://example.com/路"),
        ("url", "HTTP://a.cn", "http://a.cn"),
        ("url", "javascript:alert(1)", "url.scheme"),
        ("url", "http://a b.cn", "url.not_a_url"),
        ("url", "https://", "url.not_a_url"),
        ("id_code", "91350100m000100y43", "91350100M000100Y43"),
        ("id_code", "91350100M000100Y44", "id_code.check_digit"),
        ("id_code", "9135", "id_code.length"),
        ("id_code", "91350100M000100I43", "id_code.character"),
    ],
)
def test_formats_have_one_spelling_or_a_reason(spelling: str, raw: str, wanted: str) -> None:
    found = parse("text", raw, format=spelling)
    assert (found.code if isinstance(found, Problem) else found) == wanted
    if not isinstance(found, Problem):
        assert parse("text", found, format=spelling) == found


def choice(kind: str = "choice", options: Any = LEVELS, **config: Any) -> FieldType:
    return field_type(Field("choifd", "level", kind, labels("等级", "Level"), options=options, config=config))


def test_choices_are_found_by_id_key_or_any_label() -> None:
    for raw in ("levela", "a", "重点", "Key", "key ", "ＫＥＹ"):
        assert choice().parse(raw) == "levela"
    problem = choice().parse("重占", ParseContext(language="zh-CN"))
    assert isinstance(problem, Problem)
    assert problem.params["options"] == ("重点", "普通")
    assert choice().parse("停用") == "levelc"  # retired, but records have it
    assert choice().to_json("levela") == "a"
    assert choice().to_text("levela", Wording(language="en")) == "Key"


def test_several_choices_come_as_list_or_text() -> None:
    tags = choice("choices", TAGS)
    assert tags.parse(["export", "年框"]) == ("tagone", "tagsix")
    assert tags.parse(["export", "private", "annual"]) == tags.parse(["private", "annual", "export"])
    many = tuple(Option(f"opt{sign}", f"key_{sign}", labels(sign, sign)) for sign in "abcdefghij")
    assert choice("choices", many).parse([one.key for one in reversed(many)]) == tuple(one.id for one in many)
    assert tags.parse("年框、出口; Annual") == ("tagone", "tagsix")
    assert tags.parse("私企, 民营") == ("tagtwo",)  # a label with a comma in it
    assert code(tags.parse("年框,没有")) == "choice.unknown"
    assert code(choice("choices", TAGS, most=1).parse("年框,出口")) == "choices.too_many"


def test_links_and_members_resolve_by_id_or_wait() -> None:
    link = field_type(Field("linkfd", "customer", "link", {}, config={"form": "custf"}))
    assert link.parse(ID) == 31
    assert link.parse({"id": ID, "title": "x"}) == 31
    assert link.parse("铭瑞") == Unresolved("record", "title", "铭瑞")
    assert link.parse({"by": {"field": "code", "value": 7}}) == Unresolved("record", "code", 7)
    assert link.parse(12345, SHEET) == Unresolved("record", "title", "12345")
    member = field_type(Field("membfd", "manager", "member", {}))
    assert member.parse("Li.Na@Example.com") == Unresolved("member", "email", "li.na@example.com")
    assert member.parse("李娜") == Unresolved("member", "name", "李娜")
    assert member.to_json(31) == {"id": ID}


def lines() -> FieldType:
    return field_type(order_form().by_id["linesf"])


def test_lines_are_parsed_by_column_with_their_places() -> None:
    raw = [{"id": ID, "qty": "2", "price": "¥5"}, {"qty": "", "price": None}, {"qty": "3", "amount": 99}]
    assert lines().parse(raw) == ({"id": 31, "lineqt": 2, "linepr": Decimal(5)}, {"lineqt": 3})
    problem = lines().parse([{"qty": "2"}, {}, {"qty": "0", "price": "x", "foo": 1}, 5])
    assert isinstance(problem, Problems)
    found = {one.field: one.code for one in flatten(problem, "lines")}
    assert found == {
        "lines.2.qty": "number.beyond_min",
        "lines.2.price": "number.not_a_number",
        "lines.2.foo": "field.unknown",
        "lines.3": "subform.not_a_line",
    }
    assert code(lines().parse("x")) == "subform.not_lines"
    assert code(lines().parse([{}] * 501)) == "subform.too_many"


def test_lines_go_out_by_key() -> None:
    value = ({"id": 31, "lineqt": 2, "linepr": Decimal("5.5"), "lineam": Decimal(11)},)
    assert lines().to_json(value) == [{"id": ID, "qty": 2, "price": 5.5, "amount": 11}]


def test_settings_that_contradict_are_found() -> None:
    def problems(kind: str, **config: Any) -> list[tuple[str, str | None]]:
        return [
            (one.code, one.field) for one in check_settings(Field("cfgfld", "c", kind, {}, config=config))
        ]

    assert problems("integer", min=5, max=2) == [("config.min_above_max", "/x-config/max")]
    assert problems("serial", pattern="X-{0000}-{ABC}") == [("serial.unknown_part", "/x-config/pattern")]
    assert problems("serial", pattern="no counter") == [("serial.one_counter", "/x-config/pattern")]
    assert problems("link") == [("definition.missing", "/x-config")]
    assert (
        problems("formula", expression="1", result="text", format="money")[0][0]
        == "formula.format_without_number"
    )


def test_serials_count_within_their_period() -> None:
    from builder.fields.types.serial import serial_period, serial_text

    day = date(2026, 3, 4)
    assert serial_text("OP-{YYYY}{MM}-{0000}", day, 7) == "OP-202603-0007"
    assert serial_text("{000}", day, 12345) == "12345"
    assert serial_period("OP-{YYYY}-{MM}-{0000}", day) == "202603"
    assert serial_period("CU-{000000}", day) == ""


def test_an_editable_serial_takes_a_number_from_outside() -> None:
    own = field_type(Field("serfld", "no", "serial", {}))
    outside = field_type(Field("serfld", "no", "serial", {}, config={"editable": True}))
    assert own.is_computed
    assert own.json_schema()["readOnly"] is True
    assert not outside.is_computed
    assert outside.parse(" A-7 ") == "A-7"


def test_computed_results_behave_like_their_type() -> None:
    one = Field("formfd", "f", "formula", {}, config={"expression": "1", "format": "percent"})
    kind_of = field_type(one)
    assert kind_of.to_text(Decimal("0.1"), Wording()) == "10%"
    assert kind_of.json_schema()["readOnly"] is True
    from expressions.evaluation import ErrorValue

    assert kind_of.to_json(ErrorValue("#DIV/0!")) is None
    assert kind_of.to_text(ErrorValue("#DIV/0!"), Wording()) == "#DIV/0!"
