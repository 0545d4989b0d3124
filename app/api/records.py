"""Records through the API: list, read, create, change, delete, figures, history.

In: a form by "app.form" or id. Out: JSON of `shapes.RecordShape`. The rules are runtime's: gate, one call,
one answer.
"""

from __future__ import annotations

from typing import Any

from flask import Response, request

from app.api.answers import answer, problems, refusal
from app.api.operations import operation
from app.api.shapes import RecordShape, conflict_json, record_number
from app.problem_words import problem_text
from app.wiring import current_work
from builder.ids import show_record_id
from builder.problems import Problem
from runtime import access, changesets, queries, records
from runtime.catalogue import FormHandle
from runtime.queries import Group, Selection
from runtime.records import Outcome

MOST_AT_ONCE = 1_000
VALUES = {"type": "object", "maxProperties": 600}
RECORD = {
    "type": "object",
    "properties": {
        "id": {"type": "string", "minLength": 13, "maxLength": 13},
        "version": {"type": "integer"},
        "values": VALUES,
    },
    "required": ["id", "version", "values"],
}
LIST = {
    "type": "object",
    "properties": {"records": {"type": "array", "items": RECORD}, "next": {"type": ["string", "null"]}},
    "required": ["records", "next"],
}
SELECTING = {
    "filter": "An expression that has to be true, such as amount > 100",
    "sort": "Field keys, comma separated; - in front for descending",
    "search": "Words in the title and other short texts",
    "fields": "Field keys to answer, comma separated; all without",
}


def read_selection() -> Selection:
    """The selection in the query string."""
    given = request.args
    sort = tuple(
        (name.removeprefix("-"), "desc" if name.startswith("-") else "asc")
        for name in (part.strip() for part in given.get("sort", "").split(","))
        if name
    )
    fields = tuple(part.strip() for part in given.get("fields", "").split(",") if part.strip())
    return Selection(given.get("filter"), sort, given.get("search", ""), fields or None)  # type: ignore[arg-type]


def read_limit(usual: int = 50, most: int = 500) -> int:
    text = request.args.get("limit", "")
    return max(1, min(int(text), most)) if text.isascii() and text.isdigit() and len(text) < 7 else usual


@operation(
    "GET",
    "/forms/{form}/records",
    summary="A page of records",
    tag="records",
    query={**SELECTING, "limit": "Records a page, at most 500", "cursor": "`next` of the page before"},
    answers={200: LIST},
)
def list_records(form: str) -> Response:
    work = current_work()
    handle = access.open_form(work, form, to="view")
    selection = read_selection()
    page = queries.page(work, handle, selection, read_limit(), request.args.get("cursor"))
    shape = RecordShape(work, handle, _keys(handle, selection))
    return answer({"records": shape.all(page.records), "next": page.next_cursor})


def _keys(handle: FormHandle, selection: Selection) -> set[str] | None:
    if selection.fields is None:
        return None
    found = (handle.form.by_key.get(name) or handle.form.by_id.get(name) for name in selection.fields)
    return {field.key for field in found if field is not None}


@operation(
    "POST",
    "/forms/{form}/records",
    summary="Create one record, or several: all or none, or with partial=1 each that is right",
    tag="records",
    query={"partial": "1 to create those that are right"},
    body={
        "anyOf": [
            {"type": "object", "properties": {"values": VALUES}, "required": ["values"]},
            {
                "type": "array",
                "minItems": 1,
                "maxItems": MOST_AT_ONCE,
                "items": {"type": "object", "properties": {"values": VALUES}, "required": ["values"]},
            },
        ]
    },
    answers={201: RECORD, 207: None, 422: None},
)
def create_records(body: Any, form: str) -> Response:
    work = current_work()
    handle = access.open_form(work, form, to="add")
    shape = RecordShape(work, handle)
    if isinstance(body, dict):
        outcome = records.create(work, handle, body["values"], cause="api")
        if outcome.record is None:
            return problems(outcome.problems)
        return answer(shape.one(outcome.record), 201)
    is_partial = request.args.get("partial") == "1"
    raws = [one["values"] for one in body]
    outcomes = records.create_many(work, handle, raws, cause="api", is_partial=is_partial)
    wrong = [place for place, one in enumerate(outcomes) if one.problems]
    if wrong and not is_partial:
        return problems([_placed(one, place) for place in wrong for one in outcomes[place].problems])
    return answer({"records": [_created(shape, one) for one in outcomes]}, 207 if wrong else 201)


def _placed(problem: Problem, place: int) -> Problem:
    return problem.at(f"{place}.{problem.field}" if problem.field else str(place))


def _created(shape: RecordShape, outcome: Outcome) -> dict[str, Any]:
    if outcome.record is not None:
        return shape.one(outcome.record)
    return {
        "errors": [
            {"field": one.field, "code": one.code, "message": problem_text(one)} for one in outcome.problems
        ]
    }


@operation(
    "GET",
    "/forms/{form}/records/{record}",
    summary="One record",
    tag="records",
    answers={200: RECORD, 404: None},
)
def get_record(form: str, record: str) -> Response:
    work = current_work()
    handle = access.open_form(work, form, to="view")
    found = queries.get_record(work, handle, record_number(record))
    return answer(RecordShape(work, handle).one(found))


@operation(
    "PATCH",
    "/forms/{form}/records/{record}",
    summary="Change a record; a stale version answers 409 with both sides",
    tag="records",
    body={
        "type": "object",
        "properties": {"version": {"type": "integer", "minimum": 1}, "values": VALUES},
        "required": ["version", "values"],
    },
    answers={200: RECORD, 409: None, 422: None},
)
def change_record(body: Any, form: str, record: str) -> Response:
    work = current_work()
    handle = access.open_form(work, form, to="edit")
    outcome = records.update(
        work, handle, record_number(record), body["version"], body["values"], cause="api"
    )
    shape = RecordShape(work, handle)
    if outcome.conflict is not None:
        problem = Problem("record.stale")
        return problems([problem], 409, conflict=conflict_json(shape, outcome.conflict))
    if outcome.record is None:
        return problems(outcome.problems)
    return answer(shape.one(outcome.record))


@operation(
    "DELETE",
    "/forms/{form}/records/{record}",
    summary="Put a record into the bin; its changeset can be reverted",
    tag="records",
    query={"version": "The version that was read, to refuse a stale delete"},
    answers={200: None, 404: None, 409: None},
)
def delete_record(form: str, record: str) -> Response:
    work = current_work()
    handle = access.open_form(work, form, to="delete")
    text = request.args.get("version", "")
    version = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
    outcome = records.delete(work, handle, record_number(record), version, cause="api")
    if outcome.conflict is not None:
        shape = RecordShape(work, handle)
        return problems([Problem("record.stale")], 409, conflict=conflict_json(shape, outcome.conflict))
    if outcome.changeset_id is None:
        return refusal(409, "record.not_deleted", "")
    return answer({"changeset": show_record_id(outcome.changeset_id)})


@operation(
    "POST",
    "/forms/{form}/aggregate",
    summary="Grouped figures",
    tag="records",
    reads=True,
    body={
        "type": "object",
        "properties": {
            "group_by": {
                "type": "array",
                "maxItems": 4,
                "items": {
                    "anyOf": [
                        {"type": "string"},
                        {
                            "type": "object",
                            "properties": {
                                "field": {"type": "string"},
                                "grain": {"enum": ["day", "week", "month", "quarter", "year"]},
                            },
                            "required": ["field"],
                        },
                    ]
                },
            },
            "measures": {"type": "array", "minItems": 1, "maxItems": 10, "items": {"type": "string"}},
            "filter": {"type": ["string", "null"]},
            "search": {"type": "string"},
        },
        "required": ["measures"],
    },
    answers={200: {"type": "object", "properties": {"rows": {"type": "array"}}, "required": ["rows"]}},
)
def aggregate(body: Any, form: str) -> Response:
    work = current_work()
    handle = access.open_form(work, form, to="view")
    groups = [
        Group(one) if isinstance(one, str) else Group(one["field"], one.get("grain"))
        for one in body.get("group_by", ())
    ]
    figures = queries.aggregate(
        work, handle, groups, body["measures"], body.get("filter"), body.get("search", "")
    )
    shape = RecordShape(work, handle)
    rows = [
        {
            "group": [
                _group_json(shape, group, value) for group, value in zip(groups, one.groups, strict=True)
            ],
            "values": [_figure(value) for value in one.measures],
        }
        for one in figures
    ]
    return answer({"rows": rows})


def _group_json(shape: RecordShape, group: Group, value: Any) -> Any:
    field = shape.form.form.by_key.get(group.field) or shape.form.form.by_id.get(group.field)
    if value is None or group.grain is not None or field is None:
        return value if value is None or isinstance(value, str | bool) else _figure(value)
    return shape.value(field, value)


def _figure(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


@operation(
    "GET", "/forms/{form}/records/{record}/history", summary="What happened to a record", tag="changes"
)
def list_history(form: str, record: str) -> Response:
    work = current_work()
    handle = access.open_form(work, form, to="view")
    shape = RecordShape(work, handle)
    fields = {one.id: one for one in (*handle.form.fields, *handle.form.removed)}
    entries = [
        {
            "at": entry.at.isoformat(),
            "kind": entry.kind,
            "changeset": None if entry.changeset is None else show_record_id(entry.changeset.id),
            "actor": None if entry.changeset is None else entry.changeset.actor,
            "changes": [
                {
                    "field": fields[one.field].key,
                    "old": shape.value(fields[one.field], one.old),
                    "new": shape.value(fields[one.field], one.new),
                    "derived": one.is_derived,
                }
                for one in entry.changes
                if one.field in fields
            ],
        }
        for entry in changesets.history(work, handle, record_number(record))
    ]
    return answer({"entries": entries})
