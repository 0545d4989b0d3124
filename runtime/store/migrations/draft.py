"""Writes the next migration: the difference between the newest one and `schema.py`.

In: `python -m runtime.store.migrations.draft "what it does"`. Out: a file in versions/, to be read and
corrected before it is kept. `--first` writes the first migration anew: only before the first release.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import BigInteger

from runtime.store.columns.moments import Instant
from runtime.store.columns.references import RecordId
from runtime.store.columns.texts import Json, PlainText, Word
from runtime.store.database import Database
from runtime.store.migrations import FOLDER, _config, upgrade

OURS = (Word, PlainText, Json, Instant)


def draft(message: str, version: str) -> Path:
    """The new file's path."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/draft.db")
        try:
            if any((FOLDER / "versions").glob("*.py")):
                upgrade(database)
            with database.writing() as connection:
                config: Config = _config(connection)
                config.attributes["render_item"] = render_type
                made = command.revision(config, message, autogenerate=True, rev_id=version)
        finally:
            database.close()
    if made is None or isinstance(made, list):
        raise SystemExit("alembic made no single migration")
    return Path(made.path)


def render_type(kind: str, thing: Any, _context: Any) -> str | bool:
    """Our own column types by their names, which the template imports."""
    if kind != "type":
        return False
    if thing is RecordId or (isinstance(thing, BigInteger) and thing._variant_mapping):
        return "RecordId"
    for one in OURS:
        if type(thing) is one:
            return f"{one.__name__}()"
    return False


if __name__ == "__main__":
    first = "--first" in sys.argv
    words = [word for word in sys.argv[1:] if not word.startswith("--")]
    versions = sorted((FOLDER / "versions").glob("*.py"))
    if first:
        for path in versions:
            path.unlink()
        versions = []
    sys.stdout.write(f"{draft(' '.join(words) or 'the first tables', f'{len(versions) + 1:04d}')}\n")
