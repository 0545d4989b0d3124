"""`formloom backup PATH` and `formloom restore PATH`: database and files in one zip, and back.

In: a path. Out: a zip with `database` (a copy of the SQLite file or a PostgreSQL dump), `files/` and
`backup.json`, which says what it is. Restoring wants an empty place, so that nothing is overwritten.
"""

from __future__ import annotations

import json
import tempfile
import zipfile
from pathlib import Path, PurePosixPath

import click

from app import VERSION
from app.commands.console import Console, json_option, settings_or_exit
from app.config import Settings
from runtime.store import backups
from runtime.store.errors import BackupError

MANIFEST, DATABASE, FILES = "backup.json", "database", "files"


@click.command()
@click.argument("path", type=click.Path(dir_okay=False, path_type=Path))
@json_option
def backup(path: Path, *, as_json: bool) -> None:
    """Writes everything to the zip PATH; people may go on working meanwhile."""
    console, settings = Console(as_json=as_json), settings_or_exit()
    part = path.with_name(f"{path.name}.part")
    try:
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / DATABASE
            backups.copy_out(settings.database_url, copy)
            count = _write(part, copy, settings)
    except BackupError as wrong:
        raise click.ClickException(str(wrong)) from wrong
    part.replace(path)
    console.answer(
        {"path": str(path), "files": count}, f"Everything is in {path}: the database and {count} files."
    )


def _write(target: Path, copy: Path, settings: Settings) -> int:
    count = 0
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(MANIFEST, json.dumps({"version": VERSION, "engine": _engine(settings)}))
        archive.write(copy, DATABASE)
        for path in sorted(settings.files_folder.rglob("*")):
            if path.is_file():
                archive.write(path, f"{FILES}/{path.relative_to(settings.files_folder).as_posix()}")
                count += 1
    return count


def _engine(settings: Settings) -> str:
    return settings.database_url.partition(":")[0].partition("+")[0]


@click.command()
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@json_option
def restore(path: Path, *, as_json: bool) -> None:
    """Puts the zip PATH back into an empty database and folder."""
    console, settings = Console(as_json=as_json), settings_or_exit()
    try:
        with zipfile.ZipFile(path) as archive, tempfile.TemporaryDirectory() as folder:
            manifest = json.loads(archive.read(MANIFEST))
            if manifest.get("engine") != _engine(settings):
                raise click.UsageError(
                    f"This backup is of {manifest.get('engine')}, not of {_engine(settings)}."
                )
            copy = Path(folder) / DATABASE
            copy.write_bytes(archive.read(DATABASE))
            backups.copy_in(settings.database_url, copy)
            count = _restore_files(archive, settings.files_folder)
    except (zipfile.BadZipFile, KeyError, ValueError) as wrong:
        raise click.ClickException(f"{path} is no backup of Formloom.") from wrong
    except BackupError as wrong:
        raise click.ClickException(str(wrong)) from wrong
    console.answer(
        {"path": str(path), "files": count}, f"Restored from {path}: the database and {count} files."
    )


def _restore_files(archive: zipfile.ZipFile, folder: Path) -> int:
    count = 0
    for name in archive.namelist():
        place = PurePosixPath(name)
        if place.parts[0] != FILES or name.endswith("/") or ".." in place.parts:
            continue
        target = folder.joinpath(*place.parts[1:])
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(archive.read(name))
        count += 1
    return count
