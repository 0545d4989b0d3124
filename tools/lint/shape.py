"""How long a file and a function may be, and how a module begins.

In: a Python, JavaScript, style or template file. Out: findings. House style: 500 lines are the wall for
a file, 50 for a function; every module opens with what comes in, what goes out and who calls it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tools.lint.files import PRODUCT, File, Finding

LONGEST_FILE = 500
LONGEST_FUNCTION = 50
CODE = frozenset({".py", ".js", ".mjs", ".css", ".html", ".lark"})
AnyFunction = ast.FunctionDef | ast.AsyncFunctionDef
HISTORY = "runtime/store/migrations/versions/"  # a migration is a list of what was done, and stays as it is
SHORT_MODULE = 3  # an __init__.py that only marks a package needs no preface


def file_length(file: File) -> Iterator[Finding]:
    if file.suffix in CODE and not file.path.startswith(HISTORY) and len(file.lines) > LONGEST_FILE:
        yield from file.finding(
            "file-length", 1, f"{len(file.lines)} lines; split by subject over {LONGEST_FILE}"
        )


def function_length(file: File) -> Iterator[Finding]:
    if file.suffix != ".py" or file.top not in (*PRODUCT, "tools") or file.path.startswith(HISTORY):
        return
    for node in ast.walk(file.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = _length(node) - sum(_length(inner) for inner in _inside(node))
            if length > LONGEST_FUNCTION:
                sentence = f"{node.name} has {length} lines; split it over {LONGEST_FUNCTION}"
                yield from file.finding("function-length", node.lineno, sentence)


def _length(node: AnyFunction) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def _inside(node: AnyFunction) -> Iterator[AnyFunction]:
    """The functions written directly inside: they are judged by themselves."""
    waiting: list[ast.AST] = list(ast.iter_child_nodes(node))
    while waiting:
        child = waiting.pop()
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield child
        else:
            waiting.extend(ast.iter_child_nodes(child))


def module_preface(file: File) -> Iterator[Finding]:
    if (
        file.suffix != ".py"
        or file.top not in (*PRODUCT, "tools", "tests")
        or len(file.lines) <= SHORT_MODULE
    ):
        return
    if ast.get_docstring(file.tree) is None:
        yield from file.finding(
            "module-preface", 1, "open with what comes in, what goes out and who calls it"
        )
