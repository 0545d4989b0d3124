"""`formloom import FORM FILE` and `formloom export FORM FILE`: spreadsheets in and out at the machine itself.

In: a form as "app.form" and a file. Out: the counts of the import, or the written file.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from app.commands.console import (
    Console,
    command_actor,
    finish_jobs,
    json_option,
    opened,
    pick_workspace,
    workspace_option,
)
from app.language import current_language
from app.problem_words import problem_text
from builder.problems import Problem
from runtime import access, exports
from runtime.actors import Actor
from runtime.errors import NotFoundError
from runtime.imports import filling, runs
from runtime.imports.mapping import MODES
from runtime.imports.runs import ImportRun
from runtime.platform import Platform
from runtime.queries import Selection, SelectionError

MOST_TRIED = 1_000
SHOWN_FAILURES = 20


@click.command("import")
@click.argument("form")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--mode", type=click.Choice(MODES), default="insert", show_default=True)
@click.option("--key", "keys", multiple=True, help="A field by which existing records are recognised.")
@click.option(
    "--map", "pairs", multiple=True, metavar="FIELD=COLUMN", help="Without any, columns match by name."
)
@click.option(
    "--set", "constants", multiple=True, metavar="FIELD=VALUE", help="The same value for every row."
)
@click.option("--no-header", is_flag=True, help="The first row is data; columns are called A, B, C.")
@click.option("--sheet", help="Which sheet of a workbook.")
@click.option("--dry-run", is_flag=True, help="Tries the first rows and writes nothing.")
@workspace_option
@json_option
def import_sheet(
    form: str, file: Path, *, slug: str | None, as_json: bool, dry_run: bool, **options: Any
) -> None:
    """Imports the spreadsheet FILE into FORM ("app.form")."""
    console = Console(as_json=as_json)
    with opened() as (platform, _settings):
        workspace = pick_workspace(platform, slug)
        actor = command_actor(workspace)
        received = runs.receive(platform, workspace.id, file, file.name)
        if isinstance(received, Problem):
            console.refuse([received])
        run = _decide(platform, actor, form, received, options, console)
        if dry_run:
            _say_tried(platform, actor, run, console)
            return
        with platform.writing(actor) as work:
            started = runs.start(work, access.open_form(work, form, to="import"), run)
        if isinstance(started, Problem):
            console.refuse([started])
        finish_jobs(platform, console)
        _say_result(platform, actor, run, console)


def _decide(
    platform: Platform,
    actor: Actor,
    form: str,
    received: runs.Received,
    options: dict[str, Any],
    console: Console,
) -> ImportRun:
    with platform.writing(actor) as work:
        try:
            handle = access.open_form(work, form, to="import")
        except NotFoundError as missing:
            raise click.UsageError(f"There is no form {form!r}. Write it as app.form.") from missing
        run = runs.create(work, handle, received)
        header = None if options["no_header"] else "guess"
        proposal = runs.propose(platform, handle, run, sheet=options["sheet"], header=header)
        if isinstance(proposal, Problem):
            console.refuse([proposal])
        mapping: list[dict[str, Any]] = [
            {"field": field, "column": column} for field, column in _pairs(options["pairs"])
        ]
        mapping = mapping or [
            {"field": one.field, "column": one.index} for one in proposal.columns if one.field is not None
        ]
        mapping += [{"field": field, "constant": value} for field, value in _pairs(options["constants"])]
        decided = runs.decide(
            work,
            handle,
            run,
            proposal,
            {"mode": options["mode"], "key": list(options["keys"]), "mapping": mapping},
        )
    if isinstance(decided, tuple):
        console.refuse(decided)
    return decided


def _pairs(given: tuple[str, ...]) -> list[tuple[str, str]]:
    found = []
    for pair in given:
        field, equals, value = pair.partition("=")
        if not equals:
            raise click.UsageError(f"{pair!r} has no “=”.")
        found.append((field.strip(), value.strip()))
    return found


def _say_tried(platform: Platform, actor: Actor, run: ImportRun, console: Console) -> None:
    tried = filling.try_lines(platform, actor, run, MOST_TRIED)
    names = ("created", "updated", "skipped", "failed")
    counts = {name: tried.counts[name] for name in names}
    failures: list[dict[str, Any]] = [
        {"row": line.number, "errors": [problem_text(one) for one in line.problems]}
        for line in tried.failures[:SHOWN_FAILURES]
    ]
    lines = [", ".join(f"{counts[name]} would be {name}" for name in names)]
    lines += [f"row {one['row']}: {' '.join(one['errors'])}" for one in failures]
    console.answer({"dry_run": True, "total": run.total, **counts, "failures": failures}, "\n".join(lines))


def _say_result(platform: Platform, actor: Actor, run: ImportRun, console: Console) -> None:
    with platform.reading(actor) as work:
        ended = runs.get_run(work, run.id)
        failures: list[dict[str, Any]] = [
            {"row": one.row, "errors": [problem_text(problem) for problem in one.problems]}
            for one in runs.failures(work, ended, SHOWN_FAILURES)
        ]
    counts = {name: getattr(ended, name) for name in ("total", "created", "updated", "skipped", "failed")}
    lines = [
        (
            f"{ended.created} created, {ended.updated} updated, {ended.skipped} skipped, "
            f"{ended.failed} failed of {ended.total}"
        )
    ]
    lines += [f"row {one['row']}: {' '.join(one['errors'])}" for one in failures]
    console.answer({"state": ended.state, **counts, "failures": failures}, "\n".join(lines))
    if ended.state != "done" or ended.failed:
        raise click.exceptions.Exit(1)


@click.command("export")
@click.argument("form")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--filter", "condition", help="An expression that has to be true.")
@click.option("--field", "fields", multiple=True, help="A field to write; all without.")
@workspace_option
@json_option
def export_sheet(
    form: str, file: Path, *, condition: str | None, fields: tuple[str, ...], slug: str | None, as_json: bool
) -> None:
    """Writes the records of FORM ("app.form") to FILE, xlsx or csv by its ending."""
    console = Console(as_json=as_json)
    kind = next((one for one in exports.KINDS if file.suffix == f".{one}"), None)
    if kind is None:
        raise click.UsageError("FILE ends in .xlsx or .csv.")
    with opened() as (platform, _settings):
        workspace = pick_workspace(platform, slug)
        with platform.reading(command_actor(workspace)) as work:
            try:
                handle = access.open_form(work, form, to="export")
                selection = Selection(condition, fields=fields or None)
                written = exports.export(work, handle, selection, kind, file, current_language())
            except NotFoundError as missing:
                raise click.UsageError(f"There is no form {form!r}. Write it as app.form.") from missing
            except SelectionError as wrong:
                console.refuse(wrong.problems)
        console.answer({"file": str(file), "rows": written.rows}, f"{written.rows} rows in {file}")
