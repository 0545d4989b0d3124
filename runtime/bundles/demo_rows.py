"""Demo rows of a bundle: `demo/<form key>.json`, with dates relative to today and links by row.

In: the parsed file, the form, today and the people of the workspace. Out: raw values keyed by field key,
as the record service takes them from anybody. Called by `runtime.bundles.demo`. The format, described
for people in docs/bundles.md:

    {"columns": ["#", "name", "since", "company"], "rows": [["contact-1", "李娜", "@-12", "#customer-3"]]}

- "#" is the row's name inside the bundle; a link's cell is "#" and the name of a row.
- A date's cell is "@" and a number of days from today, or {"days": -12}; a date with a time of day
  "@-12T09:30" in the workspace's zone. An ISO date is taken as it is.
- A member's cell is a person's name before the "@" of the address; "owner" says whose record it is.
  Who is not in the workspace is stood in for by the one who clones.
- A subform's cell is a list of objects keyed by column.
Only fields of the right kind read "@" and "#": a text may start with either.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from builder.bundles import Demo
from builder.fields.registry import field_type
from builder.forms import Field, Form
from builder.problems import Problem

ROW_NAME = "#"
OWNER = "owner"
_RELATIVE = re.compile(r"@([+-]?\d{1,5})(?:T([01]\d|2[0-3]):([0-5]\d))?\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class DemoWorld:
    """What relative values are relative to."""

    today: date
    zone: str
    record: Callable[[str], object | None]  # a row's name → the record's id as raw values take it
    person: Callable[[str], int | None]  # a person's name → the member's id


def raw_values(demo: Demo, form: Form, row: Sequence[object], world: DemoWorld) -> dict[str, Any]:
    """One row as raw values keyed by field key; a blank cell is left out, so that defaults apply."""
    raw: dict[str, Any] = {}
    for column, cell in zip(demo.columns, row, strict=True):
        if column == ROW_NAME or cell is None:
            continue
        field = form.by_key.get(column)
        if field is not None:
            raw[field.key] = read_cell(field, cell, world)
        elif column == OWNER and isinstance(cell, str):
            raw[OWNER] = world.person(cell)
    return raw


def row_name(demo: Demo, row: Sequence[object]) -> str | None:
    name = row[demo.columns.index(ROW_NAME)] if ROW_NAME in demo.columns else None
    return name if isinstance(name, str) else None


def check_columns(demo: Demo, form: Form) -> tuple[Problem, ...]:
    """Columns that stand twice, and those that the form has no field for."""
    problems = []
    for place, column in enumerate(demo.columns):
        is_known = column in (ROW_NAME, OWNER) or column in form.by_key
        if not is_known or demo.columns.index(column) != place:
            where = f"demo/{form.key}.json#/columns/{place}"
            problems.append(Problem("demo.unknown_column", {"given": column}, where))
    return tuple(problems)


def links_of(demo: Demo, form: Form, row: Sequence[object]) -> Iterator[tuple[str, str]]:
    """(column, name of a row) of every link of a row; those of a subform's lines under its column."""
    for column, cell in zip(demo.columns, row, strict=True):
        field = form.by_key.get(column)
        if field is not None and cell is not None:
            yield from ((column, name) for name in _links_in(field, cell))


def _links_in(field: Field, cell: object) -> Iterator[str]:
    if field.subform is not None:
        for line in _lines(cell):
            for key, value in line.items():
                column = field.subform.by_key.get(key)
                if column is not None and value is not None:
                    yield from _links_in(column, value)
    elif _is_link(field, cell):
        yield str(cell)[1:]


def read_cell(field: Field, cell: object, world: DemoWorld) -> object:
    """A cell as a raw value of the field."""
    if field.subform is not None:
        return [_read_line(field.subform, line, world) for line in _lines(cell)]
    if _is_link(field, cell):
        return world.record(str(cell)[1:])
    kind = field_type(field).kind().name
    if kind == "user" and isinstance(cell, str):
        return world.person(cell)
    if kind in ("date", "datetime"):
        return read_time(cell, world, is_date=kind == "date")
    return cell


def _is_link(field: Field, cell: object) -> bool:
    return isinstance(cell, str) and cell.startswith("#") and field_type(field).kind().name == "record"


def _lines(cell: object) -> list[Mapping[str, object]]:
    if not isinstance(cell, Sequence) or isinstance(cell, str):
        return []
    return [line for line in cell if isinstance(line, Mapping)]


def _read_line(columns: Form, line: Mapping[str, object], world: DemoWorld) -> dict[str, object]:
    read: dict[str, object] = {}
    for key, cell in line.items():
        column = columns.by_key.get(key)
        read[key] = cell if column is None or cell is None else read_cell(column, cell, world)
    return read


def read_time(cell: object, world: DemoWorld, *, is_date: bool) -> object:
    """A relative date or instant as ISO text; anything else unchanged, for the field to judge."""
    if isinstance(cell, Mapping) and isinstance(cell.get("days"), int):
        cell = f"@{cell['days']}"
    match = _RELATIVE.match(cell) if isinstance(cell, str) else None
    if match is None:
        return cell
    day = world.today + timedelta(days=int(match[1]))
    if is_date:
        return day.isoformat()
    moment = datetime.combine(day, time(int(match[2] or 0), int(match[3] or 0)), ZoneInfo(world.zone))
    return moment.astimezone(UTC).isoformat()
