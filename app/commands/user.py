"""`formloom user add|password|disable`: people, by an administrator at the machine.

In: an e-mail address. Out: an account that can, or can no longer, sign in. Passwords are asked for, read
from standard input, or made up and shown once; never taken from the command line, where others see them.
"""

from __future__ import annotations

import secrets
import sys

import click

from app.commands.console import Console, command_actor, json_option, opened, pick_workspace, workspace_option
from builder.problems import Problem
from runtime import people
from runtime.actors import ROLES, RoleName
from runtime.people import NewPerson


@click.group()
def user() -> None:
    """Adds people, sets passwords, disables accounts."""


@user.command("add")
@click.argument("email")
@click.option("--name", help="How others see them; the address's first part when not given.")
@click.option("--role", type=click.Choice(ROLES), default="member", show_default=True)
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@workspace_option
@json_option
def add(
    email: str, *, name: str | None, role: RoleName, password_stdin: bool, slug: str | None, as_json: bool
) -> None:
    """Makes EMAIL a member; a password is made up and shown when none is given."""
    console = Console(as_json=as_json)
    with opened() as (platform, _settings):
        workspace = pick_workspace(platform, slug)
        password = _read_password() if password_stdin else secrets.token_urlsafe(12)
        has_account = people.find_account(platform, email) is not None
        person = NewPerson(
            email, name or email.split("@", maxsplit=1)[0], password, workspace.language, workspace.zone
        )
        made = platform.run(command_actor(workspace), lambda work: people.add_member(work, person, role))
        if isinstance(made, tuple):
            console.refuse(made)
        shown = None if has_account or password_stdin else password
        console.answer(
            {"id": made.id, "email": made.email, "role": made.role, "password": shown},
            f"{made.email} is {made.role} of {workspace.slug}." + (f" Password: {shown}" if shown else ""),
        )


@user.command("password")
@click.argument("email")
@json_option
def password(email: str, *, as_json: bool) -> None:
    """Sets the password of EMAIL: asked for, or read from standard input. Ends its sessions."""
    console = Console(as_json=as_json)
    with opened() as (platform, _settings):
        problem = people.set_password(platform, email, _read_password())
        _answer(
            console, problem, {"email": email}, f"{email} has a new password and is signed out everywhere."
        )


@user.command("disable")
@click.argument("email")
@json_option
def disable(email: str, *, as_json: bool) -> None:
    """EMAIL can no longer sign in, anywhere. Records stay."""
    console = Console(as_json=as_json)
    with opened() as (platform, _settings):
        problem = people.disable_account(platform, email)
        _answer(console, problem, {"email": email, "is_active": False}, f"{email} can no longer sign in.")


def _answer(console: Console, problem: Problem | None, data: dict[str, object], text: str) -> None:
    if problem is not None:
        console.refuse([problem])
    console.answer(data, text)


def _read_password() -> str:
    if sys.stdin.isatty():
        asked: str = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
        return asked
    return sys.stdin.readline().rstrip("\n")
