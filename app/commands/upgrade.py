"""`formloom upgrade`: brings the database to this version. `serve` does the same when it starts.

In: a database of this or an earlier version. Out: the schema of this version; safe to repeat.
"""

from __future__ import annotations

import click

from app import VERSION
from app.commands.console import Console, json_option, opened
from app.wiring import database_version, upgrade_database


@click.command()
@json_option
def upgrade(*, as_json: bool) -> None:
    """Brings the database to this version; safe to repeat. Back up first: `formloom backup PATH`."""
    console = Console(as_json=as_json)
    with opened() as (platform, _settings):
        upgrade_database(platform)
        version = database_version(platform)
        console.answer(
            {"version": VERSION, "database": version}, f"The database is at version {VERSION} ({version})."
        )
