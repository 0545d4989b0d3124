"""Calls that the product never makes, because somebody's text would become code, SQL or markup.

In: a Python file, as a tree. Out: findings. Where a call is rightly made in one place, the place is
named here.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tools.lint.files import PRODUCT, File, Finding

FORBIDDEN_NAMES = {
    "eval": "runs text as code",
    "exec": "runs text as code",
    "__import__": "imports by text",
    "compile": "makes code from text",
    "render_template_string": "a template made from text",
    "breakpoint": "left from debugging",
}
FORBIDDEN_METHODS = {
    "extractall": "an archive chooses where it writes; read the members you know",
    "from_string": "a template made from text",
    "render_template_string": "a template made from text",
}
FORBIDDEN_MODULES = frozenset({"pickle", "marshal", "shelve", "dill", "cPickle"})
SQL_CALLS = frozenset({"text", "execute", "exec_driver_sql", "executescript", "literal_column"})
ALLOWED_PLACES = {"compile": ("expressions/compiler.py",), "eval": (), "exec": ("expressions/compiler.py",)}


def forbidden_call(file: File) -> Iterator[Finding]:
    if not _is_ours(file):
        return
    for node in ast.walk(file.tree):
        if not isinstance(node, ast.Call):
            continue
        name, reason = _forbidden(node.func)
        if reason and file.path not in ALLOWED_PLACES.get(name, ()):
            yield from file.finding("forbidden-call", node.lineno, f"{name}(): {reason}")


def _forbidden(function: ast.expr) -> tuple[str, str | None]:
    if isinstance(function, ast.Name):
        return function.id, FORBIDDEN_NAMES.get(function.id)
    if isinstance(function, ast.Attribute):
        return function.attr, FORBIDDEN_METHODS.get(function.attr)
    return "", None


def forbidden_import(file: File) -> Iterator[Finding]:
    if not _is_ours(file):
        return
    for node in ast.walk(file.tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        else:
            continue
        for name in names:
            if name.partition(".")[0] in FORBIDDEN_MODULES:
                yield from file.finding("forbidden-import", node.lineno, f"{name} runs what it reads")


def made_up_sql(file: File) -> Iterator[Finding]:
    """SQL is composed of SQLAlchemy's parts or bound; its text is never put together."""
    if not _is_ours(file):
        return
    for node in ast.walk(file.tree):
        if (
            isinstance(node, ast.Call)
            and node.args
            and _called(node) in SQL_CALLS
            and _is_put_together(node.args[0])
        ):
            yield from file.finding(
                "made-up-sql", node.lineno, "SQL text put together; bind values, compose parts"
            )


def sleep(file: File) -> Iterator[Finding]:
    """Waiting for a time is no way to wait for a thing."""
    if file.suffix != ".py":
        return
    for node in ast.walk(file.tree):
        if isinstance(node, ast.Call) and _called(node) == "sleep" and not _only_yields(node):
            yield from file.finding(
                "sleep", node.lineno, "sleep() is no synchronisation; wait for the thing itself"
            )


def _only_yields(node: ast.Call) -> bool:
    return len(node.args) == 1 and isinstance(node.args[0], ast.Constant) and node.args[0].value == 0


def _is_ours(file: File) -> bool:
    return file.suffix == ".py" and file.top in (*PRODUCT, "templates", "tools")


def _called(node: ast.Call) -> str:
    if isinstance(node.func, ast.Name):
        return node.func.id
    return node.func.attr if isinstance(node.func, ast.Attribute) else ""


def _is_literal(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _is_put_together(node: ast.expr) -> bool:
    if isinstance(node, ast.JoinedStr):
        return True
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Mod):
        return any(_is_literal(part) or _is_put_together(part) for part in (node.left, node.right))
    return isinstance(node, ast.Call) and _called(node) == "format" and isinstance(node.func, ast.Attribute)
