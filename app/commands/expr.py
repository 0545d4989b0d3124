"""`formloom expr check|eval TEXT`: the language at the terminal, with or without a form."""

from __future__ import annotations

import json
from typing import Any
from zoneinfo import ZoneInfo

import click

from app.commands.console import Console, command_actor, json_option, opened, pick_workspace, workspace_option
from app.language import current_language
from expressions import Checked, Env, ErrorValue, check, compile_expression
from expressions.kinds import BOOL, NUMBER, TEXT
from expressions.world import FieldInfo, FormInfo, World
from runtime import access
from runtime.errors import NotFoundError
from runtime.platform import Work

LOOSE = "values"


@click.group()
def expr() -> None:
    """Checks and evaluates expressions."""


@expr.command("check")
@click.argument("text")
@click.option("--form", help='The form it is about, as "app.form".')
@workspace_option
@json_option
def check_text(text: str, *, form: str | None, slug: str | None, as_json: bool) -> None:
    """Says what TEXT gives, or what is wrong with it."""
    console = Console(as_json=as_json)
    with opened() as (platform, _settings):
        if form is None:
            checked = check(text, World.of([FormInfo(LOOSE, LOOSE)]), LOOSE)
        else:
            with platform.reading(command_actor(pick_workspace(platform, slug))) as work:
                checked = _check_in_form(work, text, form)
        _refuse_if_wrong(checked, text, console)
        assert checked.node is not None
        kind = checked.node.kind.name
        console.answer({"type": kind, "canonical": checked.canonical}, f"{kind}: {checked.canonical}")


@expr.command("eval")
@click.argument("text")
@click.option("--values", default="{}", help='Values by name as JSON, such as {"qty": 3}.')
@workspace_option
@json_option
def evaluate_text(text: str, *, values: str, slug: str | None, as_json: bool) -> None:
    """Evaluates TEXT on the given values."""
    console = Console(as_json=as_json)
    given = _read_values(values)
    kinds = {
        name: BOOL if isinstance(one, bool) else NUMBER if isinstance(one, int) else TEXT
        for name, one in given.items()
    }
    fields = tuple(FieldInfo(f"v{place}", name, kinds[name]) for place, name in enumerate(given))
    row = {f"v{place}": value for place, value in enumerate(given.values())}
    with opened() as (platform, _settings):
        workspace = pick_workspace(platform, slug)
        checked = check(text, World.of([FormInfo(LOOSE, LOOSE, fields=fields)]), LOOSE)
        _refuse_if_wrong(checked, text, console)
        now = platform.clock.now()
        env = Env(
            now=now, today=now.astimezone(ZoneInfo(workspace.zone)).date(), zone=workspace.zone, settings={},
            related={}, parent=None, actor_member=None, language=current_language(),
        )  # fmt: skip
        value = compile_expression(checked).evaluate(row, env)
        shown = value.code if isinstance(value, ErrorValue) else value
        console.answer({"value": None if isinstance(value, ErrorValue) else value}, str(shown))


def _check_in_form(work: Work, text: str, form: str) -> Checked:
    try:
        handle = access.open_form(work, form, to="view")
    except NotFoundError as missing:
        raise click.UsageError(f"There is no form {form!r}. Write it as app.form.") from missing
    return check(text, handle.world, handle.id)


def _read_values(text: str) -> dict[str, Any]:
    from decimal import Decimal

    try:
        given = json.loads(text, parse_float=Decimal)
    except ValueError as wrong:
        raise click.UsageError(f"--values is no JSON: {wrong}") from wrong
    if not isinstance(given, dict):
        raise click.UsageError("--values is a JSON object.")
    return given


def _refuse_if_wrong(checked: Checked, text: str, console: Console) -> None:
    """Every problem below the text, with marks where it is."""
    if not checked.problems:
        return
    language = current_language()
    found = [
        {"code": one.code, "span": list(one.span), "message": one.text(language)} for one in checked.problems
    ]
    if console.as_json:
        click.echo(json.dumps({"problems": found}, ensure_ascii=False))
    else:
        for one in checked.problems:
            start, end = one.span
            click.echo(text, err=True)
            click.echo(" " * start + "^" * max(1, end - start) + " " + one.text(language), err=True)
    raise click.exceptions.Exit(1)
