"""The world that expressions of an app are read in, from its forms.

In: `Form`s (published ones or drafts; broken configs allowed). Out: `build_world`, `SYSTEM_INFOS`.
Called by `builder.check_form`, `builder.compute` and `runtime.catalogue`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from builder.fields.registry import field_type
from builder.forms import Field, Form
from expressions.kinds import DATETIME, USER, Kind, record_of
from expressions.world import FieldInfo, FormInfo, World


def _system(key: str, kind: Kind, chinese: str, taiwanese: str, english: str) -> FieldInfo:
    labels = (("zh-CN", chinese), ("zh-TW", taiwanese), ("en", english))
    return FieldInfo(key, key, kind, labels)


SYSTEM_INFOS = (
    _system("created_at", DATETIME, "创建时间", "建立時間", "Created at"),
    _system("created_by", USER, "创建人", "建立者", "Created by"),
    _system("updated_at", DATETIME, "更新时间", "更新時間", "Updated at"),
    _system("updated_by", USER, "更新人", "更新者", "Updated by"),
    _system("owner", USER, "负责人", "負責人", "Owner"),
)


def build_world(forms: Iterable[Form]) -> World:
    """Every form and, under its field's id, every subform, with the fields the system keeps."""
    return World.of(info for form in forms for info in form_infos(form))


def form_infos(form: Form) -> Iterator[FormInfo]:
    own = tuple(field_info(one) for one in form.fields)
    system = (*SYSTEM_INFOS, FieldInfo("id", "id", record_of(form.id), (("zh-CN", "编号"), ("en", "ID"))))
    yield FormInfo(form.id, form.key, tuple(form.labels.items()), (*own, *system), is_single=form.is_single)
    for one in form.fields:
        if one.subform is not None:
            columns = tuple(field_info(column) for column in one.subform.fields)
            yield FormInfo(one.id, one.key, tuple(one.labels.items()), columns, parent=form.id)


def field_info(one: Field) -> FieldInfo:
    kind = field_type(one).kind()
    return FieldInfo(
        one.id,
        one.key,
        kind,
        tuple(one.labels.items()),
        one.aliases,
        is_today_dependent=one.config.get("today") == "live",
        is_link=kind.name == "record",
    )
