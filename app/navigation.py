"""Where people are and where they can go: what the shell draws around every screen.

In: the request's place (app, form, view), set by screens with `use_place`. Out: `shell()` for the
templates. Labels are in the reader's language; nothing here asks the database beyond the catalogue.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import g, request, url_for
from flask_babel import gettext as _

from app.language import current_language
from app.wiring import current_work
from builder.apps import read_app
from builder.forms import pick_label
from builder.views import View
from runtime import access
from runtime.actors import Member
from runtime.catalogue import AppVersion, FormHandle
from runtime.workspaces import Workspace


@dataclass(frozen=True, slots=True)
class Place:
    """The app, form and view that the page is about."""

    app: AppVersion
    form: FormHandle | None = None
    view: View | None = None


@dataclass(frozen=True, slots=True)
class NavLink:
    """One form in the side navigation."""

    label: str
    url: str
    icon: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class NavGroup:
    label: str
    links: tuple[NavLink, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the workspace in the bar on top; `key` is its keyboard shortcut."""

    label: str
    url: str
    key: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Shell:
    """What the frame of a page shows."""

    workspace: Workspace
    member: Member
    place: Place | None
    groups: tuple[NavGroup, ...]
    sections: tuple[Section, ...]
    may_design: bool
    section: str

    @property
    def workspace_name(self) -> str:
        return self.workspace.name(current_language())

    @property
    def app_name(self) -> str:
        return self.place.app.label(current_language()) if self.place else ""


def use_place(app: AppVersion, form: FormHandle | None = None, view: View | None = None) -> None:
    """Says which app and form this page is about; the side navigation follows."""
    g.place = Place(app, form, view)


def shell() -> Shell | None:
    """The frame of this page, or None outside a workspace (sign-in, setup, some errors)."""
    actor = g.get("actor")
    if actor is None or actor.member is None or g.get("workspace_slug") is None:
        return None
    if "shell" not in g:
        work = current_work()
        place: Place | None = g.get("place")
        g.shell = Shell(
            work.workspace,
            actor.member,
            place,
            app_groups(place) if place else (),
            sections(may_design=access.may(work, "design")),
            access.may(work, "design"),
            current_section(),
        )
    found: Shell = g.shell
    return found


def current_section() -> str:
    """The blueprint that answers."""
    return (request.endpoint or "").split(".")[0]


def sections(*, may_design: bool) -> tuple[Section, ...]:
    """The parts of a workspace that this member may open."""
    here = current_section()
    found = [Section(_("Home"), url_for("home.show"), "g h", here == "home")]
    if may_design:
        url = url_for("templates_centre.show")
        found.append(Section(_("Template centre"), url, "g t", here == "templates_centre"))
    found.append(Section(_("Members"), url_for("members.show"), "g m", here == "members"))
    found.append(Section(_("Settings"), url_for("settings.show_profile"), "g s", here == "settings"))
    return tuple(found)


def app_groups(place: Place) -> tuple[NavGroup, ...]:
    """The forms of an app by the groups of its definition; what no group names comes last."""
    language = current_language()
    left = {form.id: form for form in place.app.forms}
    groups: list[NavGroup] = []
    for group in read_app(place.app.document).groups:
        handles = [left.pop(form_id) for form_id in group.forms if form_id in left]
        if handles:
            groups.append(NavGroup(pick_label(group.labels, language), _links(place, handles, language)))
    if left:
        groups.append(NavGroup("", _links(place, list(left.values()), language)))
    return tuple(groups)


def _links(place: Place, handles: list[FormHandle], language: str) -> tuple[NavLink, ...]:
    return tuple(
        NavLink(
            one.label(language),
            form_url(place.app.key, one.key),
            one.form.icon,
            is_current=place.form is not None and place.form.id == one.id,
        )
        for one in handles
    )


def app_url(app_key: str) -> str:
    return url_for("home.show_app", app=app_key)


def form_url(app_key: str, form_key: str) -> str:
    """The list of a form. The path is fixed: other people keep it in their bookmarks."""
    return f"/w/{g.workspace_slug}/a/{app_key}/f/{form_key}"


def design_url(app_key: str, form_key: str) -> str:
    """The designer of a form; as fixed as the list's path."""
    return f"/w/{g.workspace_slug}/a/{app_key}/design/{form_key}"
