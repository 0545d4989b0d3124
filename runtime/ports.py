"""The ports: what runtime needs from the world outside, and the real things where no wiring is needed.

In: nothing. Out: `Clock`, `SystemClock`, `FileClock`, `FixedClock`, `Files`, `FolderFiles`. Wired in
`app/wiring.py`; tests pass their own.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol


class Clock(Protocol):
    """The one source of time."""

    def now(self) -> datetime:
        """An aware UTC instant."""


class SystemClock:
    """The machine's clock, to the microsecond."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class FixedClock:
    """A clock that stands still until it is set. For tests and replays."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at


class FileClock:
    """Reads an ISO instant from a file at every question, so that a test can move a running server.

    The text may also be an offset in seconds ("+86400") from the machine's clock."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def now(self) -> datetime:
        text = self.path.read_text(encoding="utf-8").strip()
        if text.startswith(("+", "-")):
            return datetime.fromtimestamp(datetime.now(UTC).timestamp() + float(text), UTC)
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


class Files(Protocol):
    """Bytes by a name that the caller chose (a content hash below the workspace)."""

    def write(self, name: str, content: bytes) -> None:
        """Keeps `content`; complete or not at all."""

    def read(self, name: str) -> bytes:
        """The bytes; raises `FileNotFoundError`."""

    def path(self, name: str) -> Path:
        """A local path to read from, for what streams."""

    def remove(self, name: str) -> None:
        """Forgets it; no complaint when it is not there."""


class FolderFiles:
    """Files in a local folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, name: str) -> Path:
        path = (self.folder / name).resolve()
        if not path.is_relative_to(self.folder.resolve()):
            raise ValueError("a file's name may not leave its folder")
        return path

    def write(self, name: str, content: bytes) -> None:
        path = self.path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f"{path.name}.{os.getpid()}.part")
        with part.open("wb") as sink:
            sink.write(content)
            sink.flush()
            os.fsync(sink.fileno())
        part.replace(path)

    def read(self, name: str) -> bytes:
        return self.path(name).read_bytes()

    def remove(self, name: str) -> None:
        self.path(name).unlink(missing_ok=True)
