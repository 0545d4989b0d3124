"""A new form as the designer starts with it: one section, a name, nothing to unlearn.

In: labels and the app it goes into. Out: `new_form`. Called by `runtime.drafts`. Ids are fresh.
"""

from __future__ import annotations

from collections.abc import Iterable

from builder.edits.keys import slug, unique
from builder.forms import Field, Form, Labels, Section
from builder.ids import new_logical_id
from builder.structure import element_ids

NAME = {"zh-CN": "名称", "zh-TW": "名稱", "en": "Name"}
SECTION = {"zh-CN": "基本信息", "zh-TW": "基本資料", "en": "General"}


def new_form(labels: Labels, others: Iterable[Form] = ()) -> Form:
    """A form with a name field that is its title; its key is free among `others`."""
    forms = tuple(others)
    taken_ids = frozenset[str]().union(*(element_ids(form) for form in forms))
    taken_keys = {name for form in forms for name in (form.key, *form.aliases)}
    form_id, field_id, section_id = _fresh(3, taken_ids)
    name = Field(field_id, "name", "text", NAME, is_required=True)
    return Form(
        form_id,
        unique(slug(labels) or "form", taken_keys),
        dict(labels),
        (name,),
        (Section(section_id, SECTION, ((field_id,),)),),
        title=field_id,
    )


def _fresh(count: int, taken: frozenset[str]) -> list[str]:
    found: list[str] = []
    while len(found) < count:
        one = new_logical_id()
        if one not in taken and one not in found:
            found.append(one)
    return found
