"""The reference page of the command line: docs/reference/cli.md.

In: the click commands of `app.cli`. Out: `commands_reference` → Markdown. Called by tools/generate_docs.py.
"""

from __future__ import annotations

from collections.abc import Iterator

import click

from app.cli import formloom

HEAD = """# Command line

<!-- Made by tools/generate_docs.py from app/commands: do not edit. -->

`formloom COMMAND`, or `.venv/bin/python -m app COMMAND` in a checkout. Settings come from the environment:
[configuration](../configuration.md). Exit status: 0 done, 1 refused or something was found, 2 misused or a
useless setting. With `--json` the answer is one JSON object on standard output. `-h` explains any command.

On SQLite older than 3.51.3 only one process may have the database open: stop the server before you use a
command, or use the pages and the API meanwhile ([why](../decisions/029-one-process-on-old-sqlite.md)).
"""


def commands_reference() -> str:
    """The whole page."""
    return HEAD + "".join(f"\n{_section(name, command)}" for name, command in all_commands())


def all_commands() -> Iterator[tuple[str, click.Command]]:
    """Every command that does something, with its full name, in the order of `--help`."""
    yield from _walk("", formloom)


def _walk(name: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
    if not isinstance(command, click.Group):
        yield name, command
        return
    context = click.Context(command)
    for part in command.list_commands(context):
        below = command.get_command(context, part)
        if below is not None:
            yield from _walk(f"{name} {part}".strip(), below)


def _section(name: str, command: click.Command) -> str:
    context = click.Context(command, info_name=f"formloom {name}")
    usage = " ".join(command.collect_usage_pieces(context))
    lines = [f"## {name}", "", f"`formloom {name} {usage}`", "", _paragraph(command.help or "")]
    options = [one for one in command.get_params(context) if isinstance(one, click.Option)]
    rows = [_row(one, context) for one in options if "--help" not in one.opts]
    if rows:
        lines += ["", "| option | means |", "|---|---|", *rows]
    return "\n".join(lines) + "\n"


def _row(option: click.Option, context: click.Context) -> str:
    record = option.get_help_record(context)
    shown, text = record or (", ".join(option.opts), "")
    return f"| `{_cell(shown)}` | {_cell(_paragraph(text))} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _paragraph(text: str) -> str:
    return " ".join(text.split())
