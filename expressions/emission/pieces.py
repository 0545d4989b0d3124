"""A piece of generated code: what every emission rule gives back.

In: code built by the compiler's `Writer` (opaque here). Out: `Piece`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Piece:
    """`code` gives the value while no guard (a local variable) is None; a blank otherwise. Without
    guards it is never blank. `variable` names the local variable that the whole piece is, if it is one."""

    code: Any
    guards: tuple[str, ...] = ()
    variable: str | None = None
