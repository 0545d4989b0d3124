"""What a person decided about an import: which sheet, where each field comes from, and how to merge.

In: JSON options (page or API), the form and the sheet's columns. Out: `ImportOptions` or problems.
Called by `runtime.imports.runs`; kept with the run as JSON.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from builder.forms import Field, Form
from builder.problems import Problem
from expressions import Checked, check
from expressions.kinds import DATE, NUMBER, TEXT, Kind
from expressions.world import FieldInfo, FormInfo, World
from runtime.imports.matching import can_be_imported
from runtime.sheets.values import CellValue

Mode = Literal["insert", "upsert", "update"]
MODES: tuple[Mode, ...] = ("insert", "upsert", "update")
KEY_TYPES = frozenset({"text", "serial", "integer", "number", "date"})
FILE_FORM = "file"  # the id of the sheet as a form, for expressions over its columns


@dataclass(frozen=True, slots=True)
class Source:
    """Where a field's value comes from: a column (from 0), or a constant, or an expression."""

    field: str  # key
    column: int | None = None
    constant: object = None
    expression: str | None = None  # over the columns: their heads are its names
    by: str | None = None  # for links and members: found by this field of theirs

    def to_json(self) -> dict[str, Any]:
        given = {"field": self.field, "column": self.column, "constant": self.constant}
        given |= {"expression": self.expression, "by": self.by}
        return {name: value for name, value in given.items() if value is not None}


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """All decisions about one import. `header` is the header's row number from 0, or None."""

    sheet: str | None
    header: int | None
    mode: Mode
    keys: tuple[str, ...]
    sources: tuple[Source, ...]
    clears_blank: bool = False  # whether a blank cell empties the field of an existing record

    def to_json(self) -> dict[str, Any]:
        return {
            "sheet": self.sheet,
            "header": self.header,
            "mode": self.mode,
            "key": list(self.keys),
            "mapping": [source.to_json() for source in self.sources],
            "clears_blank": self.clears_blank,
        }


def read_options(
    raw: Mapping[str, Any], form: Form, heads: Sequence[str]
) -> tuple[ImportOptions, tuple[Problem, ...]]:
    """Options from JSON and every problem they have; usable only when there is none."""
    problems: list[Problem] = []
    mode = raw.get("mode", "insert")
    if mode not in MODES:
        problems.append(
            Problem("import.unknown_mode", {"mode": mode, "modes": ", ".join(MODES)}, field="mode")
        )
        mode = "insert"
    keys = _keys(raw.get("key"), form, problems)
    sources = tuple(_sources(raw.get("mapping") or [], form, heads, problems))
    if mode != "insert" and not keys:
        problems.append(Problem("import.key_missing", {"mode": mode}, field="key"))
    mapped = {source.field for source in sources}
    problems += [
        Problem("import.key_not_mapped", {"field": key}, field="key") for key in keys if key not in mapped
    ]
    if not sources:
        problems.append(Problem("import.nothing_mapped", field="mapping"))
    if mode == "insert":
        problems += _unmapped_required(form, mapped)
    header = raw.get("header")
    return (
        ImportOptions(
            sheet=raw.get("sheet"),
            header=header if isinstance(header, int) and not isinstance(header, bool) else None,
            mode=mode,
            keys=keys,
            sources=sources,
            clears_blank=bool(raw.get("clears_blank")),
        ),
        tuple(problems),
    )


def _keys(raw: object, form: Form, problems: list[Problem]) -> tuple[str, ...]:
    given = [raw] if isinstance(raw, str) else list(raw) if isinstance(raw, list | tuple) else []
    keys = []
    for name in given:
        field = form.by_key.get(name) if isinstance(name, str) else None
        if field is None or not can_be_a_key(field):
            problems.append(Problem("import.not_a_key", {"field": name}, field="key"))
        elif field.key not in keys:
            keys.append(field.key)
    return tuple(keys)


def can_be_a_key(field: Field) -> bool:
    """Whether records can be found again by this field's value."""
    return field.type in KEY_TYPES


def _unmapped_required(form: Form, mapped: set[str]) -> list[Problem]:
    return [
        Problem(
            "import.required_not_mapped", {"field": field.key, "label": dict(field.labels)}, field="mapping"
        )
        for field in form.fields
        if field.is_required and field.default is None and field.key not in mapped and can_be_imported(field)
    ]


def _sources(raw: Any, form: Form, heads: Sequence[str], problems: list[Problem]) -> list[Source]:
    entries = (
        [{"field": key, **_short(value)} for key, value in raw.items()] if isinstance(raw, Mapping) else raw
    )
    sources: list[Source] = []
    for entry in entries:
        source = _source(entry, form, heads, problems)
        if source is None:
            continue
        if any(source.field == other.field for other in sources):
            problems.append(Problem("import.field_twice", {"field": source.field}, field="mapping"))
            continue
        sources.append(source)
    return sources


def _short(value: Any) -> dict[str, Any]:
    """`{"name": "客户名称"}` is short for a column by its head or number."""
    return dict(value) if isinstance(value, Mapping) else {"column": value}


def _source(
    entry: Mapping[str, Any], form: Form, heads: Sequence[str], problems: list[Problem]
) -> Source | None:
    field = form.by_key.get(str(entry.get("field")))
    if field is None or not (can_be_imported(field) or can_be_a_key(field)):
        problems.append(Problem("import.unknown_field", {"field": entry.get("field")}, field="mapping"))
        return None
    by = entry.get("by")
    if entry.get("expression"):
        return Source(field.key, expression=str(entry["expression"]), by=by)
    if entry.get("constant") is not None:
        return Source(field.key, constant=entry["constant"], by=by)
    column = _column(entry.get("column"), heads)
    if column is None:
        problems.append(
            Problem(
                "import.unknown_column", {"column": entry.get("column"), "field": field.key}, field="mapping"
            )
        )
        return None
    return Source(field.key, column=column, by=by)


def _column(given: object, heads: Sequence[str]) -> int | None:
    if isinstance(given, int) and not isinstance(given, bool):
        return given if 0 <= given < len(heads) else None
    return heads.index(given) if isinstance(given, str) and given in heads else None


# --- the sheet as a form, for expressions over its columns ------------------------------------


def column_id(index: int) -> str:
    return f"col{index}"


def sheet_world(heads: Sequence[str], samples: Sequence[Sequence[CellValue]]) -> World:
    """The columns as fields: number or date where every sample is one, else text."""
    fields = tuple(
        FieldInfo(
            column_id(index),
            head or column_id(index),
            column_kind([row[index] for row in samples if index < len(row)]),
        )
        for index, head in enumerate(heads)
    )
    return World.of([FormInfo(FILE_FORM, FILE_FORM, fields=fields)])


def column_kind(samples: Sequence[CellValue]) -> Kind:
    filled = [value for value in samples if value is not None]
    if filled and all(isinstance(value, int | Decimal) and not isinstance(value, bool) for value in filled):
        return NUMBER
    if filled and all(hasattr(value, "isoformat") for value in filled):
        return DATE
    return TEXT


def check_expressions(options: ImportOptions, world: World) -> dict[str, Checked]:
    """The checked expression of each source that has one, by field key."""
    return {
        source.field: check(source.expression, world, FILE_FORM)
        for source in options.sources
        if source.expression is not None
    }
