"""The checker: text against a world and a form → a typed node, or every problem at once.

In: an expression's text (names or ids), the world, where it stands and what it should give. Out:
`Checked`. Called by everything that stores, shows or runs an expression. Results are kept per world.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from expressions.conversions import Conversions, items_of
from expressions.errors import MAX_PROBLEMS, ExpressionProblem, Words
from expressions.functions import REGISTRY
from expressions.functions.logic import branches_of_ifs, branches_of_switch
from expressions.kinds import BOOL, Kind
from expressions.names import WorldNames, index_of
from expressions.nodes import Aggregate, Call, Const, Items, Node, Syntax
from expressions.parser import MAX_STORED, read
from expressions.printer import canonical_text
from expressions.references import References, children, references_of
from expressions.resolver import Scope
from expressions.typer import Typer
from expressions.world import World

Role = Literal["formula", "condition", "measure", "default"]

MOST_KEPT = 4096  # checked expressions per world


@dataclass(frozen=True, slots=True)
class Checked:
    """What an expression means. With problems there is no node and no canonical text."""

    text: str
    node: Node | None
    kind: Kind | None
    problems: tuple[ExpressionProblem, ...]
    warnings: tuple[ExpressionProblem, ...]
    references: References
    canonical: str

    @property
    def is_right(self) -> bool:
        return not self.problems


def check(
    text: str,
    world: World,
    form_id: str,
    *,
    expect: Kind | None = None,
    role: Role = "formula",
    parent_form: str | None = None,
) -> Checked:
    """What `text` means in form `form_id`.

    A roll-up's measure and condition stand in the *source* form; `parent_form` is then the host that
    `PARENT.x` reads. `expect` is what the place takes: the result is brought to it or is a problem."""
    names = index_of(world)
    key = (text, form_id, expect, role, parent_form)
    found = names.checked.get(key)
    if isinstance(found, Checked):
        return found
    found = _check(text, names, form_id, expect=expect, role=role, parent_form=parent_form)
    names.checked[key] = found
    while len(names.checked) > MOST_KEPT:
        names.checked.popitem(last=False)  # one step, safe beside other threads
    return found


def _check(
    text: str, names: WorldNames, form_id: str, *, expect: Kind | None, role: Role, parent_form: str | None
) -> Checked:
    seen = read(text)
    typer = Typer(text, names)
    node: Node | None = None
    if seen.syntax is not None:
        scope = _scope(names.world, form_id, role, parent_form)
        node = typer.node(seen.syntax, scope)
        node = (
            _fit(typer.convert, node, BOOL if role == "condition" else expect) if node is not None else None
        )
        if role == "measure" and node is not None and not _has_rows(node):
            typer.problem("measure.no_aggregate", seen.syntax.span)
        _remark(typer, seen.syntax, node)
    problems = _sorted((*seen.problems, *typer.problems))
    canonical = canonical_text(node) if node is not None and not problems else ""
    if len(canonical) > MAX_STORED:  # could not be read again
        params = {"length": len(canonical), "most": MAX_STORED}
        problems = (ExpressionProblem("source.too_long", (0, len(text)), params),)
    kind = node.kind if node is not None else None
    if node is None or problems:
        return Checked(text, None, kind, problems, tuple(typer.warnings), References(), "")
    return Checked(text, node, kind, (), tuple(typer.warnings), references_of(node, names.world), canonical)


def _scope(world: World, form_id: str, role: Role, parent_form: str | None) -> Scope:
    form = world.get(form_id)
    parent = parent_form or form.parent
    chain = (form, world.get(parent)) if parent is not None else (form,)
    return Scope(chain, is_measure=role == "measure")


def _has_rows(node: Node) -> bool:
    return (isinstance(node, Aggregate) and node.over == "rows") or any(map(_has_rows, children(node)))


def _sorted(problems: tuple[ExpressionProblem, ...]) -> tuple[ExpressionProblem, ...]:
    return tuple(sorted(problems, key=lambda one: one.span)[:MAX_PROBLEMS])


def _remark(typer: Typer, syntax: Syntax, node: Node | None) -> None:
    if node is not None and node.kind.name == "null":
        typer.warn("result.always_blank", syntax.span)


# --- the kind that the place takes -----------------------------------------------------------------


def _fit(convert: Conversions, node: Node, expect: Kind | None) -> Node | None:
    """The whole expression as the kind that its place takes."""
    if expect is None or node.kind.name == "null":
        return node
    if expect.is_list:
        return _fit_list(convert, node, expect)
    if expect.name == "choice":
        return _fit_choice(convert, node, expect)
    if expect.name in ("number", "text", "bool", "date"):
        return convert.to(expect.name, node)
    if node.kind.name != expect.name or (expect.form and node.kind.form and expect.form != node.kind.form):
        return convert.needed(expect.name, node, ())
    return node


def _fit_choice(convert: Conversions, node: Node, expect: Kind) -> Node | None:
    """Texts at the ends of IF, IFS, SWITCH, COALESCE name options of the field."""
    if node.kind.name == "choice" and isinstance(node, Const):
        return convert.option(node, expect)
    if node.kind.name == "choice":
        known = {one.id for one in expect.choices}
        if node.kind.choices and not {one.id for one in node.kind.choices} <= known:
            convert.problem("choice.other", node.span, {}, ())
            return None
        return node
    if isinstance(node, Call) and node.function == "LABEL":  # put in before it was known what is wanted
        return _fit_choice(convert, node.arguments[0], expect)
    if isinstance(node, Call) and node.function in _BRANCHING:
        return _refit_branches(convert, node, expect)
    if node.kind.name != "text":
        return convert.needed("choice", node, ())
    fitted = convert.option(node, expect)
    return fitted if fitted is None or fitted.kind.name == "choice" else convert.needed("choice", node, ())


_BRANCHING = ("IF", "IFS", "SWITCH", "COALESCE", "IFERROR")


def _refit_branches(convert: Conversions, node: Call, expect: Kind) -> Node | None:
    branches = {
        "IF": node.arguments[1:], "IFS": branches_of_ifs(node.arguments),
        "SWITCH": branches_of_switch(node.arguments),
    }.get(node.function, node.arguments)  # fmt: skip
    fitted = {
        id(one): one if one.kind.name == "null" else _fit_choice(convert, one, expect) for one in branches
    }
    if None in fitted.values():
        return None
    arguments = tuple(fitted.get(id(one)) or one for one in node.arguments)
    return replace(node, arguments=arguments, kind=REGISTRY[node.function].result(arguments))


def _fit_list(convert: Conversions, node: Node, expect: Kind) -> Node | None:
    """A list field's default: a list, or one value that stands for a list of one."""
    if not node.kind.is_list:
        node = items_of((node,), node.span)
    if expect.item is not None and isinstance(node, Items):
        found = [_fit(convert, item, expect.item) for item in node.items]
        return None if None in found else items_of(tuple(found), node.span)  # type: ignore[arg-type]
    if node.kind.item and expect.item and node.kind.item.name not in (expect.item.name, "null"):
        convert.problem("kind.needed_list", node.span, {"wanted": Words.of(expect.item.name)}, ())
        return None
    return node
