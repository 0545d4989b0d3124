"""The command line: `formloom`. Each command is a module of app/commands, loaded when it is called.

In: arguments. Out: text, or JSON with --json; exit status 0 done, 1 refused, 2 misused. A new command adds
its line to COMMANDS.
"""

from __future__ import annotations

import importlib
import sys

import click

from app import VERSION

# name on the command line → (module, the click command in it, one line of help)
COMMANDS: dict[str, tuple[str, str, str]] = {
    "serve": ("app.commands.serve", "serve", "Serves the pages and works on jobs."),
    "init": ("app.commands.init", "init", "Creates the database, the owner and the demo."),
    "user": ("app.commands.user", "user", "Adds people, sets passwords, disables accounts."),
    "apikey": ("app.commands.apikey", "apikey", "Creates keys for the JSON API."),
    "bundle": ("app.commands.apps", "bundle", "Lists the templates that can be cloned."),
    "app": ("app.commands.apps", "app", "Clones, lists, exports, imports and compares apps."),
    "import": ("app.commands.sheets", "import_sheet", "Imports a spreadsheet into a form."),
    "export": ("app.commands.sheets", "export_sheet", "Writes the records of a form to a spreadsheet."),
    "expr": ("app.commands.expr", "expr", "Checks and evaluates expressions."),
    "backup": ("app.commands.backup", "backup", "Writes database and files to one zip."),
    "restore": ("app.commands.backup", "restore", "Puts a backup back into an empty place."),
    "upgrade": ("app.commands.upgrade", "upgrade", "Brings the database to this version."),
    "doctor": ("app.commands.doctor", "doctor", "Checks data against definitions."),
}


class LazyCommands(click.Group):
    """Loads a command's module only when it is used: `formloom --help` stays instant."""

    def list_commands(self, _context: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, _context: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        module, attribute, _help = COMMANDS[name]
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def format_commands(self, _context: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_module, _name, text) in COMMANDS.items()])


@click.group(cls=LazyCommands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(VERSION, prog_name="formloom")
def formloom() -> None:
    """Forms, flows and reports that people draw in a browser.

    Settings come from the environment: see docs/configuration.md."""


def main() -> None:
    sys.exit(formloom.main(standalone_mode=True))
