"""Syntax into typed nodes: operators, function calls and literals, all problems at once.

In: syntax, the world's names and a scope. Out: a `Node`, or None where something was wrong (then there
is a problem, and what stands around is still read). Called by the checker; lists and aggregates are in
`listing.py`, the functions with rules of their own in `special.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from expressions import bounds
from expressions.conversions import Conversions
from expressions.errors import ExpressionProblem, Fix, Words
from expressions.evaluation import number_text
from expressions.functions import NAMES, REGISTRY, Function, find_function
from expressions.functions.dates import DATE_UNITS, UNITS
from expressions.kinds import BOOL, DATE, NULL, TEXT, USER, Kind
from expressions.listing import Lists
from expressions.names import WorldNames
from expressions.nodes import (
    Apply,
    Call,
    Const,
    Distinct,
    Listing,
    Literal_,
    Missing,
    Name,
    Node,
    OptionName,
    Syntax,
)
from expressions.resolver import Resolver, Scope
from expressions.special import SHAPES
from expressions.suggestions import Suggestions, fold

OPERATORS = {
    "or": "or", "and": "and", "not": "not", "=": "eq", "!=": "ne", "<": "lt", "<=": "le", ">": "gt",
    ">=": "ge",
    "in": "in", "&": "concat", "+": "add", "-": "sub", "*": "mul", "/": "div", "%": "mod", "^": "pow",
    "neg": "neg",
}  # fmt: skip


class Typer:
    """Types one expression; collects problems and warnings."""

    def __init__(self, source: str, names: WorldNames) -> None:
        self.source = source
        self.names = names
        self.problems: list[ExpressionProblem] = []
        self.warnings: list[ExpressionProblem] = []
        suggestions = Suggestions()
        self.nearest = suggestions.nearest
        self.resolver = Resolver(names, self.problems.append, suggestions)
        self.convert = Conversions(source, self.problems.append, suggestions)
        self.lists = Lists(self)
        self._readers: dict[type, Callable[..., Node | None]] = {
            Literal_: self._literal, Name: self._name, OptionName: self._option, Apply: self._apply,
            Listing: self._listing, Distinct: self._distinct, Missing: self._missing,
        }  # fmt: skip

    def node(self, syntax: Syntax, scope: Scope) -> Node | None:
        return self._readers[type(syntax)](syntax, scope)

    def nodes(self, parts: tuple[Syntax, ...], scope: Scope) -> list[Node | None]:
        return [self.node(part, scope) for part in parts]

    def problem(
        self, code: str, span: tuple[int, int], params: dict[str, object] | None = None, *fixes: Fix
    ) -> Node | None:
        """Reports; answers None, so that a rule can return it."""
        self.problems.append(ExpressionProblem(code, span, params or {}, fixes))
        return None

    def warn(self, code: str, span: tuple[int, int], *fixes: Fix) -> None:
        self.warnings.append(ExpressionProblem(code, span, {}, fixes))

    # --- leaves -------------------------------------------------------------------------------------

    def _literal(self, one: Literal_, _scope: Scope) -> Node:
        value = one.value
        if value is None or value == "":  # '' is blank, so `amount = ""` asks for a blank
            return Const(None, NULL, one.span)
        if isinstance(value, bool):
            return Const(value, BOOL, one.span)
        if isinstance(value, Decimal):
            return number_const(value, one.span)
        return Const(value, TEXT if isinstance(value, str) else DATE, one.span)

    def _name(self, one: Name, scope: Scope) -> Node | None:
        return self.resolver.resolve(one, scope)

    def _option(self, one: OptionName, _scope: Scope) -> Node | None:
        """`{@option}`, `{@member:7}`, `{@record:81}`: constants that only stored text has."""
        word, _, number = one.option.partition(":")
        if number.isascii() and number.isdigit() and len(number) <= 19 and word in ("member", "record"):
            return Const(int(number), USER if word == "member" else Kind("record"), one.span)
        kind = self.names.options.get(one.option)
        if kind is None:
            self.problem("option.gone", one.span, {"name": one.option})
            return None
        return Const(one.option, kind, one.span)

    def _missing(self, _one: Missing, _scope: Scope) -> Node | None:
        return None  # the parser has reported it

    def _listing(self, one: Listing, scope: Scope) -> Node | None:
        return self.lists.written_out(one, scope)

    def _distinct(self, one: Distinct, scope: Scope) -> Node | None:
        self.node(one.body, scope)
        return self.problem("distinct.misplaced", one.span)

    # --- operators and functions --------------------------------------------------------------------

    def _apply(self, one: Apply, scope: Scope) -> Node | None:
        operator = OPERATORS.get(one.function)
        if operator is not None:
            return self._operator(REGISTRY[operator], one, scope)
        function = find_function(one.function)
        if function is None:
            return self._unknown_function(one, scope)
        if not self._has_right_count(function, one):
            self.nodes(one.arguments, scope)
            return None
        return SHAPES.get(function.shape, plain)(self, function, one, scope)

    def _operator(self, function: Function, one: Apply, scope: Scope) -> Node | None:
        special = _OPERATOR_RULES.get(function.name)
        if special is not None:
            return special(self, function, one, scope)
        return SHAPES.get(function.shape, plain)(self, function, one, scope)

    def _unknown_function(self, one: Apply, scope: Scope) -> Node | None:
        self.nodes(one.arguments, scope)
        near = self.nearest(one.function, NAMES)
        fixes = [Fix("use", {"text": name}, one.function_span, name) for name in near]
        if self.resolver.names.fields(scope.chain[0]).find(one.function):
            name = self.source[slice(*one.function_span)]
            fixes.insert(0, Fix("use", {"text": name}, (one.function_span[1], one.span[1]), ""))
            return self.problem("function.is_field", one.function_span, {"name": name}, *fixes[:1])
        written = self.source[slice(*one.function_span)]
        return self.problem("function.unknown", one.function_span, {"name": written}, *fixes)

    def _has_right_count(self, function: Function, one: Apply) -> bool:
        given, least, most = len(one.arguments), function.least, function.most
        if given >= least and (most is None or given <= most):
            return True
        params: dict[str, object] = {
            "name": function.name, "given": given, "least": least,
            "most": most if most is not None else least,
            "signature": Words((("zh-CN", function.signature("zh-CN")), ("en", function.signature("en")))),
        }  # fmt: skip
        if given < least:
            self.problem("arguments.few", one.span, params)
        else:
            extra = (one.arguments[most or 0 - 1].span[0], one.arguments[-1].span[1])
            last = one.arguments[(most or 0) - 1].span[1] if most else one.function_span[1] + 1
            self.problem("arguments.many", extra, params, Fix("remove", {"text": "…"}, (last, extra[1]), ""))
        return False

    def call(self, function: Function, arguments: tuple[Node, ...], span: tuple[int, int]) -> Node:
        return Call(function.name, arguments, function.result(arguments), span)

    def unit(self, node: Node, *, is_moment: bool) -> Node | None:
        """A constant unit of time, stored by its canonical word."""
        written = fold(str(node.value)) if isinstance(node, Const) and node.kind.name == "text" else None
        for unit, spellings in UNITS.items():
            if written is not None and (written == unit or written in spellings):
                if is_moment or unit in DATE_UNITS:
                    return Const(unit, TEXT, node.span)
                self.problem("unit.needs_time", node.span, {"name": written}, *_unit_fixes(node, ("day",)))
                return None
        if written is None:
            self.problem("unit.not_constant", node.span)
            return None
        known = [word for unit, words in UNITS.items() for word in (unit, *words)]
        near = self.nearest(written, [word for word in known if len(word) > 1 or not word.isascii()]) or (
            "day",
            "month",
            "year",
        )
        params: dict[str, object] = {"name": written, "units": ", ".join(UNITS)}
        return self.problem("unit.unknown", node.span, params, *_unit_fixes(node, near))


def number_const(value: Decimal, span: tuple[int, int]) -> Const:
    """A constant without trailing zeros or exponent: 1.50 and 1.5 are the same node, 1e3 is 1000."""
    plain = Decimal(number_text(value))
    return Const(plain, bounds.literal(plain), span)


def _unit_fixes(node: Node, units: tuple[str, ...]) -> tuple[Fix, ...]:
    return tuple(Fix("use", {"text": f'"{unit}"'}, node.span, f'"{unit}"') for unit in units)


# --- rules --------------------------------------------------------------------------------------------


def plain(typer: Typer, function: Function, one: Apply, scope: Scope) -> Node | None:
    """Arguments by their parameters; those of "same" are brought to one kind."""
    found: list[Node | None] = []
    for position, part in enumerate(one.arguments):
        accepts = function.parameter(position).accepts
        if accepts in ("list", "numbers"):
            found.append(typer.lists.argument(part, scope, is_numbers=accepts == "numbers"))
            continue
        node = typer.node(part, scope)
        node = typer.convert.to(accepts, node) if node is not None else None
        if node is not None and accepts == "unit":
            first = found[0]
            node = typer.unit(node, is_moment=first is not None and first.kind.name == "datetime")
        found.append(node)
    nodes = [node for node in found if node is not None]
    if len(nodes) < len(found):
        return None
    alike = _alike(typer, function, nodes)
    return typer.call(function, alike, one.span) if alike is not None else None


def _alike(typer: Typer, function: Function, nodes: list[Node]) -> tuple[Node, ...] | None:
    """The arguments, those of "same" brought to one kind."""
    positions = [at for at in range(len(nodes)) if function.parameter(at).accepts == "same"]
    unified = typer.convert.unify([nodes[at] for at in positions], is_comparison=False)
    if unified is None:
        return None
    for at, node in zip(positions, unified, strict=True):
        nodes[at] = node
    return tuple(nodes)


def _comparison(typer: Typer, function: Function, one: Apply, scope: Scope) -> Node | None:
    pair = typer.nodes(one.arguments, scope)
    if pair[0] is None or pair[1] is None:
        return None
    left, right = pair[0], pair[1]
    if "list" in (left.kind.name, right.kind.name):
        return _list_comparison(typer, function, one, left, right)
    unified = typer.convert.unify((left, right), is_comparison=True)
    if unified is None:
        return None
    name = next((node.kind.name for node in unified if node.kind.name != "null"), "null")
    if function.name not in ("eq", "ne") and name not in ("number", "text", "date", "datetime", "null"):
        typer.problem("compare.order", one.span, {"kind": Words.of(name)})
        return None
    return typer.call(function, unified, one.span)


def _list_comparison(typer: Typer, function: Function, one: Apply, left: Node, right: Node) -> Node | None:
    """`tags = "VIP"`: a list is asked whether it contains something."""
    source = typer.convert.piece
    fixes = []
    item, whole = (right, left) if left.kind.is_list else (left, right)
    if item.kind.name == "null" or (isinstance(item, Const) and item.value is None):
        name = "ISEMPTY" if function.name == "eq" else "ISNOTEMPTY"
        fixes.append(Fix("use", {"text": f"{name}()"}, one.span, f"{name}({source(whole.span)})"))
    elif not item.kind.is_list:
        text = f"{source(item.span)} in {source(whole.span)}"
        text = text if function.name != "ne" else f"NOT ({text})"
        fixes.append(Fix("use", {"text": text}, one.span, text))
    return typer.problem("compare.list", one.span, {}, *fixes)


def _plus_minus(typer: Typer, function: Function, one: Apply, scope: Scope) -> Node | None:
    """`+` and `-` of numbers, and of dates and days."""
    found = typer.nodes(one.arguments, scope)
    nodes = [node for node in found if node is not None]
    if any(node.kind.name in ("date", "datetime") for node in nodes):
        return _dates(typer, function, one, nodes) if len(nodes) == len(found) else None
    if function.name == "add" and any(node.kind.name == "text" for node in nodes):
        return _text_plus(typer, one, nodes)
    numbers = [typer.convert.to_number(node) for node in nodes]
    if len(nodes) < len(found) or None in numbers:
        return None
    return typer.call(function, tuple(numbers), one.span)  # type: ignore[arg-type]


def _dates(typer: Typer, function: Function, one: Apply, nodes: list[Node]) -> Node | None:
    left = nodes[0]
    for right in nodes[1:]:
        if left.kind.is_number and right.kind.is_number and function.name == "add":
            left = typer.call(function, (left, right), one.span)  # 1 + 2 + date
            continue
        pair = _date_pair(typer, function.name, left, right)
        if pair is None:
            typer.problem(
                "dates.arithmetic",
                one.span,
                {"left": Words.of(left.kind.name), "right": Words.of(right.kind.name)},
            )
            return None
        left = typer.call(function, pair, one.span)
    return left


def _date_pair(typer: Typer, name: str, left: Node, right: Node) -> tuple[Node, Node] | None:
    kinds = (left.kind.name, right.kind.name)
    moments = ("date", "datetime")
    if name == "sub" and kinds[0] in moments and kinds[1] in moments:
        if kinds[0] == kinds[1]:
            return left, right
        return typer.convert.to_date(left) or left, typer.convert.to_date(right) or right
    if name == "add" and kinds[0] in ("number", "null") and kinds[1] in moments:
        return right, left
    return (left, right) if kinds[0] in moments and kinds[1] in ("number", "null") else None


def _text_plus(typer: Typer, one: Apply, nodes: list[Node]) -> Node | None:
    """`"a" + b`: text is joined with `&`; a text that holds a number is read with VALUE."""
    text = next(node for node in nodes if node.kind.name == "text")
    written = typer.convert.piece(one.span)
    parts = [typer.convert.piece(part.span) for part in one.arguments]
    joined = Fix("use", {"text": "&"}, one.span, " & ".join(parts))
    value = typer.convert.wrap(text, "VALUE")
    has_number = any(node.kind.is_number for node in nodes)
    is_literal = isinstance(text, Const)
    fixes = (value, joined) if has_number and not is_literal else (joined, value)
    return typer.problem("text.plus", one.span, {"text": written}, *fixes)


def _negation(typer: Typer, function: Function, one: Apply, scope: Scope) -> Node | None:
    node = typer.node(one.arguments[0], scope)
    node = typer.convert.to_number(node) if node is not None else None
    if isinstance(node, Const) and isinstance(node.value, (int, Decimal)):
        return number_const(-Decimal(node.value), one.span)
    return typer.call(function, (node,), one.span) if node is not None else None


def _power(typer: Typer, function: Function, one: Apply, scope: Scope) -> Node | None:
    base = one.arguments[0]
    if isinstance(base, Apply) and base.function == "neg" and base.span[0] == one.span[0]:
        inner = typer.source[base.arguments[0].span[0] : one.span[1]]
        typer.warn("power.negated", one.span, Fix("use", {"text": f"-({inner})"}, one.span, f"-({inner})"))
    return plain(typer, function, one, scope)


_OPERATOR_RULES: dict[str, Callable[[Typer, Function, Apply, Scope], Node | None]] = {
    "eq": _comparison, "ne": _comparison, "lt": _comparison, "le": _comparison, "gt": _comparison,
    "ge": _comparison,
    "add": _plus_minus, "sub": _plus_minus, "neg": _negation, "pow": _power,
}  # fmt: skip
