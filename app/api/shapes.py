"""Records and other things as the API's JSON; the shapes are fixed in docs/reference/api.md.

In: a unit of work and values of runtime. Out: plain dicts. Links are {id, title}, members {id, name}; both
are named in one statement per linked form, however many records.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from builder.fields.base import FieldType
from builder.fields.registry import field_type
from builder.forms import Field
from builder.ids import read_record_id, show_record_id
from runtime import queries
from runtime.actors import Member
from runtime.catalogue import FormHandle
from runtime.changesets import Changeset
from runtime.conflicts import Conflict
from runtime.errors import NotFoundError
from runtime.platform import Work
from runtime.records import Record
from runtime.resolution import members_of

# A form that is published anew is another handle; the old one goes, and what is known of it.
_columns: WeakKeyDictionary[FormHandle, list[Column]] = WeakKeyDictionary()

Names = Mapping[tuple[str, int], str]
MEMBER = ""  # the "form" under which members are named


def record_number(text: str) -> int:
    """The number of a shown id; `NotFoundError` for anything else."""
    number = read_record_id(text)
    if number is None:
        raise NotFoundError("record", text)
    return number


class RecordShape:
    """Turns records of one form into JSON. Made once an answer: what depends on the form alone is found out
    here, not once a value."""

    def __init__(self, work: Work, form: FormHandle, keys: Collection[str] | None = None) -> None:
        self.work = work
        self.form = form
        every = _columns.get(form)
        if every is None:
            every = _columns[form] = [Column.of(one, form.types[one.id]) for one in form.form.fields]
        self.columns = every if keys is None else [one for one in every if one.key in keys]
        self._writers = [(one.id, one.key, one.plain, one.write) for one in self.columns]

    def all(self, records: Sequence[Record]) -> list[dict[str, Any]]:
        names = self._names(records)
        people: dict[int | None, Any] = {
            owner: _member(owner, names) for owner in {one.owner for one in records}
        }
        return [self._record(one, names, people[one.owner]) for one in records]

    def one(self, record: Record) -> dict[str, Any]:
        return self.all([record])[0]

    def _record(self, record: Record, names: Names, owner: Any) -> dict[str, Any]:
        found = record.values.get
        values: dict[str, Any] = {}
        for id, key, plain, write in self._writers:
            value = found(id)
            if value is not None:
                value = plain(value) if plain else write(value, names)
            values[key] = value
        return {
            "id": show_record_id(record.id),
            "version": record.version,
            "values": values,
            "owner": owner,
            "created_at": record.created_at,  # written by orjson as isoformat does
            "updated_at": record.updated_at,
        }

    def _names(self, records: Sequence[Record]) -> Names:
        ids: dict[str, set[int]] = {}
        for column in self.columns:
            for target, value in column.references(records):
                ids.setdefault(target, set()).add(value)
        people = ids.pop(MEMBER, set()) | {one.owner for one in records if one.owner is not None}
        names: dict[tuple[str, int], str] = {(MEMBER, one.id): one.name for one in self._members(people)}
        for target, wanted in ids.items():
            found = queries.titles(self.work, self.form.app.form(target), wanted)
            names.update({(target, record): title for record, title in found.items()})
        return names

    def _members(self, wanted: set[int]) -> Sequence[Member]:
        """Whoever saves a record is mostly all that it names: nobody has to be looked up then."""
        actor = self.work.actor.member
        if actor is not None and wanted <= {actor.id}:
            return (actor,)
        return members_of(self.work) if wanted else ()

    def value(self, field: Field, value: Any) -> Any:
        """One value by itself (histories, conflicts): links without their titles."""
        if value is None:
            return None
        return Column.of(field, self.form.types.get(field.id) or field_type(field)).write(value, {})


@dataclass(frozen=True, slots=True)
class Column:
    """A field, or a column of a subform, with how its values are written. `target`: the form that it links
    to, or MEMBER."""

    id: str
    key: str
    write: Callable[[Any, Names], Any]
    target: str | None = None
    columns: tuple[Column, ...] = ()
    plain: Callable[[Any], Any] | None = None  # `write` where nothing has to be named

    @classmethod
    def of(cls, field: Field, bound: FieldType) -> Column:
        if field.subform is not None:
            columns = tuple(cls.of(one, field_type(one)) for one in field.subform.fields)
            return cls(field.id, field.key, lambda lines, names: _lines(columns, lines, names), None, columns)
        kind = bound.kind()
        if kind.name == "record":
            return cls(
                field.id, field.key, lambda value, names: _link(kind.form, bound, value, names), kind.form
            )
        if kind.name == "user":
            return cls(field.id, field.key, lambda value, names: _person(bound, value, names), MEMBER)
        write = bound.to_json
        return cls(field.id, field.key, lambda value, _names: write(value), plain=write)

    def references(self, records: Sequence[Record]) -> Iterator[tuple[str, int]]:
        """What these records link to through this field: (form, record)."""
        if self.target is not None:
            for record in records:
                value = record.values.get(self.id)
                if isinstance(value, int):
                    yield self.target, value
        for column in self.columns:
            if column.target is None:
                continue
            for record in records:
                for line in record.values.get(self.id) or ():
                    if isinstance(line.get(column.id), int):
                        yield column.target, line[column.id]


def _lines(columns: Sequence[Column], lines: Sequence[Mapping[str, Any]], names: Names) -> list[Any]:
    return [
        {"id": show_record_id(line["id"])}
        | {one.key: None if line.get(one.id) is None else one.write(line[one.id], names) for one in columns}
        for line in lines
    ]


def _link(target: str | None, bound: FieldType, value: Any, names: Names) -> Any:
    if not isinstance(value, int):
        return bound.to_json(value)
    return {"id": show_record_id(value), "title": names.get((target or "", value))}


def _person(bound: FieldType, value: Any, names: Names) -> Any:
    return _member(value, names) if isinstance(value, int) else bound.to_json(value)


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
        "is_being_reverted": changeset.is_being_reverted,
        "reverts": None if changeset.reverts is None else show_record_id(changeset.reverts),
    }
