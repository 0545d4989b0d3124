"""`formloom init`: the database with the owner or the demo, without serving anything.

In: settings. Out: a database that `serve` can use; doing it twice changes nothing.
"""

from __future__ import annotations

from dataclasses import asdict

import click

from app.commands.console import Console, finish_jobs, json_option, opened
from app.demo import ensure_first_run
from app.wiring import upgrade_database
from runtime import people


@click.command()
@json_option
def init(*, as_json: bool) -> None:
    """Creates the database and, when nobody is there yet, the owner of FORMLOOM_ADMIN_EMAIL or the demo."""
    console = Console(as_json=as_json)
    with opened() as (platform, settings):
        upgrade_database(platform)
        was_empty = people.is_first_run(platform)
        sign_ins = ensure_first_run(platform, settings)
        finish_jobs(platform, console)
        needs_setup = people.is_first_run(platform)
        state = "set up" if was_empty and not needs_setup else ("empty" if needs_setup else "already set up")
        console.answer(
            {"state": state, "data_dir": settings.data_dir, "demo": [asdict(one) for one in sign_ins]},
            f"The database in {settings.data_dir} is {state}."
            + ("" if not needs_setup else " Open the site to create its owner."),
        )
