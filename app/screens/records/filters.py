"""The filter builder: conditions drawn or written, read out as a sentence, counted, and at last applied.

In: GET and POST /a/<app>/f/<form>/filter, POST …/filter/read. Out: the builder with one more or one less
row; beside it what the filter says; the list. Nothing applies until "apply". The list's state stays in the
address.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from flask import Response, render_template, request
from markupsafe import Markup

from app.errors import problem_text
from app.htmx import go, page_or_fragment, wants_fragment
from app.language import current_language
from app.screens.records.draft import (
    DraftGroup,
    DraftRow,
    act,
    draft_of,
    field_choices,
    first_row,
    item_kind,
    operator_choices,
    read_draft,
    settle,
    takes,
    text_of,
)
from app.screens.records.lists import open_list
from app.screens.records.state import ListState
from app.screens.records.wording import Words, sentence_of
from app.wiring import current_work, only_reads
from app.workspace_screen import workspace_screen
from builder.fields.registry import field_type
from builder.forms import Field, pick_label
from builder.ids import read_record_id, show_record_id
from expressions import Checked, ExpressionProblem, check, complete, print_expression
from runtime import queries
from runtime.queries import Count, SelectionError

screen = workspace_screen("filters", __name__)
LONGEST = 5_000
SHOWN_COMPLETIONS = 8


@dataclass(frozen=True, slots=True)
class Widget:
    """How the values of one row are given: `kind` names the part of the template."""

    kind: str
    values: tuple[str, ...]
    options: tuple[tuple[str, str, str], ...] = ()  # value, label, colour
    found: tuple[tuple[str, str], ...] = ()  # records to choose from


@dataclass(frozen=True, slots=True)
class ShownRow:
    path: str
    label: str
    field: str
    operator: str
    operators: Sequence[tuple[str, str]]
    widget: Widget
    problem: str


@dataclass(frozen=True, slots=True)
class ShownGroup:
    path: str
    join: str
    items: tuple[ShownRow | ShownGroup, ...]


@dataclass(frozen=True, slots=True)
class ShownProblem:
    """A mistake in the formula: the text around it, what is wrong, one click to repair it."""

    before: str
    wrong: str
    after: str
    text: str
    start: int
    end: int
    fixes: tuple[tuple[str, str], ...]  # (act, label)


@dataclass(frozen=True, slots=True)
class Reading:
    """What the filter says: under the builder, always."""

    text: str  # canonical; "" also while it is wrong
    formula: str
    sentence: Markup
    count: Count | None
    problems: tuple[ShownProblem, ...]
    refusals: tuple[str, ...]

    @property
    def is_wrong(self) -> bool:
        return bool(self.problems or self.refusals)


@screen.get("/a/<app>/f/<form>/filter")
def show(app: str, form: str) -> Response:
    state = open_list(app, form)
    words = Words(current_work(), state.form)
    draft = draft_of(words, state.filter)
    if draft is None:
        return _builder(
            state, words, DraftGroup(), formula=_for_people(state, state.filter), is_undrawable=True
        )
    if not draft.items:
        draft = DraftGroup("all", (first_row(words),))
    return _builder(state, words, draft)


@screen.post("/a/<app>/f/<form>/filter")
@only_reads
def change(app: str, form: str) -> Response:
    """One button of the builder; "apply" goes to the list."""
    state = open_list(app, form)
    words = Words(current_work(), state.form)
    wanted = request.form.get("act", "refresh")
    if wanted == "clear":
        return go_to_list(state.with_filter(""))
    if request.form.get("mode") == "formula":
        return _change_formula(state, words, wanted)
    draft = settle(words, act(words, read_draft(request.form), wanted))
    if wanted == "apply":
        problems: dict[str, str] = {}
        text = text_of(words, draft, problems)
        if not problems and not _read_text(state, words, text).refusals:
            return go_to_list(state.with_filter(text))
        return _builder(state, words, draft, status=422)
    if wanted == "mode:formula":
        return _builder(state, words, draft, formula=_for_people(state, text_of(words, draft, {})))
    return _builder(state, words, draft)


def _change_formula(state: ListState, words: Words, wanted: str) -> Response:
    text = request.form.get("formula", "").strip()[:LONGEST]
    if wanted.startswith("fix:"):
        text = _fixed(state, text, wanted)
    checked = _check(state, text)
    is_right = not text or checked.is_right
    if wanted == "mode:conditions" and is_right:
        draft = draft_of(words, checked.canonical if text else "")
        if draft is not None:
            return _builder(state, words, draft)
        return _builder(state, words, DraftGroup(), formula=text, is_undrawable=True)
    if wanted == "apply" and is_right and not _read_text(state, words, checked.canonical).refusals:
        return go_to_list(state.with_filter(checked.canonical if text else ""))
    status = 422 if wanted == "apply" else 200
    return _builder(state, words, DraftGroup(), formula=text, status=status)


def _fixed(state: ListState, text: str, wanted: str) -> str:
    """The formula with one of its repairs; the text is read again, so that it is still the right one."""
    numbers = wanted.removeprefix("fix:").split(".")
    if len(numbers) != 2 or not all(one.isdecimal() for one in numbers):
        return text
    problems = _check(state, text).problems
    at, fix = map(int, numbers)
    if at < len(problems) and fix < len(problems[at].fixes):
        return problems[at].fixes[fix].apply(text)
    return text


@screen.post("/a/<app>/f/<form>/filter/read")
@only_reads
def read(app: str, form: str) -> Response:
    """What the filter says now, and how many it finds."""
    state = open_list(app, form)
    words = Words(current_work(), state.form)
    if request.form.get("mode") == "formula":
        reading = _read_formula(state, words, request.form.get("formula", "").strip()[:LONGEST])
        return _read_answer(state, reading, is_formula=True)
    draft = settle(words, read_draft(request.form))
    reading = _read_text(state, words, text_of(words, draft, {}))
    return _read_answer(state, reading, is_formula=False)


def _read_answer(state: ListState, reading: Reading, *, is_formula: bool) -> Response:
    shown = {"state": state, "reading": reading, "is_formula": is_formula}
    return Response(render_template("fragments/filters/read.html", **shown))


@screen.get("/a/<app>/f/<form>/filter/complete")
def show_completions(app: str, form: str) -> Response:
    """What may be written at the cursor of the formula: JSON for the editor."""
    state = open_list(app, form)
    text = request.args.get("text", "")[:LONGEST]
    position = request.args.get("position", type=int, default=len(text))
    found = complete(text, position, state.form.world, state.form.id, current_language())
    shown = [
        {"text": one.text, "label": one.label, "detail": one.detail, "start": one.span[0], "end": one.span[1]}
        for one in found[:SHOWN_COMPLETIONS]
    ]
    return Response(json.dumps(shown, ensure_ascii=False), mimetype="application/json")


def go_to_list(state: ListState) -> Response:
    """To the list in another state: htmx swaps the list and keeps the address."""
    if not wants_fragment():
        return go(state.url)
    target = {"path": state.url, "target": "#list", "swap": "outerHTML"}
    return Response("", 204, {"HX-Location": json.dumps(target)})


# --- what it shows ----------------------------------------------------------------------------------------


def _builder(
    state: ListState,
    words: Words,
    draft: DraftGroup,
    *,
    formula: str | None = None,
    is_undrawable: bool = False,
    status: int = 200,
) -> Response:
    """The builder with these rows, or with this formula."""
    problems: dict[str, str] = {}
    if formula is None:
        reading = _read_text(state, words, text_of(words, draft, problems))
    else:
        reading = _read_formula(state, words, formula)
    return page_or_fragment(
        "filters/show",
        fragment="filters/builder",
        status=status,
        state=state,
        form=state.form,
        group=_shown_group(words, draft, problems),
        formula=formula,
        is_undrawable=is_undrawable,
        reading=reading,
        fields=field_choices(words) if formula is None else (),
    )


def _for_people(state: ListState, text: str) -> str:
    """A filter with labels in place of ids."""
    checked = _check(state, text)
    if not text or checked.node is None:
        return text
    return print_expression(checked.node, state.form.world, current_language())


def _check(state: ListState, text: str) -> Checked:
    return check(text, state.form.world, state.form.id, role="condition")


def _read_formula(state: ListState, words: Words, text: str) -> Reading:
    if not text:
        return _read_text(state, words, "")
    checked = _check(state, text)
    if checked.is_right:
        return _read_text(state, words, checked.canonical)
    shown = tuple(_shown_problem(text, one, at) for at, one in enumerate(checked.problems))
    return Reading("", text, Markup(""), None, shown, ())


def _read_text(state: ListState, words: Words, text: str) -> Reading:
    refusals: tuple[str, ...] = ()
    count = None
    try:
        count = queries.count(current_work(), state.form, state.with_filter(text).selection)
    except SelectionError as error:
        refusals = tuple(map(problem_text, error.problems))
    return Reading(text, _for_people(state, text), sentence_of(words, text), count, (), refusals)


def _shown_problem(text: str, one: ExpressionProblem, at: int) -> ShownProblem:
    start, end = one.span
    language = current_language()
    fixes = tuple((f"fix:{at}.{number}", fix.text(language)) for number, fix in enumerate(one.fixes))
    wrong = text[start:end] or "·"
    return ShownProblem(
        text[max(0, start - 24) : start], wrong, text[end : end + 24], one.text(language), start, end, fixes
    )


def _shown_group(words: Words, draft: DraftGroup, problems: dict[str, str], at: str = "") -> ShownGroup:
    items: list[ShownRow | ShownGroup] = []
    for place, one in enumerate(draft.items):
        path = f"{at}{place}"
        if isinstance(one, DraftGroup):
            items.append(_shown_group(words, one, problems, f"{path}."))
        else:
            items.append(_shown_row(words, one, path, problems.get(path, "")))
    return ShownGroup(at.rstrip("."), draft.join, tuple(items))


def _shown_row(words: Words, row: DraftRow, path: str, problem: str) -> ShownRow:
    operators = operator_choices(words, row.field)
    label = words.label(row.field)
    return ShownRow(path, label, row.field, row.operator, operators, _widget(words, row, path), problem)


def _widget(words: Words, row: DraftRow, path: str) -> Widget:
    wanted, field, kind = takes(words, row), words.field(row.field), item_kind(words, row.field)
    if wanted in ("nothing", "days") or field is None:
        return Widget(wanted, row.values)
    if kind.name == "choice":
        return Widget("many" if wanted == "many" else "choice", row.values, _options(field))
    if kind.name == "user":
        people = tuple((str(member), name, "") for member, name in words.members())
        return Widget("many" if wanted == "many" else "choice", row.values, people)
    if kind.name == "record":
        return _picker(words, row, field, path, is_many=wanted == "many")
    how = "date" if kind.name in ("date", "datetime") else "number" if kind.is_number else "text"
    return Widget(f"{how}s" if wanted == "two" else how, row.values)


def _options(field: Field) -> tuple[tuple[str, str, str], ...]:
    language = current_language()
    live = [one for one in field.options if not one.is_retired]
    return tuple((one.id, pick_label(one.labels, language) or one.key, one.color) for one in live)


def _picker(words: Words, row: DraftRow, field: Field, path: str, *, is_many: bool) -> Widget:
    """Chosen records by title, and those that the search beside them finds."""
    target = words.form.app.find_form(str(field_type(field).kind().form))
    if target is None:
        return Widget("nothing", ())
    chosen = []
    for value in row.values:
        number = read_record_id(value)
        if number is not None:
            chosen.append((value, words.values.record_title(target.id, number), ""))
    sought = request.form.get(f"sought-{path}", "").strip()[:100]
    found = queries.pick(words.work, target, sought, 8) if is_many or not chosen else ()
    shown = tuple((show_record_id(one.id), one.text) for one in found)
    return Widget("record", (sought,), tuple(chosen), shown)
