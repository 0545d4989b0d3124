"""Kinds: what a value is inside the language.

In: nothing. Out: `Kind`, the constants below, `Choice`. Used by every storey above.

Run-time values by kind (never `float`):
text `str` · number `int | Decimal` · bool `bool` · date `datetime.date` · datetime an aware UTC
`datetime` · choice the option's logical id (`str`) · user the member's id (`int`) · record the
record's id (`int`) · list `tuple` of item values · blank `None` (also what '' and () count as).
An error is an `ErrorValue` (errors.py), passed on by every function except IFERROR and ISERROR.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

KindName = Literal["text", "number", "bool", "date", "datetime", "choice", "user", "record", "list", "null"]

MAX_DIGITS = 18  # docs/decisions, "Numbers": what a column holds, scale included


@dataclass(frozen=True, slots=True)
class Choice:
    """One option of a choice field, as the language needs it."""

    id: str
    key: str
    labels: tuple[tuple[str, str], ...]  # (BCP 47 tag, text)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind; `digits`/`scale` bound numbers, `item` types lists, `form` records, `choices` choices."""

    name: KindName
    digits: int = 0
    scale: int = 0
    item: Kind | None = None
    form: str | None = None
    choices: tuple[Choice, ...] = ()

    @property
    def is_number(self) -> bool:
        return self.name == "number"

    @property
    def is_list(self) -> bool:
        return self.name == "list"


TEXT = Kind("text")
BOOL = Kind("bool")
DATE = Kind("date")
DATETIME = Kind("datetime")
USER = Kind("user")
NULL = Kind("null")
INTEGER = Kind("number", digits=MAX_DIGITS, scale=0)
NUMBER = Kind("number", digits=MAX_DIGITS, scale=6)
MONEY = Kind("number", digits=MAX_DIGITS, scale=4)
PERCENT = Kind("number", digits=MAX_DIGITS, scale=6)


def number(digits: int, scale: int) -> Kind:
    """A number of at most `digits` digits, of which `scale` after the point."""
    return Kind("number", digits=digits, scale=scale)


def list_of(item: Kind) -> Kind:
    return Kind("list", item=item)


def record_of(form: str) -> Kind:
    return Kind("record", form=form)


def choice_of(choices: tuple[Choice, ...]) -> Kind:
    return Kind("choice", choices=choices)
