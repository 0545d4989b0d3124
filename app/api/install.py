"""Puts the API into the app: its operations, and problems instead of pages for whatever goes wrong in it."""

from __future__ import annotations

from flask import Blueprint, Response
from flask_babel import gettext as _

from app.api import apps, changes, expressions, forms, imports, openapi, organisation, records
from app.api.answers import problems, refusal
from app.api.operations import api
from app.problem_words import problem_text
from builder.problems import Problem
from runtime.errors import ForbiddenError, NotFoundError, StaleFormError
from runtime.queries import SelectionError

PARTS = (apps, changes, expressions, forms, imports, openapi, organisation, records)


def blueprint() -> Blueprint:
    """The API, with every operation declared."""
    return api


@api.errorhandler(NotFoundError)
def not_found(_raised: NotFoundError) -> Response:
    return refusal(404, "not_found", _("There is no such thing, or it is not yours to see."))


@api.errorhandler(ForbiddenError)
def forbidden(raised: ForbiddenError) -> Response:
    return refusal(403, raised.code, problem_text(Problem(raised.code)))


@api.errorhandler(SelectionError)
def bad_selection(raised: SelectionError) -> Response:
    return problems(raised.problems)


@api.errorhandler(StaleFormError)
def stale_form(_raised: StaleFormError) -> Response:
    return refusal(409, "form.stale", _("The form was published anew meanwhile. Send the request again."))
