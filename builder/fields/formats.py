"""The formats of a text field: each reads a cleaned line into its one spelling, or says what is wrong.

In: cleaned text. Out: `FORMATS` by key: `read(text) → text | Problem` and the words of its JSON Schema.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from email_validator import EmailNotValidError, validate_email

from builder.problems import Problem, shown

MOBILE_DIGITS = 11
PHONE_DIGITS = (3, 20)
_PHONE = re.compile(r"\+?[\d ().\-/]+(?:(?:转|ext\.?|x|#)\s*\d{1,6})?\Z", re.ASCII | re.IGNORECASE)
_SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+.\-]*):")
_HOST = re.compile(r"[^\s/?#@:]+\.[^\s/?#@:]{2,}|localhost|\[[0-9a-fA-F:.]+\]")
_ID_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100-2015: without I, O, S, V, Z
_ID_LENGTH = 18


@dataclass(frozen=True, slots=True)
class Format:
    """One way a text can be bound to a spelling."""

    read: Callable[[str], str | Problem]
    schema: Mapping[str, str] = field(default_factory=dict)


def _narrow(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip()


def read_phone(text: str) -> str | Problem:
    """A number as people write it, spaces kept: "0532 4644 4733", "+86 138-0000-0000", "…转 8001"."""
    text = re.sub(r"\s+", " ", _narrow(text))
    if not _PHONE.match(text):
        return Problem("phone.not_a_phone", {"given": shown(text)})
    main = re.split(r"转|ext|x|#", text, maxsplit=1, flags=re.IGNORECASE)[0]
    digits = re.sub(r"\D", "", main)
    is_mobile = main.strip()[:2] in {f"1{sign}" for sign in "3456789"}
    if is_mobile and len(digits) != MOBILE_DIGITS:
        return Problem("phone.mobile_length", {"given": len(digits), "wanted": MOBILE_DIGITS})
    if not PHONE_DIGITS[0] <= len(digits) <= PHONE_DIGITS[1]:
        least, most = PHONE_DIGITS
        return Problem("phone.length", {"given": len(digits), "least": least, "most": most})
    return text


def read_email(text: str) -> str | Problem:
    text = _narrow(text).removeprefix("mailto:")
    try:
        found = validate_email(text, check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError:
        return Problem("email.not_an_email", {"given": shown(text)})
    if "." not in found.domain:  # a name within one's own network is no address for others
        return Problem("email.not_an_email", {"given": shown(text)})
    return found.normalized


def read_url(text: str) -> str | Problem:
    """A web address; "example.com" gets https://. Only http and https: a link must never run code."""
    text = text.strip()
    scheme = _SCHEME.match(text)
    is_port = scheme is not None and re.match(r"\d+(?:[/?#]|\Z)", text[scheme.end() :]) is not None
    if scheme is None or is_port:
        text = f"https://{text.removeprefix('//')}"
    elif scheme[1].lower() not in ("http", "https"):
        return Problem("url.scheme", {"given": shown(scheme[1])})
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname or "", parts.port
    except ValueError:  # a broken port or bracket
        return Problem("url.not_a_url", {"given": shown(text)})
    is_host = _HOST.fullmatch(host if ":" not in host else f"[{host}]") is not None
    if not is_host or not parts.netloc or any(sign.isspace() for sign in text):
        return Problem("url.not_a_url", {"given": shown(text)})
    return f"{parts.scheme.lower()}{text[len(parts.scheme) :]}"


def read_id_code(text: str) -> str | Problem:
    """The 18 signs of a unified social credit code, its check digit verified."""
    code = re.sub(r"[\s\-]", "", _narrow(text)).upper()
    if len(code) != _ID_LENGTH:
        return Problem("id_code.length", {"given": len(code), "wanted": _ID_LENGTH})
    wrong = next((sign for sign in code if sign not in _ID_SIGNS), None)
    if wrong is not None:
        return Problem("id_code.character", {"given": shown(wrong)})
    wanted = id_code_check_digit(code[:-1])
    if code[-1] != wanted:
        return Problem("id_code.check_digit", {"given": code[-1], "wanted": wanted})
    return code


def id_code_check_digit(body: str) -> str:
    total = sum(_ID_SIGNS.index(sign) * pow(3, place, 31) for place, sign in enumerate(body))
    return _ID_SIGNS[(31 - total % 31) % 31]


FORMATS: Mapping[str, Format] = {
    "plain": Format(lambda text: text),
    "phone": Format(read_phone),
    "email": Format(read_email, {"format": "email"}),
    "url": Format(read_url, {"format": "uri"}),
    "id_code": Format(read_id_code, {"pattern": f"^[{_ID_SIGNS}]{{{_ID_LENGTH}}}$"}),
}
