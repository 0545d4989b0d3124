"""Conditions that a filter builder can draw: groups of (field, operator, values), and back to text.

In: a checked condition, or a group that was drawn. Out: `to_conditions` (None: it stays a formula) and
`from_conditions` (canonical text). What can be drawn goes both ways without loss. Each operator is a
template in the language itself, so that reading and writing cannot disagree. Used by list screens.

A field is written by ids, `fstatus` or `fcustomer.flevel` behind links. Values are run-time values
(kinds.py): text, `Decimal`, dates, option ids, member and record ids; `of list` operators take any
number of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from expressions.evaluation import number_text
from expressions.kinds import Kind
from expressions.nodes import Apply, Call, Const, Field, Follow, Items, Literal_, Name, Node, Syntax
from expressions.parser import parse
from expressions.typer import OPERATORS as OPERATOR_SIGNS
from expressions.world import World

MOST_DEPTH = 2  # groups nest twice at most


@dataclass(frozen=True, slots=True)
class Condition:
    field: str
    operator: str
    values: tuple[object, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    join: Literal["all", "any"]
    items: tuple[Condition | Group, ...] = ()


@dataclass(frozen=True, slots=True)
class Operator:
    """`takes`: "nothing", "one" or "two" values of the field's kind, "many" of them, or "days"."""

    name: str
    template: str  # F is the field, V and W the values, L a list of values
    takes: Literal["nothing", "one", "two", "many", "days"]


def _preset(name: str, start: str, end: str) -> Operator:
    return Operator(name, f"BETWEEN(F, {start}, {end})", "nothing")


def _period(unit: str) -> tuple[Operator, ...]:
    last, following = f'DATEADD(TODAY(), -1, "{unit}")', f'DATEADD(TODAY(), 1, "{unit}")'
    spans = ((f"this_{unit}", "TODAY()"), (f"last_{unit}", last), (f"next_{unit}", following))
    return tuple(_preset(name, f'STARTOF({day}, "{unit}")', f'ENDOF({day}, "{unit}")') for name, day in spans)


_EMPTY = (Operator("is_empty", "ISEMPTY(F)", "nothing"), Operator("is_not_empty", "ISNOTEMPTY(F)", "nothing"))
_EQUAL = (Operator("equals", "F = V", "one"), Operator("not_equals", "F != V", "one"))
_ORDER = (
    Operator("greater", "F > V", "one"), Operator("at_least", "F >= V", "one"), Operator("less", "F < V",
    "one"),
    Operator("at_most", "F <= V", "one"), Operator("between", "BETWEEN(F, V, W)", "two"),
)  # fmt: skip
_ANY_OF = (Operator("is_any_of", "F in L", "many"), Operator("is_none_of", "NOT(F in L)", "many"))
_TEXT = (
    Operator("contains", "CONTAINS(F, V)", "one"), Operator("not_contains", "NOT(CONTAINS(F, V))", "one"),
    *_EQUAL,
    Operator("starts_with", "STARTSWITH(F, V)", "one"), Operator("ends_with", "ENDSWITH(F, V)", "one"),
    *_EMPTY,
)  # fmt: skip
_DATES = (
    Operator("today", "F = TODAY()", "nothing"), Operator("yesterday", "F = TODAY() - 1", "nothing"),
    Operator("tomorrow", "F = TODAY() + 1", "nothing"),
    *(one for unit in ("week", "month", "quarter", "year") for one in _period(unit)),
    Operator("last_days", "BETWEEN(F, TODAY() - V, TODAY())", "days"),
    Operator("next_days", "BETWEEN(F, TODAY(), TODAY() + V)", "days"),
    Operator("more_than_days_ago", "F < TODAY() - V", "days"), Operator("within_days", "F >= TODAY() - V",
    "days"),
    Operator("before_today", "F < TODAY()", "nothing"), Operator("after_today", "F > TODAY()", "nothing"),
    *_EQUAL, Operator("before", "F < V", "one"), Operator("after", "F > V", "one"),
    Operator("on_or_before", "F <= V", "one"), Operator("on_or_after", "F >= V", "one"),
    Operator("between", "BETWEEN(F, V, W)", "two"), *_EMPTY,
)  # fmt: skip
_CHOICE = (Operator("is", "F = V", "one"), Operator("is_not", "F != V", "one"), *_ANY_OF, *_EMPTY)

# kind → its operators, in the order in which they are offered; a list goes by "list"
OPERATORS: Mapping[str, tuple[Operator, ...]] = {
    "text": _TEXT,
    "number": (*_EQUAL, *_ORDER, *_EMPTY),
    "bool": (Operator("is_yes", "F = TRUE", "nothing"), Operator("is_no", "F = FALSE", "nothing"), *_EMPTY),
    "date": _DATES,
    "datetime": _DATES,
    "choice": _CHOICE,
    "user": (
        Operator("is_me", "F = CURRENTUSER()", "nothing"), Operator("is_not_me", "F != CURRENTUSER()",
        "nothing"), *_CHOICE),
    "record": (Operator("is", "F = V", "one"), Operator("is_not", "F != V", "one"), *_ANY_OF, *_EMPTY),
    "list": (Operator("has", "INLIST(V, F)", "one"), Operator("has_not", "NOT(INLIST(V, F))", "one"),
    *_EMPTY),
}  # fmt: skip


def to_conditions(node: Node, world: World, form_id: str) -> Group | None:
    """The groups and conditions that draw `node` on form `form_id`, or None: it stays a formula."""
    group = _group(node, 1)
    if group is None:
        condition = _condition(node)
        group = Group("all", (condition,)) if condition is not None else None
    return group if group is not None and _is_there(group, world, form_id) else None


def _is_there(group: Group, world: World, form_id: str) -> bool:
    """Whether every field drawn is one of the form's, or behind its links."""
    for one in group.items:
        if isinstance(one, Group):
            if not _is_there(one, world, form_id):
                return False
            continue
        try:
            kind_of(one.field, world, form_id)
        except KeyError:
            return False
    return True


def from_conditions(group: Group, world: World, form_id: str) -> str:
    """The canonical text of what was drawn; '' when nothing was. Raises `KeyError` for a field or an
    operator that is not there."""
    return _group_text(group, world, form_id, is_top=True)


# --- reading ----------------------------------------------------------------------------------------

_JOINS: Mapping[str, Literal["all", "any"]] = {"and": "all", "AND": "all", "or": "any", "OR": "any"}


def _group(node: Node, depth: int) -> Group | None:
    join = _JOINS.get(node.function) if isinstance(node, Call) else None
    if join is None or depth > MOST_DEPTH or not isinstance(node, Call):
        return None
    items: list[Condition | Group] = []
    for one in node.arguments:
        item = _group(one, depth + 1) or _condition(one)
        if item is None:
            return None
        items.append(item)
    return Group(join, tuple(items))


def _condition(node: Node) -> Condition | None:
    for kind, operators in OPERATORS.items():
        for operator in operators:
            found: dict[str, Node] = {}
            if not _matches(_pattern(operator.template), node, found):
                continue
            field = found["F"]
            if (field.kind.name if not field.kind.is_list else "list") != kind:
                break  # the right template of another kind's table
            values = _values(found)
            path = _path(field)
            return Condition(path, operator.name, values) if path is not None and values is not None else None
    return None


@lru_cache(maxsize=256)
def _pattern(template: str) -> Syntax:
    return parse(template)


def _matches(pattern: Syntax, node: Node, found: dict[str, Node]) -> bool:
    """Whether `node` is `pattern` with something in the places of F, V, W and L."""
    while isinstance(node, Call) and node.function in ("TODATE", "LABEL"):
        node = node.arguments[0]
    if isinstance(pattern, Name):
        found[pattern.parts[0]] = node
        return True
    if isinstance(pattern, Literal_):
        return (
            isinstance(node, Const)
            and node.value == pattern.value
            and type(node.value) is type(pattern.value)
        )
    if not isinstance(pattern, Apply):
        return False
    name = OPERATOR_SIGNS.get(pattern.function, pattern.function if pattern.function != "NOT" else "not")
    if name == "neg":  # a negative number is one constant
        inner = pattern.arguments[0]
        return isinstance(node, Const) and isinstance(inner, Literal_) and node.value == -inner.value  # type: ignore[operator]
    if not isinstance(node, Call) or node.function != name or len(node.arguments) != len(pattern.arguments):
        return False
    return all(
        _matches(one, other, found) for one, other in zip(pattern.arguments, node.arguments, strict=True)
    )


def _values(found: Mapping[str, Node]) -> tuple[object, ...] | None:
    values: list[object] = []
    for name in ("V", "W", "L"):
        node = found.get(name)
        if node is None:
            continue
        nodes = node.items if isinstance(node, Items) and name == "L" else (node,)
        for one in nodes:
            if not isinstance(one, Const) or one.value is None:
                return None
            values.append(one.value)
    return tuple(values)


def _path(node: Node) -> str | None:
    if isinstance(node, Field):
        return node.field
    if isinstance(node, Follow):
        return ".".join((*node.path, node.field))
    return None


# --- writing ----------------------------------------------------------------------------------------


def _group_text(group: Group, world: World, form_id: str, *, is_top: bool) -> str:
    texts = [
        _group_text(one, world, form_id, is_top=False)
        if isinstance(one, Group)
        else _text(one, world, form_id)
        for one in group.items
    ]
    texts = [text for text in texts if text]
    joined = (" AND " if group.join == "all" else " OR ").join(texts)
    return joined if is_top or len(texts) < 2 else f"({joined})"


def _text(condition: Condition, world: World, form_id: str) -> str:
    kind = kind_of(condition.field, world, form_id)
    operator = find_operator(kind, condition.operator)
    field = ".".join("{#" + part + "}" for part in condition.field.split("."))
    item = kind.item if kind.is_list and kind.item is not None else kind
    literals = [_literal(value, item, is_days=operator.takes == "days") for value in condition.values]
    holes = {"F": field, "V": "", "W": "", "L": "[" + ", ".join(literals) + "]"}
    if operator.takes in ("one", "two", "days"):
        holes["V"] = literals[0]
        holes["W"] = literals[1] if operator.takes == "two" else ""
    return _filled(operator.template, holes)


def _filled(template: str, holes: Mapping[str, str]) -> str:
    """The template with its one-letter names replaced; letters inside words stay."""
    text = []
    for position, sign in enumerate(template):
        around = template[max(position - 1, 0) : position] + template[position + 1 : position + 2]
        is_hole = sign in holes and not any(other.isalnum() for other in around)
        text.append(holes[sign] if is_hole else sign)
    return "".join(text)


def kind_of(field: str, world: World, form_id: str) -> Kind:
    """The kind of a field written by ids; raises `KeyError` when it is not there."""
    form = world.get(form_id)
    parts = field.split(".")
    for part in parts[:-1]:
        form = world.get(form.by_id[part].kind.form or "")
    return form.by_id[parts[-1]].kind


def operators_for(kind: Kind) -> tuple[Operator, ...]:
    """The operators that the builder offers for a field."""
    return OPERATORS["list" if kind.is_list else kind.name]


def find_operator(kind: Kind, name: str) -> Operator:
    """The operator of this name; raises `KeyError`."""
    found = next((one for one in operators_for(kind) if one.name == name), None)
    if found is None:
        raise KeyError(name)
    return found


def _literal(value: object, kind: Kind, *, is_days: bool) -> str:
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if is_days or isinstance(value, Decimal) or (isinstance(value, int) and kind.is_number):
        return number_text(value)  # type: ignore[arg-type]
    if isinstance(value, date):
        return f"#{value.isoformat()[:10]}#"
    if kind.name == "choice":
        return "{@" + str(value) + "}"
    if kind.name in ("user", "record"):
        return "{@" + ("member" if kind.name == "user" else "record") + f":{value}" + "}"
    return '"' + str(value).replace('"', '""') + '"'
