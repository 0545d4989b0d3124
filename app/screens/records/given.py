"""What a record form sent: names of controls → raw values that the record service takes.

In: the form's data ("phone", "lines.3.qty", "customer~id"). Out: `Given`: raw values by field key, the text
of each control as it was typed, and the lines of subforms under the numbers that the page knows them by.
Called by the record's form and by the editor of one field.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from werkzeug.datastructures import MultiDict

from builder.fields.lookup import type_of
from builder.forms import Field
from builder.ids import show_record_id
from runtime.catalogue import FormHandle

Data = MultiDict[str, str]
Read = Callable[[Data, str], object]
ID, WAS = "~id", "~was"  # beside the text of a link: the record that was picked, and what it was called then


def _text(data: Data, name: str) -> object:
    return data.get(name, "")


def _percent(data: Data, name: str) -> object:
    """In a box with % beside it, 12 means 12 %."""
    text = data.get(name, "").strip()
    return f"{text}%" if text and not text.endswith(("%", "％")) else text


def _last(data: Data, name: str) -> object:
    """A switch sends what it is when it is off, and after it what it is when it is on."""
    found = data.getlist(name)
    return found[-1] if found else ""


def _all(data: Data, name: str) -> object:
    return [text for text in data.getlist(name) if text]


def _link(data: Data, name: str) -> object:
    """The record picked; where its text was changed by hand, the text."""
    text = data.get(name, "").strip()
    picked = data.get(name + ID, "")
    return picked if picked and text == data.get(name + WAS, "").strip() else text


OWNER = "owner"
READERS: Mapping[str, Read] = {"percent": _percent, "yes_no": _last, "choices": _all, "link": _link}


class Given:
    """The data of one form, read for one form definition."""

    def __init__(self, form: FormHandle, data: Data) -> None:
        self.form = form
        self.data = data
        self.names = set(data)

    def has(self, name: str) -> bool:
        return name in self.names

    def numbers(self, subform: Field) -> list[int]:
        """The numbers of its lines, in the order of the page."""
        found: dict[int, None] = {}
        start = f"{subform.key}."
        for name in self.data:
            number = name.removeprefix(start).split(".", 1)[0] if name.startswith(start) else ""
            if number.isdecimal() and len(number) < 9:
                found.setdefault(int(number))
        return list(found)

    def raw(self) -> dict[str, object]:
        """Everything that was sent, by field key."""
        found: dict[str, object] = {}
        for one in self.form.form.fields:
            if one.subform is not None:
                if self.has(f"{one.key}~lines"):
                    found[one.key] = [self.line(one, number) for number in self.numbers(one)]
            elif self.has(one.key) and not type_of(one).is_computed:
                found[one.key] = self.read(one, one.key)
        if OWNER not in self.form.form.by_key and self.data.get(OWNER) != self.data.get(OWNER + WAS):
            found[OWNER] = self.data.get(OWNER, "")  # only when it was changed: it is on no layout
        return found

    def line(self, subform: Field, number: int) -> dict[str, object]:
        """One line by column key, with its id where it has one."""
        start = f"{subform.key}.{number}."
        found: dict[str, object] = {}
        if self.data.get(f"{start}id"):
            found["id"] = self.data[f"{start}id"]
        for column in subform.subform.fields if subform.subform else ():
            name = start + column.key
            if self.has(name) and not type_of(column).is_computed:
                found[column.key] = self.read(column, name)
        return found

    def read(self, field: Field, name: str) -> object:
        return READERS.get(field.type, _text)(self.data, name)

    def change_lines(self, act: str) -> None:
        """What the buttons of a subform do where there is no script: add, drop, copy, up, down."""
        verb, _, rest = act.partition(":")
        key, _, place = rest.partition(":")
        subform = self.form.form.by_key.get(key)
        if subform is None or subform.subform is None:
            return
        self.data = MultiDict(self.data)
        order = self.numbers(subform)
        number = int(place) if place.isdecimal() else -1
        fresh = max(order, default=-1) + 1
        if verb == "add":
            self.data[f"{key}.{fresh}.id"] = ""
        elif verb in ("up", "down") and number in order:
            at = order.index(number)
            to = max(0, min(len(order) - 1, at + (1 if verb == "down" else -1)))
            order.insert(to, order.pop(at))
            self._reorder(key, order)
        elif verb == "drop" and number in order:
            order.remove(number)
            self._reorder(key, order)
        elif verb == "copy" and number in order:
            for name, texts in list(self.data.lists()):
                if name.startswith(f"{key}.{number}.") and not name.endswith(".id"):
                    self.data.setlist(f"{key}.{fresh}.{name.split('.', 2)[2]}", texts)
            order.insert(order.index(number) + 1, fresh)
            self._reorder(key, order)
        self.names = set(self.data)

    def _reorder(self, key: str, order: list[int]) -> None:
        """The same data with the lines in this order; those that are not in it are gone."""
        lines: dict[int, list[tuple[str, list[str]]]] = {number: [] for number in order}
        rest: list[tuple[str, list[str]]] = []
        for name, texts in self.data.lists():
            parts = name.split(".", 2)
            if parts[0] == key and len(parts) == 3 and parts[1].isdecimal():
                lines.get(int(parts[1]), []).append((name, texts))
            else:
                rest.append((name, texts))
        self.data = MultiDict()
        for name, texts in [*rest, *(pair for number in order for pair in lines[number])]:
            self.data.setlist(name, texts)


def link_text(value: object) -> str:
    return show_record_id(value) if isinstance(value, int) else ""
