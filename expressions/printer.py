"""Nodes into text: canonical (by id, what is stored) and for people (names in their language).

In: a checked node. Out: `canonical_text`, `print_expression`. Both read back to the same node; what the
checker puts in by itself (LABEL, TODATE, ASTEXT) is not written. Used by everyone who stores or shows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from expressions.evaluation import number_text
from expressions.kinds import Kind
from expressions.names import WorldNames, find_option, index_of, option_label
from expressions.nodes import (
    Aggregate,
    Call,
    Const,
    Field,
    Follow,
    Items,
    Lines,
    Node,
    Parent,
    Setting,
)
from expressions.resolver import brace
from expressions.suggestions import fold
from expressions.world import FieldInfo, FormInfo, World

# operator → (how strongly it binds, sign); the grammar's levels
BINDING = {
    "or": (1, "OR"), "and": (2, "AND"), "not": (3, "NOT"), "eq": (4, "="), "ne": (4, "!="), "lt": (4, "<"),
    "le": (4, "<="),
    "gt": (4, ">"), "ge": (4, ">="), "in": (4, "in"), "concat": (5, "&"), "add": (6, "+"), "sub": (6, "-"),
    "mul": (7, "*"),
    "div": (7, "/"), "mod": (7, "%"), "pow": (8, "^"), "neg": (9, "-"),
}  # fmt: skip
_LOOSEST, _TIGHTEST = 0, 10
_ASSOCIATIVE_LEFT = ("add", "sub", "mul", "div", "mod", "pow")
_HIDDEN = ("LABEL", "TODATE", "ASTEXT")
_SIGNS_ZH = {"or": "或", "and": "且"}


@dataclass(frozen=True, slots=True)
class _Place:
    """How names are reached from here: `prefix` before a field's name, `outer` for `Parent`."""

    prefix: tuple[str, ...] = ()
    outer: _Place | None = None


class Names:
    """Canonical names: by id."""

    def field(self, form: str, one: str) -> str:  # noqa: ARG002 - people's names need the form
        return "{#" + one + "}"

    def form(self, form: str) -> str:
        return "{#" + form + "}"

    def subform(self, one: str) -> str:
        return "{#" + one + "}"

    def option(self, value: object, kind: Kind, *, is_compared: bool) -> str:  # noqa: ARG002 - as above
        return "{@" + str(value) + "}"

    def sign(self, function: str) -> str:
        return BINDING[function][1]


class PeopleNames(Names):
    """Labels in the reader's language where they read back to the same thing, else keys, else ids."""

    def __init__(self, world: World, language: str) -> None:
        self.names: WorldNames = index_of(world)
        self.language = language
        self.owners = {
            one.id: form for form in world.forms.values() for one in form.fields if one.kind.is_list
        }

    def field(self, form: str, one: str) -> str:
        found = self.names.world.forms.get(form)
        info = found.by_id.get(one) if found is not None else None
        return (
            self._field(found, info) if found is not None and info is not None else super().field(form, one)
        )

    def form(self, form: str) -> str:
        found = self.names.world.forms.get(form)
        if found is None:
            return super().form(form)
        for name in (_label(found, self.language), found.key):
            is_free = _can_write(name) and fold(name) not in self.names.field_names
            single = self.names.single(name) if is_free else None
            if single is not None and single.id == form:
                return brace(name)
        return super().form(form)

    def subform(self, one: str) -> str:
        owner = self.owners.get(one)
        return self.field(owner.id, one) if owner is not None else super().subform(one)

    def option(self, value: object, kind: Kind, *, is_compared: bool) -> str:
        option = next((one for one in kind.choices if one.id == value), None)
        if option is None or not is_compared:
            return super().option(value, kind, is_compared=is_compared)
        for name in (option_label(option, self.language), option.key):
            if find_option(kind, name) is option:
                return _quoted(name)
        return super().option(value, kind, is_compared=is_compared)

    def sign(self, function: str) -> str:
        if self.language.startswith("zh") and function in _SIGNS_ZH:
            return _SIGNS_ZH[function]
        return super().sign(function)

    def _field(self, form: FormInfo, info: FieldInfo) -> str:
        table = self.names.fields(form)
        for name in (_label(info, self.language), info.key):
            if _can_write(name) and [one.id for one in table.find(name)] == [info.id]:
                return brace(name)
        return super().field(form.id, info.id)


def canonical_text(node: Node) -> str:
    """The text by ids that is stored; the same for the same meaning, whatever was written."""
    return _Printer(Names()).whole(node)


def print_expression(node: Node, world: World, language: str) -> str:
    """The text for people: reads back to the same node in `world`."""
    return _Printer(PeopleNames(world, language)).whole(node)


class _Printer:
    def __init__(self, names: Names) -> None:
        self.names = names
        self._writers: dict[type, Callable[..., str]] = {
            Const: self._const, Field: self._field, Follow: self._follow, Parent: self._parent,
            Setting: self._setting,
            Lines: self._lines, Items: self._items, Call: self._call, Aggregate: self._aggregate,
        }  # fmt: skip

    def whole(self, node: Node) -> str:
        return self.write(node, _Place(), _LOOSEST)

    def write(self, node: Node, place: _Place, binding: int, *, is_compared: bool = False) -> str:
        if isinstance(node, Const):
            return self._const(node, place, binding, is_compared=is_compared)
        return self._writers[type(node)](node, place, binding)

    def path(self, parts: tuple[str, ...]) -> str:
        return ".".join(parts)

    # --- leaves -----------------------------------------------------------------------------------

    def _const(self, node: Const, _place: _Place, binding: int, *, is_compared: bool = False) -> str:
        value = node.value
        if value is None:
            return "BLANK"
        if isinstance(value, bool):
            return "TRUE" if value else "FALSE"
        if node.kind.name == "choice":
            return self.names.option(value, node.kind, is_compared=is_compared)
        if node.kind.name in ("user", "record"):
            return "{@" + ("member" if node.kind.name == "user" else "record") + f":{value}" + "}"
        if isinstance(value, (int, Decimal)):
            text = number_text(value)
            return f"({text})" if text.startswith("-") and binding > BINDING["neg"][0] else text
        return f"#{value.isoformat()}#" if isinstance(value, date) else _quoted(str(value))

    def _field(self, node: Field, place: _Place, _binding: int) -> str:
        return self.path((*place.prefix, self.names.field(node.form, node.field)))

    def _follow(self, node: Follow, place: _Place, _binding: int) -> str:
        link = self.write(node.link, place, _TIGHTEST)
        return f"{link}.{self.write(node.body, _Place(), _TIGHTEST)}"

    def _parent(self, node: Parent, place: _Place, binding: int) -> str:
        outer = place.outer or _Place((*place.prefix, "PARENT"))
        return self.write(node.body, outer, binding)

    def _setting(self, node: Setting, _place: _Place, _binding: int) -> str:
        parts = [self.names.form(node.form), self.names.field(node.form, node.field)]
        if node.column is not None:
            parts.append(self._column(node))
        return self.path(tuple(parts))

    def _column(self, node: Setting) -> str:
        if isinstance(self.names, PeopleNames):
            form = self.names.names.world.forms.get(node.form)
            info = form.by_id.get(node.field) if form is not None else None
            target = info.kind.item.form if info is not None and info.kind.item is not None else None
            if target is not None and node.column is not None:
                return self.names.field(target, node.column)
        return "{#" + str(node.column) + "}"

    def _lines(self, node: Lines, place: _Place, binding: int) -> str:
        inside = (*place.prefix, self.names.subform(node.subform))
        if isinstance(node.body, Const) and node.kind.item is not None and node.kind.item.name == "record":
            return self.path(inside)
        return self.write(node.body, _Place(inside, place), binding)

    # --- what has parts -----------------------------------------------------------------------------

    def _items(self, node: Items, place: _Place, _binding: int) -> str:
        return "[" + self._listed(node.items, place) + "]"

    def _listed(self, nodes: tuple[Node, ...], place: _Place, *, is_compared: bool = False) -> str:
        return ", ".join(self.write(one, place, _LOOSEST, is_compared=is_compared) for one in nodes)

    def _call(self, node: Call, place: _Place, binding: int) -> str:
        if node.function in _HIDDEN:
            return self.write(node.arguments[0], place, binding)
        if node.function in BINDING:
            return self._operator(node, place, binding)
        if node.function in ("SWITCH", "INLIST", "BETWEEN"):
            return f"{node.function}({self._compared(node, place)})"
        return f"{node.function}({self._listed(node.arguments, place)})"

    def _compared(self, node: Call, place: _Place) -> str:
        """SWITCH's cases and INLIST's items may be written as texts when the value tells the options."""
        first, rest = node.arguments[0], node.arguments[1:]
        tells = first.kind.name == "choice" and not isinstance(first, Const)
        parts = [
            self.write(
                first, place, _LOOSEST, is_compared=rest[0].kind.is_list and not isinstance(rest[0], Items)
            )
        ]
        for position, one in enumerate(rest):
            if isinstance(one, Items):
                parts.append("[" + self._listed(one.items, place, is_compared=tells) + "]")
                continue
            is_case = node.function != "SWITCH" or (position % 2 == 0 and position + 1 < len(rest))
            parts.append(self.write(one, place, _LOOSEST, is_compared=tells and is_case))
        return ", ".join(parts)

    def _operator(self, node: Call, place: _Place, binding: int) -> str:
        own, _ = BINDING[node.function]
        sign = self.names.sign(node.function)
        if node.function in ("neg", "not"):
            text = self._prefix(node, sign, own, place)
        else:
            text = self._sides(node, own, sign, place)
        return f"({text})" if own < binding else text

    def _prefix(self, node: Call, sign: str, own: int, place: _Place) -> str:
        if node.function == "not":
            return f"{sign}({self.write(node.arguments[0], place, _LOOSEST)})"
        return sign + self.write(node.arguments[0], place, own + 1)

    def _sides(self, node: Call, own: int, sign: str, place: _Place) -> str:
        """The first operand may be as loose as the operator itself where it reads from the left."""
        is_left = node.function in _ASSOCIATIVE_LEFT
        choices = [one for one in node.arguments if one.kind.name == "choice" and not isinstance(one, Const)]
        tells = node.function in ("eq", "ne") and len(choices) == 1
        parts = []
        for position, one in enumerate(node.arguments):
            if node.function == "in":
                parts.append(self._in_side(node, position, place, own + 1))
                continue
            parts.append(
                self.write(one, place, own if is_left and position == 0 else own + 1, is_compared=tells)
            )
        return f" {sign} ".join(parts)

    def _in_side(self, node: Call, position: int, place: _Place, binding: int) -> str:
        item, whole = node.arguments
        if position == 0:
            is_told = not isinstance(whole, Items)
            return self.write(item, place, binding, is_compared=is_told)
        tells = item.kind.name == "choice" and not isinstance(item, Const)
        if isinstance(whole, Items):
            return "[" + self._listed(whole.items, place, is_compared=tells) + "]"
        return self.write(whole, place, binding)

    def _aggregate(self, node: Aggregate, place: _Place, _binding: int) -> str:
        if node.argument is None:
            return f"{node.function}()"
        word = "DISTINCT " if node.is_distinct else ""
        argument = node.argument
        if isinstance(argument, Items) and not node.is_distinct:
            return f"{node.function}({self._listed(argument.items, place)})"
        return f"{node.function}({word}{self.write(argument, place, _LOOSEST)})"


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _can_write(name: str) -> bool:
    return (
        bool(name.strip())
        and name == name.strip()
        and not any(sign in name for sign in "{}｛｝")
        and name[0] not in "#@"
    )


def _label(one: FieldInfo | FormInfo, language: str) -> str:
    return dict(one.labels).get(language, "")
