"""Errors at the web door: every exception becomes an answer in words, and problems get their words.

In: exceptions of runtime and werkzeug, `Problem`s. Out: error pages, fragments or toasts;
`problem_text`, `problems_by_field`, `PROBLEM_TEXTS`. One of the two doors where everything is caught; the
number of an unexpected error stands in the log and on the page.
"""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import structlog
from flask import Flask, Response, g, make_response, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from app.api.answers import PREFIX, refusal
from app.htmx import Toast, go, wants_fragment
from app.problem_texts import PROBLEM_TEXTS
from app.problem_words import problem_text, problems_by_field
from app.sessions import SignInNeededError, enter_workspace
from app.wiring import BUSY, has_work, reading_afterwards
from builder.problems import Problem
from runtime.errors import ForbiddenError, NotFoundError, StaleFormError

log = structlog.get_logger(__name__)

__all__ = ["PROBLEM_TEXTS", "install", "problem_text", "problems_by_field", "refuse"]


@dataclass(frozen=True, slots=True)
class Failure:
    """One page of refusal: what happened, and what to do next."""

    status: int
    icon: str
    title: LazyString | str
    text: LazyString | str


FAILURES: Mapping[int, Failure] = {
    400: Failure(
        400,
        "alert-triangle",
        _l("This request could not be understood"),
        _l("It may be incomplete or out of date. Open the page again and repeat the last step."),
    ),
    403: Failure(
        403,
        "lock",
        _l("You may not do this"),
        _l("Your role does not include it. Ask an owner or admin of this workspace."),
    ),
    404: Failure(
        404,
        "search",
        _l("There is nothing here for you"),
        _l("The address may be wrong, it may have been removed, or it is not shared with you."),
    ),
    405: Failure(
        405,
        "alert-triangle",
        _l("This address cannot be used this way"),
        _l("Open the page again and repeat the last step."),
    ),
    409: Failure(
        409,
        "git-merge",
        _l("Somebody changed this a moment ago"),
        _l("Nothing was overwritten. Open the newest version and repeat your change."),
    ),
    413: Failure(
        413,
        "file-x",
        _l("That is too large"),
        _l("Split it into smaller parts or take out what is not needed."),
    ),
    429: Failure(
        429,
        "clock-pause",
        _l("Too many attempts"),
        _l("Wait a little, then try again."),
    ),
    500: Failure(
        500,
        "cloud-off",
        _l("Something on our side went wrong"),
        _l("Your data is safe. Try again; if it happens once more, send the number below to an admin."),
    ),
    503: Failure(
        503,
        "clock-pause",
        _l("The system is busy"),
        _l("What you did was not saved. Wait a few seconds and try again."),
    ),
}


def refuse(status: int, *, text: str | None = None, number: str | None = None) -> Response:
    """The answer of a refusal: a page; for htmx a state in its place, or a toast for what has none."""
    failure = FAILURES.get(status, FAILURES[400 if status < 500 else 500])
    if request.path.startswith(PREFIX):
        more: dict[str, Any] = {} if number is None else {"number": number}
        return refusal(status, f"http.{status}", str(text or failure.text), **more)
    if status == 404 and "actor" not in g:
        _enter_if_possible()
    if has_work():
        return _refusal(failure, status, text, number)
    with reading_afterwards():
        return _refusal(failure, status, text, number)


def _enter_if_possible() -> None:
    """An address inside a workspace that no screen has: its members see it with the frame around it."""
    parts = request.path.split("/")
    if len(parts) > 2 and parts[1] == "w" and "workspace_asked" not in g:
        with contextlib.suppress(SignInNeededError, NotFoundError):
            enter_workspace(parts[2])


def _refusal(failure: Failure, status: int, text: str | None, number: str | None) -> Response:
    shown = {"failure": failure, "text": text or failure.text, "number": number, "status": status}
    if not wants_fragment():
        return make_response(render_template("pages/errors/failure.html", **shown), status)
    if request.method == "GET":
        response = make_response(render_template("fragments/states/failure.html", **shown), status)
        response.headers["HX-Reswap"] = "innerHTML"
        return response
    said = text or f"{failure.title}. {failure.text}" + (f" ({number})" if number else "")
    response = make_response(
        render_template("fragments/toast.html", toast=Toast(said, is_error=True)), status
    )
    response.headers["HX-Retarget"] = "#toasts"
    response.headers["HX-Reswap"] = "beforeend"
    return response


def install(app: Flask) -> None:
    app.register_error_handler(SignInNeededError, _sign_in)
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(NotFoundError, lambda _raised: refuse(404))
    app.register_error_handler(ForbiddenError, _forbidden)
    app.register_error_handler(StaleFormError, lambda _raised: refuse(409))
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)


def _sign_in(_raised: SignInNeededError) -> Response:
    if wants_fragment():
        return Response("", 401)
    target = request.full_path.rstrip("?") if request.method == "GET" else ""
    return go("/sign-in" + (f"?{urlencode({'next': target})}" if target not in ("", "/") else ""))


def _csrf(_raised: CSRFError) -> Response:
    return refuse(
        403, text=_("This page was open for too long, or was not sent from here. Load it again and repeat.")
    )


def _forbidden(raised: ForbiddenError) -> Response:
    return refuse(403, text=problem_text(Problem(raised.code)))


def _http(raised: HTTPException) -> Response:
    code = raised.code or 500
    if code < 400:
        return make_response(raised.get_response())
    answer = refuse(code)
    retry = raised.get_response().headers.get("Retry-After")
    if retry:
        answer.headers["Retry-After"] = retry
    return answer


def _unexpected(raised: Exception) -> Response:
    """What nobody foresaw: logged with a number that the page shows. A busy database says so."""
    number = f"E-{secrets.token_hex(2)}-{secrets.token_hex(2)}".upper()
    status = 503 if isinstance(raised, BUSY) else 500
    log.error("unexpected", number=number, path=request.path, method=request.method, exc_info=raised)
    try:
        return refuse(status, number=number)
    except Exception:  # the frame of the page is broken too: without it
        log.exception("error_page_failed", number=number)
        g.shell = None
        return refuse(status, number=number)
