"""Storage: the shape in which one field's values are kept.

In: nothing. Out: `Storage`. Made by the modules of this package, found through `registry.py`, turned
into columns by `physical.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy.types import TypeEngine

Place = Literal["column", "values", "lines", "nowhere"]
Key = Callable[[Any], str | None]


@dataclass(frozen=True)
class Storage:
    """`name` says what a column was made as: a change of it would be a retype."""

    name: str
    type: TypeEngine[Any] | None = None
    place: Place = "column"
    sort_key: Key | None = None  # of a shadow column by which people's order sorts
    target_form: str | None = None  # of a link: the form whose records it points to
    unique_key: Key | None = field(default=None)  # the text under which two values are the same


NOWHERE = Storage("nowhere", place="nowhere")
LINES = Storage("lines", place="lines")
