"""Exports: the records of a view as xlsx or csv, in the reader's language, inert.

In: a unit of work that reads, a form opened for export, a selection. Out: a file in a folder of the
caller. Called by the list screen, the API and the command line. It goes through `runtime.queries`, so that
nobody exports what he may not see; rows are streamed, links and members named in one statement a chunk.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from builder.fields.base import Wording
from builder.forms import Field
from builder.world import SYSTEM_INFOS
from runtime import audit, people, queries
from runtime.imports.runs import Failure, ImportRun, failures
from runtime.sheets.cells import cell_of, width_of
from runtime.sheets.values import CellError
from runtime.sheets.writing import Cell, Column, write_csv, write_xlsx

if TYPE_CHECKING:
    from collections.abc import Callable

    from builder.problems import Problem
    from runtime.catalogue import FormHandle
    from runtime.platform import Work
    from runtime.queries import Selection
    from runtime.records import Record

ExportKind = Literal["xlsx", "csv"]
KINDS: tuple[ExportKind, ...] = ("xlsx", "csv")
CHUNK = 500
SYSTEM_TYPES = {"user": "member", "datetime": "datetime"}
SYSTEM_COLUMNS = {
    info.key: Field(info.key, info.key, SYSTEM_TYPES[info.kind.name], dict(info.labels))
    for info in SYSTEM_INFOS
}


@dataclass(frozen=True, slots=True)
class Exported:
    """A written file and how many records it holds."""

    path: Path
    rows: int


def export(
    work: Work, form: FormHandle, selection: Selection, kind: ExportKind, target: Path, language: str
) -> Exported:
    """Writes every record of the selection to `target`."""
    fields = _fields_of(form, selection)
    columns = [Column(field.label(language), width_of(field)) for field in fields]
    rows = _rows(work, form, selection, fields, language)
    if kind == "xlsx":
        count = write_xlsx(target, form.label(language), columns, rows)
    else:
        with target.open("w", encoding="utf-8-sig", newline="") as file:
            count = write_csv(file, columns, rows)
    audit.note(work, "records.exported", f"{form.app.key}.{form.key}: {count}")
    return Exported(target, count)


def _fields_of(form: FormHandle, selection: Selection) -> list[Field]:
    if selection.fields is None:
        return list(form.form.fields)
    known = {**SYSTEM_COLUMNS, **form.form.by_key, **form.form.by_id}
    return [known[name] for name in selection.fields if name in known]


def _value(record: Record, field: Field) -> Any:
    if field.id in SYSTEM_COLUMNS:
        return getattr(record, field.id)
    return record.values.get(field.id)


def _rows(
    work: Work, form: FormHandle, selection: Selection, fields: Sequence[Field], language: str
) -> Iterator[list[Cell]]:
    zone = work.actor.member.zone if work.actor.member else work.workspace.zone
    names = {member.id: member.name for member in people.list_members(work)}
    for chunk in _chunks(queries.stream(work, form, selection)):
        titles = titles_of(work, form, fields, chunk)
        words = Wording(
            language=language,
            zone=zone,
            member_name=lambda member: names.get(member, ""),
            record_title=lambda target, record, found=titles: found.get((target, record), ""),  # type: ignore[misc]
        )
        for record in chunk:
            yield [cell_of(field, _value(record, field), words) for field in fields]


def _chunks(records: Iterable[Record]) -> Iterator[list[Record]]:
    rest = iter(records)
    while chunk := list(itertools.islice(rest, CHUNK)):
        yield chunk


def titles_of(
    work: Work, form: FormHandle, fields: Sequence[Field], chunk: Sequence[Record]
) -> dict[tuple[str, int], str]:
    """What the linked records of a chunk are called, by (form id, record id)."""
    wanted: dict[str, set[int]] = {}
    for field in fields:
        for owner, value in _links_in(field, chunk):
            target = owner.config.get("form") or owner.config.get("result_form")
            wanted.setdefault(str(target), set()).add(value)
    found: dict[tuple[str, int], str] = {}
    for target, ids in wanted.items():
        titles = queries.titles(work, form.app.form(target), ids)
        found.update({(target, record): title for record, title in titles.items()})
    return found


def _links_in(field: Field, chunk: Sequence[Record]) -> Iterator[tuple[Field, int]]:
    from builder.fields.registry import field_type

    if field.subform is not None:
        columns = [column for column in field.subform.fields if field_type(column).kind().name == "record"]
        for record in chunk:
            for line in record.values.get(field.id) or ():
                yield from (
                    (column, line[column.id]) for column in columns if line.get(column.id) is not None
                )
    elif field_type(field).kind().name == "record":
        for record in chunk:
            value = record.values.get(field.id)
            if value is not None:
                yield field, value


# --- the lines of an import that are not in ------------------------------------------------------------


def write_failures(
    work: Work,
    run: ImportRun,
    target: Path,
    reason_head: str,
    say: Callable[[Problem], str],
) -> int:
    """A workbook of the failed lines as they stood in the file, faulty cells marked, reasons in front."""
    heads = [str(head) for head in run.options.get("heads", ())]
    at = _columns_by_field(run)
    columns = [Column(reason_head, 48), *(Column(head, 16) for head in heads)]
    rows = (_failure_row(failure, len(heads), at, say) for failure in failures(work, run))
    return write_xlsx(target, run.file_name, columns, rows)


def _columns_by_field(run: ImportRun) -> Mapping[str, int]:
    mapping: Iterable[Mapping[str, Any]] = run.options.get("mapping", ())
    return {source["field"]: source["column"] for source in mapping if isinstance(source.get("column"), int)}


def _failure_row(
    failure: Failure, width: int, at: Mapping[str, int], say: Callable[[Problem], str]
) -> list[Cell]:
    wrong = {at.get(problem.field or "") for problem in failure.problems}
    cells = list(failure.cells) + [None] * (width - len(failure.cells))
    reasons = " · ".join(dict.fromkeys(say(problem) for problem in failure.problems))
    return [
        Cell(reasons),
        *(Cell(_plain(cell), is_marked=place in wrong) for place, cell in enumerate(cells)),
    ]


def _plain(cell: Any) -> Any:
    return cell.code if isinstance(cell, CellError) else cell
