"""What commands share: the platform, whom they act as, and how they answer.

In: click's options. Out: `opened`, `command_actor`, `Console`, `refuse`, the options `json_option` and
`workspace_option`. With --json the answer is one JSON object on standard output; words go to standard error.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn, TypeVar

import click
from flask import Flask

from app.config import Settings, SettingsError, read_settings
from app.language import install as install_language
from app.problem_words import problem_text
from app.wiring import Wired, build_platform
from builder.problems import Problem
from runtime.actors import Actor
from runtime.jobs import Worker
from runtime.platform import Platform
from runtime.workspaces import Workspace, list_workspaces

Command = TypeVar("Command", bound=Callable[..., object])


def json_option(command: Command) -> Command:
    return click.option("--json", "as_json", is_flag=True, help="Answer with one JSON object.")(command)


def workspace_option(command: Command) -> Command:
    return click.option(
        "--workspace", "slug", help="The workspace's part of its address; needed when there are several."
    )(command)


class Console:
    """Says things to a person, or collects them into one JSON object."""

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json

    def say(self, text: str) -> None:
        click.echo(text, err=self.as_json)

    def answer(self, data: dict[str, Any], text: str) -> None:
        """The one result of a command."""
        click.echo(json.dumps(data, ensure_ascii=False, default=str) if self.as_json else text)

    @property
    def is_watched(self) -> bool:
        """Whether a person sees progress bars."""
        return not self.as_json and sys.stderr.isatty()

    def refuse(self, problems: Iterable[Problem]) -> NoReturn:
        """Exit status 1, with what is wrong."""
        found = [{"field": one.field, "code": one.code, "message": problem_text(one)} for one in problems]
        if self.as_json:
            click.echo(json.dumps({"errors": found}, ensure_ascii=False))
        for one in found:
            click.echo(f"{one['field']}: {one['message']}" if one["field"] else str(one["message"]), err=True)
        raise click.exceptions.Exit(1)


def settings_or_exit() -> Settings:
    try:
        return read_settings()
    except SettingsError as wrong:
        raise click.UsageError(str(wrong)) from wrong


@contextmanager
def opened(settings: Settings | None = None) -> Iterator[tuple[Platform, Settings]]:
    """The platform of this machine, inside an application context so that words can be said."""
    settings = settings or settings_or_exit()
    platform = build_platform(settings)
    face = Flask("app")
    face.extensions["formloom"] = Wired(settings, platform)
    install_language(face)
    try:
        with face.test_request_context("/", headers={"Accept-Language": _terminal_language()}):
            yield platform, settings
    finally:
        platform.database.close()


def _terminal_language() -> str:
    import os

    return (os.environ.get("LC_ALL") or os.environ.get("LANG") or "en").split(".")[0].replace("_", "-")


def pick_workspace(platform: Platform, slug: str | None) -> Workspace:
    """The named workspace, or the only one."""
    found = list_workspaces(platform)
    if slug is not None:
        found = [one for one in found if one.slug == slug]
    if not found:
        raise click.UsageError("There is no such workspace. `formloom init` makes the first one.")
    if len(found) > 1:
        names = ", ".join(one.slug for one in found)
        raise click.UsageError(f"There are several workspaces, say which with --workspace: {names}")
    return found[0]


def command_actor(workspace: Workspace) -> Actor:
    """An administrator at the machine itself."""
    return Actor.system(workspace.id, "command_line")


def finish_jobs(platform: Platform, console: Console) -> None:
    """Performs what the command left to do later, so that it is there when the command ends."""
    worker = Worker(platform)
    turns = 0
    while worker.run_once():
        turns += 1
        if console.is_watched:
            click.echo(f"\rworking{'.' * (turns % 40):<40}", nl=False, err=True)
    if turns and console.is_watched:
        click.echo(f"\r{'':<50}\r", nl=False, err=True)
