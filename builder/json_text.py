"""JSON of definitions as text: one strict reader, one writer.

In: bytes from a bundle or a request; documents. Out: `read_json` (refuses duplicate keys, NaN, lone
surrogates, deep nesting, giant numbers), `write_json` (what fits in a line stays on one line, so
that a diff reads well; the same document always gives the same bytes).
"""

from __future__ import annotations

import json
from typing import Any, NoReturn

from builder.problems import Problem

WIDTH = 110
MOST_HEIGHT = 2  # what nests deeper than this is broken over lines, however short
MOST_DEPTH = 40
MOST_DIGITS = 40


class _RefusedError(ValueError):
    """A JSON text that is lawful for the parser but not for us; the code is its only argument."""


def read_json(data: bytes, most_bytes: int = 5_000_000) -> object | Problem:
    """The document in `data`, or why it is refused."""
    if len(data) > most_bytes:
        return Problem("json.too_big", {"given": len(data), "most": most_bytes})
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return Problem("json.not_utf8", {"position": error.start})
    if _is_deep(text):
        return Problem("json.too_deep", {"most": MOST_DEPTH})
    try:
        document = json.loads(
            text,
            object_pairs_hook=_unique,
            parse_constant=_refuse_constant,
            parse_int=_short_int,
            parse_float=_short_float,
        )
    except json.JSONDecodeError as error:
        return Problem("json.not_json", {"line": error.lineno, "column": error.colno})
    except _RefusedError as error:
        return Problem(str(error.args[0]), {"given": error.args[1]})
    return document if not _has_surrogate(document) else Problem("json.lone_surrogate")


def _is_deep(text: str) -> bool:
    """Whether brackets nest deeper than we read; counted before the recursive parser sees the text."""
    depth, is_text, is_escaped = 0, False, False
    for sign in text:
        if is_text:
            is_text = is_escaped or sign != '"'
            is_escaped = sign == "\\" and not is_escaped
        elif sign == '"':
            is_text = True
        elif sign in "[{":
            depth += 1
            if depth > MOST_DEPTH:
                return True
        elif sign in "]}":
            depth -= 1
    return False


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _ in pairs]
        raise _RefusedError("json.duplicate_key", next(key for key in keys if keys.count(key) > 1))
    return found


def _refuse_constant(name: str) -> NoReturn:
    raise _RefusedError("json.not_a_number", name)


def _short_int(text: str) -> int:
    if len(text) > MOST_DIGITS:
        raise _RefusedError("json.number_too_long", text[:MOST_DIGITS])
    return int(text)


def _short_float(text: str) -> float:
    number = float(text) if len(text) <= MOST_DIGITS else float("inf")
    if number in (float("inf"), float("-inf")):
        raise _RefusedError("json.number_too_long", text[:MOST_DIGITS])
    return number


def _has_surrogate(document: object) -> bool:
    """`\\ud800` is lawful JSON, but no text: it cannot be stored."""
    if isinstance(document, str):
        return any(0xD800 <= ord(sign) <= 0xDFFF for sign in document)
    if isinstance(document, dict):
        return any(_has_surrogate(one) for pair in document.items() for one in pair)
    return isinstance(document, list) and any(_has_surrogate(one) for one in document)


def write_json(document: object) -> str:
    """The one text of a document, ending in a line feed."""
    return _written(document, 0, 0) + "\n"


def _written(value: object, indent: int, used: int) -> str:
    short = compact(value)
    if not isinstance(value, dict | list | tuple) or not value:
        return short
    if indent + used + len(short) <= WIDTH and _height(value) <= MOST_HEIGHT:
        return short
    pad = " " * (indent + 2)
    if isinstance(value, dict):
        parts = []
        for key, one in value.items():
            head = f"{compact(key)}: "
            parts.append(pad + head + _written(one, indent + 2, len(head)))
        return "{\n" + ",\n".join(parts) + "\n" + " " * indent + "}"
    parts = [pad + _written(one, indent + 2, 0) for one in value]
    return "[\n" + ",\n".join(parts) + "\n" + " " * indent + "]"


def _height(value: object) -> int:
    """0 for a scalar or an empty container, else one more than the highest inside."""
    if not isinstance(value, dict | list | tuple) or not value:
        return 0
    return 1 + max(_height(one) for one in (value.values() if isinstance(value, dict) else value))


def compact(value: object) -> str:
    """On one line, with a space after each colon and comma."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
