"""Reading numbers as people, programs and spreadsheets write them; never through binary fractions.

In: anything. Out: `read_number` → `Reading`, `fit` (bounds and scale of a field), `number_text`.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal

from builder.fields.base import ParseContext
from builder.problems import Problem, shown
from expressions.kinds import MAX_DIGITS

EXACT = Context(prec=200, rounding=ROUND_HALF_UP, Emax=999, Emin=-999)
FLOAT_DIGITS = 15  # more digits than these in a binary number are noise
EXACT_BELOW = 10**FLOAT_DIGITS
MOST_SIGNS = 80
CURRENCIES = {
    "¥": ("CNY", "JPY"), "元": ("CNY", "TWD", "HKD"), "圆": ("CNY",), "块": ("CNY",), "RMB": ("CNY",),
    "人民币": ("CNY",), "CN¥": ("CNY",), "$": ("USD", "TWD", "HKD", "SGD", "AUD", "CAD"), "US$": ("USD",),
    "美元": ("USD",), "NT$": ("TWD",), "HK$": ("HKD",), "€": ("EUR",), "£": ("GBP",),
}  # fmt: skip
_PLAIN = re.compile(r"([+-]?)(\d+|\d{1,3}(?:,\d{3})+|(?=\.\d))(\.\d*)?(?:[eE]([+-]?\d{1,2}))?\Z", re.ASCII)
_SIGNS = sorted(CURRENCIES, key=len, reverse=True)
_CODE = re.compile(r"(?:(?P<before>[A-Z]{3})\s*(?=[+\-.\d]))|(?:(?<=[\d.])\s*(?P<after>[A-Z]{3})\Z)")
_SPACED = re.compile(r"(?<=\d) (?=\d{3}(?!\d))")
_MINUS = str.maketrans({"−": "-", "–": "-", "﹣": "-", "，": ","})


@dataclass(frozen=True, slots=True)
class Reading:
    """A number as it was written. `is_noisy`: a binary fraction with more digits than it can mean."""

    value: Decimal
    currencies: tuple[str, ...] = ()  # which the sign or code beside it can mean; none: () was written
    is_percent: bool = False
    is_noisy: bool = False


def read_number(raw: object) -> Reading | None:
    """The number that `raw` is or says; None when it is none. A bool is never a number."""
    if isinstance(raw, bool):
        return None
    if isinstance(raw, int):
        return Reading(Decimal(raw)) if raw.bit_length() <= 256 else None
    if isinstance(raw, float):
        return _from_float(raw)
    if isinstance(raw, Decimal):
        is_sane = raw.is_finite() and abs(raw.adjusted()) <= 40 and len(raw.as_tuple().digits) <= MOST_SIGNS
        return Reading(raw) if is_sane else None
    if isinstance(raw, str) and len(raw) <= MOST_SIGNS:
        return _from_text(unicodedata.normalize("NFKC", raw).translate(_MINUS).strip())
    return None


def _from_float(raw: float) -> Reading | None:
    if raw != raw or raw in (float("inf"), float("-inf")) or abs(raw) > 1e40:
        return None
    value = Decimal(repr(raw))
    digits = len(value.as_tuple().digits)
    return Reading(value, is_noisy=digits > FLOAT_DIGITS)


def _from_text(text: str) -> Reading | None:
    is_negative = len(text) > 2 and text[0] == "(" and text[-1] == ")"
    if is_negative:  # accountants' brackets
        text = text[1:-1].strip()
    is_percent = text.endswith("%")
    if is_percent:
        text = text[:-1].strip()
    text, currencies = _without_currency(text)
    match = _PLAIN.match(_SPACED.sub("", text))
    if match is None or (is_negative and match[1]):
        return None
    value = EXACT.create_decimal(
        f"{match[1]}{match[2].replace(',', '') or '0'}{match[3] or ''}E{match[4] or 0}"
    )
    if abs(value.adjusted()) > 40:
        return None
    if is_percent:
        value = EXACT.scaleb(value, -2)
    return Reading(-value if is_negative else value, currencies, is_percent)


def _without_currency(text: str) -> tuple[str, tuple[str, ...]]:
    """ "-¥5", "¥-5", "5 元", "CNY 5" without the sign or code, and what that can mean."""
    sign = text[0] if text[:1] in ("+", "-") else ""
    body = text[len(sign) :].lstrip()
    for mark in _SIGNS:
        if body.startswith(mark):
            rest = body[len(mark) :].lstrip()
            return (text if sign and rest[:1] in ("+", "-") else sign + rest), CURRENCIES[mark]
        if body.endswith(mark) and body[:1].isdigit():
            return sign + body[: -len(mark)].rstrip(), CURRENCIES[mark]
    found = _CODE.search(body) if body[:3].isupper() or body[-3:].isupper() else None
    if found is not None and (found["after"] or found.start() == 0):
        rest = (body[: found.start()] + body[found.end() :]).strip()
        return sign + rest, ((found["before"] or found["after"]),)
    return text, ()


def fit(reading: Reading, scale: int, digits: int, context: ParseContext, given: object) -> Decimal | Problem:
    """The value at `scale`, of at most `digits` significant digits; or what is too much about it."""
    value = reading.value
    if not value:
        return Decimal(0)
    most_whole = min(MAX_DIGITS - scale, digits)
    if value.adjusted() >= most_whole:
        return Problem("number.too_long", {"given": shown(given), "most": most_whole})
    fitted = plain(EXACT.quantize(value, Decimal(1).scaleb(-scale)))
    if fitted != value and not (reading.is_noisy or context.source == "sheet"):
        return Problem("number.too_precise", {"given": shown(given), "most": scale})
    if significant(fitted) > digits:
        if reading.is_noisy:  # 123456789.123456789 as a binary number says no more than 15 digits
            return plain(Context(prec=digits, rounding=ROUND_HALF_UP).plus(fitted))
        return Problem("number.too_many_digits", {"given": shown(given), "most": digits})
    if fitted.adjusted() >= most_whole:  # 999.99… rounded up
        return Problem("number.too_long", {"given": shown(given), "most": most_whole})
    return fitted


def significant(value: Decimal) -> int:
    """How many digits a plain number has from its first that is not 0 to its last after the point."""
    return max(value.adjusted() - int(value.as_tuple().exponent) + 1, 1) if value else 1


def plain(value: Decimal) -> Decimal:
    """The same number without trailing zeros and without an exponent."""
    if value == value.to_integral_value():
        return EXACT.quantize(value, Decimal(1)) + 0
    return value.normalize(EXACT)


def number_text(value: Decimal | int, decimals: int = 0) -> str:
    """Plain digits with at least `decimals` places; nothing is rounded away."""
    number = plain(Decimal(value))
    places = max(decimals, -int(number.as_tuple().exponent), 0)
    return format(EXACT.quantize(number, Decimal(1).scaleb(-places)), "f")


def json_number(value: Decimal | int, digits: int) -> int | float | str:
    """A JSON number for fields of at most 15 digits (a binary number tells these apart), else a string;
    so is the rare computed value that has more digits than its field."""
    if digits <= FLOAT_DIGITS and -EXACT_BELOW < value < EXACT_BELOW:  # nearly always: no way round
        if type(value) is int:
            return value
        if len(value.as_tuple().digits) <= FLOAT_DIGITS:  # type: ignore[union-attr]
            binary = float(value)
            return int(binary) if binary.is_integer() else binary
    number = plain(Decimal(value))
    if digits > FLOAT_DIGITS or significant(number.normalize(EXACT)) > FLOAT_DIGITS:
        return format(number, "f")
    return int(number) if number == number.to_integral_value() else float(number)
