"""Operations: each declared once, with its parameters, body and answers, checked at the door and published.

In: `@operation(…)` on a view. Out: the blueprint `api`, `OPERATIONS` for OpenAPI. The body is read and
validated before the view runs; the view gets it as its first argument when a body is declared.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

from flask import Blueprint, Response, g, request
from flask_babel import gettext as _
from jsonschema import Draft202012Validator
from referencing import Registry

from app.api.answers import problem_json, refusal
from app.language import LANGUAGES, use_language
from app.security import csrf
from app.wiring import current_platform, only_reads, use_actor
from builder.json_text import read_json
from builder.problems import Problem
from runtime import apikeys

api = Blueprint("api", __name__, url_prefix="/api/v1")
csrf.exempt(api)  # a bearer key is not sent by browsers on their own; cookies mean nothing here
LARGEST_BODY = 8_000_000
MOST_ERRORS = 50


@dataclass(frozen=True, slots=True)
class Operation:
    """One declared call. `path` is as OpenAPI writes it."""

    method: str
    path: str
    name: str
    summary: str
    tag: str
    query: Mapping[str, str] = field(default_factory=dict)  # parameter → what it is
    body: Mapping[str, Any] | None = None
    body_type: str = "application/json"
    answers: Mapping[int, Mapping[str, Any] | None] = field(default_factory=dict)


OPERATIONS: list[Operation] = []
View = Callable[..., Response]


def operation(
    method: str,
    path: str,
    *,
    summary: str,
    tag: str,
    query: Mapping[str, str] | None = None,
    body: Mapping[str, Any] | None = None,
    body_type: str = "application/json",
    answers: Mapping[int, Mapping[str, Any] | None] | None = None,
    reads: bool = False,
) -> Callable[[View], View]:
    """Declares a view as an operation. `reads`: a POST that changes nothing."""

    def declare(view: View) -> View:
        declared = Operation(
            method, path, view.__name__, summary, tag, query or {}, body, body_type, answers or {200: None}
        )
        OPERATIONS.append(declared)
        checked = _with_body(view, body) if body is not None and body_type == "application/json" else view
        if reads:
            only_reads(checked)
        rule = re.sub(r"{(\w+)}", r"<\1>", path)
        api.add_url_rule(rule, view.__name__, checked, methods=[method])
        return checked

    return declare


def _with_body(view: View, schema: Mapping[str, Any]) -> View:
    validator = Draft202012Validator(schema, registry=Registry())

    @wraps(view)
    def read_first(**arguments: Any) -> Response:
        if request.mimetype != "application/json":
            return refusal(415, "body.not_json", _("Send the body as application/json."))
        document = read_json(request.get_data(cache=False), LARGEST_BODY)
        if isinstance(document, Problem):
            one = problem_json(document)
            return refusal(400, one["code"], one["message"], [one])
        errors = [
            _schema_error(error)
            for error, _place in zip(validator.iter_errors(document), range(MOST_ERRORS), strict=False)
        ]
        if errors:
            return refusal(422, "body.invalid", _("The body is not as this call wants it."), errors)
        return view(document, **arguments)

    return read_first


def _schema_error(error: Any) -> dict[str, Any]:
    place = "/".join(str(part) for part in error.absolute_path)
    return {"field": place or None, "code": f"schema.{error.validator}", "message": error.message[:300]}


@api.before_request
def enter() -> Response | None:
    """The key's member becomes the actor; the answer's language is asked for or the member's."""
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    actor = apikeys.enter(current_platform(), token.strip()) if scheme.lower() == "bearer" else None
    asked = request.accept_languages.best_match(list(LANGUAGES))
    if actor is None or actor.member is None:
        use_language(asked or "en")
        detail = _("Send a valid key: Authorization: Bearer KEY.")
        response = refusal(401, "key.unknown", detail)
        response.headers["WWW-Authenticate"] = "Bearer"
        return response
    use_actor(actor)
    use_language(asked or actor.member.language)
    g.is_api = True
    return None
