"""What the documents say about the code is true: generated pages are up to date, examples hold, files exist,
limits are those of the code, and nothing outside the repository is needed to understand it."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tools.generate_docs import PAGES, out_of_date
from tools.lint.files import repository_paths
from tools.reference.commands import all_commands
from tools.reference.functions import FAMILIES, written_functions

ROOT = Path(__file__).resolve().parents[2]
DOCS = sorted((ROOT / "docs").rglob("*.md"))
OWN_PAGES = [ROOT / name for name in ("README.md", "ARCHITECTURE.md", "CONTEXT.md")] + DOCS
PLACES = "app|builder|changes|crm_template|docs|expressions|runtime|stubs|templates|tests|tools"
PATH = re.compile(rf"`((?:{PLACES})/[\w./*<>…{{}},-]*)`")
GUIDE = ROOT / "docs" / "guide"


def _text(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def _rows(page: Path, *head: str) -> list[list[str]]:
    """The cells of every table on the page with these columns, without their code marks."""
    found: list[list[str]] = []
    lines = page.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines):
        if _cells(line) == list(head):
            for row in lines[number + 2 :]:
                if not row.startswith("|"):
                    break
                found.append([cell.strip("`") for cell in _cells(row)])
    return found


def _cells(line: str) -> list[str]:
    return [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]]


# --- generated pages -----------------------------------------------------------------------------


def test_generated_pages_are_up_to_date() -> None:
    assert out_of_date() == [], "python -m tools.generate_docs"


def test_every_generated_page_says_so() -> None:
    assert [name for name in PAGES if "do not edit" not in _text(name)] == []


def test_every_function_has_its_heading_in_two_languages() -> None:
    page = _text("docs/reference/functions.md")
    for function in written_functions():
        assert f"\n### {function.name}\n" in page
        assert function.docs_en in page
        assert function.docs_zh in page
        assert function.family in FAMILIES


def test_every_command_has_its_heading_and_help() -> None:
    from app.cli import COMMANDS

    page = _text("docs/reference/cli.md")
    names = [name for name, _command in all_commands()]
    assert {name.split()[0] for name in names} == set(COMMANDS)
    for name, command in all_commands():
        assert f"\n## {name}\n" in page
        assert command.help


def test_every_problem_code_has_its_row() -> None:
    from app.problem_texts import PROBLEM_TEXTS
    from expressions.wording import PROBLEMS

    page = _text("docs/reference/problems.md")
    assert [code for code in PROBLEM_TEXTS if f"| `{code}` |" not in page] == []
    assert [code for code in PROBLEMS if f"| `expression.{code}` |" not in page] == []


def test_every_call_of_the_api_has_its_heading() -> None:
    from app.api.operations import OPERATIONS

    page = _text("docs/reference/api.md")
    assert [one.path for one in OPERATIONS if f"\n### {one.method} {one.path}\n" not in page] == []


# --- examples ------------------------------------------------------------------------------------


@cache
def _crm() -> Any:
    """The shipped CRM, as formulas in it see the world."""
    from builder.bundles import Bundle, read_bundle
    from builder.world import build_world

    bundle = read_bundle(ROOT / "crm_template")
    assert isinstance(bundle, Bundle)
    forms = bundle.documents.forms
    return build_world(forms), {form.key: form.id for form in forms}


VALUES = _rows(GUIDE / "formulas.md", "expression", "value", "because")
FORMULAS = _rows(GUIDE / "formulas.md", "form", "expression", "gives")
FILTERS = _rows(GUIDE / "users.md", "form", "filter", "shows")
ROLL_UPS = _rows(GUIDE / "formulas.md", "form", "measure", "condition", "gives")


@pytest.mark.parametrize(("source", "wanted"), [row[:2] for row in VALUES])
def test_expression_of_the_guide_gives_its_value(source: str, wanted: str) -> None:
    from expressions import check, compile_expression
    from tests.unit.expressions.test_cases import ENV, _is_value

    world, forms = _crm()
    checked = check(source, world, forms["order"])
    assert checked.node is not None, [one.text("en") for one in checked.problems]
    found = compile_expression(checked).evaluate({}, ENV)
    assert _is_value(found, wanted), found


@pytest.mark.parametrize(
    ("form", "source", "role"),
    [
        *((row[0], row[1], "formula") for row in FORMULAS),
        *((row[0], row[1], "condition") for row in FILTERS),
        *((row[0], row[1], "measure") for row in ROLL_UPS),
        *((row[0], row[2], "condition") for row in ROLL_UPS if row[2]),
    ],
)
def test_formula_of_the_guide_is_lawful_in_the_crm(form: str, source: str, role: Any) -> None:
    from expressions import check

    world, forms = _crm()
    parent = forms["customer"] if role == "measure" else None
    checked = check(source, world, forms[form], role=role, parent_form=parent)
    assert checked.node is not None, [one.text("en") for one in checked.problems]
    assert checked.problems == ()


def test_guide_has_examples_to_check() -> None:
    assert min(len(VALUES), len(FORMULAS), len(FILTERS), len(ROLL_UPS)) >= 3


# --- facts ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", OWN_PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_files_named_by_a_page_exist(page: Path) -> None:
    """`path` with a placeholder or a star has to match something."""
    named = PATH.findall(page.read_text(encoding="utf-8"))
    if page.name == "000-template.md":
        named = []
    found = [re.sub(r"<[^>]*>|NNN-title|…|\{[^}]*\}", "*", one) for one in named]
    assert [one for one in found if "." in one or "/" in one.rstrip("/") or one if not _exists(one)] == []


def _exists(pattern: str) -> bool:
    return (ROOT / pattern).exists() or any(ROOT.glob(pattern.rstrip("/")))


def test_field_types_of_the_guide_are_those_of_the_registry() -> None:
    from builder.fields.registry import FIELD_TYPES

    page = _text("docs/reference/fields.md")
    assert re.findall(r"^## (\w+)$", page, re.MULTILINE) == [one.key for one in FIELD_TYPES]


def test_tree_of_the_architecture_is_the_tree() -> None:
    """Each folder of the drawing exists, and no package of the product's upper two levels is left out."""
    block = _text("ARCHITECTURE.md").partition("## The tree")[2].partition("\n## ")[0]
    drawn: list[str] = []
    above: list[str] = []
    for indent, name in re.findall(r"^    ( *)([\w]+)/ ", block, re.MULTILINE):
        above = [*above[: len(indent) // 2], name]
        drawn.append("/".join(above))
    assert [one for one in drawn if not (ROOT / one).is_dir()] == []
    packages = {
        found.parent.relative_to(ROOT).as_posix()
        for top in ("app", "builder", "expressions", "runtime")
        for found in (ROOT / top).glob("*/__init__.py")
    }
    assert sorted(packages - set(drawn)) == []


def test_howto_of_field_types_lists_every_module_that_names_them_all() -> None:
    from builder.fields.registry import FIELD_TYPES

    keys = {one.key for one in FIELD_TYPES}
    howto = _text("docs/contributing/add-a-field-type.md")
    naming = [
        file.relative_to(ROOT).as_posix()
        for top in ("app", "builder", "expressions", "runtime")
        for file in sorted((ROOT / top).rglob("*.py"))
        if keys <= _constants(file)
    ]
    assert len(naming) >= 5
    assert [one for one in naming if f"| `{one}` |" not in howto] == []


def _constants(file: Path) -> set[str]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return {
        one.value for one in ast.walk(tree) if isinstance(one, ast.Constant) and isinstance(one.value, str)
    }


def test_howto_of_functions_names_where_each_is_translated() -> None:
    """A function is written under its name in the translation, or is one that aggregates rows."""
    from expressions.functions import REGISTRY

    assert "| `runtime/store/translation` |" in _text("docs/contributing/add-a-function.md")
    written = {
        name
        for file in (ROOT / "runtime" / "store" / "translation").glob("*.py")
        for name in _constants(file)
    }
    families = ("operator", "internal")
    missing = [name for name, one in REGISTRY.items() if one.family not in families and name not in written]
    assert missing == []


def test_number_of_field_types_in_the_readme_is_right() -> None:
    from builder.fields.registry import FIELD_TYPES

    assert f"forms with {len(FIELD_TYPES)} types of fields" in _text("README.md")


def test_limits_are_those_of_the_code() -> None:
    from builder import bundles
    from expressions.kinds import MAX_DIGITS
    from expressions.lexing import MAX_DEPTH
    from expressions.parser import MAX_NODES, MAX_SOURCE
    from runtime import recompute
    from runtime.sheets.limits import DEFAULT_LIMITS

    page = dict(row[:2] for row in _rows(ROOT / "docs" / "limits.md", "what", "most"))
    mebibyte = 1024 * 1024
    assert page["digits of a number, its scale included"] == str(MAX_DIGITS)
    workbook = f"{DEFAULT_LIMITS.workbook_bytes // mebibyte} MB, {DEFAULT_LIMITS.cells:,} cells"
    assert page["an Excel file"] == workbook
    assert page["a CSV file"] == f"{DEFAULT_LIMITS.text_bytes // mebibyte} MB"
    assert page["columns of a file"] == str(DEFAULT_LIMITS.columns)
    assert page["rows computed inside the write; more become a job"] == f"{recompute.MOST_AT_ONCE:,}"
    assert page["an expression"] == f"{MAX_SOURCE:,} characters, {MAX_NODES:,} parts, {MAX_DEPTH} levels"
    packed, whole = bundles.MOST_PACKED // 10**6, bundles.MOST_BYTES_IN_ALL // 10**6
    files = f"{packed} MB packed, {whole} MB unpacked, {bundles.MOST_FILES:,} files"
    assert page["an app as a zip"] == f"{files}, {bundles.MOST_DEMO_ROWS:,} rows"


def test_roles_of_the_guide_are_those_of_the_code() -> None:
    from runtime.actors import ROLES

    assert [row[0] for row in _rows(GUIDE / "administrators.md", "role", "may")] == list(ROLES)


def test_addresses_for_operators_are_routes() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "app" / "screens").glob("*.py"))
    for row in _rows(GUIDE / "operators.md", "address", "answers"):
        assert f'"{row[0]}"' in source


def test_demo_password_is_told_as_it_is() -> None:
    from app.demo import STATED_PASSWORD

    assert f"`{STATED_PASSWORD}`" in _text("docs/configuration.md")


def test_only_documents_of_the_repository_are_cited() -> None:
    """A comment that sends the reader to a page elsewhere explains nothing."""
    names = {Path(path).name for path in repository_paths() if path.endswith(".md")}
    cited = re.compile(r"(?<![\w/<-])((?:[\w-]+/)*[\w-]+\.md)\b")
    strays = [
        f"{path}: {name}"
        for path in repository_paths()
        if path.startswith(("app/", "builder/", "expressions/", "runtime/", "templates/", "tests/", "tools/"))
        and path != "tests/unit/tools/test_lint.py"
        and path != "tests/unit/tools/test_tools.py"
        and path.endswith((".py", ".html", ".js", ".css", ".mjs", ".lark", ".toml"))
        for name in cited.findall(_text(path))
        if Path(name).name not in names
    ]
    assert strays == []


def test_picture_of_the_readme_is_small() -> None:
    picture = ROOT / "docs" / "images" / "list-1280.png"
    assert picture.stat().st_size <= 300 * 1024
    assert "docs/images/list-1280.png" in _text("README.md")
