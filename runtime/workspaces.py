"""Workspaces: one organisation each, with its people, apps and records; nothing crosses between two.

In: the wish of the first run, of an account or of a settings screen. Out: `Workspace`, `NewWorkspace`
and the functions below. Called by `runtime.people`, by screens of settings and by `runtime.platform`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import available_timezones

from builder.forms import Labels, pick_label
from builder.problems import Problem
from runtime import access, audit
from runtime.store import workspace_rows

if TYPE_CHECKING:
    from runtime.platform import Platform, Work

SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?\Z")
LANGUAGES = ("zh-CN", "zh-TW", "en")
LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class Workspace:
    """One organisation. `revision` moves with everything that a process may have cached of it."""

    id: int
    slug: str
    names: Labels
    zone: str
    language: str
    revision: int

    @classmethod
    def of_row(cls, row: Any) -> Workspace:
        return cls(row.id, row.slug, row.names, row.zone, row.language, row.revision)

    def name(self, language: str) -> str:
        return pick_label(self.names, language) or self.slug


@dataclass(frozen=True, slots=True)
class NewWorkspace:
    """A workspace that is wished for: `slug` is its part of every URL."""

    slug: str
    names: Mapping[str, str]
    zone: str = "Asia/Shanghai"
    language: str = "zh-CN"


def check_workspace(wish: NewWorkspace) -> tuple[Problem, ...]:
    """All that is wrong with it at once."""
    problems = []
    if not SLUG.match(wish.slug):
        problems.append(Problem("workspace.bad_slug", {"raw": wish.slug[:60]}, "slug"))
    names = [text for text in wish.names.values() if text.strip()]
    if not names or set(wish.names) - set(LANGUAGES):
        problems.append(Problem("name.missing", {}, "workspace_name"))
    if any(len(text) > LONGEST_NAME for text in names):
        problems.append(Problem("name.too_long", {"most": LONGEST_NAME}, "workspace_name"))
    if wish.zone not in available_timezones():
        problems.append(Problem("zone.unknown", {"raw": wish.zone}, "zone"))
    if wish.language not in LANGUAGES:
        problems.append(Problem("language.unknown", {"raw": wish.language}, "language"))
    return tuple(problems)


def insert_workspace(connection: Any, wish: NewWorkspace, now: datetime) -> int:
    names = {tag: text.strip() for tag, text in wish.names.items() if text.strip()}
    return workspace_rows.insert(
        connection, slug=wish.slug, names=names, zone=wish.zone, language=wish.language, now=now
    )


def change_workspace(
    work: Work, *, names: Mapping[str, str], zone: str, language: str
) -> tuple[Problem, ...]:
    """Names, zone and language. The slug stays: it is in every link that people have sent around."""
    access.require_people_admin(work)
    problems = check_workspace(NewWorkspace(work.workspace.slug, names, zone, language))
    if problems:
        return problems
    workspace_rows.change(work.connection, work.workspace.id, names=dict(names), zone=zone, language=language)
    audit.note(work, "workspace.changed", zone)
    work.bump_revision()
    return ()


def find_workspace(platform: Platform, slug: str) -> Workspace | None:
    with platform.database.reading() as connection:
        row = workspace_rows.find_by_slug(connection, slug)
    return Workspace.of_row(row) if row is not None else None


def list_workspaces(platform: Platform) -> list[Workspace]:
    """All of the installation, for the command line and the worker."""
    with platform.database.reading() as connection:
        return [Workspace.of_row(row) for row in workspace_rows.list_all(connection)]
