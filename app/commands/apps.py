"""`formloom bundle list` and `formloom app list|clone`: templates and the apps made from them.

In: a bundle's key, or a zip. Out: an app in the workspace, or a zip of one; what differs between them.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

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
from app.shipped_bundles import card_of, shipped_bundles
from builder.bundles import bundle_files, read_bundle
from runtime import bundles
from runtime.catalogue import AppVersion
from runtime.platform import Work


@click.group()
def bundle() -> None:
    """Lists the templates that can be cloned."""


@bundle.command("list")
@json_option
def list_bundles(*, as_json: bool) -> None:
    """The templates that come with this version."""
    console = Console(as_json=as_json)
    with opened():
        cards = [card_of(one, current_language(), ()) for one in shipped_bundles()]
        found = [
            {"key": one.key, "version": one.version, "label": one.label, "forms": len(one.forms)}
            for one in cards
        ]
        lines = [f"{one.key:<16} {one.version:<8} {one.label} ({len(one.forms)})" for one in cards]
        console.answer({"bundles": found}, "\n".join(lines) or "No templates here.")


@click.group()
def app() -> None:
    """Clones and lists apps."""


@app.command("list")
@workspace_option
@json_option
def list_apps(*, slug: str | None, as_json: bool) -> None:
    """The apps of a workspace."""
    console = Console(as_json=as_json)
    with opened() as (platform, _settings):
        workspace = pick_workspace(platform, slug)
        with platform.reading(command_actor(workspace)) as work:
            found = [
                {
                    "key": one.key,
                    "label": one.label(current_language()),
                    "forms": [form.key for form in one.forms],
                }
                for one in work.catalogue.apps()
            ]
        lines = [f"{one['key']:<16} {one['label']}" for one in found]
        console.answer({"apps": found}, "\n".join(lines) or "No apps yet.")


@app.command("clone")
@click.argument("key")
@click.option("--demo/--no-demo", default=True, show_default=True, help="With the bundle's demo rows.")
@workspace_option
@json_option
def clone(key: str, *, demo: bool, slug: str | None, as_json: bool) -> None:
    """Makes a new app from the bundle KEY."""
    console = Console(as_json=as_json)
    with opened() as (platform, _settings):
        workspace = pick_workspace(platform, slug)
        actor = command_actor(workspace)
        found = next((one for one in shipped_bundles() if one.key == key), None)
        if found is None:
            raise click.UsageError(f"There is no bundle {key!r}. `formloom bundle list` shows them.")
        outcome = platform.run(actor, lambda work: bundles.clone(work, found, with_demo=demo))
        if outcome.app is None:
            console.refuse(outcome.problems)
        finish_jobs(platform, console)
        made = outcome.app
        console.answer({"key": made.key, "id": made.id}, f"{made.key} is ready in {workspace.slug}.")


@app.command("export")
@click.argument("key")
@click.argument("path", type=click.Path(dir_okay=False, path_type=Path))
@workspace_option
@json_option
def export_app(key: str, path: Path, *, slug: str | None, as_json: bool) -> None:
    """Writes the app KEY as a template to the zip PATH."""
    console = Console(as_json=as_json)
    with opened() as (platform, _settings):
        with platform.writing(command_actor(pick_workspace(platform, slug))) as work:
            data = bundles.export_app(work, _open(work, key))
        path.write_bytes(data)
        console.answer({"path": str(path), "bytes": len(data)}, f"{key} is in {path}.")


@app.command("import")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Says what would be made and changes nothing.")
@workspace_option
@json_option
def import_app(path: Path, *, dry_run: bool, slug: str | None, as_json: bool) -> None:
    """Makes a new app from the template in the zip PATH."""
    console = Console(as_json=as_json)
    with opened() as (platform, _settings):
        actor = command_actor(pick_workspace(platform, slug))
        data = path.read_bytes()
        outcome = platform.run(actor, lambda work: bundles.import_zip(work, data, is_dry_run=dry_run))
        if outcome.problems:
            console.refuse(outcome.problems)
        if isinstance(outcome, bundles.CloneOutcome):
            finish_jobs(platform, console)
            made = outcome.app
            console.answer({"key": made.key if made else None}, f"{made.key if made else ''} is ready.")
            return
        items = [{"kind": one.kind, "key": one.key, "count": one.count} for one in outcome.items]
        lines = [f"{one['kind']:<6} {one['key']:<24} {one['count']}" for one in items]
        console.answer({"dry_run": True, "items": items}, "\n".join(lines))


@app.command("diff")
@click.argument("key")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@workspace_option
@json_option
def diff_app(key: str, path: Path, *, slug: str | None, as_json: bool) -> None:
    """Compares the app KEY with the template in PATH, a zip or a folder. Exit status 1 when they differ."""
    console = Console(as_json=as_json)
    with opened() as (platform, _settings):
        other = read_bundle(path)
        if isinstance(other, tuple):
            console.refuse(other)
        with platform.reading(command_actor(pick_workspace(platform, slug))) as work:
            mine = bundle_files(bundles.bundle_of(work, _open(work, key)))
        theirs = bundle_files(other)
        names = sorted(name for name in mine.keys() | theirs.keys() if mine.get(name) != theirs.get(name))
        found = [{"file": name, "state": _state(name, mine, theirs)} for name in names]
        lines = [f"{one['state']:<8} {one['file']}" for one in found]
        console.answer({"differences": found}, "\n".join(lines) or "No difference.")
    if found:
        raise click.exceptions.Exit(1)


def _state(name: str, mine: Mapping[str, bytes], theirs: Mapping[str, bytes]) -> str:
    if name not in mine:
        return "missing"
    return "changed" if name in theirs else "added"


def _open(work: Work, key: str) -> AppVersion:
    found = work.catalogue.find_app(key)
    if found is None:
        raise click.UsageError(f"There is no app {key!r}. `formloom app list` shows them.")
    return found
