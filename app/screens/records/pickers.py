"""What a link may point to: records of the linked form, sought while typing.

In: GET …/pick/<field>?q=…, a field of the form or a column of one of its subforms, by id. Out: the options
of the list box. Called by js/picker.js; without script the title is typed and looked up when the record is
saved.
"""

from __future__ import annotations

from flask import Response, make_response, render_template, request
from flask_babel import gettext as _

from app.language import current_language
from app.navigation import form_url
from app.wiring import current_work
from app.workspace_screen import workspace_screen
from builder.fields.lookup import type_of
from builder.forms import Field
from builder.ids import show_record_id
from runtime import access, queries
from runtime.catalogue import FormHandle
from runtime.errors import NotFoundError

screen = workspace_screen("pickers", __name__)
MOST = 12


@screen.get("/a/<app>/f/<form>/pick/<field>")
def pick(app: str, form: str, field: str) -> Response:
    work = current_work()
    handle = access.open_form(work, form, to="view", app=app)
    target = handle.app.find_form(type_of(find_link(handle, field)).kind().form or "")
    if target is None:
        raise NotFoundError("form", field)
    sought = " ".join(request.args.get("q", "").split())[:100]
    found = queries.pick(work, target, sought, MOST)
    options = [(show_record_id(one.id), one.text) for one in found]
    fragment = render_template(
        "fragments/records/picked.html",
        options=options,
        sought=sought,
        label=target.label(current_language()),
        more=_("Type to narrow it down") if len(found) == MOST else "",
        new_url=f"{form_url(target.app.key, target.key)}/new" if access.may(work, "add") else "",
    )
    return make_response(fragment)


def find_link(form: FormHandle, field: str) -> Field:
    """The field or column with this id that links to a form."""
    columns = [column for one in form.form.fields if one.subform for column in one.subform.fields]
    for one in (*form.form.fields, *columns):
        if one.id == field and type_of(one).kind().name == "record":
            return one
    raise NotFoundError("field", field)
