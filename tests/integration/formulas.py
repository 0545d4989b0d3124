"""Random, well-typed expressions over the laboratory's forms, as text.

In: a way to choose (hypothesis or `random`). Out: `Maker`, whose `call(name)` writes an expression with
that operator or function outermost. It goes by the registry, so a new function is tried as soon as it is
registered.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from expressions import check
from expressions.functions import REGISTRY, Function
from expressions.world import World


class Chooser(Protocol):
    def __call__(self, values: Sequence[Any]) -> Any: ...


SYMBOLS = {
    "add": "+",
    "sub": "-",
    "mul": "*",
    "div": "/",
    "mod": "%",
    "pow": "^",
    "concat": "&",
    "eq": "=",
    "ne": "!=",
    "lt": "<",
    "le": "<=",
    "gt": ">",
    "ge": ">=",
    "and": "AND",
    "or": "OR",
    "in": "in",
}
KINDS = ("number", "text", "bool", "date", "datetime")
COMPARED = ("number", "text", "date", "datetime")
FIELDS: dict[str, tuple[str, ...]] = {
    "number": (
        "qty",
        "price",
        "ratio",
        "score",
        "age",
        "rate",
        "customer.rank",
        "customer.credit",
        "param.factor",
        "customer.boss.rank",
        "customer.recent",
        "param.limit",
        "param.missing",
    ),
    "text": ("title", "note", "customer.name", "state", "param.word", "customer.boss.name"),
    "bool": ("done", "customer.vip"),
    "date": ("day", "due", "customer.since", "param.start"),
    "datetime": ("moment", "later", "created_at", "customer.seen"),
    "choice": ("state", "former", "customer.region"),
    "user": ("who", "owner", "created_by"),
    "record": ("customer", "customer.boss"),
}
LITERALS: dict[str, tuple[str, ...]] = {
    "number": (
        "0",
        "1",
        "2",
        "3",
        "0.5",
        "2.5",
        "-1",
        "10",
        "100",
        "7.125",
        "-0.005",
        "1000000",
        "123456789012.345",
        "0.1",
    ),
    "text": ('"a"', '"b"', '"织"', '"𠮷"', '" "', '"12"', '"2024-02-29"', '"X"', '""', '"A B"', '"％"'),
    "bool": ("TRUE", "FALSE"),
    "date": ("#2024-02-29#", "#2024-03-01#", "#2023-12-31#", "TODAY()", "#0001-01-01#", "#9999-12-31#"),
    "datetime": ("NOW()",),
    "choice": ('"won"', '"进行中"', '"输单"'),
    "user": ("CURRENTUSER()",),
    "record": ("BLANK",),
}
LINE_FIELDS: dict[str, tuple[str, ...]] = {
    "number": ("lines.amount", "lines.cost", "lines.pieces", "lines.buyer.rank"),
    "text": ("lines.product", "lines.buyer.name", "lines.state2"),
    "bool": ("lines.okay",),
    "date": ("lines.shipped", "lines.buyer.since"),
    "choice": ("lines.state2",),
}
SMALL = ("0", "1", "2", "3", "-1", "2.7", "qty", "10", "param.limit")
FORMATS: dict[str, tuple[str, ...]] = {
    "number": ('"0.00"', '"#,##0"', '"0%"', '"#.##"', '"¥#,##0.0"', '"000"', '"0.0#%"'),
    "date": ('"yyyy-mm-dd"', '"yy年m月d日"', '"d/m/yyyy hh:mm"'),
    "datetime": ('"yyyy-mm-dd hh:mm:ss"', '"m月d日 h:mm"', '"yyyy"'),
    "text": ('"0"',),
    "bool": ('"0"',),
}
UNITS = ('"year"', '"quarter"', '"month"', '"week"', '"day"')
CLOCK_UNITS = (*UNITS, '"hour"', '"minute"')
AGGREGATES = ("SUM", "AVERAGE", "MIN", "MAX", "COUNT", "COUNTA", "COUNTDISTINCT")
# What a function gives, where it is not always the same: see `Maker.call`.
POLYMORPHIC = ("IF", "IFS", "SWITCH", "COALESCE", "IFERROR", "MIN", "MAX", "DATEADD", "add", "sub")
INTERNAL = {"LABEL", "TODATE", "ASTEXT"}  # put in by the checker: they come by themselves


class Maker:
    """Writes expressions; `choose` picks one of several."""

    def __init__(self, choose: Chooser, world: World) -> None:
        self.choose = choose
        self.by_result = results_of(world)
        self.rules: dict[str, Callable[[Function, int, str], str]] = {
            "IF": self._if,
            "IFS": self._ifs,
            "SWITCH": self._switch,
            "BETWEEN": self._between,
            "TEXT": self._text,
            "DATEADD": self._date_add,
            "DATEDIF": self._date_difference,
            "in": self._member,
            "INLIST": self._member,
            "FILLED_RATIO": self._filled,
            "ISEMPTY": self._anything,
            "ISNOTEMPTY": self._anything,
            "ISERROR": self._anything,
            "CONTAINS": self._contains,
            "POWER": self._power,
            "pow": self._power,
            "DATEVALUE": self._date_value,
            "REPT": self._small_count,
        }

    # --- values -------------------------------------------------------------------------------------

    def value(self, kind: str, depth: int) -> str:
        """Something of that kind."""
        if depth <= 0 or kind in ("choice", "user", "record") or self.choose((False, False, True)):
            return str(self.choose((*FIELDS[kind], *FIELDS[kind], *LITERALS[kind])))
        name = self.choose(self.by_result[kind])
        return self.call(name, depth - 1, kind)

    def call(self, name: str, depth: int, kind: str | None = None) -> str:
        """That operator or function, with arguments."""
        function = REGISTRY[name]
        wanted = kind or str(self.choose(COMPARED if name in ("MIN", "MAX") else KINDS))
        if name in AGGREGATES:
            return self._aggregate(name, depth, wanted)
        rule = self.rules.get(name)
        if rule is not None:
            return rule(function, depth, wanted)
        if name in SYMBOLS:
            return self._operator(name, depth, wanted)
        if name in ("not", "neg"):
            return (
                f"NOT ({self.value('bool', depth)})" if name == "not" else f"-({self.value('number', depth)})"
            )
        return self._plain(function, depth, wanted)

    def _plain(self, function: Function, depth: int, kind: str) -> str:
        most = len(function.parameters) + (1 if function.most is None else 0)
        count = self.choose(range(function.least, max(most, function.least) + 1))
        accepted = [function.parameter(position).accepts for position in range(count)]
        arguments = [self._argument(accepts, depth, kind) for accepts in accepted]
        return f"{function.name}({', '.join(arguments)})"

    def _argument(self, accepts: str, depth: int, kind: str) -> str:
        if accepts == "same":
            return self.value(kind, depth)
        if accepts in ("number", "text", "bool", "date"):
            wanted = "datetime" if accepts == "date" and self.choose((False, False, True)) else accepts
            if accepts == "number" and self.choose((True, False)):
                return str(self.choose(SMALL))
            return self.value(wanted, depth)
        if accepts == "moment":
            return self.value(str(self.choose(("date", "datetime"))), depth)
        if accepts == "unit":
            return str(self.choose(UNITS))
        if accepts in ("numbers", "list"):
            return self.listing("number", depth)
        return self.value(str(self.choose(KINDS)), depth)

    # --- operators ----------------------------------------------------------------------------------

    def _operator(self, name: str, depth: int, kind: str) -> str:
        symbol = SYMBOLS[name]
        if name in ("add", "sub") and kind in ("date", "datetime"):
            return f"({self.value(kind, depth)} {symbol} {self.value('number', 0)})"
        if name == "sub" and self.choose((False, False, True)):
            left = str(self.choose(("date", "datetime")))
            return f"({self.value(left, depth)} - {self.value(left, depth)})"
        if name in ("eq", "ne"):
            compared = str(self.choose((*KINDS, "choice", "user", "record")))
            right = "BLANK" if self.choose((False,) * 7 + (True,)) else self.value(compared, depth)
            left = str(self.choose(FIELDS[compared])) if compared == "choice" else self.value(compared, depth)
            return f"({left} {symbol} {right})"
        if name in ("lt", "le", "gt", "ge"):
            compared = str(self.choose(COMPARED))
            return f"({self.value(compared, depth)} {symbol} {self.value(compared, depth)})"
        if name in ("and", "or"):
            return f"({self.value('bool', depth)} {symbol} {self.value('bool', depth)})"
        if name == "concat":
            kinds = [str(self.choose(KINDS)) for _ in range(2)]
            return f"({self.value(kinds[0], depth)} & {self.value(kinds[1], depth)})"
        return f"({self.value('number', depth)} {symbol} {self.value('number', depth)})"

    def _power(self, _function: Function, depth: int, _kind: str) -> str:
        return f"({self.value('number', depth)} ^ {self.choose(('2', '3', '0', '-1', '0.5', 'qty', '1'))})"

    # --- functions with rules of their own -------------------------------------------------------------

    def _if(self, _function: Function, depth: int, kind: str) -> str:
        otherwise = f", {self.value(kind, depth)}" if self.choose((True, True, False)) else ""
        return f"IF({self.value('bool', depth)}, {self.value(kind, depth)}{otherwise})"

    def _ifs(self, _function: Function, depth: int, kind: str) -> str:
        parts = []
        for _ in range(self.choose((1, 2, 3))):
            parts += [self.value("bool", depth - 1), self.value(kind, depth - 1)]
        return f"IFS({', '.join(parts + ([self.value(kind, 0)] if self.choose((True, False)) else []))})"

    def _switch(self, _function: Function, depth: int, kind: str) -> str:
        over = str(self.choose((*COMPARED, "bool", "choice")))
        subject = str(self.choose(FIELDS[over])) if over == "choice" else self.value(over, depth)
        parts = [subject]
        for _ in range(self.choose((1, 2, 3))):
            literals = LITERALS[over] if over == "choice" else (*LITERALS[over], *FIELDS[over], "BLANK")
            parts += [str(self.choose(literals)), self.value(kind, depth - 1)]
        return f"SWITCH({', '.join(parts + ([self.value(kind, 0)] if self.choose((True, False)) else []))})"

    def _between(self, _function: Function, depth: int, _kind: str) -> str:
        kind = str(self.choose(COMPARED))
        return f"BETWEEN({self.value(kind, depth)}, {self.value(kind, 0)}, {self.value(kind, 0)})"

    def _text(self, _function: Function, depth: int, _kind: str) -> str:
        kind = str(self.choose(KINDS))
        if self.choose((True, False, False, False)):
            return f"TEXT({self.value(kind, depth)})"
        return f"TEXT({self.value(kind, depth)}, {self.choose(FORMATS[kind])})"

    def _date_add(self, _function: Function, depth: int, kind: str) -> str:
        kind = kind if kind in ("date", "datetime") else "date"
        units = UNITS if kind == "date" else CLOCK_UNITS
        return f"DATEADD({self.value(kind, depth)}, {self._argument('number', 0, '')}, {self.choose(units)})"

    def _date_difference(self, _function: Function, depth: int, _kind: str) -> str:
        kind = str(self.choose(("date", "datetime")))
        units = UNITS if kind == "date" else CLOCK_UNITS
        return f"DATEDIF({self.value(kind, depth)}, {self.value(kind, depth)}, {self.choose(units)})"

    def _date_value(self, _function: Function, depth: int, _kind: str) -> str:
        return f"DATEVALUE({self.value(str(self.choose(('text', 'date', 'datetime', 'text'))), depth)})"

    def _small_count(self, function: Function, depth: int, _kind: str) -> str:
        return f"{function.name}({self.value('text', depth)}, {self.choose(SMALL)})"

    def _member(self, function: Function, depth: int, _kind: str) -> str:
        kind = str(self.choose(("number", "text", "date", "choice", "choice", "number")))
        if kind == "choice":
            subject, whole = self.choose(
                (
                    ("state", '["won", "输单"]'),
                    ('"vip"', "tags"),
                    ("state", "lines.state2"),
                    ('"won"', "lines.state2"),
                )
            )
        else:
            subject, whole = self.value(kind, depth), self.listing(kind, depth)
        return f"({subject} in {whole})" if function.name == "in" else f"INLIST({subject}, {whole})"

    def _contains(self, _function: Function, depth: int, _kind: str) -> str:
        if self.choose((True, False, False)):
            option = self.choose(('"vip"', '"new"', '"老客"'))
            return f"CONTAINS(tags, {option})"
        return f"CONTAINS({self.value('text', depth)}, {self.value('text', 0)})"

    def _filled(self, _function: Function, depth: int, _kind: str) -> str:
        parts = [self._any(depth) for _ in range(self.choose((1, 2, 3, 4)))]
        return f"FILLED_RATIO({', '.join(parts)})"

    def _any(self, depth: int) -> str:
        kind = str(self.choose((*KINDS, "choice", "user", "record", "list")))
        if kind == "list":
            return str(self.choose(("tags", "lines")))
        return str(self.choose(FIELDS[kind])) if kind == "choice" else self.value(kind, depth)

    def _anything(self, function: Function, depth: int, _kind: str) -> str:
        if function.name == "ISERROR":
            return f"ISERROR({self.value(str(self.choose(KINDS)), depth)})"
        return f"{function.name}({self._any(depth)})"

    # --- lists --------------------------------------------------------------------------------------

    def listing(self, kind: str, depth: int) -> str:
        """A list of that kind: lines, settings, written out."""
        found = self.choose(("lines", "lines", "written", "settings" if kind == "number" else "written"))
        if found == "settings":
            return "param.cuts.cut"
        if found == "written":
            items = [self.value(kind, 0) for _ in range(self.choose((1, 2, 3, 4)))]
            return f"[{', '.join(items)}]"
        return self.of_lines(kind, depth)

    def of_lines(self, kind: str, depth: int) -> str:
        """Something of each line."""
        field = str(self.choose(LINE_FIELDS[kind]))
        if depth <= 0 or kind == "choice" or self.choose((True, False)):
            return field
        if kind == "number":
            other = self.value("number", 0)
            made = (
                f"{field} * lines.pieces",
                f"{field} + {other}",
                f"{field} / lines.pieces",
                f"IF(lines.okay, {field}, {other})",
                f"{field} * {other}",
                f"ROUND({field}, 1)",
            )
            return str(self.choose(made))
        if kind == "text":
            return str(
                self.choose(
                    (f"{field} & lines.pieces", f"IF(lines.okay, {field}, title)", f"LEFT({field}, 1)")
                )
            )
        if kind == "date":
            return str(self.choose((f"{field} + lines.pieces", f"EDATE({field}, 1)")))
        return f"NOT ({field})"

    def _aggregate(self, name: str, depth: int, kind: str) -> str:
        if name in ("SUM", "AVERAGE") or kind not in ("number", "text", "date"):
            kind = "number"
        if name.startswith("COUNT"):
            kind = str(self.choose(("number", "text", "date", "choice")))
            if kind == "choice" and name != "COUNTDISTINCT":
                return f"{name}({self.choose(('lines', 'tags', 'lines.state2'))})"
        if self.choose((True, True, False)):
            inner = self.of_lines(kind, depth)
            return f"COUNT(DISTINCT {inner})" if name == "COUNTDISTINCT" else f"{name}({inner})"
        if kind == "choice":
            return f"{name}([state, former])"
        items = [self.value(kind, depth - 1) for _ in range(self.choose((1, 2, 3)))]
        if self.choose((False, False, True)) and kind in LINE_FIELDS:
            items.append(str(self.choose(LINE_FIELDS[kind])))
        return f"{name}({', '.join(items)})"


def results_of(world: World) -> dict[str, tuple[str, ...]]:
    """Functions by the kind of what they give, told by their first example."""
    found: dict[str, list[str]] = {kind: [] for kind in KINDS}
    for name, function in REGISTRY.items():
        if name in POLYMORPHIC or name in INTERNAL or not function.examples or function.is_volatile:
            continue
        checked = check(function.examples[0].source, world, "item")
        if checked.kind is not None and checked.kind.name in found:
            found[checked.kind.name].append(name)
    for kind in KINDS:
        found[kind] += ["IF", "IFS", "SWITCH", "COALESCE", "IFERROR"]
    found["number"] += ["add", "sub", "mul", "div", "mod", "neg", "MIN", "MAX", "add", "mul", "sub", "div"]
    found["date"] += ["DATEADD", "add", "sub", "MIN", "MAX"]
    found["datetime"] += ["DATEADD", "add", "sub"]
    found["text"] += ["concat", "concat"]
    found["bool"] += ["eq", "ne", "lt", "le", "gt", "ge", "and", "or", "not", "in"]
    return {kind: tuple(names) for kind, names in found.items()}
