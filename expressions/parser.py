"""Text into syntax: lark's LALR(1) automaton fed with our own tokens, reading on after mistakes.

In: source text of at most 5,000 characters. Out: `parse` (syntax or `ExpressionError`) and `read`, which
gives what could be read together with all problems. The checker and the tests call it. Only this
module knows lark.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from lark import Lark, Token, Transformer
from lark.exceptions import UnexpectedToken

from expressions.errors import MAX_PROBLEMS, ExpressionError, ExpressionProblem, Fix
from expressions.lexing import ENDS_OPERAND, MAX_DEPTH, Lexed, Lexeme, lex
from expressions.nodes import Apply, Distinct, Listing, Literal_, Missing, Name, OptionName, Span, Syntax

MAX_SOURCE = 5_000
MAX_STORED = 40_000  # text by ids is longer than what people wrote, and must be read again
MAX_NODES = 2_000
_NODES = ENDS_OPERAND - {"RPAR", "RSQB"} | {"FUNCTION"}  # tokens that make a node each


@dataclass(frozen=True, slots=True)
class Read:
    """What was read: `syntax` is None when nothing sensible is left."""

    syntax: Syntax | None
    problems: tuple[ExpressionProblem, ...]


def parse(text: str) -> Syntax:
    """The syntax of `text`; raises `ExpressionError` with all problems when it is not an expression."""
    found = read(text)
    if found.problems or found.syntax is None:
        raise ExpressionError(found.problems)
    return found.syntax


@lru_cache(maxsize=2048)
def read(text: str) -> Read:
    """What can be read of `text`, and everything that is wrong with it."""
    most = MAX_STORED if "{#" in text else MAX_SOURCE
    if len(text) > most:
        params = {"length": len(text), "most": most}
        return Read(None, (ExpressionProblem("source.too_long", (most, len(text)), params),))
    lexed = lex(text)
    if not lexed.tokens:
        problems = lexed.problems or [ExpressionProblem("source.empty", (0, len(text)))]
        return Read(None, tuple(problems[:MAX_PROBLEMS]))
    if sum(one.type in _NODES for one in lexed.tokens) > MAX_NODES:
        lexed.problems.append(ExpressionProblem("limit.nodes", (0, len(text)), {"most": MAX_NODES}))
        lexed.is_readable = False
    built = _Feed(text, lexed).run() if lexed.is_readable else None
    problems = sorted(lexed.problems, key=lambda one: one.span)[:MAX_PROBLEMS]
    return Read(built.syntax if built else None, tuple(problems))


# --- building syntax ----------------------------------------------------------------------------


class _Built:
    """Syntax on the parser's stack, with what the limits need."""

    __slots__ = ("depth", "problems", "size", "syntax")
    syntax: Syntax
    depth: int
    size: int
    problems: tuple[ExpressionProblem, ...]

    def __init__(
        self,
        syntax: Syntax,
        children: tuple[_Built, ...] = (),
        problems: tuple[ExpressionProblem, ...] = (),
    ) -> None:
        self.syntax = syntax
        self.depth = 1 + max((child.depth for child in children), default=0)
        self.size = 1 + sum(child.size for child in children)
        for child in children:
            if child.problems:
                problems = child.problems + problems
        self.problems = problems
        if self.depth > MAX_DEPTH:
            raise _LimitError("limit.depth", syntax.span, MAX_DEPTH)
        if self.size > MAX_NODES:
            raise _LimitError("limit.nodes", syntax.span, MAX_NODES)


class _LimitError(Exception):
    def __init__(self, code: str, span: Span, most: int) -> None:
        super().__init__(code)
        self.problem = ExpressionProblem(code, span, {"most": most})


def _apply(function: str, operands: tuple[_Built, ...], function_span: Span, span: Span) -> _Built:
    return _Built(Apply(function, tuple(one.syntax for one in operands), span, function_span), operands)


def _across(first: _Built, last: _Built) -> Span:
    return (first.syntax.span[0], last.syntax.span[1])


class _Builder(Transformer[Token, Any]):
    """One method for each rule; called by lark whenever a rule is complete."""

    def start(self, children: list[Any]) -> _Built:
        return children[0]  # type: ignore[no-any-return]

    def flat(self, children: list[Any]) -> _Built:
        operands = tuple(children[::2])
        sign = children[1].value
        return _apply(sign.value, operands, sign.span, _across(operands[0], operands[-1]))

    def plus(self, children: list[Any]) -> _Built:
        """`+` and `*` chains become one node: sums of a hundred terms are not a hundred deep."""
        left, sign, right = children
        before = left.syntax
        if isinstance(before, Apply) and before.function == sign.value.value:
            whole = Apply(
                before.function, (*before.arguments, right.syntax), _across(left, right), before.function_span
            )
            built = _Built(whole, (right,), left.problems)
            built.depth, built.size = max(left.depth, built.depth), left.size + right.size
            return built
        return self.binary(children)

    def binary(self, children: list[Any]) -> _Built:
        left, sign, right = children
        return _apply(sign.value.value, (left, right), sign.value.span, _across(left, right))

    def not_in(self, children: list[Any]) -> _Built:
        left, denial, sign, right = children
        inner = _apply("in", (left, right), sign.value.span, _across(left, right))
        return _apply("not", (inner,), denial.value.span, inner.syntax.span)

    def prefix(self, children: list[Any]) -> _Built:
        sign, operand = children
        name = "neg" if sign.value.value == "-" else "not"
        return _apply(name, (operand,), sign.value.span, (sign.value.span[0], operand.syntax.span[1]))

    def positive(self, children: list[Any]) -> _Built:
        return children[1]  # type: ignore[no-any-return]

    def comparison(self, children: list[Any]) -> _Built:
        operands, signs = tuple(children[::2]), [one.value for one in children[1::2]]
        pairs = tuple(
            _apply(sign.value, (operands[index], operands[index + 1]), sign.span,
                   _across(operands[index], operands[index + 1]))
            for index, sign in enumerate(signs)
        )  # fmt: skip
        if len(pairs) == 1:
            return pairs[0]
        whole = _across(operands[0], operands[-1])
        joined = _apply("and", pairs, signs[1].span, whole)
        joined.problems += (ExpressionProblem("compare.chained", whole, {}),)  # its fix needs the text
        return joined

    def literal(self, children: list[Any]) -> _Built:
        token = children[0].value
        return _Built(Literal_(token.value, (token.span[0], children[-1].value.span[1])))

    def option(self, children: list[Any]) -> _Built:
        return _Built(OptionName(children[0].value.value, children[0].value.span))

    def missing(self, children: list[Any]) -> _Built:
        return _Built(Missing(children[0].value.span))

    def name(self, children: list[Any]) -> _Built:
        parts = [one.value for one in children[::2]]
        span = (parts[0].span[0], parts[-1].span[1])
        return _Built(Name(tuple(one.value for one in parts), tuple(one.span for one in parts), span))

    def group(self, children: list[Any]) -> _Built:
        return children[1]  # type: ignore[no-any-return]

    def arguments(self, children: list[Any]) -> tuple[_Built, ...]:
        return tuple(children[::2])

    def distinct(self, children: list[Any]) -> _Built:
        word, body = children
        return _Built(Distinct(body.syntax, (word.value.span[0], body.syntax.span[1])), (body,))

    def call(self, children: list[Any]) -> _Built:
        name = children[0].value
        arguments = next((one for one in children if isinstance(one, tuple)), ())
        return _apply(name.value.upper(), arguments, name.span, (name.span[0], children[-1].value.span[1]))

    def listing(self, children: list[Any]) -> _Built:
        items = next((one for one in children if isinstance(one, tuple)), ())
        span = (children[0].value.span[0], children[-1].value.span[1])
        return _Built(Listing(tuple(one.syntax for one in items), span), items)


_LARK = Lark(
    Path(__file__).with_name("grammar.lark").read_text(encoding="utf-8"),
    parser="lalr",
    lexer="basic",
    transformer=_Builder(),
    maybe_placeholders=False,
    keep_all_tokens=True,
)


# --- feeding tokens, reading on after mistakes ---------------------------------------------------


class _Feed:
    """One run of the automaton over the tokens of one text."""

    def __init__(self, text: str, lexed: Lexed) -> None:
        self.text = text
        self.lexed = lexed
        self.automaton = _LARK.parse_interactive("")
        self.fed: list[Lexeme] = []

    def run(self) -> _Built | None:
        end = Lexeme("$END", None, (len(self.text), len(self.text)), "")
        try:
            for token in self.lexed.tokens:
                if self._feed(token) is _STOPPED:
                    return None
            result = self._feed(end)
        except _LimitError as limit:
            self.lexed.problems.append(limit.problem)
            return None
        if result is _STOPPED:
            return None
        self.lexed.problems.extend(_with_fix(one, self.text, self.lexed) for one in result.problems)
        return result  # type: ignore[no-any-return]

    def _feed(self, token: Lexeme) -> Any:
        try:
            result = self.automaton.feed_token(Token(token.type, token))
        except UnexpectedToken:
            return self._recover(token)
        self.fed.append(token)
        return result

    def _recover(self, token: Lexeme) -> Any:
        accepts = self.automaton.accepts()  # type: ignore[no-untyped-call]
        if "MISSING" in accepts and not (token.type in ENDS_OPERAND and token.type not in ("RPAR", "RSQB")):
            self.lexed.problems.append(self._operand_missing(token))
            place = token.span[0]
            self._feed(Lexeme("MISSING", None, (place, place), ""))
            return self._feed(token)
        self.lexed.problems.append(self._unexpected(token))
        return _STOPPED

    def _operand_missing(self, token: Lexeme) -> ExpressionProblem:
        before = self.fed[-1] if self.fed else None
        if (
            before is not None
            and before.type in ("COMMA", "LPAR", "LSQB")
            and token.type in ("COMMA", "RPAR", "RSQB")
        ):
            place = token.span[0]
            fixes = [Fix("insert", {"text": "BLANK"}, (place, place), "BLANK")]
            if before.type == "COMMA":
                fixes.insert(
                    0 if token.type != "COMMA" else 1,
                    Fix("remove", {"text": before.written}, before.span, ""),
                )
            return ExpressionProblem("argument.missing", (before.span[0], token.span[1]), {}, tuple(fixes))
        if before is None:
            return ExpressionProblem("operand.missing_before", token.span, {"text": token.written})
        params = {"text": before.written}
        fixes = [Fix("remove", params, before.span, "")] if token.type == "$END" else []
        return ExpressionProblem("operand.missing", before.span, params, tuple(fixes))

    def _unexpected(self, token: Lexeme) -> ExpressionProblem:
        before = self.fed[-1] if self.fed else None
        if before is None or before.type not in ENDS_OPERAND:
            return ExpressionProblem("syntax.unexpected", token.span, {"text": token.written})
        if token.type == "COMMA":
            return ExpressionProblem(
                "comma.outside", token.span, {"text": token.written}, self._comma_fixes(token)
            )
        if token.type == "DOT":
            return ExpressionProblem("dot.misplaced", token.span, {})
        fixes = _JOINTS.get((before.type, token.type), _joint_fixes)(self, before, token)
        return ExpressionProblem("operator.missing", (before.span[0], token.span[1]),
                                 {"left": before.written, "right": token.written}, fixes)  # fmt: skip

    def _comma_fixes(self, token: Lexeme) -> tuple[Fix, ...]:
        after = self.text[token.span[1] : token.span[1] + 3]
        if self.fed[-1].type == "NUMBER" and after.isdigit() and len(after) == 3:
            return (Fix("remove", {"text": token.written}, token.span, ""),)
        return ()


_STOPPED = object()


def _with_fix(problem: ExpressionProblem, text: str, lexed: Lexed) -> ExpressionProblem:
    """`a < b < c` → `a < b AND b < c`, once the text is at hand."""
    if problem.code != "compare.chained":
        return problem
    inside = [
        one for one in lexed.tokens if problem.span[0] <= one.span[0] and one.span[1] <= problem.span[1]
    ]
    signs, depth = [], 0
    for token in inside:
        depth += (token.type in ("LPAR", "LSQB")) - (token.type in ("RPAR", "RSQB"))
        if token.type == "COMPARE" and depth == 0:
            signs.append(token)
    if len(signs) != 2:
        return problem
    middle = text[signs[0].span[1] : signs[1].span[0]].strip()
    place = signs[1].span[0]
    inserted = f"AND {middle} " if text[place - 1 : place].isspace() else f" AND {middle} "
    fix = Fix("chain", {"text": f"AND {middle}"}, (place, place), inserted)
    return ExpressionProblem(problem.code, problem.span, {}, (fix,))


def _joint_fixes(feed: _Feed, before: Lexeme, token: Lexeme) -> tuple[Fix, ...]:
    """Two operands side by side: a list of arguments lacks a comma, a text lacks `&`."""
    place = (before.span[1], before.span[1])
    accepts = feed.automaton.accepts()  # type: ignore[no-untyped-call]
    comma = [Fix("insert", {"text": ","}, place, ",")] if "COMMA" in accepts else []
    join = Fix("insert", {"text": "&"}, place, " &")
    is_text = "TEXT" in (before.type, token.type)
    times = Fix("insert", {"text": "*"}, place, " *")
    others = (
        [join] if is_text else [times] if before.type == "NUMBER" or token.type in ("NUMBER", "LPAR") else []
    )
    if token.type not in (
        "NUMBER",
        "TEXT",
        "NAME",
        "FUNCTION",
        "LPAR",
        "BOOL",
        "DATE",
        "OPTION",
        "BLANK",
        "LSQB",
    ):
        return ()
    return tuple(comma + others)


def _names_fixes(feed: _Feed, before: Lexeme, token: Lexeme) -> tuple[Fix, ...]:
    """`order amount` is one name with a space more often than two."""
    if token.written.upper() == "IS":
        return (Fix("replace", {"text": "="}, token.span, "="),)
    if before.written[:1] in "{｛" or token.written[:1] in "{｛":
        return _joint_fixes(feed, before, token)
    span = (before.span[0], token.span[1])
    name = "{" + feed.text[span[0] : span[1]] + "}"
    return (Fix("braces", {"text": name}, span, name), *_joint_fixes(feed, before, token))


_JOINTS: dict[tuple[str, str], Callable[[_Feed, Lexeme, Lexeme], tuple[Fix, ...]]] = {
    ("NAME", "NAME"): _names_fixes,
}
