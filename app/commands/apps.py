"""`formloom bundle list` and `formloom app list|clone`: templates and the apps made from them.

In: a bundle's key. Out: an app in the workspace. Export, import and comparing are in app/commands/ too.
"""

from __future__ import annotations

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
from runtime import bundles


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
