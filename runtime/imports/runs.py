"""One import from upload to result: its row, its file, its options.

In: a file that a person or program sent, then the decisions about it. Out: `ImportRun`, `Proposal`,
`Preview`. Called by the import screens, the API and the command line. States: ready → running → done, or
cancelling → cancelled, or failed. Undo is the revert of the run's changeset.
"""

from __future__ import annotations

import hashlib
import itertools
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from builder.fields.base import ParseContext
from builder.problems import Problem
from expressions import Env
from runtime import audit, changesets, people
from runtime.actors import Actor
from runtime.errors import NotFoundError
from runtime.imports.mapping import ImportOptions, check_expressions, read_options, sheet_world
from runtime.imports.matching import LOOKAHEAD, ColumnMatch, find_header, match_columns
from runtime.imports.rows import LineReader, heads_of, letter_of
from runtime.jobs import enqueue
from runtime.record_ids import new_record_id
from runtime.sheets.reading import Book, Sheet, open_book, read_book
from runtime.sheets.values import CellValue, decode_row
from runtime.store import import_rows

if TYPE_CHECKING:
    from runtime.catalogue import FormHandle
    from runtime.platform import Platform, Work

OVER = ("done", "cancelled", "failed")
GOING_ON = ("running", "cancelling")
KEPT = timedelta(days=7)  # how long an uploaded file can be taken up again


@dataclass(frozen=True, slots=True)
class ImportRun:
    """One import. `position` is the number of the last line that was read, as a spreadsheet counts."""

    id: int
    workspace_id: int
    app: str
    form: str
    member_id: int | None
    state: str
    file_name: str
    options: Mapping[str, Any]
    position: int
    total: int | None  # lines after the header
    created: int
    updated: int
    skipped: int
    failed: int
    changeset_id: int | None
    error: str | None
    created_at: datetime
    finished_at: datetime | None

    @property
    def changeset(self) -> int:
        """The id of the changeset of a run that was started."""
        if self.changeset_id is None:
            raise LookupError(f"import {self.id} was never started")
        return self.changeset_id

    @property
    def is_over(self) -> bool:
        return self.state in OVER

    @property
    def read(self) -> int:
        """Lines accounted for so far."""
        return self.created + self.updated + self.skipped + self.failed


@dataclass(frozen=True, slots=True)
class Received:
    """A file that was read, not yet a run: reading takes no transaction."""

    id: int
    name: str
    book: Book
    folder: Path
    size: int
    hash: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the file seems to be. `header` counts from 0; None: the data starts at once."""

    sheets: tuple[str, ...]
    sheet: str
    header: int | None
    heads: tuple[str, ...]
    columns: tuple[ColumnMatch, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Failure:
    """A line that is not in, as it stood in the file, and why."""

    row: int
    cells: tuple[CellValue, ...]
    problems: tuple[Problem, ...]


# --- receiving ---------------------------------------------------------------------------------------


def receive(
    platform: Platform, workspace_id: int, source: Path, name: str, *, encoding: str | None = None
) -> Received | Problem:
    """Reads an uploaded file in a process of its own, outside any transaction."""
    forget_old_files(platform, workspace_id)
    run_id = new_record_id()
    folder = folder_of(platform, workspace_id, run_id)
    book = read_book(source, name, folder, encoding=encoding)
    if isinstance(book, Problem):
        shutil.rmtree(folder, ignore_errors=True)
        return book
    with source.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Received(run_id, name[:200], book, folder, source.stat().st_size, digest)


def forget_old_files(platform: Platform, workspace_id: int) -> None:
    """Removes the rows of files that were uploaded more than `KEPT` ago, unless their import still runs."""
    home = folder_of(platform, workspace_id, 0).parent
    latest = (platform.clock.now() - KEPT).timestamp()
    old = [path for path in home.glob("*") if path.name.isdigit() and path.stat().st_mtime < latest]
    if not old:
        return
    with platform.reading(Actor.system(workspace_id, "job_worker")) as work:
        rows = {path: import_rows.find(work.connection, workspace_id, int(path.name)) for path in old}
    for path, row in rows.items():
        if row is None or row.state not in GOING_ON:
            shutil.rmtree(path, ignore_errors=True)


def folder_of(platform: Platform, workspace_id: int, run_id: int) -> Path:
    """Where the rows of a run's file lie."""
    return platform.files.path(f"imports/{workspace_id}/{run_id}")


def create(work: Work, form: FormHandle, received: Received) -> ImportRun:
    """The run of a received file, waiting for decisions."""
    values = {
        "id": received.id,
        "app": form.app.id,
        "form": form.id,
        "number": form.number,
        "member_id": work.actor.member_id,
        "state": "ready",
        "file_name": received.name,
        "file_hash": received.hash,
        "file_size": received.size,
        "options": {},
        "created_at": work.now,
    }
    import_rows.add(work.connection, work.workspace.id, values)
    return get_run(work, received.id)


def get_run(work: Work, run_id: int, *, lock: bool = False) -> ImportRun:
    """A run that the actor may see: his own, or any for designers."""
    row = import_rows.find(work.connection, work.workspace.id, run_id, lock=lock)
    if row is None or not (work.actor.is_designer or row.member_id == work.actor.member_id):
        raise NotFoundError("import", run_id)
    return read_run(row)


def list_runs(work: Work, form: FormHandle, limit: int = 20) -> list[ImportRun]:
    """The newest runs of a form that the actor may see."""
    found = import_rows.list_of_form(work.connection, work.workspace.id, form.number, limit)
    return [read_run(row) for row in found if work.actor.is_designer or row.member_id == work.actor.member_id]


def read_run(row: Any) -> ImportRun:
    return ImportRun(
        row.id, row.workspace_id, row.app, row.form, row.member_id, row.state, row.file_name,
        row.options or {}, row.position,
        row.total, row.created, row.updated, row.skipped, row.failed, row.changeset_id, row.error,
        row.created_at, row.finished_at,
    )  # fmt: skip


# --- deciding ----------------------------------------------------------------------------------------


def propose(
    platform: Platform,
    form: FormHandle,
    run: ImportRun,
    *,
    sheet: str | None = None,
    header: int | str | None = "guess",
) -> Proposal | Problem:
    """Guesses for one sheet; `header` may be given (None: there is none)."""
    book = open_book(folder_of(platform, run.workspace_id, run.id))
    if isinstance(book, Problem):
        return book
    found = book.sheet(sheet)
    if found is None:
        return Problem("import.unknown_sheet", {"sheet": sheet or ""}, field="sheet")
    first = list(itertools.islice(found.read(), LOOKAHEAD * 2))
    line = find_header(first, form.form) if header == "guess" else header
    if isinstance(line, str) or (line is not None and not 0 <= line < len(first)):
        return Problem("import.unknown_header", field="header")
    heads = heads_of(first[line]) if line is not None else [letter_of(n) for n in range(found.columns)]
    below = first[line + 1 :] if line is not None else first
    columns = match_columns(heads, below, form.form)
    total = max(0, found.rows - (line + 1 if line is not None else 0))
    return Proposal(tuple(one.name for one in book.sheets), found.name, line, tuple(heads), columns, total)


def first_rows(platform: Platform, run: ImportRun, sheet: str, most: int) -> list[tuple[CellValue, ...]]:
    """The beginning of a sheet, to choose its header in."""
    book = open_book(folder_of(platform, run.workspace_id, run.id))
    found = book.sheet(sheet) if isinstance(book, Book) else None
    return list(itertools.islice(found.read(), most)) if found is not None else []


def decide(
    work: Work, form: FormHandle, run: ImportRun, proposal: Proposal, raw: Mapping[str, Any]
) -> ImportRun | tuple[Problem, ...]:
    """Keeps the decisions with the run, or says all that is wrong with them."""
    if run.state != "ready":
        return (Problem("import.already_started"),)
    chosen = {**raw, "sheet": proposal.sheet, "header": proposal.header}
    options, problems = read_options(chosen, form.form, proposal.heads)
    if problems:
        return problems
    wrong = _expression_problems(options, proposal)
    if wrong:
        return wrong
    stored = {**options.to_json(), "heads": list(proposal.heads)}
    import_rows.change(work.connection, work.workspace.id, run.id, options=stored, total=proposal.total)
    return get_run(work, run.id)


def _expression_problems(options: ImportOptions, proposal: Proposal) -> tuple[Problem, ...]:
    world = sheet_world(proposal.heads, _sample_rows(proposal))
    found = []
    for key, checked in check_expressions(options, world).items():
        found += [Problem(f"expression.{one.code}", one.params, key, one.span) for one in checked.problems]
    return tuple(found)


def _sample_rows(proposal: Proposal) -> list[list[CellValue]]:
    """Samples of the columns side by side: enough to tell number columns from text."""
    longest = max((len(one.samples) for one in proposal.columns), default=0)
    return [
        [one.samples[place] if place < len(one.samples) else None for one in proposal.columns]
        for place in range(longest)
    ]


def options_of(run: ImportRun, form: FormHandle) -> tuple[ImportOptions, list[str]]:
    """The kept decisions and the column names."""
    heads = list(run.options.get("heads", ()))
    options, _ = read_options(run.options, form.form, heads)
    return options, heads


def start(work: Work, form: FormHandle, run: ImportRun) -> ImportRun | Problem:
    """Begins: the job does the rest. Once; a second press finds it running."""
    if not run.options:
        return Problem("import.nothing_mapped", field="mapping")
    changeset = changesets.open_changeset(
        work, form, "import", {"kind": "import", "run": str(run.id), "file": run.file_name}
    )
    header = run.options.get("header")
    position = header + 1 if isinstance(header, int) else 0
    is_first = import_rows.move_state(
        work.connection,
        work.workspace.id,
        run.id,
        ("ready",),
        "running",
        changeset_id=changeset,
        position=position,
    )
    if not is_first:
        return Problem("import.already_started")
    enqueue(work, "import.rows", {"run": run.id}, key=f"import.rows:{run.id}")
    audit.note(work, "import.started", f"{form.app.key}.{form.key}")
    return get_run(work, run.id)


def cancel(work: Work, run: ImportRun) -> ImportRun:
    """Stops after the batch at hand; what is in stays in and can be undone."""
    import_rows.move_state(work.connection, work.workspace.id, run.id, ("running",), "cancelling")
    import_rows.move_state(
        work.connection, work.workspace.id, run.id, ("ready",), "cancelled", finished_at=work.now
    )
    return get_run(work, run.id)


def finish(work: Work, run: ImportRun, state: str, error: str | None = None) -> None:
    """The run has come to its end."""
    if run.changeset_id is not None:
        changesets.close_changeset(work, run.changeset_id)
    import_rows.change(
        work.connection, work.workspace.id, run.id, state=state, finished_at=work.now, error=error
    )


# --- reading -----------------------------------------------------------------------------------------


def read_lines(platform: Platform, run: ImportRun) -> Iterator[tuple[int, tuple[CellValue, ...]]]:
    """The lines after those already read, each with its number in the spreadsheet."""
    sheet = sheet_of(platform, run)
    header = run.options.get("header")
    begin = max(run.position, header + 1 if isinstance(header, int) else 0)
    return enumerate(sheet.read(begin), begin + 1)


def sheet_of(platform: Platform, run: ImportRun) -> Sheet:
    """The chosen sheet; raises `NotFoundError` when the file's rows are gone."""
    book = open_book(folder_of(platform, run.workspace_id, run.id))
    sheet = book.sheet(run.options.get("sheet")) if isinstance(book, Book) else None
    if sheet is None:
        raise NotFoundError("import file", run.id)
    return sheet


def reader_of(work: Work, form: FormHandle, run: ImportRun) -> LineReader:
    """The reader of the run's lines; built once a unit of work."""
    options, heads = options_of(run, form)
    sheet = sheet_of(work.platform, run)
    header = options.header + 1 if options.header is not None else 0
    samples = list(itertools.islice(sheet.read(header), LOOKAHEAD))
    world = sheet_world(heads, samples)
    env = Env(
        now=work.now, today=work.today, zone=work.workspace.zone, settings={}, related={}, parent=None,
        actor_member=work.actor.member_id, language=work.language,
    )  # fmt: skip
    context = ParseContext(zone=work.workspace.zone, language=work.language, source="sheet")
    return LineReader(form.form, options, world, check_expressions(options, world), env, context)


def actor_of(work: Work, run: ImportRun) -> Actor | None:
    """Who started it, if still here; an import never does more than its starter may."""
    if run.member_id is None:
        return Actor.system(work.workspace.id, "command_line")
    member = people.find_member(work, member_id=run.member_id)
    return Actor.of_member(member) if member is not None and member.is_active else None


def failures(work: Work, run: ImportRun, limit: int | None = None) -> Iterator[Failure]:
    """The lines that are not in."""
    for row in import_rows.failures(work.connection, work.workspace.id, run.id, limit):
        yield Failure(
            row.row, decode_row(row.cells.encode()), tuple(read_problem(one) for one in row.problems)
        )


def write_problem(problem: Problem) -> dict[str, Any]:
    params = {
        name: value if value is None or isinstance(value, str | int | dict | list) else str(value)
        for name, value in problem.params.items()
    }
    return {"code": problem.code, "params": params, "field": problem.field}


def read_problem(stored: Mapping[str, Any]) -> Problem:
    return Problem(stored["code"], stored.get("params") or {}, stored.get("field"))
