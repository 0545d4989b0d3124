"""`formloom doctor`: looks for what should not be, and says what to do about it.

In: the database. Out: findings; exit status 1 when there is one. Each check is a function in CHECKS that
yields sentences; others add theirs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import click

from app.commands.console import Console, command_actor, json_option, opened
from app.config import Settings
from runtime.catalogue import BrokenDefinitionError
from runtime.platform import Platform
from runtime.workspaces import list_workspaces

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


CHECKS: tuple[tuple[str, Check], ...] = (("definitions", check_definitions), ("settings", check_settings))


@click.command()
@json_option
def doctor(*, as_json: bool) -> None:
    """Checks the settings and that every published definition still compiles."""
    console = Console(as_json=as_json)
    with opened() as (platform, settings):
        found = [
            {"check": name, "finding": text} for name, check in CHECKS for text in check(platform, settings)
        ]
        lines = [f"{one['check']}: {one['finding']}" for one in found]
        console.answer({"findings": found}, "\n".join(lines) or "Nothing wrong was found.")
    if found:
        raise click.exceptions.Exit(1)
