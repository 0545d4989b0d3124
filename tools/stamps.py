"""Stamps: a step that already ran for these very inputs is not run again.

In: a name, the files and words a step depends on. Out: whether it is done. Called by
tools/prepare.py. A stamp is written only after the step succeeded, so a broken step runs again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path


class Stamp:
    """`place` is the file that remembers; it lies inside what the step makes, and goes with it."""

    def __init__(self, place: Path, files: Iterable[Path], words: Iterable[str] = ()) -> None:
        self.place = place
        self.digest = _digest(sorted(files), words)

    def is_current(self) -> bool:
        try:
            return self.place.read_text(encoding="ascii") == self.digest
        except FileNotFoundError:
            return False

    def write(self) -> None:
        self.place.parent.mkdir(parents=True, exist_ok=True)
        self.place.write_text(self.digest, encoding="ascii")


def _digest(files: list[Path], words: Iterable[str]) -> str:
    total = hashlib.sha256()
    for word in words:
        total.update(f"word {word}\0".encode())
    for file in files:
        total.update(f"file {file.name}\0".encode())
        total.update(hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()
