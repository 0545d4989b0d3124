"""One process per SQLite file, where the SQLite library is too old for several.

In: the path of a database file. Out: a `SharedFile`, shared by every `Database` of this process on the
same file (they share its gate too), or `SecondProcessError`. Called by `database.py`.
SQLite before 3.51.3 can corrupt a WAL file that two connections checkpoint at once (docs/security.md).
"""

from __future__ import annotations

import os
import sqlite3
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path

from runtime.store.errors import SecondProcessError
from runtime.store.gate import Gate

SAFE_FOR_SEVERAL = (3, 51, 3)
_guard = threading.Lock()
_open: dict[Path, SharedFile] = {}


@dataclass
class SharedFile:
    """A database file as one process holds it."""

    path: Path
    gate: Gate = field(default_factory=Gate)
    process_id: int = field(default_factory=os.getpid)
    users: int = 0
    descriptor: int | None = None

    def check_process(self) -> None:
        """A forked child may not go on with its parent's connections, nor beside them."""
        if os.getpid() != self.process_id:
            raise SecondProcessError(
                f"{self.path} was opened by process {self.process_id}: open it again after forking"
            )


def open_file(path: Path) -> SharedFile:
    """Enters this process as the user of the file; raises when another process is."""
    path = path.resolve()
    with _guard:
        shared = _open.get(path)
        if shared is None or shared.process_id != os.getpid():
            shared = SharedFile(path)
            shared.descriptor = _lock(path) if is_single_process_only() else None
            _open[path] = shared
        shared.users += 1
        return shared


def close_file(shared: SharedFile) -> None:
    """The last user of this process gives the file free."""
    with _guard:
        shared.users -= 1
        if shared.users > 0:
            return
        if shared.descriptor is not None:
            os.close(shared.descriptor)
            shared.descriptor = None
        if _open.get(shared.path) is shared:
            del _open[shared.path]


def is_single_process_only() -> bool:
    """Whether this SQLite library is older than the first that several processes may share."""
    return sqlite3.sqlite_version_info < SAFE_FOR_SEVERAL


def _lock(path: Path) -> int | None:
    """A POSIX record lock: gone with the process, however it dies, and not inherited by a fork."""
    if sys.platform == "win32":  # no such locks there: the documentation says to use PostgreSQL
        return None
    import fcntl

    lock_path = path.with_name(path.name + ".lock")
    lock_path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(lock_path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        raise SecondProcessError(
            f"another process has {path} open, and SQLite {sqlite3.sqlite_version} is older than "
            f"{'.'.join(map(str, SAFE_FOR_SEVERAL))}: stop it first, or use PostgreSQL (DATABASE_URL)"
        ) from error
    os.ftruncate(descriptor, 0)
    os.write(descriptor, str(os.getpid()).encode())
    return descriptor
