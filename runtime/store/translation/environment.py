"""What a translation is made for: the instant, the settings, the dialect; and why it may fail.

In: from the unit of work (`Work`) and the database. Out: `SqlEnv`, `NotTranslatable`. Used by every
module of this package and by whoever calls it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from expressions.nodes import Span

Dialect = Literal["sqlite", "postgresql"]


@dataclass(frozen=True, slots=True)
class SqlEnv:
    """The same for every row of a statement; the counterpart of `expressions.Env`."""

    now: datetime  # aware, UTC
    today: date
    zone: str
    dialect: Dialect
    settings: Mapping[str, Mapping[str, object]] = field(default_factory=dict)  # by form id
    actor_member: int | None = None
    language: str = "zh-CN"

    @property
    def is_sqlite(self) -> bool:
        return self.dialect == "sqlite"


class NotTranslatable(Exception):  # noqa: N818 - the name that all storeys know it by
    """This node cannot be said in SQL: `function` at `span`; the editor says so when saving."""

    def __init__(self, function: str, span: Span, reason: str = "no_sql") -> None:
        super().__init__(f"{function} at {span}: {reason}")
        self.function = function
        self.span = span
        self.reason = reason


class TooLarge(NotTranslatable):
    """It would become more SQL than a database should be given."""
