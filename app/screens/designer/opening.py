"""What every part of the designer reads: the draft, the app around it, its problems and its history.

In: the app and form of an address. Out: `Design`. Called by the modules of this folder; one a request.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flask import url_for

from app.language import current_language
from app.wiring import current_work
from builder.apps import AppDocuments
from builder.check_form import Inspection, inspect_form
from builder.edits.parts import Found, find_field
from builder.forms import Field, Form, Section
from builder.world import build_world
from expressions.world import World
from runtime import app_documents, drafts
from runtime.catalogue import AppVersion, FormHandle
from runtime.drafts import Draft
from runtime.platform import Work


@dataclass(frozen=True)
class Design:
    """A draft being looked at, with everything around it that its screens need."""

    work: Work
    draft: Draft

    @property
    def app(self) -> AppVersion:
        return self.draft.app

    @property
    def form(self) -> Form:
        return self.draft.form

    @property
    def handle(self) -> FormHandle | None:
        """The form as it is published; None before its first publishing."""
        return self.app.find_form(self.form.id)

    @cached_property
    def documents(self) -> AppDocuments:
        """The app's published documents, this draft in the place of its own."""
        return app_documents.documents_of(self.work, self.app).with_form(self.form)

    @cached_property
    def world(self) -> World:
        return build_world(self.documents.forms)

    @cached_property
    def inspection(self) -> Inspection:
        return inspect_form(self.form, self.documents)

    def find(self, field_id: str | None) -> Found | None:
        return find_field(self.form, field_id) if field_id else None

    def section(self, section_id: str | None) -> Section | None:
        return next((one for one in self.form.sections if one.id == section_id), None)

    def other_forms(self) -> tuple[Form, ...]:
        """What a link may point to: the app's forms that hold many records."""
        return tuple(one for one in self.documents.forms if not one.is_single)

    def linking_fields(self, form_id: str | None) -> tuple[Field, ...]:
        """The links of another form that point to this one."""
        other = next((one for one in self.documents.forms if one.id == form_id), None)
        info = self.world.forms.get(form_id or "")
        if other is None or info is None:
            return ()
        points = {one.id for one in info.fields if one.is_link and one.kind.form == self.form.id}
        return tuple(one for one in other.fields if one.id in points)

    def url(self, endpoint: str = "designer.show", **values: Any) -> str:
        return url_for(endpoint, app=self.app.key, form=self.form.key, **values)

    def label(self) -> str:
        return self.form.label(current_language())


def open_design(app: str, form: str) -> Design:
    work = current_work()
    return Design(work, drafts.open_draft(work, app, form))
