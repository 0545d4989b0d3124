"""Cleaning text: what every text that enters the system goes through.

In: anything. Out: `clean_text` (NFC, no NUL, no lone surrogate, no control signs), `plain_text` (a
number or date of a spreadsheet cell as the text a person sees), `folded` (for comparing names).
"""

from __future__ import annotations

import unicodedata
from datetime import date, datetime
from decimal import Decimal

from builder.fields.base import ParseContext
from builder.problems import Problem, shown

MOST_CHARACTERS = 100_000
_BREAKS = str.maketrans({"\x0b": "\n", "\x0c": "\n", "\x85": "\n", "\u2028": "\n", "\u2029": "\n"})
_SPACES = " \t\n\r\u00a0\u3000\ufeff"


def clean_text(text: str, *, is_long: bool = False) -> str | Problem | None:
    """`text` in NFC without control signs, or None when nothing is left. A single line unless `is_long`."""
    if len(text) > MOST_CHARACTERS:
        return Problem("text.too_long", {"given": len(text), "most": MOST_CHARACTERS})
    bad = next((sign for sign in text if _is_forbidden(sign)), None)
    if bad is not None:
        return Problem("text.bad_character", {"given": f"U+{ord(bad):04X}"})
    text = text.replace("\r\n", "\n").replace("\r", "\n").translate(_BREAKS)
    if not is_long:
        text = text.replace("\n", " ").replace("\t", " ")
    text = "".join(sign for sign in text if unicodedata.category(sign) != "Cc" or sign in "\n\t")
    text = unicodedata.normalize("NFC", text)
    text = text.strip(_SPACES) if not is_long else _strip_long(text)
    return text or None


def _strip_long(text: str) -> str:
    """Keeps the first line's indentation; blank lines around the text go."""
    lines = [line.rstrip(_SPACES) for line in text.split("\n")]
    while lines and not lines[0].strip(_SPACES):
        lines.pop(0)
    while lines and not lines[-1]:
        lines.pop()
    return "\n".join(lines)


def _is_forbidden(sign: str) -> bool:
    """NUL, lone surrogates and noncharacters: no database or spreadsheet keeps them all."""
    code = ord(sign)
    return code == 0 or 0xD800 <= code <= 0xDFFF or code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF


def plain_text(raw: object, context: ParseContext) -> str | None:
    """The text of a scalar, or None when `raw` is no text: 13800000000.0 is "13800000000"."""
    if isinstance(raw, str):
        return raw
    if isinstance(raw, bool):
        return ("TRUE" if raw else "FALSE") if context.source == "sheet" else None
    if isinstance(raw, int):
        return str(raw) if raw.bit_length() <= 400 else None
    if isinstance(raw, float):
        raw = Decimal(repr(raw))
    if isinstance(raw, Decimal):
        return _decimal_text(raw)
    if isinstance(raw, datetime):
        return raw.isoformat(" ").removesuffix(" 00:00:00")
    if isinstance(raw, date):
        return raw.isoformat()
    return None


def _decimal_text(number: Decimal) -> str | None:
    if not number.is_finite() or abs(number.adjusted()) > 40:
        return None
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def folded(text: str) -> str:
    """The form in which two names count as the same: width, case and outer spaces do not matter."""
    return unicodedata.normalize("NFKC", text).casefold().strip()


def not_text(raw: object) -> Problem:
    return Problem("text.not_text", {"given": shown(raw)})
