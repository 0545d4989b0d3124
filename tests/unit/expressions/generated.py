"""Random, typed expressions over the order form, as people would write them, and random records.

In: hypothesis. Out: `sources(kind)`, `rows()`. Every operator and function of the registry occurs; a
test counts that. Blanks, 4-byte characters, leap days, halves and divisions by zero are likely.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

Text = st.SearchStrategy[str]

_NUMBERS = ["0", "1", "2", "0.5", "10%", "100", "3.14159", "-1", "-2.5", "1000000", "0.000001", "999999999999"]
_TEXTS = ['"abc"', '"𠮷野家"', '"a-b-c"', '" x  y "', '""', '"12"', '"1,234.5"', '"12%"', '"有限公司"', '"是 ""好""的"']
_DATES = ["#2024-02-29#", "#2023-12-31#", "#2024-01-31#", "#1999-01-01#"]
_UNITS = ['"day"', '"月"', '"year"', '"week"', '"quarter"']
_FIELDS = {
    "number": ["qty", "price", "amount", "{折扣}", "运费", "cost", "rate"],
    "text": ["note", "订单号"],
    "date": ["date", "到期日"],
    "datetime": ["at", "创建时间"],
    "bool": ["paid", "已付款"],
}
_LINE_FIELDS = {"number": ["lines.qty", "明细.单价", "lines.product.cost_price"], "text": ["lines.note"], "date": ["lines.on"]}
_STATUS = ['"已完成"', '"open"', '"Cancelled"']


def sources(kind: str, depth: int = 3, *, is_line: bool = False) -> Text:
    """Expressions of this kind, at most `depth` deep."""
    leaves = st.sampled_from(_leaves(kind, is_line=is_line))
    if depth <= 0:
        return leaves
    return st.one_of(leaves, st.deferred(lambda: st.one_of(_inner(kind, depth - 1, is_line))))


def _leaves(kind: str, *, is_line: bool) -> list[str]:
    constants = {"number": _NUMBERS, "text": _TEXTS, "date": [*_DATES, "TODAY()"], "datetime": ["NOW()"], "bool": ["TRUE", "FALSE", "BLANK"]}
    fields = _FIELDS[kind] + (_LINE_FIELDS.get(kind, []) * 2 if is_line else [])
    return constants[kind] + fields * 2


def _inner(kind: str, depth: int, is_line: bool) -> list[Text]:
    def sub(other: str) -> Text:
        return sources(other, depth, is_line=is_line)

    number, text, day, moment, condition = (sub(one) for one in ("number", "text", "date", "datetime", "bool"))
    one = sub(kind)
    shared = [
        _call("IF", condition, one, one), _call("IF", condition, one), _call("IFS", condition, one, condition, one, one),
        _call("如果", condition, one, one), _call("COALESCE", one, one), _call("IFERROR", one, one),
        _call("SWITCH", number, st.just("1"), one, st.just("2"), one, one), _call("SWITCH", st.just("status"), st.sampled_from(_STATUS), one),
        _call("SWITCH", text, text, one, st.just("BLANK"), one, one),
    ]  # fmt: skip
    return shared + _OWN[kind](number, text, day, moment, condition, depth, is_line)


def _numbers(number: Text, text: Text, day: Text, moment: Text, condition: Text, depth: int, is_line: bool) -> list[Text]:
    places = st.sampled_from(["0", "1", "2", "-1", "qty"])
    found = [
        *[_infix(number, sign, number) for sign in "+-*/%"], _infix(number, "^", st.sampled_from(["2", "0", "0.5", "-1"])),
        st.builds("-({})".format, number), st.builds("({} + {}) * {}".format, number, number, number), _infix(day, "-", day),
        _infix(moment, "-", moment), _call("ABS", number), _call("SIGN", number), _call("INT", number), _call("TRUNC", number, places),
        _call("ROUND", number, places), _call("ROUND", number), _call("ROUNDUP", number, places), _call("ROUNDDOWN", number, places),
        _call("MOD", number, number), _call("LEN", text), _call("FIND", text, text), _call("VALUE", text), _call("YEAR", day),
        _call("MONTH", moment), _call("DAY", day), _call("QUARTER", day), _call("WEEKDAY", day), _call("WEEKDAY", moment, st.sampled_from(["1", "2", "3"])),
        _call("DAYS", day, moment), _call("DATEDIF", day, day, st.sampled_from(_UNITS)), _call("DATEDIF", moment, moment, st.sampled_from(['"hour"', '"minute"', '"day"'])),
        _call("SUM", number, number), _call("AVERAGE", number, number, number), _call("MIN", number, number), _call("MAX", number, number),
        _call("COUNT", number, text), _call("COUNTA", text, text), _call("BUCKET_ASC", number, st.just("[1, 2, 3.5]")),
        _call("BUCKET_DESC", number, st.just("参数.r_cuts")), _call("FILLED_RATIO", number, text, day, st.just("lines")),
    ]  # fmt: skip
    return found + ([] if is_line else _aggregates(depth))


def _aggregates(depth: int) -> list[Text]:
    line = sources("number", min(depth, 2), is_line=True).filter(lambda text: "lines" in text or "明细" in text)
    share = st.builds("SUM({} / SUM(lines.qty))".format, line)
    names = ("SUM", "AVERAGE", "MIN", "MAX", "COUNT", "COUNTDISTINCT")
    return [*[_call(name, line) for name in names], share, st.just("COUNT(lines)"), st.just("COUNT(DISTINCT lines.type)")]


def _texts(number: Text, text: Text, day: Text, moment: Text, condition: Text, depth: int, is_line: bool) -> list[Text]:
    count = st.sampled_from(["0", "1", "2", "5", "-1", "qty"])
    return [
        _infix(text, "&", number), _infix(text, "&", text), _infix(day, "&", condition), _infix(text, "&", st.just("状态")),
        _call("CONCATENATE", text, number, moment), _call("LEFT", text, count), _call("RIGHT", text, count), _call("MID", text, count, count),
        _call("UPPER", text), _call("LOWER", text), _call("TRIM", text), _call("SUBSTITUTE", text, text, text), _call("NORM", text),
        _call("SUBSTITUTE", text, text, text, st.sampled_from(["1", "2", "0"])), _call("TEXT", number, st.sampled_from(['"0.00"', '"#,##0"', '"0%"'])),
        _call("TEXT", day, st.just('"yyyy年m月d日"')), _call("TEXT", moment, st.just('"yyyy-mm-dd hh:mm"')), _call("TEXT", number),
    ]  # fmt: skip


def _days(number: Text, text: Text, day: Text, moment: Text, condition: Text, depth: int, is_line: bool) -> list[Text]:
    count = st.sampled_from(["1", "-1", "2.7", "-2.7", "qty", "400"])
    return [
        _infix(day, "+", count), _infix(day, "-", count), _call("DATE", st.just("2024"), count, count), _call("DATEVALUE", text), _call("DATEVALUE", moment),
        _call("DATEADD", day, count, st.sampled_from(_UNITS)), _call("EDATE", day, count), _call("EOMONTH", day, count), _call("STARTOF", day, st.sampled_from(_UNITS)),
        _call("ENDOF", moment, st.sampled_from(_UNITS)), _call("MIN", day, day), _call("MAX", day, moment),
    ]  # fmt: skip


def _moments(number: Text, text: Text, day: Text, moment: Text, condition: Text, depth: int, is_line: bool) -> list[Text]:
    count = st.sampled_from(["1", "-1", "0.5", "qty", "30"])
    units = st.sampled_from([*_UNITS, '"hour"', '"分钟"'])
    return [_infix(moment, "+", count), _infix(moment, "-", count), _call("DATEADD", moment, count, units), _call("MAX", moment, moment)]


def _conditions(number: Text, text: Text, day: Text, moment: Text, condition: Text, depth: int, is_line: bool) -> list[Text]:
    signs = st.sampled_from(["=", "!=", "<", "<=", ">", ">=", "＝", "≥", "<>"])
    pairs = [st.builds("({}) {} ({})".format, one, signs, one) for one in (number, text, day, moment)]
    pairs.append(st.builds("({}) {} ({})".format, day, signs, moment))
    return [
        *pairs, _infix(condition, "AND", condition), _infix(condition, "或", condition), _infix(condition, "&&", condition), st.builds("NOT({})".format, condition),
        _call("AND", condition, condition, condition), _call("OR", condition, condition), _call("XOR", condition, condition), _call("ISEMPTY", number),
        _call("ISNOTEMPTY", text), _call("ISERROR", number), _call("ISEMPTY", st.sampled_from(["lines", "status", "customer", "owner"])),
        _call("BETWEEN", number, number, number), _call("BETWEEN", day, day, moment), _call("INLIST", number, st.just("[1, 2, 100]")), st.builds("({}) in [1, qty]".format, number),
        st.builds("status = {}".format, st.sampled_from(_STATUS)), st.just('status in ["done", "已取消"]'), st.just('"自拓" in lines.type'), st.just("status = note"),
        _call("CONTAINS", text, text), _call("STARTSWITH", text, text), _call("ENDSWITH", text, text), st.just("owner = CURRENTUSER()"), st.just("customer.level = \"A\""),
        st.just('CONTAINS(customer.tags, "VIP")'), st.just("customer.source.channel != BLANK"), _infix(condition, "=", condition), st.just("status & note = \"\""),
    ]  # fmt: skip


_OWN: dict[str, Any] = {"number": _numbers, "text": _texts, "date": _days, "datetime": _moments, "bool": _conditions}


def _call(name: str, *arguments: Text) -> Text:
    return st.tuples(*arguments).map(lambda parts: f"{name}({', '.join(parts)})")


def _infix(left: Text, sign: str, right: Text) -> Text:
    return st.builds(f"({{}}) {sign} ({{}})".format, left, right)


def any_source() -> Text:
    return st.sampled_from(["number", "text", "date", "datetime", "bool"]).flatmap(lambda kind: sources(kind))


# --- records ----------------------------------------------------------------------------------------

_number = st.one_of(
    st.none(), st.sampled_from([0, 1, 2, -3, Decimal("0.5"), Decimal("2.5"), Decimal("-0.0001"), Decimal("12345.67"), 400]),
    st.decimals(-10_000, 10_000, places=4),
)  # fmt: skip
_text = st.one_of(st.none(), st.sampled_from(["abc", "𠮷野家", "", "12", "a-b", " 有限公司 ", "2024-02-29", "open"]))
_date = st.one_of(st.none(), st.sampled_from([date(2024, 2, 29), date(2023, 12, 31), date(1, 1, 1), date(9999, 12, 31)]))
_moment = st.one_of(
    st.none(), st.sampled_from([datetime(2024, 2, 28, 16, 0, tzinfo=UTC), datetime(2024, 2, 28, 15, 59, 59, tzinfo=UTC)]),
    st.integers(0, 10**9).map(lambda seconds: datetime(2000, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)),
)  # fmt: skip
_bool = st.sampled_from([None, True, False])
_status = st.sampled_from([None, "oopen", "odone", "olost"])
_channel = st.sampled_from([None, "opartner", "oown"])
_link = st.sampled_from([None, 1, 2, 99])


def rows() -> st.SearchStrategy[dict[str, Any]]:
    """Records of the order form."""
    line = st.fixed_dictionaries(
        {"fqty": _number, "fprice": _number, "fproduct": _link, "ftype": _channel, "fnote": _text, "fon": _date}
    )
    numbers = {name: _number for name in ("fqty", "fprice", "famount", "fdisc", "fship", "fcost", "frate")}
    others = {"fnote": _text, "fno": _text, "fdate": _date, "fdue": _date, "fat": _moment, "created_at": _moment, "fpaid": _bool}
    linked = {"fstatus": _status, "fcustomer": _link, "owner": st.sampled_from([None, 7, 8])}
    lines = {"flines": st.one_of(st.none(), st.lists(line, max_size=4).map(tuple))}
    return st.fixed_dictionaries({**numbers, **others, **linked, **lines})
