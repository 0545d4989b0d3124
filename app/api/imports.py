"""Spreadsheets through the API: in as a job with progress, out as a file."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from flask import Response, request

from app.api.answers import answer, problem_json, problems
from app.api.operations import operation
from app.api.records import SELECTING, read_selection
from app.api.shapes import record_number
from app.downloads import SHEETS, XLSX, download
from app.language import current_language
from app.problem_words import problem_text
from app.security import takes_upload
from app.wiring import current_actor, current_platform, current_work
from builder.ids import show_record_id
from builder.json_text import read_json
from builder.problems import Problem
from runtime import access, exports
from runtime.catalogue import FormHandle
from runtime.errors import NotFoundError
from runtime.imports import filling, runs
from runtime.imports.runs import ImportRun, Received

TRIED_LINES = 1_000
OPTIONS = {
    "type": "object",
    "properties": {
        "file": {"type": "string", "format": "binary"},
        "options": {
            "type": "string",
            "description": "JSON: mode (insert, upsert, update), key, mapping, sheet, header, dry_run",
        },
    },
    "required": ["file"],
}


@operation(
    "POST",
    "/forms/{form}/imports",
    summary="Import a spreadsheet; with dry_run only what its first rows would become",
    tag="imports",
    body=OPTIONS,
    body_type="multipart/form-data",
    answers={200: None, 202: None, 422: None},
)
@takes_upload
def import_sheet(form: str) -> Response:
    with current_platform().reading(current_actor()) as work:
        access.open_form(work, form, to="import")
    options = _options()
    if isinstance(options, Problem):
        return problems([options], 400)
    received = _receive(options)
    if isinstance(received, Problem):
        return problems([received])
    work = current_work()
    handle = access.open_form(work, form, to="import")
    run = _decide(handle, runs.create(work, handle, received), options)
    if isinstance(run, tuple):
        return problems(run)
    if options.get("dry_run"):
        return _dry_run(handle, run)
    started = runs.start(work, handle, run)
    return problems([started]) if isinstance(started, Problem) else answer(run_json(started), 202)


def _options() -> dict[str, Any] | Problem:
    text = request.form.get("options", "{}")
    document = read_json(text.encode("utf-8", "surrogatepass"))
    if isinstance(document, Problem):
        return document
    return (
        document if isinstance(document, dict) else Problem("import.options_not_an_object", field="options")
    )


def _receive(options: dict[str, Any]) -> Received | Problem:
    file = request.files.get("file")
    if file is None or not file.filename:
        return Problem("import.no_file", field="file")
    encoding = options.get("encoding")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "upload"
        file.save(path)
        return runs.receive(
            current_platform(), current_actor().workspace_id, path, file.filename,
            encoding=encoding if isinstance(encoding, str) else None,
        )  # fmt: skip


def _decide(handle: FormHandle, run: ImportRun, options: dict[str, Any]) -> ImportRun | tuple[Problem, ...]:
    """Without a mapping the guesses are taken."""
    header = options.get("header", "guess")
    sheet = options.get("sheet")
    proposal = runs.propose(
        current_platform(),
        handle,
        run,
        sheet=sheet if isinstance(sheet, str) else None,
        header=header
        if header is None or (isinstance(header, int) and not isinstance(header, bool))
        else "guess",
    )
    if isinstance(proposal, Problem):
        return (proposal,)
    if "mapping" not in options:
        guessed = {one.field: one.index for one in proposal.columns if one.field is not None}
        options = {**options, "mapping": guessed}
    return runs.decide(current_work(), handle, run, proposal, options)


def _dry_run(handle: FormHandle, run: ImportRun) -> Response:
    """Tried and undone; the run itself stays for a later start by the page."""
    work = current_work()
    lines = filling.fill_in_trial(work, handle, run, TRIED_LINES)
    return answer(
        {
            "id": show_record_id(run.id),
            "dry_run": True,
            "tried": sum(lines.counts.values()),
            "total": run.total,
            **{name: lines.counts[name] for name in ("created", "updated", "skipped", "failed")},
            "failures": [
                {"row": line.number, "errors": [problem_json(one) for one in line.problems]}
                for line in lines.failures[:100]
            ],
        }
    )


def run_json(run: ImportRun) -> dict[str, Any]:
    return {
        "id": show_record_id(run.id),
        "form": run.form,
        "state": run.state,
        "file": run.file_name,
        "total": run.total,
        "read": run.read,
        "created": run.created,
        "updated": run.updated,
        "skipped": run.skipped,
        "failed": run.failed,
        "changeset": None if run.changeset_id is None else show_record_id(run.changeset_id),
    }


@operation("GET", "/imports/{run}", summary="How far an import is", tag="imports")
def get_import(run: str) -> Response:
    work = current_work()
    found = runs.get_run(work, record_number(run))
    errors = [
        {"row": one.row, "errors": [problem_json(problem) for problem in one.problems]}
        for one in runs.failures(work, found, 100)
    ]
    return answer({**run_json(found), "failures": errors})


@operation("POST", "/imports/{run}/cancel", summary="Stop an import; what is in stays in", tag="imports")
def cancel_import(run: str) -> Response:
    work = current_work()
    return answer(run_json(runs.cancel(work, runs.get_run(work, record_number(run)))))


@operation(
    "GET", "/imports/{run}/errors.xlsx", summary="The rows that are not in, with reasons", tag="imports"
)
def get_import_errors(run: str) -> Response:
    work = current_work()
    found = runs.get_run(work, record_number(run))
    return download(
        lambda target: exports.write_failures(work, found, target, "errors", problem_text),
        "errors.xlsx",
        XLSX,
    )


@operation(
    "GET",
    "/forms/{form}/export.{kind}",
    summary="The records of a selection as xlsx or csv",
    tag="imports",
    query=SELECTING,
)
def export_records(form: str, kind: str) -> Response:
    if kind not in exports.KINDS:
        raise NotFoundError("export", kind)
    work = current_work()
    handle = access.open_form(work, form, to="export")
    selection = read_selection()
    return download(
        lambda target: exports.export(work, handle, selection, kind, target, current_language()),
        f"{handle.key}.{kind}",
        SHEETS[kind],
    )
