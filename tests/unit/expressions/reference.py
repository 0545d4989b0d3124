"""A slow reference interpreter of checked expressions, for tests only.

In: a node, a row, an `Env`. Out: the value, an `ErrorValue` or None. Written from the language's rules
(docs of the language, not its code): numbers are fractions, rounded where the language rounds; nothing
is shared with the compiler or with `expressions.functions`, so that a mistake there shows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC
from decimal import Decimal
from fractions import Fraction
from typing import Any

from expressions import Env, ErrorValue
from expressions.kinds import Kind
from expressions.nodes import Aggregate, Call, Const, Field, Follow, Items, Lines, Node, Parent, Setting

Row = Mapping[str, Any]
LIMIT_TEXT = 100_000


class Failed(Exception):  # noqa: N818 - an error value of the language, not a mistake
    """An error value on its way up."""

    def __init__(self, code: str) -> None:
        self.code = code


@dataclass(frozen=True)
class Place:
    """The row at hand, what is around it, and the rows of a query."""

    row: Row
    env: Env
    above: Place | None = None
    rows: tuple[Row, ...] = ()


def evaluate(node: Node, row: Row, env: Env, rows: Iterable[Row] = ()) -> Any:
    """What the expression is on that row; `rows` are those that a measure goes over."""
    above = Place(env.parent, env) if env.parent is not None else None
    try:
        return presented(value(node, Place(row, env, above, tuple(rows))))
    except Failed as failure:
        return ErrorValue(failure.code)  # type: ignore[arg-type]


def presented(found: Any) -> Any:
    """A fraction as an exact decimal."""
    if isinstance(found, list):
        return tuple(presented(one) for one in found)
    if not isinstance(found, Fraction):
        return found
    places = 0
    while (found * 10**places).denominator != 1:
        places += 1
    scaled = int(found * 10**places)
    digits = tuple(map(int, str(abs(scaled))))
    return Decimal((1 if scaled < 0 else 0, digits, -places))


def read(raw: Any) -> Any:
    """A cell or constant as the interpreter has it: numbers are fractions, '' and () are blank."""
    if raw in ("", ()):
        return None
    if isinstance(raw, bool) or not isinstance(raw, (int, Decimal)):
        return raw
    return Fraction(raw)


def value(node: Node, place: Place) -> Any:
    match node:
        case Const():
            return read(node.value) if node.kind.is_number else (None if node.value == "" else node.value)
        case Field():
            return cell(place.row, node.field, node.kind)
        case Parent():
            assert place.above is not None
            return value(node.body, place.above)
        case Follow():
            target = place.env.related.get(node.form, {}).get(value(node.link, place))
            return None if target is None else value(node.body, Place(target, place.env))
        case Setting():
            return setting(node, place.env)
        case Lines():
            lines = place.row.get(node.subform) or ()
            return [value(node.body, Place(line, place.env, place)) for line in lines]
        case Items():
            found = [value(one, place) for one in node.items]
            return [
                x
                for one, got in zip(node.items, found, strict=True)
                for x in (got or [] if one.kind.is_list else [got])
            ]
        case Aggregate():
            return aggregate(node, place)
        case Call():
            return call(node, place)
    raise AssertionError(node)


def cell(row: Row, field: str, kind: Kind) -> Any:
    raw = row.get(field)
    if kind.is_list:
        return [read(one) for one in raw or ()]
    return read(raw) if kind.is_number else (None if raw == "" else raw)


def setting(node: Setting, env: Env) -> Any:
    raw = env.settings.get(node.form, {}).get(node.field)
    if node.column is None:
        return cell({"x": raw}, "x", node.kind)
    return [read(line.get(node.column)) for line in raw or ()]


# --- numbers ----------------------------------------------------------------------------------------------


def half_up(number: Fraction, unit: Fraction) -> Fraction:
    """The nearest multiple of `unit`; halves go away from zero."""
    count = abs(number) / unit + Fraction(1, 2)
    return (count.numerator // count.denominator) * unit * (-1 if number < 0 else 1)


def held(number: Fraction) -> Fraction:
    """What 34 significant digits hold."""
    if number == 0:
        return number
    exponent = len(str(abs(number).numerator)) - len(str(abs(number).denominator))
    while Fraction(10) ** exponent > abs(number):
        exponent -= 1
    while Fraction(10) ** (exponent + 1) <= abs(number):
        exponent += 1
    kept = half_up(number, Fraction(10) ** max(exponent - 33, -73))
    if abs(kept) >= Fraction(10) ** 41:
        raise Failed("#NUM!")
    return kept


def at_places(
    number: Fraction, places: int, how: Callable[[Fraction, Fraction], Fraction] = half_up
) -> Fraction:
    if abs(places) > 30:
        raise Failed("#NUM!")
    kept = how(number, Fraction(1, 10**places) if places >= 0 else Fraction(10**-places))
    if abs(kept) * Fraction(10) ** places >= 10**34 or abs(kept) >= 10**34:
        raise Failed("#NUM!")
    return kept


def away(number: Fraction, unit: Fraction) -> Fraction:
    count = abs(number) / unit
    return -(-count.numerator // count.denominator) * unit * (-1 if number < 0 else 1)


def towards_zero(number: Fraction, unit: Fraction) -> Fraction:
    count = abs(number) / unit
    return count.numerator // count.denominator * unit * (-1 if number < 0 else 1)


def whole(number: Fraction) -> int:
    return int(towards_zero(number, Fraction(1)))


def quotient(left: Fraction, right: Fraction) -> Fraction:
    if right == 0:
        raise Failed("#DIV/0!")
    return at_places(left / right, 10)


def remainder(left: Fraction, right: Fraction) -> Fraction:
    if right == 0:
        raise Failed("#DIV/0!")
    times = left / right
    if abs(times) >= 10**34:
        raise Failed("#NUM!")
    return held(left - right * (times.numerator // times.denominator))


def power(base: Fraction, exponent: Fraction) -> Fraction:
    if base == 0:
        if exponent < 0:
            raise Failed("#DIV/0!")
        return Fraction(1 if exponent == 0 else 0)
    if exponent.denominator != 1:
        if base < 0:
            raise Failed("#NUM!")
        return root_power(base, exponent)
    size = abs(exponent) * abs(len(str(abs(base).numerator)) - len(str(base.denominator)))
    if abs(base) != 1 and (abs(exponent) > 4000 or size > 400):
        is_growing = (abs(base) > 1) == (exponent > 0)
        if is_growing:
            raise Failed("#NUM!")
        return Fraction(0)
    return at_places(held(base ** int(exponent)), 10)


def root_power(base: Fraction, exponent: Fraction) -> Fraction:
    """By square roots on integers, with far more digits than are kept."""
    if exponent != Fraction(1, 2):
        import math

        return at_places(Fraction(Decimal(math.pow(base, exponent))), 10)  # close enough: tests use 0.5
    import math

    scale = 10**50
    scaled = base * scale * scale
    return at_places(held(Fraction(math.isqrt(scaled.numerator // scaled.denominator), scale)), 10)


def written(number: Fraction) -> str:
    text = format(presented(number), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


# --- calls ------------------------------------------------------------------------------------------------


def call(node: Call, place: Place) -> Any:
    name = node.function
    if name in LAZY:
        return LAZY[name](node, place)
    arguments = evaluated(node, place)
    if name in OWN:
        found = OWN[name](node, place, *arguments)
    else:
        from tests.unit.expressions import reference_functions

        if any(one is None for one in arguments):
            return None
        found = reference_functions.FUNCTIONS[name](place.env, node, *arguments)
    return None if found == "" else found


def evaluated(node: Call, place: Place) -> list[Any]:
    """All arguments; the first failure counts, even beside a blank."""
    return [value(one, place) for one in node.arguments]


def holds(node: Node, place: Place) -> bool:
    return value(node, place) is True


def _if(node: Call, place: Place) -> Any:
    condition, *branches = node.arguments
    if holds(condition, place):
        return value(branches[0], place)
    return value(branches[1], place) if len(branches) > 1 else None


def _ifs(node: Call, place: Place) -> Any:
    arguments = list(node.arguments)
    while len(arguments) >= 2:
        if holds(arguments[0], place):
            return value(arguments[1], place)
        arguments = arguments[2:]
    return value(arguments[0], place) if arguments else None


def _switch(node: Call, place: Place) -> Any:
    subject, *rest = node.arguments
    given = value(subject, place)
    while len(rest) >= 2:
        if same(given, value(rest[0], place)):
            return value(rest[1], place)
        rest = rest[2:]
    return value(rest[0], place) if rest else None


def _and(node: Call, place: Place) -> bool:
    return all(holds(one, place) for one in node.arguments)


def _or(node: Call, place: Place) -> bool:
    return any(holds(one, place) for one in node.arguments)


def _coalesce(node: Call, place: Place) -> Any:
    for one in node.arguments:
        found = value(one, place)
        if found is not None:
            return found
    return None


def _if_error(node: Call, place: Place) -> Any:
    try:
        return value(node.arguments[0], place)
    except Failed:
        return value(node.arguments[1], place)


def _is_error(node: Call, place: Place) -> bool:
    try:
        value(node.arguments[0], place)
    except Failed:
        return True
    return False


LAZY: dict[str, Callable[[Call, Place], Any]] = {
    "IF": _if,
    "IFS": _ifs,
    "SWITCH": _switch,
    "AND": _and,
    "and": _and,
    "OR": _or,
    "or": _or,
    "COALESCE": _coalesce,
    "IFERROR": _if_error,
    "ISERROR": _is_error,
}


def same(left: Any, right: Any) -> bool:
    return left == right


def empty(found: Any) -> bool:
    return found is None or found == []


def label(node: Call, place: Place, found: Any) -> Any:
    kind = node.arguments[0].kind
    choices = (kind.item or kind).choices if kind.is_list else kind.choices
    texts = {one.id: _label_in(dict(one.labels), place.env.language, one.key) for one in choices}
    return [texts.get(one) for one in found or []] if kind.is_list else texts.get(found)


def _label_in(labels: Mapping[str, str], language: str, key: str) -> str:
    order = {"zh-CN": ("zh-CN", "zh-TW", "en"), "zh-TW": ("zh-TW", "zh-CN", "en")}[language]
    return next((labels[tag] for tag in order if labels.get(tag)), key)


def joined(_node: Call, _place: Place, *parts: Any) -> str:
    text = "".join(one or "" for one in parts)
    if len(text) > LIMIT_TEXT:
        raise Failed("#LIMIT!")
    return text


def bucket(is_ascending: bool) -> Callable[..., int]:
    def place_of(_node: Call, _place: Place, number: Any, cuts: Any) -> Any:
        if number is None:
            return Fraction(0)
        kept = [cut for cut in cuts or [] if cut is not None]
        return Fraction(1 + sum(number >= cut if is_ascending else number <= cut for cut in kept))

    return place_of


def in_list(_node: Call, _place: Place, item: Any, whole_list: Any) -> bool:
    return item is not None and item in (whole_list or [])


def to_date(node: Call, place: Place, found: Any) -> Any:
    if node.arguments[0].kind.is_list:
        return [None if one is None else one.astimezone(place.env.tzinfo).date() for one in found or []]
    return None if found is None else found.astimezone(place.env.tzinfo).date()


def substituted(_node: Call, _place: Place, text: Any, old: Any, new: Any, which: Any = None) -> Any:
    if text is None or old is None:
        return text
    pieces = text.split(old)
    if which is None:
        found = (new or "").join(pieces)
        if len(found) > LIMIT_TEXT:
            raise Failed("#LIMIT!")
        return found
    if whole(which) < 1:
        raise Failed("#VALUE!")
    at = whole(which)
    if at >= len(pieces):
        return text
    return old.join(pieces[:at]) + (new or "") + old.join(pieces[at:])


OWN: dict[str, Callable[..., Any]] = {
    "not": lambda _node, _place, one: one is not True,
    "XOR": lambda _node, _place, *given: sum(one is True for one in given) % 2 == 1,
    "eq": lambda _node, _place, left, right: same(left, right),
    "ne": lambda _node, _place, left, right: not same(left, right),
    "in": in_list,
    "INLIST": in_list,
    "concat": joined,
    "CONCATENATE": joined,
    "ISEMPTY": lambda _node, _place, one: empty(one),
    "ISNOTEMPTY": lambda _node, _place, one: not empty(one),
    "LEN": lambda _node, _place, one: Fraction(len(one or "")),
    "LABEL": label,
    "TODATE": to_date,
    "SUBSTITUTE": substituted,
    "BUCKET_ASC": bucket(True),
    "BUCKET_DESC": bucket(False),
    "FILLED_RATIO": lambda _node, _place, *given: quotient(
        Fraction(sum(not empty(one) for one in given)), Fraction(len(given))
    ),
    "TODAY": lambda _node, place: place.env.today,
    "NOW": lambda _node, place: place.env.now.astimezone(UTC),
    "CURRENTUSER": lambda _node, place: place.env.actor_member,
}


# --- aggregates ---------------------------------------------------------------------------------------------


def aggregate(node: Aggregate, place: Place) -> Any:
    if node.over == "rows":
        places = [replace(place, row=row, rows=()) for row in place.rows]
        found = [True if node.argument is None else value(node.argument, one) for one in places]
    else:
        assert node.argument is not None
        found = value(node.argument, place) or []
    kept = [one for one in found if one is not None]
    if node.is_distinct:
        return Fraction(len(set(kept)))
    return AGGREGATES[node.function](kept)


def total(kept: list[Any]) -> Fraction:
    found = Fraction(0)
    for one in kept:
        found = held(found + one)
    return found


AGGREGATES: dict[str, Callable[[list[Any]], Any]] = {
    "SUM": total,
    "AVERAGE": lambda kept: quotient(total(kept), Fraction(len(kept))) if kept else None,
    "MIN": lambda kept: min(kept, default=None),
    "MAX": lambda kept: max(kept, default=None),
    "COUNT": lambda kept: Fraction(len(kept)),
    "COUNTA": lambda kept: Fraction(len(kept)),
}
