"""Imports: a spreadsheet into a form, in steps that can be left and taken up again.

In: /w/<workspace>/a/<app>/f/<form>/import…. Out: upload, matching, check, progress, result, the workbook of
failed rows, undo. `runtime.imports` decides; here is only what people see of it.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Response, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.downloads import XLSX, download
from app.errors import problem_text, problems_by_field, refuse
from app.htmx import go, page_or_fragment, toast
from app.language import current_language
from app.navigation import form_url, use_place
from app.security import takes_upload
from app.wiring import current_actor, current_platform, current_work
from app.workspace_screen import workspace_screen
from builder.fields.registry import field_type
from builder.forms import Field
from builder.ids import read_record_id, show_record_id
from builder.problems import Problem
from runtime import access, changesets, exports, queries, undoing
from runtime.catalogue import FormHandle
from runtime.errors import NotFoundError
from runtime.imports import filling, runs
from runtime.imports.mapping import MODES, can_be_a_key
from runtime.imports.matching import can_be_imported
from runtime.imports.rows import Line
from runtime.imports.rows import shown as shown_cell
from runtime.imports.runs import ImportRun, Proposal
from runtime.undoing import RevertOutcome, RevertRun

screen = workspace_screen("imports", __name__)
KEPT_WORDS = {
    "edited": _l("Changed since"),
    "deleted": _l("Deleted since"),
    "unique": _l("A value that may stand only once is taken"),
    "not_yours": _l("You may not change them"),
    "field_removed": _l("A field was removed since"),
}
TRIED_LINES = 200  # lines that the check step goes through
SHOWN_LINES = 50


# --- upload -------------------------------------------------------------------------------------------


@screen.get("/a/<app>/f/<form>/import")
def show_upload(app: str, form: str) -> Response:
    handle = _form(app, form)
    recent = runs.list_runs(current_work(), handle, 10)
    return page_or_fragment("imports/upload", form=handle, problem=None, recent=recent)


@screen.post("/a/<app>/f/<form>/import")
@takes_upload
def upload(app: str, form: str) -> Response:
    # Reading the file takes no transaction: nobody waits for it.
    with current_platform().reading(current_actor()) as work:
        access.open_form(work, form, to="import", app=app)
    file = request.files.get("file")
    if file is None or not file.filename:
        return _refuse_upload(app, form, Problem("import.no_file"))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "upload"
        file.save(path)
        received = runs.receive(current_platform(), current_actor().workspace_id, path, file.filename)
    if isinstance(received, Problem):
        return _refuse_upload(app, form, received)
    work = current_work()
    run = runs.create(work, _form(app, form), received)
    return go(url_for(".show_match", app=app, form=form, run=show_record_id(run.id)))


def _refuse_upload(app: str, form: str, problem: Problem) -> Response:
    handle = _form(app, form)
    recent = runs.list_runs(current_work(), handle, 10)
    text = problem_text(problem)
    return page_or_fragment("imports/upload", status=422, form=handle, problem=text, recent=recent)


# --- matching -----------------------------------------------------------------------------------------


@screen.get("/a/<app>/f/<form>/import/<run>")
def show_match(app: str, form: str, run: str) -> Response:
    handle, found = _open(app, form, run)
    if found.state != "ready":
        return go(url_for(".show_run", app=app, form=form, run=run))
    proposal = _proposal(handle, found, request.args)
    if isinstance(proposal, Problem):
        return _refuse_upload(app, form, proposal)
    return _match_page(handle, found, proposal, found.options, {})


@screen.post("/a/<app>/f/<form>/import/<run>")
def match(app: str, form: str, run: str) -> Response:
    handle, found = _open(app, form, run)
    proposal = _proposal(handle, found, request.form)
    if isinstance(proposal, Problem):
        return _refuse_upload(app, form, proposal)
    chosen = _chosen(proposal)
    decided = runs.decide(current_work(), handle, found, proposal, chosen)
    if isinstance(decided, tuple):
        return _match_page(handle, found, proposal, chosen, problems_by_field(decided), status=422)
    return go(url_for(".show_check", app=app, form=form, run=run))


def _proposal(handle: FormHandle, run: ImportRun, given: Any) -> Proposal | Problem:
    """The guesses, for the sheet and header that were chosen."""
    sheet = given.get("sheet") or run.options.get("sheet")
    header: int | str | None = "guess"
    if "header" in given:
        text = given["header"]
        header = int(text) if text.isdigit() else None
    elif "header" in run.options:
        header = run.options["header"]
    return runs.propose(current_platform(), handle, run, sheet=sheet, header=header)


def _chosen(proposal: Proposal) -> dict[str, Any]:
    """What the matching form says, as the options of an import."""
    sources: list[dict[str, Any]] = []
    for column in proposal.columns:
        key = request.form.get(f"column-{column.index}")
        if key:
            by = request.form.get(f"by-{key}")
            sources.append({"field": key, "column": column.index, **({"by": by} if by else {})})
    mapped = {source["field"] for source in sources}
    for name, value in request.form.items():
        key = name.removeprefix("fixed-")
        if name.startswith("fixed-") and value.strip() and key not in mapped:
            sources.append({"field": key, **_fixed(value.strip())})
    return {
        "mode": request.form.get("mode", "insert"),
        "key": request.form.getlist("key"),
        "mapping": sources,
        "clears_blank": request.form.get("clears_blank") == "1",
    }


def _fixed(text: str) -> dict[str, Any]:
    """ "=…" is an expression over the columns, anything else the same value for every row."""
    return {"expression": text[1:]} if text.startswith("=") else {"constant": text}


def _match_page(
    handle: FormHandle,
    run: ImportRun,
    proposal: Proposal,
    chosen: Any,
    problems: dict[str, list[str]],
    status: int = 200,
) -> Response:
    targets = [field for field in handle.form.fields if can_be_imported(field) or can_be_a_key(field)]
    mapping = {source["field"]: source for source in chosen.get("mapping", ())}
    return page_or_fragment(
        "imports/match",
        status=status,
        form=handle,
        run=run,
        proposal=proposal,
        targets=targets,
        rows=[_column_row(column, mapping, has_choice=bool(chosen)) for column in proposal.columns],
        fixed={key: _fixed_text(source) for key, source in mapping.items() if "column" not in source},
        keys=[field for field in targets if can_be_a_key(field)],
        lookups=_lookups(handle, targets),
        chosen={"mode": chosen.get("mode", "insert"), "key": chosen.get("key", ())},
        by={key: source.get("by") for key, source in mapping.items()},
        clears_blank=chosen.get("clears_blank", False),
        modes=MODES,
        problems=problems,
        first_rows=_first_rows(run, proposal),
    )


@dataclass(frozen=True, slots=True)
class ColumnRow:
    """One line of the matching table."""

    index: int
    head: str
    samples: tuple[str, ...]
    field: str
    confidence: str


def _column_row(column: Any, mapping: dict[str, Any], *, has_choice: bool) -> ColumnRow:
    chosen = next((key for key, source in mapping.items() if source.get("column") == column.index), "")
    field = chosen if has_choice else column.field or ""
    confidence = column.confidence if field == column.field else "sure" if field else "none"
    return ColumnRow(
        column.index, column.head, tuple(shown_cell(one) for one in column.samples), field, confidence
    )


def _fixed_text(source: dict[str, Any]) -> str:
    return f"={source['expression']}" if "expression" in source else str(source.get("constant", ""))


def _lookups(handle: FormHandle, targets: Sequence[Field]) -> dict[str, list[Field]]:
    """For each link, the fields of the linked form by which a record can be named."""
    found = {}
    for field in targets:
        if field_type(field).kind().name == "record":
            linked = handle.app.find_form(str(field.config.get("form")))
            if linked is not None:
                found[field.key] = [one for one in linked.form.fields if can_be_a_key(one)]
    return found


def _first_rows(run: ImportRun, proposal: Proposal) -> list[tuple[int, list[str]]]:
    """The beginning of the sheet, to choose the header in."""
    rows = runs.first_rows(current_platform(), run, proposal.sheet, 8)
    return [(number, [shown_cell(cell) for cell in cells]) for number, cells in enumerate(rows)]


# --- checking -----------------------------------------------------------------------------------------


@screen.get("/a/<app>/f/<form>/import/<run>/check")
def show_check(app: str, form: str, run: str) -> Response:
    handle, found = _open(app, form, run)
    if found.state != "ready" or not found.options:
        return go(url_for(".show_run" if found.options else ".show_match", app=app, form=form, run=run))
    tried = filling.try_lines(current_platform(), current_actor(), found, TRIED_LINES)
    wrong = [_checked_line(line) for line in tried.failures]
    right = [_checked_line(line) for line, _outcome in tried.outcomes]
    return page_or_fragment(
        "imports/check",
        form=handle,
        run=found,
        counts=tried.counts,
        lines=(wrong + right)[:SHOWN_LINES],
        heads=[_head(handle, source) for source in found.options["mapping"]],
        tried=sum(tried.counts.values()),
    )


@dataclass(frozen=True, slots=True)
class CheckedLine:
    """One line of the check: its cells in the order of the mapping, faults beside them."""

    number: int
    cells: tuple[tuple[str, str], ...]  # (text, what is wrong with it)
    other: str  # what is wrong with the line as a whole
    is_good: bool


def _checked_line(line: Line) -> CheckedLine:
    faults = problems_by_field(line.problems)
    cells = tuple((_raw_text(value), " ".join(faults.pop(key, []))) for key, value in line.raw.items())
    rest = " ".join(text for texts in faults.values() for text in texts)
    return CheckedLine(line.number, cells, rest, is_good=not line.problems)


def _raw_text(value: Any) -> str:
    if isinstance(value, dict):
        value = value["by"]["value"]
    return shown_cell(value)


def _head(handle: FormHandle, source: dict[str, Any]) -> str:
    return handle.form.by_key[source["field"]].label(current_language())


# --- running ------------------------------------------------------------------------------------------


@screen.post("/a/<app>/f/<form>/import/<run>/start")
def start(app: str, form: str, run: str) -> Response:
    handle, found = _open(app, form, run)
    begun = runs.start(current_work(), handle, found)
    if isinstance(begun, Problem) and begun.code != "import.already_started":
        return refuse(422, text=problem_text(begun))
    return go(url_for(".show_run", app=app, form=form, run=run))


@screen.get("/a/<app>/f/<form>/import/<run>/run")
def show_run(app: str, form: str, run: str) -> Response:
    handle, found = _open(app, form, run)
    if found.state == "ready":
        return go(url_for(".show_match", app=app, form=form, run=run))
    return page_or_fragment(
        "imports/run",
        fragment="imports/progress",
        form=handle,
        run=found,
        reasons=_reasons(found) if found.is_over else (),
        can_undo=found.is_over and _can_undo(found),
        is_undone=found.is_over and _undone(found) is not None,
    )


@screen.post("/a/<app>/f/<form>/import/<run>/cancel")
def cancel(app: str, form: str, run: str) -> Response:
    _handle, found = _open(app, form, run)
    runs.cancel(current_work(), found)
    return go(url_for(".show_run", app=app, form=form, run=run))


@dataclass(frozen=True, slots=True)
class Reason:
    """Why lines failed, how many, and a few of their numbers."""

    text: str
    count: int
    rows: tuple[int, ...]


def _reasons(run: ImportRun) -> list[Reason]:
    """The failed lines by reason, the most frequent first."""
    counts: Counter[str] = Counter()
    rows: dict[str, list[int]] = {}
    for failure in runs.failures(current_work(), run, 2_000):
        for problem in failure.problems:
            text = problem_text(problem)
            counts[text] += 1
            rows.setdefault(text, []).append(failure.row)
    return [Reason(text, count, tuple(rows[text][:3])) for text, count in counts.most_common(20)]


def _can_undo(run: ImportRun) -> bool:
    if run.changeset_id is None or not (run.created or run.updated):
        return False
    changeset = changesets.get_changeset(current_work(), run.changeset_id)
    return not (changeset.is_reverted or changeset.is_being_reverted)


@screen.get("/a/<app>/f/<form>/import/<run>/errors.xlsx")
def show_errors(app: str, form: str, run: str) -> Response:
    _handle, found = _open(app, form, run)
    head, name = _("Why it is not in"), f"{Path(found.file_name).stem}-{_('not imported')}.xlsx"
    work = current_work()
    return download(
        lambda target: exports.write_failures(work, found, target, head, problem_text), name, XLSX
    )


# --- undoing ------------------------------------------------------------------------------------------


@screen.get("/a/<app>/f/<form>/import/<run>/undo")
def show_undo(app: str, form: str, run: str) -> Response:
    """What undoing would do; once a job does it, how far that is and what it left."""
    handle, found = _open(app, form, run)
    undone = _undone(found)
    if undone is not None:
        kept = _kept(handle, undone.outcome) if undone.is_over else ()
        return page_or_fragment(
            "imports/undoing",
            fragment="imports/undoing",
            form=handle,
            run=found,
            undone=undone,
            kept=kept,
        )
    outcome = undoing.revert(current_work(), found.changeset, is_dry_run=True)
    problem = problem_text(outcome.problems[0]) if outcome.problems else None
    return page_or_fragment("imports/undo", form=handle, run=found, outcome=outcome, problem=problem)


@screen.post("/a/<app>/f/<form>/import/<run>/undo")
def undo(app: str, form: str, run: str) -> Response:
    _handle, found = _open(app, form, run)
    outcome = undoing.revert(current_work(), found.changeset)
    if outcome.problems:
        return refuse(409, text=problem_text(outcome.problems[0]))
    if outcome.job_id is not None:
        return go(url_for(".show_undo", app=app, form=form, run=run))
    toast(_("The import is undone: %(deleted)s removed, %(restored)s put back, %(kept)s left as they are",
            deleted=outcome.deleted, restored=outcome.restored, kept=outcome.kept))  # fmt: skip
    return go(form_url(app, form))


def _undone(run: ImportRun) -> RevertRun | None:
    """The job that undoes or undid it; None when none did, or when that is undone in its turn."""
    if run.changeset_id is None:
        return None
    changeset = changesets.get_changeset(current_work(), run.changeset_id)
    is_known = changeset.is_reverted or changeset.is_being_reverted
    return undoing.find_run(current_work(), changeset) if is_known else None


@dataclass(frozen=True, slots=True)
class Kept:
    """Why records were left as they are, how many, and a few of them: (address, title)."""

    text: str
    count: int
    records: tuple[tuple[str, str], ...]


def _kept(handle: FormHandle, outcome: RevertOutcome) -> list[Kept]:
    found = []
    for code, count in outcome.reasons.most_common():
        ids = [one.record_id for one in outcome.skipped if one.code == code and one.form == handle.id][:5]
        titles = queries.titles(current_work(), handle, ids)
        records = [
            (_record_url(handle, one), titles[one] or show_record_id(one)) for one in ids if one in titles
        ]
        found.append(Kept(str(KEPT_WORDS[code]), count, tuple(records)))
    return found


def _record_url(handle: FormHandle, record_id: int) -> str:
    return f"{form_url(handle.app.key, handle.key)}/r/{show_record_id(record_id)}"


# --- opening ------------------------------------------------------------------------------------------


def _form(app: str, form: str) -> FormHandle:
    handle = access.open_form(current_work(), form, to="import", app=app)
    use_place(handle.app, handle)
    return handle


def _open(app: str, form: str, run: str) -> tuple[FormHandle, ImportRun]:
    handle = _form(app, form)
    number = read_record_id(run)
    found = runs.get_run(current_work(), number) if number is not None else None
    if found is None or found.form != handle.id or found.app != handle.app.id:
        raise NotFoundError("import", run)
    return handle, found
