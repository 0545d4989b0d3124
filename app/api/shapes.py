"""Records and other things as the API's JSON; the shapes are fixed in docs/reference/api.md.

In: a unit of work and values of runtime. Out: plain dicts. Links are {id, title}, members {id, name}; both
are named in one statement per linked form, however many records.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from builder.fields.base import FieldType
from builder.forms import Field
from builder.ids import read_record_id, show_record_id
from runtime import people, queries
from runtime.catalogue import FormHandle
from runtime.changesets import Changeset
from runtime.conflicts import Conflict
from runtime.errors import NotFoundError
from runtime.platform import Work
from runtime.records import Record

Names = Mapping[tuple[str, int], str]
MEMBER = ""  # the "form" under which members are named


def record_number(text: str) -> int:
    """The number of a shown id; `NotFoundError` for anything else."""
    number = read_record_id(text)
    if number is None:
        raise NotFoundError("record", text)
    return number


class RecordShape:
    """Turns records of one form into JSON. Made once an answer."""

    def __init__(self, work: Work, form: FormHandle, keys: Collection[str] | None = None) -> None:
        self.work = work
        self.form = form
        wanted = form.form.fields if keys is None else [one for one in form.form.fields if one.key in keys]
        self.fields = [(one, form.types[one.id]) for one in wanted]

    def all(self, records: Sequence[Record]) -> list[dict[str, Any]]:
        names = self._names(records)
        return [self._record(one, names) for one in records]

    def one(self, record: Record) -> dict[str, Any]:
        return self.all([record])[0]

    def _record(self, record: Record, names: Names) -> dict[str, Any]:
        values = {
            field.key: _value(field, bound, record.values.get(field.id), names)
            for field, bound in self.fields
        }
        return {
            "id": show_record_id(record.id),
            "version": record.version,
            "values": values,
            "owner": _member(record.owner, names),
            "created_at": record.created_at.isoformat(),
            "updated_at": record.updated_at.isoformat(),
        }

    def _names(self, records: Sequence[Record]) -> Names:
        ids: dict[str, set[int]] = {}
        for field, bound in self.fields:
            for target, value in _references(field, bound, records):
                ids.setdefault(target, set()).add(value)
        names: dict[tuple[str, int], str] = {
            (MEMBER, one.id): one.name for one in people.list_members(self.work)
        }
        for target, wanted in ids.items():
            found = queries.titles(self.work, self.form.app.form(target), wanted)
            names.update({(target, record): title for record, title in found.items()})
        return names

    def value(self, field: Field, value: Any) -> Any:
        """One value by itself (histories, conflicts): links without their titles."""
        return _value(field, self.form.types.get(field.id) or _bound(field), value, {})


def _bound(field: Field) -> FieldType:
    from builder.fields.registry import field_type

    return field_type(field)


def _references(field: Field, bound: FieldType, records: Sequence[Record]) -> list[tuple[str, int]]:
    kind = bound.kind()
    if kind.name == "record" and kind.form:
        found = (record.values.get(field.id) for record in records)
        return [(kind.form, value) for value in found if value is not None]
    if field.subform is None:
        return []
    pairs = []
    for column in field.subform.fields:
        column_kind = _bound(column).kind()
        if column_kind.name == "record" and column_kind.form:
            pairs += [
                (column_kind.form, line[column.id])
                for record in records
                for line in record.values.get(field.id) or ()
                if line.get(column.id) is not None
            ]
    return pairs


def _value(field: Field, bound: FieldType, value: Any, names: Names) -> Any:
    if value is None:
        return None
    if field.subform is not None:
        columns = [(one, _bound(one)) for one in field.subform.fields]
        return [
            {"id": show_record_id(line["id"])}
            | {one.key: _value(one, column, line.get(one.id), names) for one, column in columns}
            for line in value
        ]
    kind = bound.kind()
    if kind.name == "record" and isinstance(value, int):
        return {"id": show_record_id(value), "title": names.get((kind.form or "", value))}
    if kind.name == "user" and isinstance(value, int):
        return _member(value, names)
    return bound.to_json(value)


def _member(member: int | None, names: Names) -> dict[str, Any] | None:
    if member is None:
        return None
    return {"id": show_record_id(member), "name": names.get((MEMBER, member))}


def conflict_json(shape: RecordShape, conflict: Conflict) -> dict[str, Any]:
    """Both sides of every field that differs, by key."""
    by_id = shape.form.form.by_id
    return {
        "version": conflict.version,
        "sides": [
            {
                "field": by_id[side.field].key,
                "base": shape.value(by_id[side.field], side.base),
                "yours": shape.value(by_id[side.field], side.yours),
                "theirs": shape.value(by_id[side.field], side.theirs),
                "clashes": side.is_clash,
            }
            for side in conflict.sides
            if side.field in by_id
        ],
    }


def changeset_json(changeset: Changeset) -> dict[str, Any]:
    return {
        "id": show_record_id(changeset.id),
        "at": changeset.at.isoformat(),
        "actor": changeset.actor,
        "member": None if changeset.member_id is None else show_record_id(changeset.member_id),
        "action": changeset.action,
        "cause": dict(changeset.cause),
        "records": changeset.records,
        "is_open": changeset.is_open,
        "is_reverted": changeset.is_reverted,
    }
