"""A whole form inside its app: is it fit to be published, and if not, what is wrong where?

In: a form (a draft) and the app's documents. Out: `check_form` → problems; `inspect_form` → problems
and warnings with JSON pointers and spans, and every checked expression; `show_text` → an expression by
names. Called by publishing and by the
designer's problem list. Loops between formulas are `builder.compute`'s business.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from builder.apps import AppDocuments
from builder.fields.registry import field_type
from builder.forms import Form
from builder.mentions import Text, texts_of_form
from builder.pointers import Spot, pointer, spots
from builder.problems import Problem
from builder.structure import check_structure
from builder.world import build_world
from expressions import Checked, ExpressionProblem, check, print_expression
from expressions.world import World


@dataclass(frozen=True, slots=True)
class Inspection:
    """`problems` stop publishing, `warnings` do not. `checked` is by the expression's JSON pointer."""

    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    checked: Mapping[str, Checked] = field(default_factory=dict)


def check_form(form: Form, documents: AppDocuments) -> tuple[Problem, ...]:
    """What keeps `form` from being published in this app."""
    return inspect_form(form, documents).problems


def inspect_form(form: Form, documents: AppDocuments) -> Inspection:
    """Everything there is to say about `form`, standing in place of its published version."""
    after = documents.with_form(form)
    world = build_world(after.forms)
    problems = [*check_structure(form), *_keys(form, documents), *_targets(form, after, world)]
    warnings: list[Problem] = []
    checked: dict[str, Checked] = {}
    for text in texts_of_form(form):
        if text.reading not in world.forms:
            continue  # the missing form is a problem already
        found = check_text(text, world)
        checked[text.path] = found
        problems += [expression_problem(one, text.path) for one in found.problems]
        warnings += [expression_problem(one, text.path) for one in found.warnings]
        warnings += _today(form, text, found)
    warnings += _advice(form)
    return Inspection(tuple(problems), tuple(warnings), checked)


def check_text(text: Text, world: World) -> Checked:
    return check(text.text, world, text.reading, expect=text.expect, role=text.role, parent_form=text.parent)


def show_text(text: Text, world: World, language: str) -> str:
    """The expression with names in the reader's language; one that is broken as it stands."""
    node = check_text(text, world).node if text.reading in world.forms else None
    return text.text if node is None else print_expression(node, world, language)


def expression_problem(found: ExpressionProblem, path: str) -> Problem:
    """The same as a `Problem`: its code is "expression." and the language's own code."""
    return Problem(f"expression.{found.code}", found.params, path, found.span)


def _keys(form: Form, documents: AppDocuments) -> Iterator[Problem]:
    """Ids and keys of forms, and ids of all elements, are unique within the app."""
    for other in documents.forms:
        if other.id == form.id:
            continue
        if {form.key, *form.aliases} & {other.key, *other.aliases}:
            yield Problem("form.key_taken", {"key": form.key, "label": other.labels}, "/x-key")
        theirs = {spot.field.id for spot in spots(other)} | {other.id}
        for spot in spots(form):
            if spot.field.id in theirs:
                yield Problem("form.id_twice", {"given": spot.field.id}, spot.at("x-id"))
        if form.id in theirs:
            yield Problem("form.id_twice", {"given": form.id}, "/x-id")


def _targets(form: Form, documents: AppDocuments, world: World) -> Iterator[Problem]:
    """The forms that links and roll-ups name are there, and a roll-up's link leads back here."""
    for spot in spots(form):
        kind_of = field_type(spot.field)
        if kind_of.form_setting is None:
            continue
        target = spot.field.config.get(kind_of.form_setting)
        where = spot.at("x-config", kind_of.form_setting)
        if target is None:
            continue  # said by the settings' schema
        if target not in world.forms:
            yield Problem("field.form_missing", {"label": spot.field.labels, "given": target}, where)
            continue
        if kind_of.field_setting is None:
            is_single = any(one.is_single for one in documents.forms if one.id == target)
            if world.forms[target].parent is not None or is_single:
                yield Problem("link.not_to_this", {"label": spot.field.labels}, where)
        else:
            yield from _way_back(form, spot, world, target, kind_of.field_setting)


def _way_back(form: Form, spot: Spot, world: World, target: str, setting: str) -> Iterator[Problem]:
    link = spot.field.config.get(setting)
    if link is None:
        return
    info = world.forms[target].by_id.get(link)
    where = spot.at("x-config", setting)
    if info is None:
        yield Problem("rollup.link_missing", {"label": spot.field.labels, "given": link}, where)
    elif info.kind.name != "record" or info.kind.form != form.id:
        params = {"label": spot.field.labels, "link": dict(info.labels)}
        yield Problem("rollup.link_elsewhere", params, where)


def _today(form: Form, text: Text, found: Checked) -> Iterator[Problem]:
    """A computed field that depends on today should say how: else it is computed in every query.

    One that reads such a field depends on today through it."""
    if text.field is None or text.role not in ("formula", "measure"):
        return
    chosen = text.field.config.get("today")
    if found.references.is_today_dependent and chosen is None:
        yield Problem("formula.today_not_chosen", {"label": text.field.labels}, text.path)
    elif chosen is not None and text.role == "formula" and not _is_dated(form, found):
        yield Problem("formula.today_not_needed", {"label": text.field.labels}, text.path)


def _is_dated(form: Form, found: Checked) -> bool:
    read = (form.by_id.get(one) for one in found.references.own)
    return found.references.is_today_dependent or any(one and one.config.get("today") for one in read)


def _advice(form: Form) -> Iterator[Problem]:
    if form.title is None and not form.is_single:
        yield Problem("form.no_title", {"label": form.labels}, "/x-title")
    names: dict[str, str] = {}
    for one in form.fields:
        for text in set(one.labels.values()):
            if names.setdefault(text, one.id) != one.id:
                where = pointer("properties", one.key, "x-labels")
                yield Problem("field.label_twice", {"label": one.labels, "given": text}, where)
                break
