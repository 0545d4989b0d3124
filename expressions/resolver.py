"""Names into nodes: fields of the row at hand, of its parent, behind links, of single-record forms.

In: a `Name` as written and the `Scope` it stands in. Out: a typed node, or None and a problem with what
may have been meant. Called by the typer.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from expressions.errors import ExpressionProblem, Fix
from expressions.functions import NAMES, find_function
from expressions.kinds import Kind
from expressions.names import PARENT_WORDS, WorldNames, field_words
from expressions.nodes import Field, Follow, Name, Node, Parent, Setting, Span
from expressions.suggestions import Suggestions, fold
from expressions.world import FieldInfo, FormInfo

Report = Callable[[ExpressionProblem], None]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of `form`, the subform in field `field` of the form `level` steps up the chain."""

    field: str
    form: FormInfo
    level: int


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a name stands: `chain[0]` is the form written in, `chain[1]` its PARENT, and so on.

    `line` is set inside an aggregate over a subform; `is_measure` outside the aggregates of a measure."""

    chain: tuple[FormInfo, ...]
    line: Line | None = None
    is_measure: bool = False


def subform_id(one: FieldInfo) -> str | None:
    """The form of a subform field's lines; None for other fields."""
    item = one.kind.item if one.kind.is_list else None
    return item.form if item is not None and item.name == "record" and not one.is_link else None


class Resolver:
    """Resolves names of one world."""

    def __init__(self, names: WorldNames, report: Report, suggestions: Suggestions) -> None:
        self.names = names
        self.report = report
        self.nearest = suggestions.nearest

    # --- public -------------------------------------------------------------------------------

    def resolve(self, name: Name, scope: Scope) -> Node | None:
        level, position = self._climb(name, scope)
        if level is None:
            return None
        form = scope.chain[level]
        found = self._field(form, name, position)
        if found is None:
            return self._other(name, position, scope, form)
        target = self._subform(found)
        if target is not None:
            return self._line_field(name, position, scope, level, found, target)
        here = Field(form.id, found.id, found.kind, self._span(name, position))
        node = self._follow(name, position + 1, found, here)
        return self._from(scope, level, node, name) if node is not None else None

    def subform_of(self, name: Name, scope: Scope) -> Line | None:
        """The subform that a name goes through, seen from the form written in."""
        level, position = self._climb(name, scope, is_quiet=True)
        if level is None or position >= len(name.parts):
            return None
        found = self.names.fields(scope.chain[level]).find(name.parts[position])
        target = self._subform(found[0]) if len(found) == 1 else None
        return Line(found[0].id, target, level) if target is not None else None

    # --- steps --------------------------------------------------------------------------------

    def _climb(self, name: Name, scope: Scope, *, is_quiet: bool = False) -> tuple[int | None, int]:
        """PARENT, PARENT.PARENT …: how far up, and the position of the first part after it."""
        level, position = 0, 0
        while position < len(name.parts) and name.parts[position].upper() in PARENT_WORDS:
            if self.names.fields(scope.chain[level]).find(name.parts[position]):
                break  # a field of that name
            if level + 1 < len(scope.chain):
                level += 1
            elif scope.line is None:
                if not is_quiet:
                    self._problem("parent.none", name.part_spans[position])
                return None, position
            position += 1
        if position >= len(name.parts):
            if not is_quiet:
                self._problem("parent.alone", name.span)
            return None, position
        return level, position

    def _field(self, form: FormInfo, name: Name, position: int) -> FieldInfo | None:
        found = self.names.fields(form).find(name.parts[position])
        if len(found) > 1:
            span = name.part_spans[position]
            keys = ", ".join(one.key for one in found)
            fixes = tuple(Fix("use", {"text": one.key}, span, brace(one.key)) for one in found[:3])
            self._problem("name.ambiguous", span, {"name": name.parts[position], "keys": keys}, fixes)
        return found[0] if found else None

    def _subform(self, found: FieldInfo) -> FormInfo | None:
        target = subform_id(found)
        return self.names.world.forms.get(target) if target is not None else None

    def _line_field(
        self, name: Name, position: int, scope: Scope, level: int, found: FieldInfo, target: FormInfo
    ) -> Node | None:
        line = scope.line
        if line is None or line.field != found.id or line.level != level:
            return self._list_outside(name, position, found)
        if position + 1 >= len(name.parts):
            self._problem("lines.no_column", name.span, {"name": field_words(found)})
            return None
        column = self._field(target, name, position + 1)
        if column is None:
            return self._unknown_field(name, position + 1, target)
        node = Field(target.id, column.id, column.kind, name.span)
        return self._follow(name, position + 2, column, node)

    def _list_outside(self, name: Name, position: int, found: FieldInfo) -> Node | None:
        text = ".".join(brace(part) for part in name.parts)
        fixes: tuple[Fix, ...]
        if position + 1 < len(name.parts):
            fixes = tuple(
                Fix("wrap", {"text": f"{f}()"}, name.span, f"{f}({text})") for f in ("SUM", "MAX", "MIN")
            )
        else:
            fixes = (Fix("wrap", {"text": "COUNT()"}, name.span, f"COUNT({text})"),)
        return self._problem("lines.outside", name.span, {"name": field_words(found)}, fixes)

    def _follow(self, name: Name, position: int, at: FieldInfo, node: Node) -> Node | None:
        """The rest of a dotted path, along to-one links."""
        for index in range(position, len(name.parts)):
            span = name.part_spans[index]
            target = self.names.world.forms.get(at.kind.form or "") if at.is_link else None
            if target is None or not isinstance(node, (Field, Follow)):
                self._problem(
                    "dot.not_link",
                    (name.span[0], span[1]),
                    {"name": field_words(at)},
                    self._dot_fixes(name),
                )
                return None
            found = self._field(target, name, index)
            if found is None:
                return self._unknown_field(name, index, target)
            if self._subform(found) is not None:
                self._problem("follow.subform", span, {"name": field_words(found)})
                return None
            body = Field(target.id, found.id, found.kind, span)
            node = Follow(node, target.id, body, found.kind, (name.span[0], span[1]))
            at = found
        return node

    def _from(self, scope: Scope, level: int, node: Node, name: Name) -> Node | None:
        """A node of the form `level` steps up, as seen from the row at hand."""
        steps = level
        if scope.line is not None:
            steps = 1 + level - scope.line.level
            if steps < 1:
                self._problem("lines.own_inside_parent", name.span)
                return None
        elif scope.is_measure and level == 0:
            text = ".".join(brace(part) for part in name.parts)
            fixes = tuple(
                Fix("wrap", {"text": f"{f}()"}, name.span, f"{f}({text})") for f in ("SUM", "MAX", "MIN")
            )
            self._problem("measure.field_outside", name.span, {}, fixes)
            return None
        for _ in range(steps):
            node = Parent(node, node.kind, node.span)
        return node

    # --- other first parts ----------------------------------------------------------------------

    def _other(self, name: Name, position: int, scope: Scope, form: FormInfo) -> Node | None:
        part = name.parts[position]
        single = self.names.single(part) if position == 0 else None
        if single is not None:
            return self._setting(name, single)
        if self._report_split(name, position, form):
            return None
        other = self.names.others.get(fold(part))
        if other is not None and other.parent is None and position == 0 and len(name.parts) > 1:
            self._problem("form.not_reachable", name.span, {"name": field_words(other)})
            return None
        return self._unknown_first(name, position, scope, form)

    def _setting(self, name: Name, form: FormInfo) -> Node | None:
        if len(name.parts) == 1:
            fields = ", ".join(brace(one.key) for one in form.fields[:3])
            self._problem("setting.no_field", name.span, {"name": field_words(form), "fields": fields})
            return None
        found = self._field(form, name, 1)
        if found is None:
            return self._unknown_field(name, 1, form)
        target = self._subform(found)
        if target is None:
            if len(name.parts) > 2:
                self._problem("dot.not_link", name.span, {"name": field_words(found)})
                return None
            return Setting(form.id, found.id, None, found.kind, name.span)
        if len(name.parts) == 2:
            return Setting(form.id, found.id, None, found.kind, name.span)
        column = self._field(target, name, 2)
        if column is None:
            return self._unknown_field(name, 2, target)
        return Setting(form.id, found.id, column.id, Kind("list", item=column.kind), name.span)

    # --- problems with suggestions ----------------------------------------------------------------

    def _report_split(self, name: Name, position: int, form: FormInfo) -> bool:
        """`{客户.名称}` where `{客户}.{名称}` was meant."""
        part = name.parts[position]
        pieces = [piece.strip() for piece in part.replace("·", ".").replace("．", ".").split(".")]
        if len(pieces) < 2 or not all(pieces):
            return False
        if not self.names.fields(form).find(pieces[0]) and self.names.single(pieces[0]) is None:
            return False
        right = ".".join(brace(piece) for piece in pieces)
        span = name.part_spans[position]
        self._problem("name.dot_inside", span, {"name": part}, (Fix("use", {"text": right}, span, right),))
        return True

    def _unknown_first(self, name: Name, position: int, scope: Scope, form: FormInfo) -> Node | None:
        part, span = name.parts[position], name.part_spans[position]
        function = find_function(part) if len(name.parts) == 1 else None
        if function is not None:
            shown = f"{function.name}()"
            return self._problem(
                "name.is_function", span, {"name": part}, (Fix("use", {"text": shown}, span, shown),)
            )
        fixes = [
            *self._elsewhere(part, span, scope, form, position),
            *self._near(part, span, form, name),
        ]
        params = {"name": part, "form": field_words(form)}
        return self._problem(
            "name.unknown" if not part.startswith("#") else "name.gone", span, params, tuple(fixes[:4])
        )

    def _unknown_field(self, name: Name, position: int, form: FormInfo) -> Node | None:
        part, span = name.parts[position], name.part_spans[position]
        near = self.nearest(part, self.names.fields(form).written())
        fixes = tuple(Fix("use", {"text": one}, span, brace(one)) for one in near)
        code = "name.gone" if part.startswith("#") else "name.unknown"
        return self._problem(code, span, {"name": part, "form": field_words(form)}, fixes)

    def _elsewhere(self, part: str, span: Span, scope: Scope, form: FormInfo, position: int) -> Iterable[Fix]:
        """The same name as a column of a subform, or a field of the parent."""
        if position:
            return
        for one in form.fields:
            target = self._subform(one)
            if target is not None and self.names.fields(target).find(part):
                text = f"{brace(one.key)}.{brace(part)}"
                yield Fix("use", {"text": text}, span, text)
        if len(scope.chain) > 1 and self.names.fields(scope.chain[1]).find(part):
            text = f"PARENT.{brace(part)}"
            yield Fix("use", {"text": text}, span, text)

    def _near(self, part: str, span: Span, form: FormInfo, name: Name) -> Iterable[Fix]:
        singles = [
            one
            for single in self.names.singles.values()
            for one in (single.key, *dict(single.labels).values())
        ]
        functions = list(NAMES) if len(name.parts) == 1 and not part.startswith("#") else []
        near = self.nearest(part, [*self.names.fields(form).written(), *singles])
        for one in near:
            yield Fix("use", {"text": one}, span, brace(one))
        for one in self.nearest(part, functions) if not near else ():
            yield Fix("use", {"text": f"{one}()"}, span, f"{one}()")

    def _dot_fixes(self, name: Name) -> tuple[Fix, ...]:
        """`日期.YEAR`, `created_at.年`: the function meant."""
        function = find_function(name.parts[-1])
        if function is None or len(function.parameters) < 1:
            return ()
        inner = ".".join(brace(part) for part in name.parts[:-1])
        text = f"{function.name}({inner})"
        return (Fix("use", {"text": text}, name.span, text),)

    def _span(self, name: Name, position: int) -> Span:
        return (name.span[0], name.part_spans[position][1])

    def _problem(
        self, code: str, span: Span, params: dict[str, object] | None = None, fixes: tuple[Fix, ...] = ()
    ) -> Node | None:
        """Reports; answers None, so that a rule can return it."""
        self.report(ExpressionProblem(code, span, params or {}, fixes))
        return None


def brace(name: str) -> str:
    """A name as it must be written: in braces unless it is one plain word."""
    plain = name.replace("_", "a")
    is_word = plain.isalnum() and not name[:1].isdigit() and fold(name).upper() not in _RESERVED
    is_word = is_word and unicodedata.normalize("NFKC", name) == name
    return name if is_word else "{" + name + "}"


_RESERVED = frozenset(
    [
        "AND",
        "OR",
        "NOT",
        "IN",
        "TRUE",
        "FALSE",
        "BLANK",
        "NULL",
        "PARENT",
        "DISTINCT",
        "真",
        "假",
        "空",
        "空值",
        "或",
        "且",
        "非",
        "或者",
        "并且",
        "並且",
        "属于",
        "屬於",
        "不",
        "去重",
        "不重复",
        "等于",
        "等於",
        "不等于",
        "不等於",
        "大于",
        "大於",
        "小于",
        "小於",
        "大于等于",
        "小于等于",
        "不小于",
        "不大于",
        "主记录",
        "主記錄",
    ]
)
