"""What compiled expressions run in: the environment, error values, exact arithmetic.

In: numbers, texts and dates of one evaluation. Out: `Env`, `ErrorValue`, `Failure`, `CONTEXT` and the
rounding rules of the language. Used by `functions/`, the compiler and everyone who evaluates.

Laws of a run-time value: text is never '' (an empty text is blank, `None`), a number is `int` or
`Decimal`, a cell that failed is blank to its readers (as in storage, where it is NULL).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from decimal import (
    ROUND_05UP,
    ROUND_HALF_UP,
    Context,
    Decimal,
    DivisionByZero,
    InvalidOperation,
    Overflow,
    getcontext,
    setcontext,
)
from functools import lru_cache
from typing import Literal, NoReturn
from zoneinfo import ZoneInfo

ErrorCode = Literal["#DIV/0!", "#VALUE!", "#NUM!", "#REF!", "#LIMIT!"]
Number = int | Decimal
Row = Mapping[str, object]

MAX_TEXT = 100_000
MAX_LIST = 10_000
DIVISION_PLACES = 10  # `/`, AVERAGE and `^` round half up to so many decimal places

_TRAPS = [InvalidOperation, DivisionByZero, Overflow]
CONTEXT = Context(prec=34, rounding=ROUND_HALF_UP, Emin=-40, Emax=40, traps=_TRAPS)
# Rounding twice must not differ from rounding once: the first step keeps a sticky last digit.
_DIVISION = Context(prec=60, rounding=ROUND_05UP, Emin=-200, Emax=200, traps=_TRAPS)
_PLACES = Decimal(1).scaleb(-DIVISION_PLACES)
ZERO = Decimal(0)


@contextmanager
def exact_numbers() -> Iterator[None]:
    """The language's decimal context for a batch: what evaluates many times enters it once."""
    before = getcontext()
    setcontext(CONTEXT)
    try:
        yield
    finally:
        setcontext(before)


@dataclass(frozen=True, slots=True)
class ErrorValue:
    """What an evaluation answers instead of a value: `#DIV/0!` and its like."""

    code: ErrorCode

    def __str__(self) -> str:
        return self.code


class Failure(Exception):  # noqa: N818 - an error value on its way, not a broken promise
    """An error value on its way up; caught by IFERROR, ISERROR and `Compiled.evaluate` only."""

    def __init__(self, code: ErrorCode) -> None:
        super().__init__(code)
        self.value = ErrorValue(code)


FAILURES = (Failure, ArithmeticError)  # what IFERROR catches: ours and the decimal context's


def fail(code: ErrorCode) -> NoReturn:
    raise Failure(code)


@dataclass(frozen=True, slots=True)
class Env:
    """One evaluation's surroundings; the same for a whole batch, for Python and for SQL."""

    now: datetime  # aware, UTC
    today: date  # of the workspace's zone
    zone: str = "Asia/Shanghai"
    settings: Mapping[str, Row] = field(default_factory=dict)  # single-record form id → its row
    related: Mapping[str, Mapping[int, Row]] = field(default_factory=dict)  # form id → record id → row
    parent: Row | None = None
    actor_member: int | None = None
    language: str = "zh-CN"

    @property
    def tzinfo(self) -> tzinfo:
        return zone_of(self.zone)


@lru_cache(maxsize=64)
def zone_of(name: str) -> tzinfo:
    return ZoneInfo(name)


def local_date(env: Env, moment: datetime) -> date:
    """The calendar day of an instant in the workspace's zone."""
    return moment.astimezone(zone_of(env.zone)).date()


def divide(dividend: Number, divisor: Number) -> Decimal:
    """`/`: half up to ten places; division by zero is `#DIV/0!`."""
    if not divisor:
        fail("#DIV/0!")
    return CONTEXT.quantize(_DIVISION.divide(Decimal(dividend), Decimal(divisor)), _PLACES)


def modulo(dividend: Number, divisor: Number) -> Number:
    """`%` and MOD: the sign of the divisor, as in spreadsheets."""
    if not divisor:
        fail("#DIV/0!")
    rest = CONTEXT.remainder(Decimal(dividend), Decimal(divisor))
    if rest and (rest < 0) != (divisor < 0):
        return CONTEXT.add(rest, Decimal(divisor))
    return rest


def power(base: Number, exponent: Number) -> Decimal:
    """`^`: half up to ten places. 0^0 is 1, 0^-1 is `#DIV/0!`, (-8)^0.5 is `#NUM!`."""
    if not base:
        if exponent < 0:
            fail("#DIV/0!")
        return Decimal(1) if not exponent else ZERO
    return CONTEXT.quantize(CONTEXT.power(Decimal(base), Decimal(exponent)), _PLACES)


def round_to(number: Number, places: int) -> Decimal:
    """Half away from zero at `places` decimals; negative places round to tens, hundreds …"""
    rounded = CONTEXT.quantize(Decimal(number), _quantum(places))
    return rounded if places >= 0 else CONTEXT.quantize(rounded, Decimal(1))


@lru_cache(maxsize=64)
def _quantum(places: int) -> Decimal:
    if abs(places) > 30:
        fail("#NUM!")
    return Decimal(1).scaleb(-places)


def whole(number: Number) -> int:
    """The whole part, towards zero: what counts of places, months and characters use."""
    return int(number)


def number_text(number: Number) -> str:
    """A number as `&` writes it: plain digits, no trailing zeros, never an exponent."""
    if not number:
        return "0"
    text = format(Decimal(number), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def lines_of(value: object) -> Sequence[Row]:
    """A subform's lines; too many are `#LIMIT!`."""
    if not value:
        return ()
    lines: Sequence[Row] = value  # type: ignore[assignment]
    return lines if len(lines) <= MAX_LIST else fail("#LIMIT!")


def column_of(value: object, column: str) -> list[object]:
    """One column of a subform's lines."""
    return [line.get(column) for line in lines_of(value)]
