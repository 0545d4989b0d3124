"""Cell values as they travel between the reading process and us: one JSON array a row.

In: what calamine or csv gave. Out: `str | int | bool | Decimal | date | datetime | CellError | None`.
Floats end here: a spreadsheet shows 15 significant digits, and 15 are what is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import orjson


@dataclass(frozen=True, slots=True)
class CellError:
    """An error that the spreadsheet itself holds, e.g. `#REF!`."""

    code: str


CellValue = str | int | bool | Decimal | date | datetime | CellError | None
ERROR_CODES = frozenset({"#REF!", "#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#VALUE!", "#GETTING_DATA"})


def from_float(number: float) -> int | Decimal | CellError:
    """The decimal a person sees for a binary number; 5.0 is 5."""
    if number != number or number in (float("inf"), float("-inf")):
        return CellError("#NUM!")
    exact = Decimal(f"{number:.15g}")
    return int(exact) if exact == exact.to_integral_value() else exact


def normalise(value: object) -> CellValue:
    """One raw cell of a workbook → a plain value; blank text is None."""
    if value is None or value == "":
        return None
    if isinstance(value, bool | int | date):  # datetime is a date
        return value
    if isinstance(value, float):
        return from_float(value)
    if isinstance(value, time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return from_float(value.total_seconds() / 86400)
    text = str(value)
    return CellError(text) if text in ERROR_CODES else text


def encode_row(row: Sequence[CellValue]) -> bytes:
    """A row as one line of JSON."""
    return orjson.dumps([_tag(value) for value in row], option=orjson.OPT_APPEND_NEWLINE)


def _tag(value: CellValue) -> object:
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, int):
        return value if -(2**53) < value < 2**53 else {"n": str(value)}
    if isinstance(value, Decimal):
        return {"n": format(value, "f")}
    if isinstance(value, datetime):
        return {"t": value.isoformat()}
    if isinstance(value, date):
        return {"d": value.isoformat()}
    return {"e": value.code}


def decode_row(line: bytes) -> tuple[CellValue, ...]:
    """What `encode_row` wrote."""
    return tuple(_untag(value) for value in orjson.loads(line))


def _untag(value: object) -> CellValue:
    if not isinstance(value, dict):
        return value  # type: ignore[return-value]  # JSON scalars only: encode_row wrote them
    tag, text = next(iter(value.items()))
    if tag == "n":
        number = Decimal(text)
        return int(number) if number == number.to_integral_value() else number
    if tag == "t":
        return datetime.fromisoformat(text)
    if tag == "d":
        return date.fromisoformat(text)
    return CellError(text)
