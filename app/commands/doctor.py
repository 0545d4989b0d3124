"""`formloom doctor`: looks for what should not be, and says what to do about it.

In: the database. Out: findings; exit status 1 when there is one. Each check is a function in CHECKS that
yields sentences; others add theirs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import click

from app.commands.console import Console, command_actor, json_option, opened
from app.config import Settings
from builder.ids import show_record_id
from runtime import rows
from runtime.catalogue import BrokenDefinitionError, FormHandle
from runtime.platform import Platform, Work
from runtime.recompute import Drift, find_drift
from runtime.workspaces import list_workspaces

SHOWN_DRIFTS = 20  # of one form
SLICE = 500
Check = Callable[[Platform, Settings], Iterator[str]]


def check_definitions(platform: Platform, _settings: Settings) -> Iterator[str]:
    """Every published app compiles."""
    for workspace in list_workspaces(platform):
        with platform.reading(command_actor(workspace)) as work:
            keys = [head.key for head in work.catalogue.heads if head.kind == "app"]
            for key in keys:
                try:
                    work.catalogue.app(key)
                except BrokenDefinitionError as broken:
                    yield f"{workspace.slug}: {broken}"


def check_settings(_platform: Platform, settings: Settings) -> Iterator[str]:
    """Reachable from outside, but without https."""
    if settings.host not in ("127.0.0.1", "localhost", "::1") and not settings.is_secure:
        yield "The server listens for other machines without https: passwords travel unprotected."


def check_figures(platform: Platform, _settings: Settings) -> Iterator[str]:
    """Every stored formula and roll-up is what computing it from scratch gives."""
    for workspace in list_workspaces(platform):
        with platform.reading(command_actor(workspace)) as work:
            for form in (form for app in work.catalogue.apps() for form in app.forms):
                drifts = list(_drifts(work, form))
                for one in drifts[:SHOWN_DRIFTS]:
                    field = form.form.by_id.get(one.cell[0]) or form.form.by_id[one.cell[1]]
                    record = show_record_id(one.record_id)
                    place = f"{form.app.key}.{form.key} {record}"
                    yield f"{place}: {field.key} is {one.stored}, not {one.right}"
                if len(drifts) > SHOWN_DRIFTS:
                    yield f"{form.app.key}.{form.key}: {len(drifts) - SHOWN_DRIFTS} more"


def _drifts(work: Work, form: FormHandle) -> Iterator[Drift]:
    """In slices, so that memory does not grow with the form."""
    after = 0
    while ids := rows.ids_of(work, form, SLICE, after):
        yield from find_drift(work, form, after=after, most=SLICE)
        after = ids[-1]


CHECKS: tuple[tuple[str, Check], ...] = (
    ("definitions", check_definitions),
    ("settings", check_settings),
    ("figures", check_figures),
)


@click.command()
@json_option
def doctor(*, as_json: bool) -> None:
    """Checks the settings, that every published definition compiles, and every stored figure."""
    console = Console(as_json=as_json)
    with opened() as (platform, settings):
        found = [
            {"check": name, "finding": text} for name, check in CHECKS for text in check(platform, settings)
        ]
        lines = [f"{one['check']}: {one['finding']}" for one in found]
        console.answer({"findings": found}, "\n".join(lines) or "Nothing wrong was found.")
    if found:
        raise click.exceptions.Exit(1)
