"""Signing in and out, the language before that, and which workspace to go to.

In: /, /sign-in, /sign-out, /language, /workspaces. Out: pages and the session cookie. Answers of a failed
sign-in do not tell an unknown address from a wrong password; too many answer 429 with Retry-After.
"""

from __future__ import annotations

from flask import Blueprint, Response, request, url_for

from app.demo import shown_sign_ins
from app.errors import problem_text, problems_by_field
from app.htmx import go, page_or_fragment
from app.language import LANGUAGES, PSEUDO
from app.preferences import remember, remembered
from app.security import client_address, safe_next
from app.sessions import current_session, forget, keep, require_session, session_token
from app.wiring import current_platform, current_settings, only_reads
from builder.forms import pick_label
from builder.problems import Problem
from runtime import people, sessions

screen = Blueprint("signin", __name__)


@screen.get("/")
def start() -> Response:
    """To where this browser belongs: setup, sign-in, its workspace, or the choice of one."""
    if current_session() is None:
        is_first = people.is_first_run(current_platform())
        return go(url_for("setup.show") if is_first else url_for(".show"))
    return go(_first_place(require_session().account.id))


@screen.get("/sign-in")
def show() -> Response:
    if people.is_first_run(current_platform()):
        return go(url_for("setup.show"))
    if current_session() is not None:
        return go(safe_next(request.args.get("next")) or url_for(".start"))
    return _page()


@screen.post("/sign-in")
@only_reads
def sign_in() -> Response:
    email = request.form.get("email", "")
    entered = sessions.sign_in(
        current_platform(),
        email,
        request.form.get("password", ""),
        ip=client_address(),
        agent=request.user_agent.string,
    )
    if isinstance(entered, Problem):
        return _refusal(entered)
    target = safe_next(request.form.get("next")) or _first_place(entered.account.id)
    answer = go(target)
    keep(answer, entered)
    return answer


@screen.post("/sign-out")
@only_reads
def sign_out() -> Response:
    token = session_token()
    if token:
        sessions.sign_out(current_platform(), token)
    answer = go(url_for(".show"))
    forget(answer)
    answer.headers["Clear-Site-Data"] = '"cache"'
    return answer


@screen.post("/language")
@only_reads
def choose_language() -> Response:
    """Before sign-in the language is this browser's; afterwards it is the account's (settings)."""
    language = request.form.get("language", "")
    answer = go(safe_next(request.form.get("next")) or url_for(".start"))
    if language in LANGUAGES or (language == PSEUDO and current_settings().has_pseudo_language):
        remember(answer, "language", language)
    return answer


@screen.get("/workspaces")
def choose_workspace() -> Response:
    account = require_session().account
    places = [
        (slug, pick_label(names, account.language) or slug, member)
        for slug, names, member in people.list_memberships(current_platform(), account.id)
    ]
    return page_or_fragment("signin/workspaces", account=account, places=places)


def _first_place(account_id: int) -> str:
    """The workspace opened last, else the only one, else the list."""
    slugs = [slug for slug, _names, _member in people.list_memberships(current_platform(), account_id)]
    last = remembered("workspace")
    if last in slugs:
        return url_for("home.show", workspace=last)
    return url_for("home.show", workspace=slugs[0]) if len(slugs) == 1 else url_for(".choose_workspace")


def _refusal(problem: Problem) -> Response:
    seconds = problem.params.get("seconds")
    if seconds is None:
        return _page(problem_text(problem), status=422)
    answer = _page(problem_text(problem), status=429)
    answer.headers["Retry-After"] = str(seconds)
    return answer


def _page(wrong: str | None = None, status: int = 200) -> Response:
    return page_or_fragment(
        "signin/show",
        status=status,
        wrong=wrong,
        email=request.form.get("email", ""),
        next=safe_next(request.values.get("next")) or "",
        problems=problems_by_field(()),
        demo=shown_sign_ins(current_settings()),
    )
