"""Answers of the API: JSON, and problems as RFC 9457 `application/problem+json`.

In: plain values, or a status with `Problem`s. Out: responses. Called by every operation, and by
app/errors.py for whatever goes wrong under /api/.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import orjson
from flask import Response
from flask_babel import gettext as _

from app.problem_words import problem_text
from builder.problems import Problem

JSON = "application/json"
PROBLEM_JSON = "application/problem+json"
PREFIX = "/api/"


def answer(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """`value` as JSON."""
    return Response(orjson.dumps(value, default=_plain), status, headers, mimetype=JSON)


def _plain(value: Any) -> Any:
    """Figures of measures: exact, so a text where a float could not hold them."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() and abs(value) < 10**15 else _decimal(value)
    raise TypeError(f"no JSON for {type(value).__name__}")


def _decimal(value: Decimal) -> float | str:
    digits = len(value.normalize().as_tuple().digits)
    return float(value) if digits <= 15 else format(value, "f")


def refusal(
    status: int, code: str, detail: str, errors: Sequence[dict[str, Any]] = (), **more: Any
) -> Response:
    """A problem document."""
    document = {
        "type": "about:blank",
        "title": _title(status),
        "status": status,
        "code": code,
        "detail": detail,
    }
    if errors:
        document["errors"] = list(errors)
    return Response(orjson.dumps({**document, **more}, default=_plain), status, mimetype=PROBLEM_JSON)


def problems(found: Sequence[Problem], status: int = 422, **more: Any) -> Response:
    """Several problems at once; the first one's sentence is the detail."""
    errors = [problem_json(one) for one in found]
    return refusal(status, errors[0]["code"], errors[0]["message"], errors, **more)


def problem_json(problem: Problem) -> dict[str, Any]:
    """One entry of `errors`; `span` points into an expression."""
    words: dict[str, Any] = {"field": problem.field, "code": problem.code, "message": problem_text(problem)}
    if problem.span is not None:
        words["span"] = list(problem.span)
    return words


def _title(status: int) -> str:
    return {
        400: _("Not understood"),
        401: _("Sign-in needed"),
        403: _("Not allowed"),
        404: _("Not found"),
        405: _("Method not allowed"),
        409: _("Changed meanwhile"),
        413: _("Too large"),
        415: _("Unsupported type"),
        422: _("Refused"),
        429: _("Too many requests"),
        503: _("Busy"),
    }.get(status, _("Something went wrong"))
