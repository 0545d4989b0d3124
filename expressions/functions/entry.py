"""What one function or operator is: its names, parameters, type rule, Python meaning and help.

In: nothing. Out: `Function`, `Parameter`, `Example`. One entry is the whole truth about a function
for the parser (names), the checker (`parameters`, `result`), the compiler (`python`, `blanks`), the
SQL translation (`name`), completion and the reference pages (`docs`, `examples`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from expressions.kinds import Kind
from expressions.nodes import Const, Node

Family = Literal["operator", "logic", "text", "number", "aggregate", "date", "scoring", "people", "internal"]

# What a parameter takes. "date" also takes a datetime (the checker puts TODATE around it);
# "moment" takes either as it is; "unit" is a constant unit of time; "scalar" anything but a list;
# "numbers" a list of numbers; "same" every such argument is brought to one common kind;
# "shown" anything that `&` can write.
Accepts = Literal[
    "number", "text", "bool", "date", "moment", "scalar", "any", "list", "numbers", "unit", "same", "shown"
]

# How the checker reads the arguments; "plain" goes by `parameters` alone.
Shape = Literal[
    "plain",
    "if",
    "ifs",
    "switch",
    "aggregate",
    "member",
    "between",
    "fields",
    "contains",
    "difference",
    "emptiness",
    "format",
]

# "pass": a blank argument makes the result blank and `python` is not called; "own": it sees blanks.
Blanks = Literal["pass", "own"]

ResultRule = Callable[[Sequence[Node]], Kind]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter, with its name in the reader's words."""

    name: str
    zh: str
    accepts: Accepts
    is_optional: bool = False
    is_repeated: bool = False
    default: str = ""  # shown in the signature: `places = 0`


@dataclass(frozen=True, slots=True)
class Example:
    """`source` gives `result` (a literal of the language, or an error's code); run as a test."""

    source: str
    result: str


@dataclass(frozen=True, slots=True)
class Function:
    """An operator (lower-case name) or a function (upper-case name)."""

    name: str
    zh: str
    family: Family
    parameters: tuple[Parameter, ...]
    result: ResultRule
    docs_zh: str
    docs_en: str
    examples: tuple[Example, ...] = ()
    aliases: tuple[str, ...] = ()
    python: Callable[..., Any] | None = None  # None: the compiler writes it inline (lazy or an operator)
    shape: Shape = "plain"
    blanks: Blanks = "pass"
    takes_env: bool = False  # `python` gets the Env first
    is_volatile: bool = False  # differs from one moment to the next: TODAY, NOW
    may_fail: bool = False  # may raise Failure although every argument is well
    may_be_blank: bool = False  # may answer blank although no argument is
    is_internal: bool = False  # put in by the checker, never written or printed

    @property
    def least(self) -> int:
        return sum(1 for one in self.parameters if not one.is_optional)

    @property
    def most(self) -> int | None:
        return None if any(one.is_repeated for one in self.parameters) else len(self.parameters)

    def parameter(self, position: int) -> Parameter:
        return self.parameters[min(position, len(self.parameters) - 1)]

    def signature(self, language: str) -> str:
        """`ROUND(数字, 位数 = 0)` in the reader's words."""
        is_chinese = language.startswith("zh")
        shown = []
        for one in self.parameters:
            words = (one.zh if is_chinese else one.name) + (f" = {one.default}" if one.default else "")
            words += "…" if one.is_repeated else ""
            shown.append(f"[{words}]" if one.is_optional and not one.default else words)
        return f"{self.zh if is_chinese and self.zh else self.name}({', '.join(shown)})"


def always(kind: Kind) -> ResultRule:
    return lambda _arguments: kind


def like(position: int) -> ResultRule:
    return lambda arguments: arguments[position].kind


def constant_int(arguments: Sequence[Node], position: int, default: int) -> int | None:
    """The whole number written at `position`; `default` when left out, None when not a constant."""
    if position >= len(arguments):
        return default
    node = arguments[position]
    return int(node.value) if isinstance(node, Const) and node.value is not None else None  # type: ignore[call-overload]
