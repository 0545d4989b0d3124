"""Lists: written out, columns of subforms, aggregates over lines and over the rows of a query.

In: the typer, arguments as written and their scope. Out: nodes. Inside one aggregate all `lines.*` mean
the same line: the argument becomes `Lines(subform, body)` with `body` typed on the line, where bare
names are fields of the record (`Parent`). Within such a body an aggregate of *one* argument over the
same subform goes over all lines again (a share: `SUM(lines.x / SUM(lines.x))`); with several arguments
it compares values of the line at hand (`MAX(lines.x, 0)`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from expressions.conversions import ORDERED, items_of
from expressions.errors import Fix, Words
from expressions.functions import Function, find_function
from expressions.kinds import BOOL, Kind, list_of
from expressions.nodes import (
    Aggregate,
    Apply,
    Const,
    Distinct,
    Field,
    Items,
    Lines,
    Listing,
    Name,
    Node,
    Parent,
    Setting,
    Span,
    Syntax,
)
from expressions.resolver import Line, Scope

if TYPE_CHECKING:
    from expressions.typer import Typer

_COUNTS = ("COUNT", "COUNTA")
_LISTS = ("list", "numbers")


class Lists:
    """Types what is a list, for one typer."""

    def __init__(self, typer: Typer) -> None:
        self.typer = typer

    # --- written out ------------------------------------------------------------------------------

    def written_out(self, one: Listing, scope: Scope) -> Node | None:
        loose = self.loose(one, scope)
        unified = self.typer.convert.unify(loose.items, is_comparison=False) if loose is not None else None
        return self.items(unified, one.span) if unified is not None else None

    def loose(self, one: Listing, scope: Scope) -> Items | None:
        """The items as they are, not yet of one kind."""
        found = self.typer.nodes(one.items, scope)
        scalars = [self.typer.convert.to_scalar(node) if node is not None else None for node in found]
        known = tuple(node for node in scalars if node is not None)
        return self.items(known, one.span) if len(known) == len(scalars) else None

    def items(self, nodes: tuple[Node, ...], span: Span) -> Items:
        return items_of(nodes, span)

    # --- arguments that are lists -----------------------------------------------------------------

    def argument(
        self,
        part: Syntax,
        scope: Scope,
        *,
        is_numbers: bool,
        is_single_wrapped: bool = True,
        is_lenient: bool = False,
    ) -> Node | None:
        """One argument that should be a list. A single value counts as a list of one where
        `is_single_wrapped`, is left as it is where `is_lenient`, and is a problem otherwise."""
        node = self.value(part, scope)
        if node is None or (is_lenient and not node.kind.is_list):
            return node
        if not node.kind.is_list:
            if not is_single_wrapped:
                text = self.typer.convert.piece(node.span)
                fix = Fix("use", {"text": f"[{text}]"}, node.span, f"[{text}]")
                return self.typer.problem("list.needed", node.span, {"got": Words.of(node.kind.name)}, fix)
            node = self.items((node,), node.span)
        return self.numbers(node) if is_numbers else node

    def each_argument(self, parts: tuple[Syntax, ...], scope: Scope) -> tuple[Node, ...] | None:
        """Arguments of any kind, lists and subforms among them."""
        found = [self.value(part, scope) for part in parts]
        return None if None in found else tuple(found)  # type: ignore[arg-type]

    def value(self, part: Syntax, scope: Scope, *, is_list: bool = False) -> Node | None:
        """A node for an argument that may go over the lines of a subform; with `is_list` it must, even
        inside an aggregate over the same subform."""
        line = self._line_of(part, scope, is_list=is_list)
        return self.typer.node(part, scope) if line is None else self._over_lines(part, scope, line)

    def numbers(self, node: Node) -> Node | None:
        """A list whose items are numbers; a whole subform stands for its only number column."""
        item = node.kind.item
        if item is not None and item.name == "record" and isinstance(node, (Setting, Lines)):
            return self._only_number_column(node, item)
        return self.typer.convert.each(node, self.typer.convert.to_number)

    def _only_number_column(self, node: Setting | Lines, item: Kind) -> Node | None:
        form = self.typer.names.world.forms.get(item.form or "")
        columns = [one for one in form.fields if one.kind.is_number and one.id != "id"] if form else []
        if form is None or len(columns) != 1:
            text = self.typer.convert.piece(node.span)
            fixes = tuple(
                Fix("use", {"text": one.key}, node.span, f"{text}.{one.key}") for one in columns[:3]
            )
            return self.typer.problem("lines.which_column", node.span, {"name": text}, *fixes)
        column = columns[0]
        if isinstance(node, Setting):
            return replace(node, column=column.id, kind=list_of(column.kind))
        return Lines(
            node.subform, Field(form.id, column.id, column.kind, node.span), list_of(column.kind), node.span
        )

    # --- lines of a subform -------------------------------------------------------------------------

    def _line_of(self, part: Syntax, scope: Scope, *, is_list: bool = False) -> Line | None:
        """The subform that an argument goes over; a second one is a problem."""
        found = list(dict.fromkeys(self._lines_in(part, scope, is_top=True)))
        if scope.line is not None and not is_list and not self._is_whole(part, scope):
            found = [one for one in found if (one.field, one.level) != (scope.line.field, scope.line.level)]
        if len(found) > 1:
            params: dict[str, object] = {"one": found[0].form.key, "other": found[1].form.key}
            self.typer.problem("lines.two_subforms", part.span, params)
        return found[0] if found else None

    def _lines_in(self, part: Syntax, scope: Scope, *, is_top: bool = False) -> Iterator[Line]:
        """The subforms whose columns stand in `part`; not those inside what is a list of its own."""
        if isinstance(part, Name):
            line = self.typer.resolver.subform_of(part, scope)
            if line is not None and (is_top or not self._is_whole(part, scope)):
                yield line
        elif isinstance(part, Distinct):
            yield from self._lines_in(part.body, scope)
        elif isinstance(part, Listing):
            for one in part.items:
                yield from self._lines_in(one, scope)
        elif isinstance(part, Apply) and not _is_aggregate(part):
            for position, one in enumerate(part.arguments):
                if not _takes_list(part, position):
                    yield from self._lines_in(one, scope)
        elif isinstance(part, Apply) and len(part.arguments) > 1:
            for one in part.arguments:
                yield from self._lines_in(one, scope)

    def _over_lines(self, part: Syntax, scope: Scope, line: Line) -> Node | None:
        if self._is_whole(part, scope):
            body: Node | None = Const(True, BOOL, part.span)
            kind = list_of(Kind("record", form=line.form.id))
        else:
            body = self.typer.node(part, replace(scope, line=line, is_measure=False))
            if body is None:
                return None
            if body.kind.is_list:
                return self.typer.problem("lines.nested_list", part.span)
            kind = list_of(body.kind)
        node: Node = Lines(line.field, body, kind, part.span)  # type: ignore[arg-type]
        for _ in range(self._steps(scope, line)):
            node = Parent(node, node.kind, node.span)
        return node

    def _is_whole(self, part: Syntax, scope: Scope) -> bool:
        """The subform itself, without a column."""
        if not isinstance(part, Name) or self.typer.resolver.subform_of(part, scope) is None:
            return False
        before = Name(part.parts[:-1], part.part_spans[:-1], part.span)
        return len(part.parts) == 1 or self.typer.resolver.subform_of(before, scope) is None

    def _steps(self, scope: Scope, line: Line) -> int:
        """How far up the record that has the lines is, seen from the row at hand."""
        return line.level if scope.line is None else 1 + line.level - scope.line.level

    # --- aggregates ---------------------------------------------------------------------------------

    def aggregate(self, function: Function, one: Apply, scope: Scope) -> Node | None:
        parts = tuple(part.body if isinstance(part, Distinct) else part for part in one.arguments)
        is_distinct = function.name == "COUNTDISTINCT" or len(parts) < sum(
            2 if isinstance(part, Distinct) else 1 for part in one.arguments
        )
        if is_distinct and function.name not in ("COUNT", "COUNTDISTINCT"):
            self.typer.problem("distinct.only_count", one.span, {"name": function.name})
        name = "COUNT" if function.name == "COUNTDISTINCT" else function.name
        if not parts:
            return self._count_rows(function, one, scope)
        if scope.is_measure and len(parts) == 1:
            return self._over_rows(
                function, name, parts[0], one, replace(scope, is_measure=False), is_distinct
            )
        argument = self._argument_of(parts, scope, is_mixed=name in _COUNTS and not is_distinct)
        argument = self._fitting(function, argument) if argument is not None else None
        if argument is None:
            return None
        steps = 0  # an aggregate over another record's lines is worked out there, once
        while isinstance(argument, Parent):
            argument, steps = argument.body, steps + 1
        node: Node = Aggregate(name, argument, "list", is_distinct, function.result((argument,)), one.span)
        for _ in range(steps):
            node = Parent(node, node.kind, node.span)
        return node

    def _argument_of(self, parts: tuple[Syntax, ...], scope: Scope, *, is_mixed: bool) -> Node | None:
        """The list an aggregate goes over; its items are of one kind unless `is_mixed`."""
        if len(parts) == 1 and scope.line is not None:
            record = replace(scope, line=None)
            line = self._line_of(parts[0], record)
            if line is not None and (line.field, line.level) == (scope.line.field, scope.line.level):
                node = self._over_lines(parts[0], record, line)
                return Parent(_inmost(node), _inmost(node).kind, node.span) if node is not None else None
        nodes = self.each_argument(parts, scope)
        if nodes is None:
            return None
        if len(nodes) == 1 and nodes[0].kind.is_list:
            return nodes[0]
        flat = [inner for node in nodes for inner in (node.items if isinstance(node, Items) else (node,))]
        unified = tuple(flat) if is_mixed else self._together(tuple(flat))
        return self.items(unified, (parts[0].span[0], parts[-1].span[1])) if unified is not None else None

    def _together(self, nodes: tuple[Node, ...]) -> tuple[Node, ...] | None:
        if any(node.kind.is_list for node in nodes):
            return nodes
        return self.typer.convert.unify(nodes, is_comparison=False)

    def _fitting(self, function: Function, argument: Node) -> Node | None:
        """The argument with items of a kind that the aggregate can take."""
        if function.name in ("SUM", "AVERAGE"):
            return self.numbers(argument)
        item = argument.kind.item
        if function.name in ("MIN", "MAX") and item is not None and item.name not in (*ORDERED, "null"):
            if item.name == "record":
                return self.numbers(argument)
            return self.typer.problem("aggregate.order", argument.span, {"kind": Words.of(item.name)})
        return argument

    def _count_rows(self, function: Function, one: Apply, scope: Scope) -> Node | None:
        if not scope.is_measure:
            return self.typer.problem("count.no_argument", one.span, {"name": function.name})
        return Aggregate("COUNT", None, "rows", False, function.result(()), one.span)

    def _over_rows(
        self, function: Function, name: str, part: Syntax, one: Apply, scope: Scope, is_distinct: bool
    ) -> Node | None:
        """A measure: `part` is worked out for each row of the query."""
        node = self.value(part, scope)
        if node is None:
            return None
        if node.kind.is_list and name not in ("COUNT", "COUNTA"):
            text = self.typer.convert.piece(one.span)
            fix = Fix("wrap", {"text": f"{name}()"}, one.span, f"{name}({text})")
            return self.typer.problem("measure.list", part.span, {"name": name}, fix)
        if name in ("SUM", "AVERAGE"):
            node = self.typer.convert.to_number(node)
        elif name in ("MIN", "MAX") and node.kind.name not in (*ORDERED, "null"):
            return self.typer.problem("aggregate.order", node.span, {"kind": Words.of(node.kind.name)})
        if node is None:
            return None
        return Aggregate(name, node, "rows", is_distinct, function.result((node,)), one.span)


def _is_aggregate(part: Apply) -> bool:
    function = find_function(part.function)
    return function is not None and function.shape == "aggregate"


def _inmost(node: Node) -> Node:
    while isinstance(node, Parent):
        node = node.body
    return node


def _takes_list(part: Apply, position: int) -> bool:
    if part.function == "in":
        return position == 1
    function = find_function(part.function)
    return (
        function is not None and bool(function.parameters) and function.parameter(position).accepts in _LISTS
    )
