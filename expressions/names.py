"""Names of one world, looked up fast: fields by key, former key and label, single forms, options.

In: a `World`. Out: `index_of(world) -> WorldNames`, kept for as long as the world is in use. Used by the
resolver, the printer and completion.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from threading import Lock

from expressions.errors import Words
from expressions.kinds import Choice, Kind
from expressions.suggestions import fold
from expressions.world import FieldInfo, FormInfo, World

PARENT_WORDS = ("PARENT", "主记录", "主記錄")


class FormNames:
    """The names of one form's fields. A key wins over a former key, that over labels."""

    def __init__(self, form: FormInfo) -> None:
        self.form = form
        self._exact: dict[str, list[FieldInfo]] = {}
        self._folded: dict[str, list[FieldInfo]] = {}
        for names in ((lambda one: (one.key,)), (lambda one: one.aliases), _labels):
            self._add(names, self._exact, lambda name: name)
        for names in ((lambda one: (one.key,)), (lambda one: one.aliases), _labels):
            self._add(names, self._folded, fold)

    def _add(self, names, table, spelling) -> None:  # type: ignore[no-untyped-def]
        fresh: dict[str, list[FieldInfo]] = {}
        for one in self.form.fields:
            for name in dict.fromkeys(map(spelling, names(one))):
                if name and name not in table:
                    fresh.setdefault(name, []).append(one)
        table.update(fresh)

    def find(self, name: str) -> list[FieldInfo]:
        """The fields that `name` may mean: none, one, or several with the same label."""
        if name.startswith("#"):
            found = self.form.by_id.get(name[1:])
            return [found] if found else []
        return self._exact.get(name) or self._folded.get(fold(name)) or []

    def written(self) -> Iterable[str]:
        """Every name that may be written, keys first."""
        yield from (one.key for one in self.form.fields)
        for one in self.form.fields:
            yield from (label for _, label in one.labels)


def _labels(one: FieldInfo) -> tuple[str, ...]:
    return tuple(label for _, label in one.labels)


@dataclass(slots=True)
class WorldNames:
    """The index of one world. `checked` is the checker's cache for it."""

    world: World
    forms: dict[str, FormNames] = field(default_factory=dict)
    singles: dict[str, FormInfo] = field(default_factory=dict)
    others: dict[str, FormInfo] = field(default_factory=dict)
    options: dict[str, Kind] = field(default_factory=dict)
    checked: OrderedDict[object, object] = field(default_factory=OrderedDict)
    _field_names: frozenset[str] | None = None

    @property
    def field_names(self) -> frozenset[str]:
        """Every name of a field anywhere: a single form of such a name must be written by its id."""
        if self._field_names is None:
            written = (name for form in self.world.forms.values() for name in self.fields(form).written())
            self._field_names = frozenset(map(fold, written))
        return self._field_names

    def fields(self, form: FormInfo) -> FormNames:
        found = self.forms.get(form.id)
        if found is None:
            found = self.forms[form.id] = FormNames(form)
        return found

    def single(self, name: str) -> FormInfo | None:
        """The single-record form of this name or `#id`."""
        if name.startswith("#"):
            found = self.world.forms.get(name[1:])
            return found if found is not None and found.is_single else None
        return self.singles.get(fold(name))


_LOCK = Lock()
_KEPT: OrderedDict[int, WorldNames] = OrderedDict()
_MOST_WORLDS = 64


def index_of(world: World) -> WorldNames:
    """The index of `world`, built once; it holds the world, so its identity is a safe key."""
    found = _KEPT.get(id(world))
    if found is not None:
        return found
    built = _build(world)
    with _LOCK:
        _KEPT[id(world)] = built
        while len(_KEPT) > _MOST_WORLDS:
            _KEPT.popitem(last=False)
    return built


def _build(world: World) -> WorldNames:
    built = WorldNames(world)
    for form in world.forms.values():
        names = {fold(name) for name in (form.key, *(label for _, label in form.labels)) if name}
        for name in names:
            (built.singles if form.is_single else built.others).setdefault(name, form)
        for one in form.fields:
            kind = one.kind.item if one.kind.is_list and one.kind.item else one.kind
            for option in kind.choices:
                built.options.setdefault(option.id, kind)
    return built


def find_option(kind: Kind, name: str) -> Choice | None:
    """The option that `name` means: its key or any of its labels."""
    sought = fold(name)
    for option in kind.choices:
        if option.key == name or any(label == name for _, label in option.labels):
            return option
    for option in kind.choices:
        if fold(option.key) == sought or any(fold(label) == sought for _, label in option.labels):
            return option
    return None


def option_label(option: Choice, language: str) -> str:
    found = dict(option.labels)
    order = {"zh-CN": ("zh-CN", "zh-TW", "en"), "zh-TW": ("zh-TW", "zh-CN", "en")}
    for tag in order.get(language, (language, "en", "zh-CN", "zh-TW")):
        if found.get(tag):
            return found[tag]
    return option.key


def field_words(one: FieldInfo | FormInfo) -> Words:
    """A field's or a form's name in a message, in the reader's language."""
    return Words(one.labels or (("en", one.key),))
