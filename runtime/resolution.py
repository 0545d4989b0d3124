"""Resolution: references that were given by name, e-mail, title or key → ids; and ids → "is it there?".

In: the parsed values of many records. Out: the same values with ids, and a problem at every reference
that leads nowhere, or to several. Called by `runtime.records`, once per batch: one statement per kind of
reference, however many records. A link may only be set to a live record that the actor may see.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from builder.fields.base import DEFAULT, ParseContext, Unresolved
from builder.fields.lookup import type_of
from builder.forms import Field
from builder.ids import show_record_id
from builder.problems import Problem, shown
from runtime import access, people, rows
from runtime.coercion import OWNER, Coerced
from runtime.evaluation import numbered

if TYPE_CHECKING:
    from runtime.actors import Member
    from runtime.candidates import Candidate
    from runtime.catalogue import FormHandle
    from runtime.platform import Work

BY_ID = "id"
TITLE = "title"


@dataclass(frozen=True, slots=True)
class Reference:
    """One reference in a batch: where it stands, and how to put its id there."""

    coerced: Coerced
    key: str  # "customer", "lines.2.product"
    target: str  # the form that it points to; "" for a member
    value: object  # an id, or Unresolved
    put: Callable[[object], None]

    @property
    def by(self) -> str:
        return self.value.by if isinstance(self.value, Unresolved) else BY_ID

    @property
    def given(self) -> object:
        return self.value.value if isinstance(self.value, Unresolved) else self.value


def resolve(work: Work, form: FormHandle, batch: Sequence[Coerced]) -> None:
    """Replaces every `Unresolved` of the batch, or notes why it cannot be."""
    by_target: dict[str, list[Reference]] = defaultdict(list)
    for coerced in batch:
        for one in _references(form, coerced):
            by_target[one.target].append(one)
    _resolve_members(work, by_target.pop("", []))
    for target in sorted(by_target):
        _resolve_records(work, form.app.form(target), by_target[target])


def _references(form: FormHandle, coerced: Coerced) -> Iterator[Reference]:
    values = coerced.values
    if values.get(OWNER) is not None:
        yield Reference(coerced, OWNER, "", values[OWNER], lambda one: values.__setitem__(OWNER, one))
    for field in form.form.fields:
        value = values.get(field.id)
        if value is None:
            continue
        if field.subform is None:
            yield from _of_value(coerced, field.key, field, values, value)
            continue
        for place, line in numbered(values, field.id, coerced.places):
            for column in field.subform.fields:
                if line.get(column.id) is not None:
                    key = f"{field.key}.{place}.{column.key}"
                    yield from _of_value(coerced, key, column, line, line[column.id])


def _of_value(
    coerced: Coerced, key: str, field: Field, into: dict[str, Any], value: object
) -> Iterator[Reference]:
    kind = type_of(field).kind()
    if kind.name == "user" or isinstance(value, Unresolved):
        target = kind.form or "" if kind.name == "record" else ""
        yield Reference(coerced, key, target, value, lambda one: into.__setitem__(field.id, one))


def _resolve_members(work: Work, found: Sequence[Reference]) -> None:
    """Members of a workspace are few: one statement reads them all, once per unit of work."""
    if not found:
        return
    by: dict[str, dict[object, list[Member]]] = {BY_ID: {}, "email": {}, "name": {}}
    for member in members_of(work):
        by[BY_ID].setdefault(member.id, []).append(member)
        by["email"].setdefault(member.email.lower(), []).append(member)
        by["name"].setdefault(member.name, []).append(member)
    for one in found:
        sought = one.given.lower() if one.by == "email" and isinstance(one.given, str) else one.given
        matches = by.get(one.by, {}).get(sought, [])
        _settle(one, [member.id for member in matches], "member", one.given)


def members_of(work: Work) -> list[Member]:
    found: list[Member] | None = work.memory.get("members")
    if found is None:
        found = work.memory["members"] = people.list_members(work)
    return found


def _resolve_records(work: Work, target: FormHandle, found: Sequence[Reference]) -> None:
    """Records by title or by the value of a field of theirs: one statement per field."""
    by_field: dict[str, list[Reference]] = defaultdict(list)
    for one in found:
        field = _lookup_field(target, one.by)
        if field is None:
            one.coerced.problems.append(Problem("link.no_such_field", {"given": shown(one.by)}, one.key))
        else:
            by_field[field.id].append(one)
    for field_id, references in by_field.items():
        _resolve_by_field(work, target, target.form.by_id[field_id], references)


def _lookup_field(target: FormHandle, by: str) -> Field | None:
    """The field by which a record was named: its title, or any by key or id."""
    if by == TITLE:
        return target.form.by_id.get(target.form.title or "")
    return target.form.by_key.get(by) or target.form.by_id.get(by)


def _resolve_by_field(
    work: Work,
    target: FormHandle,
    field: Field,
    references: Sequence[Reference],
    context: ParseContext = DEFAULT,
) -> None:
    kind = target.types[field.id]
    parsed = [_plain(kind.parse(one.given, context)) for one in references]
    wanted = {value for value in parsed if value is not None}
    scope = access.record_scope(work, target)
    ids = rows.ids_by_value(work, target, field.id, wanted, scope) if wanted else {}
    for one, value in zip(references, parsed, strict=True):
        _settle(one, ids.get(value, ()), "link", one.given)


def _plain(parsed: object) -> Any:
    """A value that a column can be compared with; None for anything else."""
    return None if isinstance(parsed, Problem | Unresolved | tuple) else parsed


def _settle(one: Reference, ids: Collection[int], noun: str, given: object) -> None:
    if len(ids) == 1:
        one.put(next(iter(ids)))
        return
    one.put(None)
    code = f"{noun}.several" if ids else f"{noun}.not_found"
    one.coerced.problems.append(Problem(code, {"given": _name(given), "count": len(ids)}, one.key))


def _name(given: object) -> str:
    return show_record_id(given) if isinstance(given, int) and given > 0 else shown(given)


def check_links(
    form: FormHandle,
    related: Mapping[str, Mapping[int, Mapping[str, Any]]],
    one: Candidate,
    may_see: Callable[[str, Mapping[str, Any]], bool],
) -> list[Problem]:
    """Links of a record that lead to nothing live, or to nothing that the actor may see.

    A link that was there before may stay, whatever became of the record it points to."""
    problems = []
    for key, target, value, old in _links(form, one):
        if value is None or value in old:
            continue
        linked_row = related.get(target, {}).get(value)
        is_gone = linked_row is None or linked_row.get("deleted_at") is not None
        if is_gone or not may_see(target, linked_row or {}):
            problems.append(Problem("link.not_found", {"given": show_record_id(value), "count": 0}, key))
    return problems


def _links(form: FormHandle, one: Candidate) -> Iterator[tuple[str, str, int | None, set[int | None]]]:
    before = one.before or {}
    for table, link, target in form.plan.links:
        if table == form.id:
            yield form.form.by_id[link].key, target, one.row.get(link), {before.get(link)}
            continue
        subform = form.form.by_id[table]
        [column] = [plan.field for plan in form.plan.columns[table] if plan.field.id == link]
        old = {line.get(link) for line in before.get(table) or ()}
        for place, line in numbered(one.row, table, one.coerced.places):
            yield f"{subform.key}.{place}.{column.key}", target, line.get(link), old
