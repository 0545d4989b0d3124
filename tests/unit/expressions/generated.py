"""Random, typed expressions over the order form, as people would write them, and random records.

In: a seed. Out: `source(seed)`, `row(seed)`. Every operator and function of the registry occurs; a test
counts that. Blanks, 4-byte characters, leap days, halves and divisions by zero are likely. Plain `random`
rather than strategies: a deep grammar of strategies costs a hundred times as much.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

_NUMBERS = [
    "0",
    "1",
    "2",
    "0.5",
    "10%",
    "100",
    "3.14159",
    "-1",
    "-2.5",
    "1000000",
    "0.000001",
    "999999999999",
]
_TEXTS = [
    '"abc"',
    '"𠮷野家"',
    '"a-b-c"',
    '" x  y "',
    '""',
    '"12"',
    '"1,234.5"',
    '"12%"',
    '"有限公司"',
    '"是 ""好""的"',
]
_DATES = ["#2024-02-29#", "#2023-12-31#", "#2024-01-31#", "#1999-01-01#"]
_UNITS = ['"day"', '"月"', '"year"', '"week"', '"quarter"']
_FIELDS = {
    "number": ["qty", "price", "amount", "{折扣}", "运费", "cost", "rate"],
    "text": ["note", "订单号"],
    "date": ["date", "到期日"],
    "datetime": ["at", "创建时间"],
    "bool": ["paid", "已付款"],
}
_LINE_FIELDS = {
    "number": ["lines.qty", "明细.单价", "lines.product.cost_price"],
    "text": ["lines.note"],
    "date": ["lines.on"],
}
_STATUS = ['"已完成"', '"open"', '"Cancelled"']
_CONSTANTS = {
    "number": _NUMBERS,
    "text": _TEXTS,
    "date": [*_DATES, "TODAY()"],
    "datetime": ["NOW()"],
    "bool": ["TRUE", "FALSE", "BLANK"],
}
# kind → ways to write it; a small word stands for an expression of that kind:
# n number, t text, d date, m moment, b condition, x the kind itself; a capital for a fixed list below
_SHARED = [
    "IF(b, x, x)", "IF(b, x)", "IFS(b, x, b, x, x)", "如果(b, x, x)", "COALESCE(x, x)", "IFERROR(x, x)",
    "SWITCH(n, 1, x, 2, x, x)", "SWITCH(status, S, x)", "SWITCH(t, t, x, BLANK, x, x)",
]  # fmt: skip
_WAYS = {
    "number": [
        "(n) + (n)", "(n) - (n)", "(n) * (n)", "(n) / (n)", "(n) % (n)", "(n) ^ E", "-(n)", "(n + n) * n",
        "n - (n - n)",
        "(d) - (d)", "(m) - (m)", "ABS(n)", "SIGN(n)", "INT(n)", "TRUNC(n, P)", "ROUND(n, P)", "ROUND(n)",
        "ROUNDUP(n, P)",
        "ROUNDDOWN(n, P)", "MOD(n, n)", "LEN(t)", "FIND(t, t)", "VALUE(t)", "YEAR(d)", "MONTH(m)", "DAY(d)",
        "QUARTER(d)",
        "WEEKDAY(d)", "WEEKDAY(m, W)", "DAYS(d, m)", "DATEDIF(d, d, U)", "DATEDIF(m, m, V)", "SUM(n, n)",
        "AVERAGE(n, n, n)",
        "MIN(n, n)", "MAX(n, n)", "COUNT(n, t)", "COUNTA(t, t)", "BUCKET_ASC(n, [1, 2, 3.5])",
        "BUCKET_DESC(n, 参数.r_cuts)",
        "FILLED_RATIO(n, t, d, lines)", "SUM(n)", "MAX(n)",
    ],
    "text": [
        "(t) & (n)", "(t) & (t) & (d)", "(d) & (b)", "(t) & 状态", "CONCATENATE(t, n, m)", "LEFT(t, C)",
        "RIGHT(t, C)",
        "MID(t, C, C)", "UPPER(t)", "LOWER(t)", "TRIM(t)", "SUBSTITUTE(t, t, t)", "NORM(t)",
        "SUBSTITUTE(t, t, t, K)",
        'TEXT(n, "0.00")', 'TEXT(n, "#,##0")', 'TEXT(n, "0%")', 'TEXT(d, "yyyy年m月d日")',
        'TEXT(m, "yyyy-mm-dd hh:mm")',
        "TEXT(n)",
    ],
    "date": [
        "(d) + D", "(d) - D", "(d) + (n)", "DATE(2024, D, D)", "DATEVALUE(t)", "DATEVALUE(m)",
        "DATEADD(d, D, U)", "EDATE(d, D)",
        "EOMONTH(d, D)", "STARTOF(d, U)", "ENDOF(m, U)", "MIN(d, d)", "MAX(d, m)",
    ],
    "datetime": ["(m) + D", "(m) - D", "(m) + (n)", "DATEADD(m, D, V)", "MAX(m, m)"],
    "bool": [
        "(n) R (n)", "(t) R (t)", "(d) R (d)", "(m) R (m)", "(d) R (m)", "(b) AND (b)", "(b) 或 (b)",
        "(b) && (b) && (b)",
        "NOT(b)", "AND(b, b, b)", "OR(b, b)", "XOR(b, b)", "ISEMPTY(n)", "ISNOTEMPTY(t)", "ISERROR(n)",
        "ISEMPTY(lines)",
        "ISEMPTY(status)", "ISNOTEMPTY(customer)", "BETWEEN(n, n, n)", "BETWEEN(d, d, m)",
        "INLIST(n, [1, 2, 100])",
        "(n) in [1, qty]", "status = S", 'status in ["done", "已取消"]', '"自拓" in lines.type',
        "status = note",
        "CONTAINS(t, t)", "STARTSWITH(t, t)", "ENDSWITH(t, t)", "owner = CURRENTUSER()",
        'customer.level = "A"',
        'CONTAINS(customer.tags, "VIP")', "customer.source.channel != BLANK", "(b) = (b)",
        'status & note = ""',
        "t = status & t", "COALESCE(b, b)",
    ],
}  # fmt: skip
_AGGREGATES = [
    "SUM(l)", "AVERAGE(l)", "MIN(l)", "MAX(l)", "COUNT(l)", "COUNTDISTINCT(l)", "SUM((l) / SUM(lines.qty))",
    "COUNT(lines)",
    "COUNT(DISTINCT lines.type)", "SUM(MAX(l, n))", "SUM(lines.qty * (l)) / COUNT(lines.qty)",
    "SUM(IF(lines.qty > 0, l, n))",
]  # fmt: skip
_FIXED = {
    "S": _STATUS, "E": ["2", "0", "0.5", "-1"], "P": ["0", "1", "2", "-1", "qty"], "W": ["1", "2", "3"],
    "U": _UNITS,
    "V": ['"hour"', '"minute"', '"day"', '"月"'], "C": ["0", "1", "2", "5", "-1", "qty"], "K": ["1", "2",
    "0"],
    "D": ["1", "-1", "2.7", "-2.7", "qty", "400"], "R": ["=", "!=", "<", "<=", ">", ">=", "＝", "≥", "<>"],
}  # fmt: skip
_KINDS = {"n": "number", "t": "text", "d": "date", "m": "datetime", "b": "bool"}


class _Writer:
    def __init__(self, random: Random) -> None:
        self.random = random

    def write(self, kind: str, depth: int, *, is_line: bool = False) -> str:
        """An expression of this kind, at most `depth` deep."""
        if depth <= 0 or self.random.random() < 0.15:
            return self.random.choice(self._leaves(kind, is_line=is_line))
        ways = [*_WAYS[kind], *self.random.sample(_SHARED, 4)]
        if kind == "number" and not is_line:
            ways += _AGGREGATES
        way = self.random.choice(ways)
        text = self._filled(way, kind, depth - 1, is_line=is_line)
        return text if way[:2].isalpha() and way.endswith(")") and "(" in way.split(" ")[0] else f"({text})"

    def _leaves(self, kind: str, *, is_line: bool) -> list[str]:
        return _CONSTANTS[kind] + _FIELDS[kind] * 2 + (_LINE_FIELDS.get(kind, []) * 4 if is_line else [])

    def _filled(self, way: str, kind: str, depth: int, *, is_line: bool) -> str:
        text, position = [], 0
        while position < len(way):
            sign = way[position]
            before, after = way[position - 1 : position], way[position + 1 : position + 2]
            is_hole = not (before.isalnum() or after.isalnum() or before == '"' or before == "_")
            text.append(self._hole(sign, kind, depth, is_line=is_line) if is_hole else sign)
            position += 1
        return "".join(text)

    def _hole(self, sign: str, kind: str, depth: int, *, is_line: bool) -> str:
        if sign in _FIXED:
            return self.random.choice(_FIXED[sign])
        if sign == "l":
            return "(" + self.write("number", min(depth, 2), is_line=True) + ") + lines.qty * 0"
        if sign in _KINDS or sign == "x":
            return self.write(_KINDS.get(sign, kind), depth, is_line=is_line)
        return sign


def source(seed: int, kind: str | None = None, depth: int = 3) -> str:
    """A random expression; `kind` number, text, date, datetime or bool."""
    random = Random(seed)
    return _Writer(random).write(kind or random.choice(list(_WAYS)), depth)


# --- records ----------------------------------------------------------------------------------------

Maker = Callable[[Random], Any]


def _one_of(*values: Any) -> Maker:
    return lambda random: random.choice(values)


def _number(random: Random) -> Any:
    known = (None, 0, 1, 2, -3, Decimal("0.5"), Decimal("2.5"), Decimal("-0.0001"), Decimal("12345.67"), 400)
    return (
        random.choice(known) if random.random() < 0.7 else Decimal(random.randint(-(10**8), 10**8)).scaleb(-4)
    )


def _moment(random: Random) -> Any:
    known = (None, datetime(2024, 2, 28, 16, 0, tzinfo=UTC), datetime(2024, 2, 28, 15, 59, 59, tzinfo=UTC))
    return (
        random.choice(known)
        if random.random() < 0.5
        else datetime(2000, 1, 1, tzinfo=UTC) + timedelta(seconds=random.randint(0, 10**9))
    )


_text = _one_of(None, "abc", "𠮷野家", "", "12", "a-b", " 有限公司 ", "2024-02-29", "open", "进行中")
_date = _one_of(
    None, date(2024, 2, 29), date(2023, 12, 31), date(1, 1, 1), date(9999, 12, 31), date(2024, 3, 31)
)
_link = _one_of(None, 1, 2, 99)
_LINE: dict[str, Maker] = {
    "fqty": _number, "fprice": _number, "fproduct": _link, "ftype": _one_of(None, "opartner", "oown"),
    "fnote": _text, "fon": _date
}  # fmt: skip
_ROW: dict[str, Maker] = {
    **dict.fromkeys(("fqty", "fprice", "famount", "fdisc", "fship", "fcost", "frate"), _number),
    "fnote": _text, "fno": _text, "fdate": _date, "fdue": _date, "fat": _moment, "created_at": _moment,
    "fpaid": _one_of(None, True, False), "fstatus": _one_of(None, "oopen", "odone", "olost"),
    "fcustomer": _link,
    "owner": _one_of(None, 7, 8),
}  # fmt: skip


def row(seed: int) -> dict[str, Any]:
    """A record of the order form, with up to four lines."""
    random = Random(seed)
    found = {name: make(random) for name, make in _ROW.items()}
    lines = tuple({name: make(random) for name, make in _LINE.items()} for _ in range(random.randint(0, 4)))
    found["flines"] = random.choice([lines, lines, lines, None, ()])
    return found
