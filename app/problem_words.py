"""From a problem to its sentence in the reader's language.

In: a `Problem`. Out: `problem_text`, `problems_by_field`. Called by screens (through app/errors.py), the
API and the command line. The sentences themselves are in app/problem_texts/.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import structlog
from flask_babel import gettext as _
from flask_babel.speaklater import LazyString

from app.language import current_language
from app.problem_texts import PROBLEM_TEXTS
from builder.forms import pick_label
from builder.problems import Problem
from expressions.errors import ExpressionProblem

EXPRESSION = "expression."
log = structlog.get_logger(__name__)


def problem_text(problem: Problem) -> str:
    """The problem as a sentence that says what is wrong and what to do."""
    if problem.code.startswith(EXPRESSION):
        code = problem.code.removeprefix(EXPRESSION)
        return ExpressionProblem(code, problem.span or (0, 0), problem.params).text(current_language())
    text = _sentence(problem)
    if text is None:
        log.error("problem_without_words", code=problem.code)
        return _("This cannot be used (%(code)s)", code=problem.code)
    shown = {name: _shown(value) for name, value in problem.params.items()}
    try:
        return str(text) % shown
    except (KeyError, TypeError):
        log.exception("problem_without_parameter", code=problem.code, params=sorted(shown))
        return _("This cannot be used (%(code)s)", code=problem.code)


def _sentence(problem: Problem) -> LazyString | None:
    """The code's own words, or those of "code+parameter" where that parameter says something."""
    for name, value in problem.params.items():
        variant = PROBLEM_TEXTS.get(f"{problem.code}+{name}") if value else None
        if variant is not None:
            return variant
    return PROBLEM_TEXTS.get(problem.code)


def _shown(value: object) -> object:
    """Labels in the reader's language, lists joined; the rest as it is."""
    if isinstance(value, Mapping):
        return pick_label(value, current_language())
    if isinstance(value, list | tuple | set | frozenset):
        return _(", ").join(str(_shown(one)) for one in value)
    return value


def problems_by_field(problems: Iterable[Problem]) -> dict[str, list[str]]:
    """Sentences by the field they stand at; "" for those of the whole form."""
    found: dict[str, list[str]] = {}
    for problem in problems:
        found.setdefault(problem.field or "", []).append(problem_text(problem))
    return found
