"""Boxes: the fields of a record as a form shows them: control, value, problems, what shows and what must.

In: an opened form, the record (None: a new one), what was sent, and the preview of the record service. Out:
`Sheet`: the sections of the layout with their boxes. Called by the record's form and the editor of one field;
drawn by templates/fields/<type>/input.html.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from markupsafe import Markup

from app.cells import CellWords, cell_of
from app.cells.base import BLANK
from app.formats import currency_sign
from app.language import current_language
from app.problem_words import problems_by_field
from app.screens.records.columns import SYSTEM_LISTED
from app.screens.records.given import OWNER, Given, link_text
from app.screens.records.grid import cell_words
from builder.fields.base import ParseContext
from builder.fields.lookup import type_of
from builder.fields.numbers import number_text
from builder.forms import Field, pick_label
from builder.ids import show_record_id
from builder.problems import Problem
from runtime.catalogue import FormHandle
from runtime.platform import Work
from runtime.records import Preview, Record
from runtime.resolution import members_of

WIDE = frozenset({"long_text", "subform"})
Option = tuple[str, str, str]  # value, label, colour


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a subform; `number` is what the page calls it."""

    number: int | str
    id: str
    boxes: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class Box:
    """One field as a form shows it."""

    field: Field
    name: str
    label: str
    help: str
    value: str = ""
    values: tuple[str, ...] = ()
    shown: Markup = BLANK  # as it is read
    problems: tuple[str, ...] = ()
    is_required: bool = False
    is_readonly: bool = False
    is_visible: bool = True
    is_computed: bool = False
    is_numeric: bool = False
    is_new: bool = False
    is_wide: bool = False
    title: str = ""  # of a link, as it was picked
    affix: str = ""
    url: str = ""  # where a picker searches
    options: tuple[Option, ...] = ()
    lines: tuple[Line, ...] = ()
    blank_line: Line | None = None
    columns: tuple[Box, ...] = ()

    @property
    def type(self) -> str:
        return self.field.type

    @property
    def id(self) -> str:
        return "f-" + self.name.replace(".", "-")

    @property
    def attributes(self) -> Markup:
        """What every control says: whether it is wrong, and what describes it."""
        said = Markup(' aria-describedby="{}-note"').format(self.id) if self.problems or self.help else ""
        wrong = Markup(' aria-invalid="true"') if self.problems else ""
        must = Markup(' aria-required="true"') if self.is_required else ""
        return Markup("{}{}{}").format(said, wrong, must)


@dataclass(frozen=True, slots=True)
class Part:
    """One section of the layout; each row holds one or two boxes."""

    id: str
    label: str
    is_folded: bool
    rows: tuple[tuple[Box, ...], ...]

    @property
    def is_visible(self) -> bool:
        return any(box.is_visible for row in self.rows for box in row)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A whole form, being filled."""

    parts: tuple[Part, ...]
    owner: Box | None  # of a record that is there
    problems: Mapping[str, tuple[str, str]]  # of the summary: by control, (id to go to, sentence)
    form_problems: tuple[str, ...] = ()

    @property
    def boxes(self) -> Mapping[str, Box]:
        return {box.field.key: box for part in self.parts for row in part.rows for box in row}


# --- what stands in a control ----------------------------------------------------------------------------


def _number(_one: Field, value: Any, _zone: str) -> str:
    return number_text(value)


def _money(one: Field, value: Any, _zone: str) -> str:
    plain = number_text(value, int(one.config.get("decimals", 2)))
    return f"{Decimal(plain):,f}"


def _percent(_one: Field, value: Any, _zone: str) -> str:
    return number_text(Decimal(value).scaleb(2))


def _moment(_one: Field, value: Any, zone: str) -> str:
    return str(value.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M"))


def _option(one: Field, value: Any, _zone: str) -> str:
    return next((option.key for option in one.options if option.id == value), "")


WRITERS: Mapping[str, Callable[[Field, Any, str], str]] = {
    "integer": _number,
    "number": _number,
    "money": _money,
    "percent": _percent,
    "date": lambda _one, value, _zone: value.isoformat(),
    "datetime": _moment,
    "yes_no": lambda _one, value, _zone: "1" if value else "0",
    "choice": _option,
    "member": lambda _one, value, _zone: show_record_id(value),
    "link": lambda _one, value, _zone: link_text(value),
}


def written(one: Field, value: Any, zone: str) -> str:
    """A strict value as its control holds it."""
    if value is None or isinstance(value, tuple):
        return ""
    write = WRITERS.get(one.type)
    return write(one, value, zone) if write else str(value)


def _currency(one: Field) -> str:
    return currency_sign(str(one.config.get("currency", "CNY")), current_language())


def _share(_one: Field) -> str:
    return "%"


AFFIXES: Mapping[str, Callable[[Field], str]] = {"money": _currency, "percent": _share}


def is_link(one: Field) -> bool:
    """Whether people pick a record in it."""
    return type_of(one).kind().name == "record" and not type_of(one).is_computed


def _keys(one: Field, value: Any) -> tuple[str, ...]:
    return tuple(option.key for option in one.options if option.id in (value or ()))


def reader_zone(work: Work) -> str:
    return work.actor.member.zone if work.actor.member else work.workspace.zone


def page_context(work: Work) -> ParseContext:
    """How what people type on a page is read: at their own clock."""
    return ParseContext(reader_zone(work), current_language(), "page")


# --- the sheet ------------------------------------------------------------------------------------------


@dataclass
class Lines:
    """Stands in for a record where titles of links are gathered."""

    values: Mapping[str, Any]


def words_for(work: Work, form: FormHandle, values: Mapping[str, Any]) -> CellWords:
    """Names and titles for all that a record holds, its lines too: one statement a linked form."""
    fields = list(form.form.fields)
    found = [Lines(values)]
    for one in form.form.fields:
        if one.subform is not None:
            fields += one.subform.fields
            found += [Lines(line) for line in values.get(one.id) or ()]
    return cell_words(work, form, fields, found)  # type: ignore[arg-type]  # only `values` is read


@dataclass
class SheetMaker:
    """Makes the boxes of one form."""

    work: Work
    form: FormHandle
    preview: Preview
    given: Given | None = None
    record: Record | None = None
    checked: Collection[str] | None = ()  # names whose problems are shown; None: all
    base: str = ""
    words: CellWords = field(init=False)
    wrong: Mapping[str, list[str]] = field(init=False)

    def __post_init__(self) -> None:
        self.words = words_for(self.work, self.form, self.preview.values)
        self.wrong = problems_by_field(self._named(one) for one in self.preview.problems)

    def _named(self, problem: Problem) -> Problem:
        """Problems of lines say the place; the page knows a line by its number."""
        key, _dot, rest = (problem.field or "").partition(".")
        place, _dot, column = rest.partition(".")
        subform = self.form.form.by_key.get(key)
        if not place.isdecimal() or subform is None or self.given is None:
            return problem
        numbers = self.given.numbers(subform)
        if int(place) >= len(numbers):
            return problem
        return replace(problem, field=f"{key}.{numbers[int(place)]}.{column}")

    def sheet(self, only: Collection[str] | None = None) -> Sheet:
        parts = []
        for section in laid_out(self.form):
            rows = tuple(
                tuple(self.box(self.form.form.by_id[name]) for name in row if only is None or name in only)
                for row in section[3]
            )
            parts.append(Part(section[0], section[1], section[2], tuple(row for row in rows if row)))
        return Sheet(tuple(parts), self._owner(), self._summary(), tuple(self.wrong.get("", ())))

    def _owner(self) -> Box | None:
        if self.record is None or OWNER in self.form.form.by_key or self.form.form.is_single:
            return None
        return self._box(SYSTEM_LISTED[OWNER], OWNER, self.record.owner, self.given, is_kept=False)

    def _summary(self) -> dict[str, tuple[str, str]]:
        """For the list on top: by control, what is wrong, with the label where the sentence lacks it."""
        found = {}
        for name, sentences in self.wrong.items():
            if name:
                said = _("%(field)s: %(problem)s", field=self._label(name), problem=" ".join(sentences))
                found[name] = ("f-" + name.replace(".", "-"), said)
        return found

    def _label(self, name: str) -> str:
        key, _dot, rest = name.partition(".")
        one = self.form.form.by_key.get(key)
        if one is None:
            return key
        label = one.label(current_language())
        number, _dot, column = rest.partition(".")
        if one.subform is None or not number.isdecimal() or column not in one.subform.by_key:
            return label
        numbers = self.given.numbers(one) if self.given else []
        place = numbers.index(int(number)) + 1 if int(number) in numbers else int(number) + 1
        return _(
            "%(part)s, line %(line)d, %(column)s",
            part=label, line=place, column=one.subform.by_key[column].label(current_language()),
        )  # fmt: skip

    def box(self, one: Field) -> Box:
        made = self._box(one, one.key, self.preview.values.get(one.id), self.given)
        return replace(self._with_lines(made, one), is_wide=one.type in WIDE) if one.subform else made

    def _box(self, one: Field, name: str, value: Any, given: Given | None, *, is_kept: bool = True) -> Box:
        bound = type_of(one)
        is_given = given is not None and given.has(name) and not bound.is_computed
        problems = tuple(self.wrong.get(name, ())) if self._is_checked(name) else ()
        text, values = written(one, value, self.words.zone), _keys(one, value)
        if is_given and given:  # a switch sends twice, the last counts; many choices send each
            text, values = given.data.getlist(name)[-1], tuple(filter(None, given.data.getlist(name)))
        picked, title = self._picked(one, name, value, given if is_given else None)
        return Box(
            field=one,
            name=name,
            label=one.label(current_language()),
            help=pick_label(one.help, current_language()),
            value=picked if is_link(one) else text,
            values=values,
            title=title,
            shown=cell_of(one, self.words)(value),
            problems=problems,
            is_required=name in self.preview.required or (one.is_required and not bound.is_computed),
            is_readonly=bound.is_computed or name in self.preview.readonly,
            is_visible=not is_kept or name in self.preview.visible,
            is_computed=bound.is_computed,
            is_numeric=bound.kind().is_number,
            is_new=self.record is None,
            is_wide=one.type in WIDE,
            affix=self._affix(one),
            url=self._url(one),
            options=self._options(one, value),
        )

    def _is_checked(self, name: str) -> bool:
        return self.checked is None or name in self.checked

    def _picked(self, one: Field, name: str, value: Any, given: Given | None) -> tuple[str, str]:
        """Of a link the id and the title; what was typed and not found stays as text."""
        target = type_of(one).kind().form
        if not target or type_of(one).is_computed:
            return "", ""
        if given is not None:
            text = given.data.get(name, "")
            is_same = text.strip() == given.data.get(f"{name}~was", "").strip()
            if is_same and given.data.get(f"{name}~id"):
                return given.data[f"{name}~id"], text
            if text.strip() and not isinstance(value, int):
                return "", text
        if not isinstance(value, int):
            return "", ""
        return show_record_id(value), self.words.record_title(str(target), value)

    def _affix(self, one: Field) -> str:
        sign = AFFIXES.get(one.type)
        return sign(one) if sign else ""

    def _url(self, one: Field) -> str:
        return f"{self.base}/pick/{one.id}" if is_link(one) and self.base else ""

    def _options(self, one: Field, value: Any) -> tuple[Option, ...]:
        if one.options:
            kept = value if isinstance(value, tuple) else (value,)
            return tuple(
                (option.key, pick_label(option.labels, current_language()) or option.key, option.color)
                for option in one.options
                if not option.is_retired or option.id in kept
            )
        if type_of(one).kind().name == "user":
            return tuple(
                (show_record_id(member.id), member.name, "")
                for member in members_of(self.work)
                if member.is_active or member.id == value
            )
        return ()

    # --- subforms ---------------------------------------------------------------------------------------

    def _with_lines(self, box: Box, one: Field) -> Box:
        columns = one.subform.fields if one.subform else ()
        is_given = self.given is not None and self.given.has(f"{one.key}~lines")
        lines = self._given_lines(one) if is_given else self._stored_lines(one)
        blank = self._line(one, "__n__", "", {}, None)
        heads = tuple(
            self._box(column, f"{one.key}.head.{column.key}", None, None, is_kept=False) for column in columns
        )
        return replace(box, lines=tuple(lines), blank_line=blank, columns=heads)

    def _stored_lines(self, one: Field) -> list[Line]:
        found = self.preview.values.get(one.id) or ()
        return [
            self._line(one, place, link_text(line.get("id")) if self.record else "", line, None)
            for place, line in enumerate(found)
        ]

    def _given_lines(self, one: Field) -> list[Line]:
        """The lines as they were sent, each with what was computed for it."""
        if self.given is None:
            return []
        numbers = self.given.numbers(one)
        raws = [self.given.line(one, number) for number in numbers]
        computed = self._computed_lines(one, raws)
        return [
            self._line(one, number, str(raw.get("id", "")), computed.get(place), self.given)
            for place, (number, raw) in enumerate(zip(numbers, raws, strict=True))
        ]

    def _computed_lines(
        self, one: Field, raws: Sequence[Mapping[str, object]]
    ) -> dict[int, Mapping[str, Any]]:
        """By place the line of the preview. Lines in which nothing is filled are not in it."""
        bound, context = self.form.types[one.id], page_context(self.work)
        if isinstance(bound.parse(list(raws), context), Problem):
            return {}
        kept = [place for place, raw in enumerate(raws) if bound.parse([raw], context)]
        return dict(zip(kept, self.preview.values.get(one.id) or (), strict=False))

    def _line(
        self,
        one: Field,
        number: int | str,
        line_id: str,
        values: Mapping[str, Any] | None,
        given: Given | None,
    ) -> Line:
        columns = one.subform.fields if one.subform else ()
        names = self.preview.visible
        boxes = []
        for column in columns:
            name = f"{one.key}.{number}.{column.key}"
            is_kept = bool(values) and any(key.startswith(f"{one.key}.{number}.") for key in names)
            boxes.append(self._box(column, name, (values or {}).get(column.id), given, is_kept=is_kept))
        return Line(number, line_id, tuple(boxes))


def laid_out(form: FormHandle) -> list[tuple[str, str, bool, tuple[tuple[str, ...], ...]]]:
    """(id, label, folded, rows) of each section; fields that no section has come last."""
    language = current_language()
    found = [
        (one.id, pick_label(one.labels, language), one.is_folded, one.rows) for one in form.form.sections
    ]
    placed = {name for one in found for row in one[3] for name in row}
    left = tuple((one.id,) for one in form.form.fields if one.id not in placed)
    if left:
        found.append(("rest", _("More") if found else _("Details"), False, left))
    return found
