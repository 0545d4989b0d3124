"""`formloom apikey create`: a key of a member for the JSON API, shown once.

In: the member's address and scopes. Out: the key's text.
"""

from __future__ import annotations

from typing import cast

import click

from app.commands.console import Console, command_actor, json_option, opened, pick_workspace, workspace_option
from builder.problems import Problem
from runtime import apikeys, people
from runtime.actors import SCOPES
from runtime.platform import Work


@click.group()
def apikey() -> None:
    """Creates keys for the JSON API."""


@apikey.command("create")
@click.option("--user", "email", required=True, help="Whose key: their e-mail address.")
@click.option("--name", default="command line", show_default=True, help="What it is for.")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice(SCOPES),
    help="May be given several times; all when not given.",
)
@workspace_option
@json_option
def create(*, email: str, name: str, scopes: tuple[str, ...], slug: str | None, as_json: bool) -> None:
    """A key that may do what its member may, narrowed to the scopes."""
    console = Console(as_json=as_json)
    with opened() as (platform, _settings):
        workspace = pick_workspace(platform, slug)

        def make(work: Work) -> tuple[apikeys.ApiKey, str] | tuple[Problem, ...]:
            member = people.find_member(work, email=email)
            if member is None:
                return (Problem("account.not_found", {"email": email}, "user"),)
            return apikeys.create(work, name, frozenset(scopes or SCOPES), member_id=member.id)

        made = platform.run(command_actor(workspace), make)
        refused = _problems(made)
        if refused:
            console.refuse(refused)
        key, token = cast("tuple[apikeys.ApiKey, str]", made)
        scopes_made = sorted(key.scopes)
        console.answer({"id": key.id, "key": token, "scopes": scopes_made, "user": email}, token)


def _problems(made: tuple[object, ...]) -> list[Problem]:
    return [one for one in made if isinstance(one, Problem)]
