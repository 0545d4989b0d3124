"""Typed nodes into fast Python functions, built as `ast` nodes, never from text.

In: a checked node. Out: `Compiled`, whose `evaluate` answers a value, an `ErrorValue` or None (blank).
Called by plans, the record service, queries and `formloom expr`. Only this module knows `ast`; what each
node becomes is said in `emission/`. The generated code sees its arguments, constants and the allow-listed
functions of the registry, and no builtins.

Blanks are `None`. A `Piece` is an expression that is valid while none of its guards (local variables)
is None; that is how `a * b + c` is one test and one expression. Loads of fields go to the beginning of
their frame (the function, or the loop over lines), so that they happen once.
"""

from __future__ import annotations

import ast
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal, getcontext, setcontext
from typing import Any

from expressions.checker import Checked
from expressions.emission.pieces import Piece
from expressions.emission.rules import rule_for
from expressions.evaluation import CONTEXT, FAILURES, ZERO, Env, ErrorValue, Failure, Row
from expressions.kinds import Kind
from expressions.nodes import Node

Code = ast.expr
Block = list[ast.stmt]

MOST_KEPT = 4096
MOST_TRIES = 6
_OPERATORS: dict[str, ast.operator] = {"add": ast.Add(), "sub": ast.Sub(), "mul": ast.Mult()}
_COMPARISONS: dict[str, ast.cmpop] = {
    "eq": ast.Eq(), "ne": ast.NotEq(), "lt": ast.Lt(), "le": ast.LtE(), "gt": ast.Gt(), "ge": ast.GtE(),
    "is": ast.Is(), "is_not": ast.IsNot(), "in": ast.In(),
}  # fmt: skip
_NUM = ErrorValue("#NUM!")


@dataclass(frozen=True, slots=True)
class Compiled:
    """An expression ready to run; safe to share between threads.

    `evaluate(row, env)` gives the value for one record or line, an `ErrorValue` when it cannot be worked
    out. `evaluate_rows(rows, env)` gives a measure over rows in hand (queries do it in SQL)."""

    node: Node
    evaluate: Callable[[Row, Env], Any]  # the generated function itself: a call around it would cost

    @property
    def kind(self) -> Kind:
        return self.node.kind

    def evaluate_rows(self, rows: Iterable[Row], env: Env) -> Any:
        return self.evaluate({}, env, rows)  # type: ignore[call-arg]


_KEPT: OrderedDict[int, Compiled] = OrderedDict()


def compile_expression(expression: Checked | Node) -> Compiled:
    """The function of a checked expression; compiled once for each node."""
    node = expression.node if isinstance(expression, Checked) else expression
    if node is None:
        raise ValueError("an expression with problems cannot be compiled")
    found = _KEPT.get(id(node))
    if found is not None:
        return found
    compiled = Compiled(node, _function(node))  # holds the node, so its identity is a safe key
    _KEPT[id(node)] = compiled
    while len(_KEPT) > MOST_KEPT:
        _KEPT.popitem(last=False)
    return compiled


def _function(node: Node) -> Callable[..., Any]:
    writer = Writer()
    result = writer.piece(node)
    writer.finish(result, node.kind)
    body = [_attempted(writer, writer.root.statements())]
    if writer.needs_context:
        body = _in_context(writer, body)
    names = [ast.arg(name) for name in ("row", "env", "rows")]
    arguments = ast.arguments([], names, None, [], [], None, [ast.Tuple([], ast.Load())])
    function = ast.FunctionDef("expression", arguments, body, [], lineno=1)
    module = ast.fix_missing_locations(ast.Module([function], []))
    scope: dict[str, Any] = {"__builtins__": {}, **writer.known}
    exec(compile(module, "<expression>", "exec"), scope)  # noqa: S102 - built from checked nodes only
    return scope["expression"]  # type: ignore[no-any-return]


def _attempted(writer: Writer, body: Block) -> ast.stmt:
    """Failures become what the function answers."""
    ours = ast.Return(writer.attribute(writer.name("failure"), "value"))
    handlers = [
        ast.ExceptHandler(writer.name(writer.know("Failure", Failure)), "failure", [ours]),
        ast.ExceptHandler(
            writer.name(writer.know("ArithmeticError", ArithmeticError)),
            None,
            [ast.Return(writer.constant(_NUM))],
        ),
    ]
    return ast.Try(body, handlers, [], [])


def _in_context(writer: Writer, body: Block) -> Block:
    """The language's decimal context around arithmetic that may need its 34 digits; nothing to do inside
    `exact_numbers`."""
    context = writer.name(writer.know("context", CONTEXT))
    is_other = writer.compare("is_not", writer.name("before"), context)
    enter = ast.If(is_other, [ast.Expr(writer.call(setcontext, context))], [])
    leave = ast.If(is_other, [ast.Expr(writer.call(setcontext, writer.name("before")))], [])
    before = _assignment("before", writer.call(getcontext))
    return [before, enter, ast.Try(body, [], [], [leave])]


# --- writing code -------------------------------------------------------------------------------------


@dataclass(slots=True)
class Frame:
    """The rows at hand: the record, or one line inside a loop. `parent` is where `Parent` goes."""

    row: str
    parent: Frame | None
    loads: Block = field(default_factory=list)
    hoisted: Block = field(default_factory=list)
    body: Block = field(default_factory=list)
    loaded: dict[object, str] = field(default_factory=dict)

    def statements(self) -> Block:
        return [*self.loads, *self.hoisted, *self.body]


class Writer:
    """Builds one function. `block` is where statements go now, `frame` whose fields are read."""

    def __init__(self) -> None:
        self.known: dict[str, Any] = {}
        self._constants: dict[object, str] = {}
        self._count = 0
        self.outside = Frame("up", None)
        self.root = Frame("row", self.outside)
        self.outside.loads = self.root.loads  # `env.parent` is loaded where the function begins
        self.outside.hoisted = self.root.hoisted
        self.frame = self.root
        self.block = self.root.body
        self._tries = 0
        self.needs_context = False  # set by arithmetic whose results may be longer than 28 digits

    def piece(self, node: Node) -> Piece:
        written: Piece = rule_for(node)(self, node)
        return written

    def finish(self, result: Piece, kind: Kind) -> None:
        """`return` the value; a zero without its sign, a list as a tuple."""
        code = result.code
        if kind.is_number:
            code = ast.BoolOp(ast.Or(), [code, self.constant(ZERO)])
        if kind.is_list:
            code = self.call(tuple, code)
        self.block.append(ast.Return(self.guarded(result.guards, code)))

    # --- expressions --------------------------------------------------------------------------------

    def name(self, name: str) -> Code:
        return ast.Name(name, ast.Load())

    def constant(self, value: object) -> Code:
        """A literal where Python has one, else a name bound to the value."""
        if value is None or isinstance(value, (bool, str, int)):
            return ast.Constant(value)
        key = (type(value), str(value))
        if key not in self._constants or not isinstance(value, Decimal):
            self._constants[key] = self.know("constant", value)
        return self.name(self._constants[key])

    def know(self, prefix: str, value: object) -> str:
        """A name under which the generated code sees `value`."""
        self._count += 1
        name = f"{prefix}_{self._count}"
        self.known[name] = value
        return name

    def call(self, function: Callable[..., Any], *arguments: Code) -> Code:
        name = next((name for name, value in self.known.items() if value is function), None)
        name = name or self.know(getattr(function, "__name__", "function"), function)
        return ast.Call(self.name(name), list(arguments), [])

    def method(self, target: Code, name: str, *arguments: Code) -> Code:
        return ast.Call(ast.Attribute(target, name, ast.Load()), list(arguments), [])

    def attribute(self, target: Code, name: str) -> Code:
        return ast.Attribute(target, name, ast.Load())

    def operate(self, operator: str, left: Code, right: Code) -> Code:
        return ast.BinOp(left, _OPERATORS[operator], right)

    def negate(self, code: Code) -> Code:
        return ast.UnaryOp(ast.USub(), code)

    def deny(self, code: Code) -> Code:
        return ast.UnaryOp(ast.Not(), code)

    def compare(self, comparison: str, left: Code, right: Code) -> Code:
        return ast.Compare(left, [_COMPARISONS[comparison]], [right])

    def between(self, low: Code, value: Code, high: Code) -> Code:
        return ast.Compare(low, [ast.LtE(), ast.LtE()], [value, high])

    def every(self, parts: Sequence[Code]) -> Code:
        return parts[0] if len(parts) == 1 else ast.BoolOp(ast.And(), list(parts))

    def some(self, parts: Sequence[Code]) -> Code:
        return parts[0] if len(parts) == 1 else ast.BoolOp(ast.Or(), list(parts))

    def choose(self, test: Code, then: Code, otherwise: Code) -> Code:
        return ast.IfExp(test, then, otherwise)

    def beginning(self, text: Code, count: int) -> Code:
        return ast.Subscript(text, ast.Slice(None, ast.Constant(count)), ast.Load())

    def listed(self, parts: Sequence[Code]) -> Code:
        return ast.Tuple(list(parts), ast.Load())

    # --- pieces -------------------------------------------------------------------------------------

    def is_blank(self, guards: Sequence[str]) -> Code:
        return self.some([self.compare("is", self.name(one), self.constant(None)) for one in guards])

    def is_there(self, guards: Sequence[str]) -> Code:
        return self.every([self.compare("is_not", self.name(one), self.constant(None)) for one in guards])

    def guarded(self, guards: Sequence[str], code: Code) -> Code:
        return self.choose(self.is_blank(guards), self.constant(None), code) if guards else code

    def value(self, piece: Piece) -> Code:
        """The value, or None for a blank."""
        code: Code = piece.code
        return code if piece.variable else self.guarded(piece.guards, code)

    def test(self, piece: Piece) -> Code:
        """A condition for `if`: a blank does not hold."""
        code: Code = piece.code
        if piece.variable or not piece.guards:
            return code
        return self.every([self.is_there(piece.guards), code])

    def truth(self, piece: Piece) -> Code:
        """True or False: a blank is False."""
        if piece.variable:
            return self.compare("is", piece.code, self.constant(True))
        return self.test(piece)

    def bound(self, piece: Piece) -> Piece:
        """The same in a local variable, for code that needs it twice."""
        if piece.variable or (isinstance(piece.code, (ast.Name, ast.Constant)) and not piece.guards):
            return piece
        return self.assigned(self.value(piece), is_blankable=bool(piece.guards))

    def assigned(self, code: Code, *, is_blankable: bool = True) -> Piece:
        """A new local variable holding `code`."""
        name = self.fresh("v")
        self.assign(name, code)
        return self.variable(name, is_blankable=is_blankable)

    def variable(self, name: str, *, is_blankable: bool = True) -> Piece:
        return Piece(self.name(name), (name,), name) if is_blankable else Piece(self.name(name))

    # --- statements ---------------------------------------------------------------------------------

    def fresh(self, prefix: str) -> str:
        self._count += 1
        return f"{prefix}{self._count}"

    def assign(self, name: str, code: Code) -> None:
        self.block.append(_assignment(name, code))

    def when(self, test: Code, then: Block, otherwise: Block | None = None) -> None:
        if then or otherwise:
            self.block.append(ast.If(test, then or [ast.Pass()], otherwise or []))

    def attempt(
        self, body: Block, otherwise: Block, *, failure: str | None = None, result: str | None = None
    ) -> None:
        """`try`: what cannot be worked out is answered by `otherwise`, which may keep the failure. Python
        allows twenty of them inside one another: deep ones get a function of their own for `body`, which
        gives `result`."""
        self.known["FAILURES"] = FAILURES
        if result is not None and self._tries >= MOST_TRIES:
            name = self.fresh("attempt")
            nothing = ast.arguments([], [], None, [], [], None, [])
            inner = ast.FunctionDef(name, nothing, [*body, ast.Return(self.name(result))], [], lineno=1)
            self.block.append(inner)
            body = [_assignment(result, ast.Call(self.name(name), [], []))]
        handler = ast.ExceptHandler(self.name("FAILURES"), failure, otherwise or [ast.Pass()])
        self.block.append(ast.Try(body or [ast.Pass()], [handler], [], []))

    @contextmanager
    def trying(self) -> Any:
        """Code for the body of a `try` is written: counts how deep they are."""
        self._tries += 1
        try:
            yield
        finally:
            self._tries -= 1

    def raise_again(self, failure: str) -> None:
        """`raise` the failure kept in a variable, if there is one."""
        is_failed = self.compare("is_not", self.name(failure), self.constant(None))
        self.when(is_failed, [ast.Raise(self.name(failure), None)])

    def append(self, target: str, code: Code) -> None:
        self.block.append(ast.Expr(self.method(self.name(target), "append", code)))

    def add(self, target: str, code: Code) -> None:
        self.block.append(ast.Expr(self.method(self.name(target), "add", code)))

    @contextmanager
    def aside(self, block: Block) -> Any:
        """Statements go to `block` for a while."""
        before, self.block = self.block, block
        try:
            yield block
        finally:
            self.block = before

    @contextmanager
    def looking_from(self, frame: Frame) -> Any:
        """Fields are read from `frame`'s row for a while."""
        before, self.frame = self.frame, frame
        try:
            yield frame
        finally:
            self.frame = before

    def loop(self, rows: Code, parent: Frame | None, body: Callable[[], None]) -> None:
        """`for line in rows:` with `body` written in the line's frame."""
        frame = Frame(self.fresh("line"), parent)
        with self.looking_from(frame), self.aside(frame.body):
            body()
        self.block.append(_for(frame.row, rows, frame.statements()))

    def loop_values(self, values: Code, body: Callable[[Piece], None]) -> None:
        """`for value in values:` over a plain list."""
        name = self.fresh("v")
        inner: Block = []
        with self.aside(inner):
            body(self.variable(name))
        self.block.append(_for(name, values, inner))

    def loaded(self, frame: Frame, key: object, code: Callable[[], Code]) -> str:
        """A local variable filled where the frame begins, once."""
        found = frame.loaded.get(key)
        if found is None:
            made = code()  # may load what it needs first
            found = frame.loaded[key] = self.fresh("v")
            frame.loads.append(_assignment(found, made))
        return found


def _assignment(name: str, code: Code) -> ast.stmt:
    return ast.Assign([ast.Name(name, ast.Store())], code, lineno=1)


def _for(name: str, values: Code, body: Block) -> ast.stmt:
    return ast.For(ast.Name(name, ast.Store()), values, body or [ast.Pass()], [], lineno=1)
