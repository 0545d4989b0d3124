"""The trees of the language: `Syntax` (as written) and `Node` (checked and typed).

In: nothing. Out: frozen dataclasses. The parser makes syntax, the checker makes nodes; the Python
compiler, the SQL translation, the printer, `references` and the reference interpreter of the tests
read nodes. A span is (start, end) in characters of the *original* source text.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from expressions.kinds import Kind

Span = tuple[int, int]


# --- syntax: what was written ---------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Literal_:  # noqa: N801 - not to be taken for typing.Literal
    """A literal: `value` is `Decimal`, `str`, `bool`, `date` or `None`."""

    value: object
    span: Span


@dataclass(frozen=True, slots=True)
class Name:
    """A dotted path as written: `("客户", "name")`; a stored id reference has parts like `#ab12cd34`."""

    parts: tuple[str, ...]
    part_spans: tuple[Span, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class OptionName:
    """A stored option literal `{@optionid}`."""

    option: str
    span: Span


@dataclass(frozen=True, slots=True)
class Apply:
    """A function call or an operator: `function` as written (`SUM`, `求和`, `+`, `=`, `neg`)."""

    function: str
    arguments: tuple[Syntax, ...]
    span: Span
    function_span: Span


@dataclass(frozen=True, slots=True)
class Listing:
    """`[a, b, c]`"""

    items: tuple[Syntax, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Distinct:
    """`DISTINCT x` inside COUNT(…)."""

    body: Syntax
    span: Span


@dataclass(frozen=True, slots=True)
class Missing:
    """Where an operand should be and is not: what the parser puts there to read on."""

    span: Span


Syntax = Literal_ | Name | OptionName | Apply | Listing | Distinct | Missing


# --- nodes: checked, typed, names replaced by ids ---------------------------------------------


@dataclass(frozen=True, slots=True)
class Const:
    """A constant; `value` is a run-time value of `kind` (see kinds.py)."""

    value: object
    kind: Kind
    span: Span


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the row at hand: the record, or the line inside `Lines` and in subform formulas."""

    form: str
    field: str
    kind: Kind
    span: Span


@dataclass(frozen=True, slots=True)
class Parent:
    """`body` evaluated on the record that contains the line (`PARENT.x` in a subform), or on the
    record that owns the roll-up (`PARENT.x` in a roll-up's measure or condition)."""

    body: Node
    kind: Kind
    span: Span


@dataclass(frozen=True, slots=True)
class Follow:
    """`body` evaluated on the record that the to-one `link` points to; blank when there is none."""

    link: Field | Follow
    form: str  # the form that the link points to
    body: Node
    kind: Kind
    span: Span

    @property
    def field(self) -> str:
        """The field that is read: links are followed field by field."""
        if not isinstance(self.body, Field):
            raise TypeError("the body of a Follow is a Field")
        return self.body.field

    @property
    def path(self) -> tuple[str, ...]:
        """The link fields on the way."""
        before = self.link.path if isinstance(self.link, Follow) else ()
        return (*before, self.link.field)


@dataclass(frozen=True, slots=True)
class Setting:
    """A value of a single-record form, the same for every row: bound as a constant before running.
    `field` of a subform column gives a list: then `column` is the column's id."""

    form: str
    field: str
    column: str | None
    kind: Kind
    span: Span


@dataclass(frozen=True, slots=True)
class Lines:
    """The list of `body` over the live lines of `subform` in their order (kind list of body's)."""

    subform: str
    body: Node
    kind: Kind
    span: Span


@dataclass(frozen=True, slots=True)
class Items:
    """A list written out: `[a, b]`, or several arguments of an aggregate."""

    items: tuple[Node, ...]
    kind: Kind
    span: Span


@dataclass(frozen=True, slots=True)
class Call:
    """An operator or a function by its canonical name (`add`, `eq`, `IF`, `ROUND`, …)."""

    function: str
    arguments: tuple[Node, ...]
    kind: Kind
    span: Span


@dataclass(frozen=True, slots=True)
class Aggregate:
    """SUM, AVERAGE, MIN, MAX, COUNT, COUNTA, COUNTDISTINCT … of one list-valued argument.

    `over` says of what: "list" an `argument` of kind list (Lines, Items, Setting …); "rows" the
    rows of a query (a measure of a roll-up or of an aggregate query; then `argument` is evaluated
    per row and is None for COUNT())."""

    function: str
    argument: Node | None
    over: Literal["list", "rows"]
    is_distinct: bool
    kind: Kind
    span: Span


Node = Const | Field | Parent | Follow | Setting | Lines | Items | Call | Aggregate
