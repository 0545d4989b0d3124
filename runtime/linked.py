"""Linked rows and settings: everything outside a record that its expressions read, fetched in sets.

In: a form, rows of it in hand, and the plan's `LinkedRows`. Out: an `Env` for the Python back end.
Called by `runtime.records` and `runtime.recompute`. One statement per linked form and level; settings
once per unit of work. What a writer reads it locks: a change of a linked row waits for those who
computed with it, so that no stale figure is committed (docs/decisions, "Locks").
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from builder.linked import LinkedRows
from builder.reads import Hop
from expressions import Env
from runtime import rows
from runtime.parameters import LANGUAGE, Settings

if TYPE_CHECKING:
    from runtime.catalogue import AppVersion, FormHandle
    from runtime.platform import Work

Row = Mapping[str, Any]
Related = dict[str, dict[int, dict[str, Any]]]


def environment(work: Work, form: FormHandle, related: Related | None = None) -> Env:
    """The surroundings of evaluation on `form`, with the linked rows that were gathered.

    What a deleted record held reads as blank."""
    live = {
        target: {key: row for key, row in found.items() if row["deleted_at"] is None}
        for target, found in (related or {}).items()
    }
    return Env(
        now=work.now,
        today=work.today,
        zone=work.workspace.zone,
        settings=Settings(work, form.app),
        related=live,
        actor_member=work.actor.member_id,
        language=LANGUAGE,
    )


def linked_ids(form: FormHandle, found: Iterable[Row], hop: Hop) -> set[int]:
    """What a link of the form itself, or of one of its subforms, points to in these rows."""
    if hop.table == form.id:
        return {row[hop.link] for row in found if row.get(hop.link) is not None}
    return {
        line[hop.link] for row in found for line in row.get(hop.table) or () if line.get(hop.link) is not None
    }


def gather(
    work: Work,
    form: FormHandle,
    found: Sequence[Row],
    wanted: Sequence[LinkedRows],
    *,
    also: Mapping[str, Collection[int]] | None = None,
    known: Related | None = None,
) -> Related:
    """The rows that `wanted` paths lead to from `found`, by form and id.

    `also` names further ids by form, to be there whatever links point to them; `known` are rows of
    an earlier call that need not be read again."""
    related: Related = known if known is not None else defaultdict(dict)
    needed = _fields_by_form(wanted)
    at_path: dict[tuple[Hop, ...], set[int]] = {}
    deepest = max((len(one.path) for one in wanted), default=1)
    for level in range(1, deepest + 1):
        ids: dict[str, set[int]] = defaultdict(set)
        if level == 1:
            for target, more in (also or {}).items():
                ids[target] |= set(more)
        for one in wanted:
            if len(one.path) == level:
                at_path[one.path] = _ids_at(form, found, one.path, at_path, related, wanted)
                ids[one.form] |= at_path[one.path]
        _fetch(work, form.app, ids, needed, related)
    return related


def _fields_by_form(wanted: Iterable[LinkedRows]) -> dict[str, frozenset[str]]:
    needed: dict[str, frozenset[str]] = {}
    for one in wanted:
        needed[one.form] = needed.get(one.form, frozenset()) | one.fields
    return needed


def _ids_at(
    form: FormHandle,
    found: Sequence[Row],
    path: tuple[Hop, ...],
    at_path: Mapping[tuple[Hop, ...], set[int]],
    related: Related,
    wanted: Sequence[LinkedRows],
) -> set[int]:
    if len(path) == 1:
        return linked_ids(form, found, path[0])
    before = path[:-1]
    there = next(one.form for one in wanted if one.path == before)
    known = related[there]
    reached = [known[one] for one in at_path[before] if one in known and known[one]["deleted_at"] is None]
    handle = form.app.form(there)
    return linked_ids(handle, reached, path[-1])


def _fetch(
    work: Work,
    app: AppVersion,
    ids: Mapping[str, set[int]],
    needed: Mapping[str, frozenset[str]],
    related: Related,
) -> None:
    """One statement per form, in the one order of locks; nothing is read twice."""
    for target in sorted(ids):
        missing = ids[target] - related.setdefault(target, {}).keys()
        if not missing:
            continue
        handle = app.form(target)
        lock: rows.Lock | None = None
        if work.is_writing:
            lock = "update" if is_host(handle) else "share"
        related[target].update(
            rows.read(work, handle, missing, needed.get(target, frozenset()), lock=lock, reason="linked")
        )


def is_host(form: FormHandle) -> bool:
    """Whether stored roll-ups of this form make its records wait for writers of others."""
    return any(one.is_stored for one in form.plan.roll_ups)
