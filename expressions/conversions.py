"""Bringing a typed node to the kind that its place wants, or saying why not and what to do.

In: nodes and what a parameter accepts. Out: nodes with LABEL, TODATE, ASTEXT put around where the
language converts by itself (choice → text, instant → date, anything → text in `&`), or None and a
problem with fix-its. Called by the typer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from expressions import bounds
from expressions.errors import ExpressionProblem, Fix, Words
from expressions.functions import formats
from expressions.kinds import DATE, TEXT, Kind, list_of
from expressions.names import find_option
from expressions.nodes import Call, Const, Items, Lines, Node, Parent, Span
from expressions.resolver import Report
from expressions.suggestions import Suggestions

ORDERED = ("number", "text", "date", "datetime")
_DATE_TEXT = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?\Z", re.ASCII)
_YES_WORDS = {
    "是": "TRUE",
    "否": "FALSE",
    "true": "TRUE",
    "false": "FALSE",
    "yes": "TRUE",
    "no": "FALSE",
    "1": "TRUE",
    "0": "FALSE",
}


class Conversions:
    """Conversions over one source text (its pieces go into the fix-its)."""

    def __init__(self, source: str, report: Report, suggestions: Suggestions) -> None:
        self.source = source
        self.report = report
        self.nearest = suggestions.nearest
        self._by_name: dict[str, Callable[[Node], Node | None]] = {
            "number": self.to_number, "text": self.to_text, "bool": self.to_bool, "date": self.to_date,
            "moment": self.to_moment, "shown": self.to_shown, "scalar": self.to_scalar,
            "any": lambda node: node,
            "same": self.to_scalar, "list": lambda node: node, "numbers": lambda node: node,
            "unit": self.to_text,
        }  # fmt: skip

    def to(self, accepts: str, node: Node) -> Node | None:
        return self._by_name[accepts](node)

    # --- one kind -----------------------------------------------------------------------------

    def to_number(self, node: Node) -> Node | None:
        name = node.kind.name
        if name in ("number", "null"):
            return node
        text = self.piece(node.span)
        fixes: tuple[Fix, ...] = ()
        if name == "text":
            fixes = (self.wrap(node, "VALUE"),)
            if isinstance(node, Const) and formats.as_decimal(str(node.value)) is not None:
                plain = str(formats.as_decimal(str(node.value)).normalize())  # type: ignore[union-attr]
                fixes = (Fix("use", {"text": plain}, node.span, plain), *fixes)
        elif name == "bool":
            fixes = (Fix("use", {"text": "IF(…, 1, 0)"}, node.span, f"IF({text}, 1, 0)"),)
        elif name == "list":
            fixes = (self.wrap(node, "SUM" if node.kind.item and node.kind.item.is_number else "COUNT"),)
        elif name in ("date", "datetime"):
            fixes = (
                Fix("use", {"text": "DAYS(TODAY(), …)"}, node.span, f"DAYS(TODAY(), {text})"),
                self.wrap(node, "YEAR"),
            )
        return self.needed("number", node, fixes)

    def to_text(self, node: Node) -> Node | None:
        name = node.kind.name
        if name in ("text", "null"):
            return node
        if name == "choice":
            return Call("LABEL", (node,), TEXT, node.span)
        fixes = (self.wrap(node, "TEXT"),) if name in ("number", "bool", "date", "datetime") else ()
        return self.needed("text", node, fixes)

    def to_shown(self, node: Node) -> Node | None:
        if node.kind.name in ("number", "bool", "date", "datetime"):
            return Call("ASTEXT", (node,), TEXT, node.span)
        return self.to_text(node)

    def to_bool(self, node: Node) -> Node | None:
        name = node.kind.name
        if name in ("bool", "null"):
            return node
        text = self.piece(node.span)
        fixes = [Fix("use", {"text": f"ISNOTEMPTY({text})"}, node.span, f"ISNOTEMPTY({text})")]
        if name == "number":
            grouped = text if re.fullmatch(r"[\w.{}#]+|\w+\([^()]*\)", text) else f"({text})"
            fixes.insert(0, Fix("use", {"text": f"{grouped} > 0"}, node.span, f"{grouped} > 0"))
        if isinstance(node, Const) and str(node.value).lower() in _YES_WORDS:
            right = _YES_WORDS[str(node.value).lower()]
            fixes.insert(0, Fix("use", {"text": right}, node.span, right))
        return self.needed("bool", node, tuple(fixes))

    def to_date(self, node: Node) -> Node | None:
        if node.kind.name == "datetime":
            return Call("TODATE", (node,), DATE, node.span)
        return self.to_moment(node)

    def to_moment(self, node: Node) -> Node | None:
        name = node.kind.name
        if name in ("date", "datetime", "null"):
            return node
        fixes: tuple[Fix, ...] = ()
        if name == "text":
            fixes = (self.wrap(node, "DATEVALUE"),)
            literal = _date_literal(node)
            if literal:
                fixes = (Fix("use", {"text": literal}, node.span, literal), *fixes)
        return self.needed("date", node, fixes)

    def to_scalar(self, node: Node) -> Node | None:
        if not node.kind.is_list:
            return node
        item = node.kind.item
        names = ("SUM", "MAX", "MIN") if item is not None and item.is_number else ("COUNT",)
        self.problem("list.unexpected", node.span, {}, tuple(self.wrap(node, name) for name in names))
        return None

    # --- several nodes of one kind ----------------------------------------------------------------

    def unify(self, nodes: Sequence[Node], *, is_comparison: bool) -> tuple[Node, ...] | None:
        """The nodes brought to one kind: numbers stay numbers, a text beside a choice means an option
        when things are compared and stays text when one of them is the result."""
        names = {node.kind.name for node in nodes if node.kind.name != "null"}
        if len(names) <= 1 and names != {"choice"} and names != {"record"} and names != {"list"}:
            return tuple(nodes)
        if names <= {"choice", "text"}:
            return self._unify_choices(nodes, is_comparison=is_comparison)
        if names == {"date", "datetime"}:
            return tuple(self.to_date(node) or node for node in nodes)
        if names == {"record"}:
            return self._unify_records(nodes)
        if names == {"list"}:
            return self._unify_lists(nodes)
        return self._unlike(nodes)

    def _unify_choices(self, nodes: Sequence[Node], *, is_comparison: bool) -> tuple[Node, ...] | None:
        choices = [node for node in nodes if node.kind.name == "choice"]
        telling = [node for node in choices if not isinstance(node, Const)] or choices
        kinds = list(dict.fromkeys(node.kind for node in telling))
        texts = [node for node in nodes if node.kind.name == "text"]
        literals = [node for node in texts if isinstance(node, Const)]
        if len(kinds) == 1 and len(texts) == len(literals) and (is_comparison or not texts):
            found = [self.option(node, kinds[0]) for node in nodes]
            return None if None in found else tuple(found)  # type: ignore[arg-type]
        return tuple(self.to_text(node) or node for node in nodes)

    def option(self, node: Node, kind: Kind) -> Node | None:
        """A constant as an option of `kind`: a text names it by key or label."""
        if not isinstance(node, Const) or node.value is None:
            return node
        if node.kind.name == "choice":
            if any(one.id == node.value for one in kind.choices):
                return replace(node, kind=kind)
            self.problem("option.gone", node.span, {"name": self.piece(node.span)}, ())
            return None
        found = find_option(kind, str(node.value))
        if found is not None:
            return Const(found.id, kind, node.span)
        names = [name for one in kind.choices for name in (*(label for _, label in one.labels), one.key)]
        near = self.nearest(str(node.value), names)
        fixes = tuple(
            Fix("use", {"text": one}, node.span, '"' + one.replace('"', '""') + '"') for one in near
        )
        labels = [Words(one.labels or (("en", one.key),)) for one in kind.choices[:6]]
        listed = Words(tuple((tag, "、".join(one.text(tag) for one in labels) if tag != "en"
                              else ", ".join(one.text(tag) for one in labels)) for tag in ("zh-CN", "zh-TW",
                              "en")))  # fmt: skip
        self.problem("option.unknown", node.span, {"name": str(node.value), "options": listed}, fixes)
        return None

    def _unify_records(self, nodes: Sequence[Node]) -> tuple[Node, ...] | None:
        forms = list(dict.fromkeys(node.kind.form for node in nodes if node.kind.form))
        if len(forms) > 1:
            return self._unlike(nodes)
        kind = Kind("record", form=forms[0] if forms else None)
        return tuple(replace(node, kind=kind) if isinstance(node,
        Const) and node.kind.name == "record" else node
                     for node in nodes)  # fmt: skip

    def _unify_lists(self, nodes: Sequence[Node]) -> tuple[Node, ...] | None:
        items = {node.kind.item for node in nodes}
        return tuple(nodes) if len({item.name for item in items if item}) <= 1 else self._unlike(nodes)

    def _unlike(self, nodes: Sequence[Node]) -> tuple[Node, ...] | None:
        """Values that do not go together: the second unlike one is marked, and the way out offered."""
        known = [node for node in nodes if node.kind.name != "null"]
        first = next((node for node in known if not isinstance(node, Const)), known[0])
        other = next((node for node in known if node.kind.name != first.kind.name), known[-1])
        params: dict[str, object] = {
            "left": Words.of(first.kind.name),
            "right": Words.of(other.kind.name),
        }
        self.problem("kinds.unlike", other.span, params, self._unlike_fixes(first, other))
        return None

    def _unlike_fixes(self, first: Node, other: Node) -> tuple[Fix, ...]:
        names = (first.kind.name, other.kind.name)
        if isinstance(other, Const) and names[1] == "text":
            written = str(other.value)
            number = formats.as_decimal(written)
            if names[0] == "number" and number is not None:
                plain = f"{number.normalize():f}"
                return (Fix("use", {"text": plain}, other.span, plain),)
            if names[0] == "bool" and written.lower() in _YES_WORDS:
                right = _YES_WORDS[written.lower()]
                return (Fix("use", {"text": right}, other.span, right),)
            literal = _date_literal(other)
            if names[0] in ("date", "datetime") and literal:
                return (Fix("use", {"text": literal}, other.span, literal),)
        if names == ("bool", "number") and isinstance(other, Const) and other.value in (0, 1):
            right = "TRUE" if other.value else "FALSE"
            return (Fix("use", {"text": right}, other.span, right),)
        if "number" in names and "text" in names:
            text, number_node = (first, other) if names[0] == "text" else (other, first)
            return (self.wrap(text, "VALUE"), self.wrap(number_node, "TEXT"))
        if names[0] in ("date", "datetime") and names[1] == "text":
            return (self.wrap(other, "DATEVALUE"),)
        if names == ("user", "text"):
            return (Fix("use", {"text": "CURRENTUSER()"}, other.span, "CURRENTUSER()"),)
        return ()

    # --- items of lists -----------------------------------------------------------------------------

    def each(self, node: Node, change: Callable[[Node], Node | None]) -> Node | None:
        """A list with `change` made to each item; a list that is read whole must fit as it is."""
        if isinstance(node, Items):
            items = [self.each(item, change) if item.kind.is_list else change(item) for item in node.items]
            return None if None in items else items_of(tuple(items), node.span)  # type: ignore[arg-type]
        if isinstance(node, Lines):
            body = change(node.body)
            return None if body is None else replace(node, body=body, kind=list_of(body.kind))
        if isinstance(node, Parent):
            inner = self.each(node.body, change)
            return None if inner is None else Parent(inner, inner.kind, node.span)
        item = node.kind.item
        if item is None:
            return node
        changed = change(Const(None, item, node.span))
        if changed is not None and isinstance(changed, Call):
            self.problem("list.not_convertible", node.span, {"got": Words.of(item.name)}, ())
            return None
        return None if changed is None else node

    # --- words --------------------------------------------------------------------------------------

    def needed(self, wanted: str, node: Node, fixes: tuple[Fix, ...]) -> Node | None:
        """Reports; answers None, so that a rule can return it."""
        params: dict[str, object] = {
            "wanted": Words.of(wanted),
            "got": Words.of(node.kind.name),
            "text": _short(self.piece(node.span)),
        }
        return self.problem("kind.needed", node.span, params, fixes)

    def wrap(self, node: Node, function: str) -> Fix:
        return Fix("wrap", {"text": f"{function}()"}, node.span, f"{function}({self.piece(node.span)})")

    def piece(self, span: Span) -> str:
        return self.source[span[0] : span[1]]

    def problem(
        self, code: str, span: Span, params: dict[str, object], fixes: tuple[Fix, ...]
    ) -> Node | None:
        self.report(ExpressionProblem(code, span, params, fixes))
        return None


def items_of(items: tuple[Node, ...], span: Span) -> Items:
    """A written-out list of nodes that have one kind already."""
    kinds = [one.kind.item if one.kind.is_list and one.kind.item else one.kind for one in items]
    known = [one for one in kinds if one.name != "null"]
    if known and all(one.is_number for one in known):
        return Items(items, list_of(bounds.union(known)), span)
    return Items(items, list_of(known[0] if known else Kind("null")), span)


def _date_literal(node: Node) -> str | None:
    found = _DATE_TEXT.match(str(node.value).strip()) if isinstance(node, Const) else None
    return f"#{found[1]}-{int(found[2]):02d}-{int(found[3]):02d}#" if found else None


def _short(text: str) -> str:
    return text if len(text) <= 24 else text[:23] + "…"
