"""Settings: the person's own (name, language, appearance, password, sessions) and the workspace's.

In: /w/<workspace>/settings…. Out: three pages. Language and zone belong to the account, the name to this
workspace, theme and density to this browser.
"""

from __future__ import annotations

from flask import Response, request, url_for
from flask_babel import force_locale
from flask_babel import gettext as _

from app.errors import problems_by_field
from app.htmx import go, page_or_fragment, toast
from app.language import LANGUAGES, LOCALES
from app.preferences import DENSITIES, THEMES, remember
from app.sessions import require_session
from app.wiring import current_platform, current_work, only_reads
from app.workspace_screen import workspace_screen
from app.zones import zone_options
from runtime import access, people, sessions, workspaces

screen = workspace_screen("settings", __name__)
CHOICES = {"theme": THEMES, "density": DENSITIES}


@screen.get("/settings")
def show_profile() -> Response:
    return _profile({})


@screen.post("/settings")
def change_profile() -> Response:
    language = request.form.get("language", "")
    problems = people.change_profile(
        current_work(),
        name=request.form.get("name", ""),
        language=language,
        zone=request.form.get("zone", ""),
    )
    if problems:
        return _profile(problems_by_field(problems), status=422)
    with force_locale(LOCALES[language]):
        toast(_("Saved"))
    answer = go(url_for(".show_profile"))
    remember(answer, "language", language)
    return answer


@screen.post("/settings/appearance")
@only_reads
def change_appearance() -> Response:
    answer = go(url_for(".show_profile"))
    for name, allowed in CHOICES.items():
        if request.form.get(name) in allowed:
            remember(answer, name, request.form[name])
    toast(_("Saved"))
    return answer


@screen.get("/settings/security")
def show_security() -> Response:
    return _security({})


@screen.post("/settings/password")
@only_reads  # runtime.sessions has its own units of work: a password is compared outside of any
def change_password() -> Response:
    new = request.form.get("new_password", "")
    problem = sessions.change_password(
        current_platform(), require_session(), request.form.get("old_password", ""), new
    )
    if problem is not None:
        found = problems_by_field((problem,))
        found = {"new_password" if key == "password" else key: texts for key, texts in found.items()}
        return _security(found, status=422)
    toast(_("Your password is changed. Other browsers were signed out."))
    return go(url_for(".show_security"))


@screen.post("/settings/sessions/<int:session_id>/end")
@only_reads
def end_session(session_id: int) -> Response:
    sessions.revoke_session(current_platform(), require_session().account.id, session_id)
    toast(_("That browser is signed out"))
    return go(url_for(".show_security"))


@screen.get("/settings/workspace")
def show_workspace() -> Response:
    access.require_people_admin(current_work())
    return _workspace({})


@screen.post("/settings/workspace")
def change_workspace() -> Response:
    names = {tag: request.form.get(f"name_{tag}", "").strip() for tag in LANGUAGES}
    problems = workspaces.change_workspace(
        current_work(),
        names={tag: text for tag, text in names.items() if text},
        zone=request.form.get("zone", ""),
        language=request.form.get("language", ""),
    )
    if problems:
        return _workspace(problems_by_field(problems), status=422)
    toast(_("Saved"))
    return go(url_for(".show_workspace"))


def _profile(problems: dict[str, list[str]], status: int = 200) -> Response:
    return page_or_fragment(
        "settings/profile",
        status=status,
        problems=problems,
        values=request.form,
        languages=tuple(LANGUAGES.items()),
        zones=zone_options(),
    )


def _security(problems: dict[str, list[str]], status: int = 200) -> Response:
    session = require_session()
    return page_or_fragment(
        "settings/security",
        status=status,
        problems=problems,
        session=session,
        sessions=sessions.list_sessions(current_platform(), session.account.id),
    )


def _workspace(problems: dict[str, list[str]], status: int = 200) -> Response:
    return page_or_fragment(
        "settings/workspace",
        status=status,
        problems=problems,
        values=request.form,
        languages=tuple(LANGUAGES.items()),
        zones=zone_options(),
    )
