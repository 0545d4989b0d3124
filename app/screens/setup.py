"""The first run: the owner, the first workspace, its language and zone. Gone once there is anybody.

In: GET and POST /setup. Out: the page, or a signed-in owner in a new workspace.
"""

from __future__ import annotations

from flask import Blueprint, Response, request, url_for
from werkzeug.exceptions import NotFound

from app.errors import problems_by_field
from app.htmx import go, page_or_fragment
from app.language import current_language
from app.security import client_address
from app.sessions import keep
from app.wiring import current_platform, only_reads
from app.zones import zone_options
from runtime import people, sessions
from runtime.people import NewPerson
from runtime.sessions import SignedIn
from runtime.workspaces import NewWorkspace

screen = Blueprint("setup", __name__)
FIRST_SLUG = "main"


@screen.get("/setup")
def show() -> Response:
    _require_first_run()
    return _page({})


@screen.post("/setup")
@only_reads
def create() -> Response:
    _require_first_run()
    person, workspace = _read()
    made = people.create_owner(current_platform(), person, workspace)
    if isinstance(made, tuple):
        return _page(problems_by_field(made), status=422)
    entered = sessions.sign_in(
        current_platform(),
        person.email,
        person.password or "",
        ip=client_address(),
        agent=request.user_agent.string,
    )
    answer = go(url_for("home.show", workspace=workspace.slug))
    if isinstance(entered, SignedIn):
        keep(answer, entered)
    return answer


def _read() -> tuple[NewPerson, NewWorkspace]:
    form = request.form
    language, zone = form.get("language", current_language()), form.get("zone", "Asia/Shanghai")
    person = NewPerson(form.get("email", ""), form.get("name", ""), form.get("password", ""), language, zone)
    names = {language: form.get("workspace_name", "")}
    return person, NewWorkspace(FIRST_SLUG, names, zone, language)


def _require_first_run() -> None:
    if not people.is_first_run(current_platform()):
        raise NotFound


def _page(problems: dict[str, list[str]], status: int = 200) -> Response:
    return page_or_fragment(
        "setup/show", status=status, problems=problems, values=request.form, zones=zone_options()
    )
