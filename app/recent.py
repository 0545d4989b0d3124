"""What changed lately, in words: one line a changeset, as home shows it.

In: a unit of work. Out: `recent_changes`. The actor sees what `runtime.changesets` lets them see.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from app.formats import number
from app.language import current_language
from app.navigation import form_url
from runtime import people
from runtime.catalogue import FormHandle
from runtime.changesets import Changeset, list_changesets
from runtime.errors import NotFoundError
from runtime.platform import Work

WORDS: Mapping[str, LazyString] = {
    "create": _l("%(form)s: %(records)s added"),
    "update": _l("%(form)s: %(records)s changed"),
    "delete": _l("%(form)s: %(records)s deleted"),
    "restore": _l("%(form)s: %(records)s brought back"),
    "import": _l("%(form)s: %(records)s imported"),
    "revert": _l("%(form)s: %(records)s undone"),
    "fill": _l("%(form)s: %(records)s computed"),
    "daily": _l("%(form)s: %(records)s computed for today"),
    "settings": _l("%(form)s changed"),
    "demo": _l("Demo data: %(records)s records"),
}
ICONS = {"import": "file-import", "revert": "arrow-back-up", "delete": "trash", "demo": "database"}
HIDDEN = ("fill", "daily")  # nobody did these; they would drown what people did


@dataclass(frozen=True, slots=True)
class Change:
    """One line."""

    text: str
    icon: str
    url: str | None
    who: str
    at: datetime


def recent_changes(work: Work, *, most: int = 6) -> list[Change]:
    found = [one for one in list_changesets(work, limit=4 * most) if one.action not in HIDDEN][:most]
    names = {member.id: member.name for member in people.list_members(work)} if found else {}
    return [_change(work, one, names) for one in found]


def _change(work: Work, one: Changeset, names: Mapping[int, str]) -> Change:
    form = _form(work, one)
    label = form.label(current_language()) if form else _("A form that is gone")
    text = str(WORDS.get(one.action, WORDS["update"])) % {"form": label, "records": number(one.records)}
    who = names.get(one.member_id or 0) or _("The system")
    url = form_url(form.app.key, form.key) if form else None
    icon = ICONS.get(one.action) or (form.form.icon if form else "history")
    return Change(text, icon, url, who, one.at)


def _form(work: Work, one: Changeset) -> FormHandle | None:
    if one.number is None:
        return None
    try:
        return work.catalogue.form_numbered(one.number)
    except NotFoundError:
        return None
