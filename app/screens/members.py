"""Members: who is in the workspace, adding somebody, roles, and ending a right to be here.

In: /w/<workspace>/members…. Out: the page, its table, the dialog of adding. Everybody may look; owners and
admins change (runtime.people decides).
"""

from __future__ import annotations

import secrets
from typing import cast

from flask import Response, request, url_for
from flask_babel import gettext as _

from app.errors import problem_text, problems_by_field, refuse
from app.htmx import go, page_or_fragment, toast, wants_fragment
from app.language import LANGUAGES
from app.wiring import current_actor, current_work
from app.workspace_screen import workspace_screen
from builder.problems import Problem
from runtime import access, people
from runtime.actors import ROLES, RoleName
from runtime.people import NewPerson

screen = workspace_screen("members", __name__)


@screen.get("/members")
def show() -> Response:
    return _list()


@screen.get("/members/add")
def show_add() -> Response:
    access.require_people_admin(current_work())
    return _dialog({})


@screen.post("/members")
def add() -> Response:
    work = current_work()
    password = _one_time_password()
    person = NewPerson(
        request.form.get("email", ""),
        request.form.get("name", ""),
        password,
        request.form.get("language", work.workspace.language),
        work.workspace.zone,
    )
    has_account = people.find_account_by_email(work.connection, person.email) is not None
    made = people.add_member(work, person, _role())
    if isinstance(made, tuple):
        return _dialog(problems_by_field(made), status=422)
    return page_or_fragment("members/added", member=made, password=None if has_account else password)


@screen.post("/members/<int:member_id>/role")
def change_role(member_id: int) -> Response:
    made = people.change_role(current_work(), member_id, _role())
    if isinstance(made, Problem):
        return refuse(422, text=problem_text(made))
    toast(_("%(name)s has a new role now", name=made.name))
    return _after_change()


@screen.post("/members/<int:member_id>/active")
def set_active(member_id: int) -> Response:
    is_active = request.form.get("active") == "1"
    made = people.set_active(current_work(), member_id, is_active=is_active)
    if isinstance(made, Problem):
        return refuse(422, text=problem_text(made))
    if is_active:
        toast(_("%(name)s may sign in here again", name=made.name))
    else:
        toast(_("%(name)s can no longer sign in here. Their records stay.", name=made.name))
    return _after_change()


def _role() -> RoleName:
    """As it was sent: runtime words the refusal of a role that there is not."""
    return cast("RoleName", request.form.get("role", "member"))


def _after_change() -> Response:
    return _list() if wants_fragment() else go(url_for(".show"))


def _list() -> Response:
    work, actor = current_work(), current_actor()
    return page_or_fragment(
        "members/show",
        fragment="members/list",
        members=people.list_members(work),
        roles=ROLES,
        me=actor.member,
        may_change=actor.is_designer,
        is_owner=actor.member is not None and actor.member.role == "owner",
    )


def _dialog(problems: dict[str, list[str]], status: int = 200) -> Response:
    actor = current_actor()
    is_owner = actor.member is not None and actor.member.role == "owner"
    return page_or_fragment(
        "members/add",
        status=status,
        problems=problems,
        values=request.form,
        roles=[role for role in ROLES if is_owner or role != "owner"],
        languages=tuple(LANGUAGES.items()),
        language=request.form.get("language", current_work().workspace.language),
    )


def _one_time_password() -> str:
    """Sixteen signs in four groups that can be read out on the phone: about 78 bits."""
    signs = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(signs) for _sign in range(4)) for _group in range(4))
