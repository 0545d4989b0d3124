"""A translated node: its value in SQL, what is known of it beforehand, and how it may fail.

In: SQL expressions from the operators. Out: `Part`, `Shape`, `Flag`. Used by this package only.

Laws. A value is NULL when it is blank or failed; text is never ''. `error` is None when failing is
impossible; else it builds, on demand, a condition that is never NULL. On SQLite a number is an
integer scaled by `shape.scale`, TEXT when it may not fit 64 bits and does not (`exact.py`); on
PostgreSQL it is NUMERIC. Nothing here may raise inside the database, whatever the rows hold.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import ColumnElement, and_, false, null, or_, true

from expressions.evaluation import MAX_TEXT
from expressions.kinds import Kind
from runtime.store.exact import PRECISION
from runtime.store.widths import LARGEST

Sql = ColumnElement[Any]
Build = Callable[[], ColumnElement[bool]]

Relation = Callable[[Any, Any], ColumnElement[bool]]
RELATIONS: dict[str, Relation] = {
    "lt": lambda a, b: a < b,
    "le": lambda a, b: a <= b,
    "gt": lambda a, b: a > b,
    "ge": lambda a, b: a >= b,
    "eq": lambda a, b: a == b,
    "ne": lambda a, b: a != b,
}
TURNED = {"lt": "gt", "le": "ge", "gt": "lt", "ge": "le"}  # the same with the sides changed
CHEAP = 6  # an expression of at most so many nodes may be written twice


@dataclass(frozen=True, slots=True)
class Shape:
    """Bounds of a number: |value|·10^scale is a whole number of at most `limit`."""

    scale: int
    limit: int

    @property
    def is_narrow(self) -> bool:
        return self.limit <= LARGEST

    @property
    def is_exact(self) -> bool:
        """Whether the decimal context holds every such number without rounding it."""
        return bool(self.limit < 10**PRECISION)

    def at(self, scale: int) -> Shape:
        """The same numbers, written with more places."""
        return Shape(scale, self.limit * 10 ** (scale - self.scale))

    @classmethod
    def digits(cls, digits: int, scale: int) -> Shape:
        return cls(scale, 10**digits - 1)


@dataclass(eq=False, slots=True)
class Flag:
    """The condition "this failed", built once and only when somebody asks; `size` as of a `Part`."""

    make: Build
    size: int = 4
    made: ColumnElement[bool] | None = field(default=None)

    def build(self) -> ColumnElement[bool]:
        if self.made is None:
            self.made = self.make()
        return self.made


class _NotConstant:
    def __repr__(self) -> str:
        return "NOT_CONSTANT"


NOT_CONSTANT = _NotConstant()


@dataclass(frozen=True, slots=True)
class Part:
    """One translated node."""

    value: Sql
    kind: Kind
    shape: Shape | None = None  # of a number
    is_nullable: bool = True
    error: Flag | None = None
    constant: object = NOT_CONSTANT  # its run-time value, when it is the same for every row
    size: int = 1  # about how many nodes of SQL
    raw: Sql | None = None  # of a text: '' for blank, never NULL (unless failed)
    native: Sql | None = None  # of a wide number: plain SQL, right unless it came out REAL
    plain: object = None  # on PostgreSQL: a `guards.Plain` of the same value
    is_product: bool = False  # `native` only multiplies: even as REAL it is right against 64 bits
    longest: int = MAX_TEXT  # of a text: at most so many characters
    is_column: bool = False  # a column as it is: comparing it bare lets indexes work

    @property
    def is_constant(self) -> bool:
        return self.constant is not NOT_CONSTANT

    @property
    def is_blank_constant(self) -> bool:
        return self.constant is None

    @property
    def number(self) -> Shape:
        if self.shape is None:
            raise TypeError(f"not a number: {self.kind}")
        return self.shape

    @property
    def is_cheap(self) -> bool:
        return self.size <= CHEAP

    def with_error(self, error: Flag | None) -> Part:
        return replace(self, error=error)

    def also_failed(self, *flags: Flag | None) -> Part:
        return replace(self, error=any_failed((self.error, *flags)))


def any_failed(flags: Iterable[Flag | None]) -> Flag | None:
    """Failed when one of them failed."""
    found = [flag for flag in flags if flag is not None]
    if len(found) < 2:
        return found[0] if found else None
    return Flag(lambda: or_(*(flag.build() for flag in found)), sum(flag.size for flag in found))


def flag_size(flag: Flag | None) -> int:
    return 0 if flag is None else flag.size


def no_result(value: Sql, size: int, operands: Iterable[Part], *more: Build) -> Flag:
    """Failed: there is no value although all operands are there."""
    given = list(operands)
    size += sum(part.size for part in given) + 4 * len(more)
    return Flag(lambda: and_(value.is_(null()), all_present(given), *(one() for one in more)), size)


def flag_of(flag: Flag | None) -> ColumnElement[bool]:
    return false() if flag is None else flag.build()


def size_of(parts: Iterable[Part]) -> int:
    return 1 + sum(part.size for part in parts)


def all_present(operands: Iterable[Part]) -> ColumnElement[bool]:
    """None of them is blank or failed."""
    return and_(true(), *(part.value.is_not(null()) for part in operands if part.is_nullable))
