"""Python = SQLite = PostgreSQL = the reference interpreter, on random typed expressions and rows.

`FORMLOOM_DIFFERENTIAL=1000000` tries that many evaluations (`make differential`); without it a few tens
of thousands, always the same ones. Every operator and function must be met with a value that is not blank.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from sqlalchemy import case, select

from expressions import Checked, ErrorValue, check, compile_expression
from expressions.functions import REGISTRY
from expressions.nodes import Field, Node
from runtime.store.database import Database
from runtime.store.physical import RecordTables
from runtime.store.translation import (
    LiveRollUp,
    Measure,
    condition,
    error_of,
    record_source,
    rollup_select,
    translate,
)
from tests import engines
from tests.integration.formulas import INTERNAL, Chooser, Maker
from tests.integration.laboratory import ITEMS, SCOPE, Laboratory, select_items, sql_env
from tests.unit.expressions import reference

WANTED = int(os.environ.get("FORMLOOM_DIFFERENTIAL", "0"))
EXAMPLES = max(WANTED // ITEMS, 1) if WANTED else 240
FUNCTIONS = tuple(name for name in REGISTRY if name not in INTERNAL)
TRIED = settings(
    max_examples=EXAMPLES,
    derandomize=not WANTED,
    deadline=None,
    phases=(Phase.generate, Phase.shrink) if WANTED else (Phase.generate,),
    suppress_health_check=list(HealthCheck),
)
NUMBERS = st.lists(st.integers(0, 2**16), min_size=90, max_size=90)
pytestmark = pytest.mark.timeout(0 if WANTED else 240)

met: Counter[str] = Counter()


@pytest.fixture(scope="module")
def laboratory() -> Laboratory:
    return Laboratory()


@pytest.fixture(scope="module")
def databases(laboratory: Laboratory, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Database]]:
    folder = tmp_path_factory.mktemp("differential")
    with (
        engines.fresh_database("sqlite", folder) as lite,
        engines.fresh_database("postgresql", folder) as big,
    ):
        opened = [Database(lite), Database(big)]
        for database in opened:
            laboratory.store(database)
        yield opened
        for database in opened:
            database.close()


def chooser(numbers: Sequence[int]) -> Chooser:
    """Choices by numbers that hypothesis gives, and makes smaller."""
    left = iter(numbers)

    def choose(values: Sequence[Any]) -> Any:
        return values[next(left, 0) % len(values)]

    return choose


def checked(laboratory: Laboratory, text: str, form: str = "item", **more: Any) -> Checked:
    return check(text, laboratory.plans["item"].world, form, **more)


def sound(found: Checked) -> Node:
    """The node of a random expression that the checker takes; others are not tried."""
    assume(found.node is not None and not found.problems)
    assert found.node is not None
    return found.node


def in_sql(
    laboratory: Laboratory, database: Database, node: Node
) -> dict[int, tuple[Any, bool, bool | None]]:
    """By record: the value, whether it failed, and (of a condition) whether WHERE would keep the row."""
    env = sql_env(database)
    makes = [lambda source: translate(node, source, env), lambda source: error_of(node, source, env)]
    if node.kind.name == "bool":
        makes.append(lambda source: case((condition(node, source, env), 1), else_=0))
    with database.reading() as connection:
        rows = connection.execute(select_items(laboratory, *makes), execution_options=SCOPE).all()
    return {row[0]: (row[1], bool(row[2]), bool(row[3]) if len(row) > 3 else None) for row in rows}


def agree(laboratory: Laboratory, databases: list[Database], text: str, node: Node | None = None) -> None:
    node = node or checked(laboratory, text).node
    assert node is not None, text
    compiled = compile_expression(node)
    found = {row["id"]: compiled.evaluate(row, laboratory.env) for row in laboratory.items}
    for row in laboratory.items:
        slow = reference.evaluate(node, row, laboratory.env)
        assert plain(slow) == plain(found[row["id"]]), (text, row, "reference")
    for database in databases:
        for id, (value, is_failed, is_kept) in in_sql(laboratory, database, node).items():
            expected = plain(found[id])
            assert (value, is_failed) == expected, (text, id, database.dialect)
            assert not isinstance(value, float), (text, database.dialect)
            assert is_kept is None or is_kept == (expected[0] is True), (
                text,
                id,
                database.dialect,
                "condition",
            )
    if any(plain(one)[0] is not None for one in found.values()):
        met.update(functions_in(node))


def plain(value: Any) -> tuple[Any, bool]:
    """A value and whether it is an error (which one does not reach SQL)."""
    return (None, True) if isinstance(value, ErrorValue) else (value, False)


def functions_in(node: Any) -> set[str]:
    """The names of all functions and operators of a tree."""
    found = {node.function} if hasattr(node, "function") else set()
    if getattr(node, "is_distinct", False):
        found.add("COUNTDISTINCT")
    for name in ("arguments", "items", "body", "argument"):
        inner = getattr(node, name, None) or ()
        for one in inner if isinstance(inner, tuple) else (inner,):
            found |= functions_in(one)
    return found


@TRIED
@given(NUMBERS)
def test_every_back_end_gives_the_same(
    laboratory: Laboratory, databases: list[Database], numbers: list[int]
) -> None:
    maker = Maker(chooser(numbers), laboratory.plans["item"].world)
    name = maker.choose(FUNCTIONS)
    text = maker.call(name, maker.choose((0, 1, 1, 2, 2, 3)))
    agree(laboratory, databases, text, sound(checked(laboratory, text)))


def test_every_function_is_met_on_rows(laboratory: Laboratory, databases: list[Database]) -> None:
    """Each one on rows of its own, whatever the random ones have met before."""
    for text in BY_FUNCTION:
        agree(laboratory, databases, text)
    assert [name for name in REGISTRY if not met[name]] == []


BY_FUNCTION = (
    "qty + price",
    "qty - score",
    "price * ratio",
    "price / qty",
    "qty % 3",
    "MOD(price, qty)",
    "qty ^ 2",
    "-qty",
    "title & qty",
    "title = note",
    "title != note",
    "qty < rate",
    "title <= note",
    "due > day",
    "moment >= later",
    "done AND qty > 1",
    "done OR qty > 1",
    "NOT done",
    'state in ["won", "lost"]',
    "IF(done, qty, price)",
    "IFS(done, 1, qty > 2, 2, 3)",
    'SWITCH(state, "won", 1, "lost", 2)',
    "AND(done, qty > 1)",
    "OR(done, qty > 1)",
    "XOR(done, qty > 1)",
    "COALESCE(title, note)",
    "COALESCE(price / qty, 1)",
    "price / qty > 1 OR done",
    "title & price / qty",
    "SUM(price / qty, 1)",
    "SUM(lines.amount / lines.pieces)",
    "ISEMPTY(title)",
    "ISNOTEMPTY(lines)",
    "IFERROR(price / qty, -1)",
    "ISERROR(price / qty)",
    "BETWEEN(qty, 0, 5)",
    "INLIST(qty, [1, 2, 3])",
    "CONCATENATE(title, qty, day, done)",
    "LEFT(title, 2)",
    "RIGHT(title, 2)",
    "MID(title, 2, 2)",
    "LEN(title)",
    "UPPER(title)",
    "LOWER(title)",
    "TRIM(title)",
    'SUBSTITUTE(title, "a", note)',
    'FIND("a", title)',
    'FIND("a", title, 2)',
    'CONTAINS(title, "a")',
    'STARTSWITH(title, "a")',
    'ENDSWITH(title, "b")',
    'TEXT(price, "#,##0.00")',
    "VALUE(title)",
    "ABS(price)",
    "SIGN(price)",
    "INT(price)",
    "TRUNC(price, 1)",
    "ROUND(price, 1)",
    "ROUNDUP(price, 1)",
    "ROUNDDOWN(price, 1)",
    "SUM(lines.amount)",
    "AVERAGE(lines.amount)",
    "MIN(lines.shipped)",
    "MAX(lines.product)",
    "COUNT(lines)",
    "COUNTA(lines.product)",
    "COUNTDISTINCT(lines.pieces)",
    "COUNT(DISTINCT lines.product)",
    "day - TODAY()",
    "moment - NOW()",
    "DATE(2024, qty, qty)",
    "DATEVALUE(title)",
    "YEAR(day)",
    "MONTH(day)",
    "DAY(moment)",
    "QUARTER(day)",
    "WEEKDAY(day)",
    "WEEKDAY(day, 1)",
    'DATEADD(moment, qty, "month")',
    "EDATE(day, 1)",
    "EOMONTH(day, 1)",
    "DAYS(day, due)",
    'DATEDIF(day, due, "month")',
    'STARTOF(day, "week")',
    'ENDOF(day, "quarter")',
    "BUCKET_ASC(qty, param.cuts.cut)",
    "BUCKET_DESC(price, [1, 2.5, 10])",
    "FILLED_RATIO(title, qty, lines, tags)",
    "NORM(title)",
    "IF(who = CURRENTUSER(), title, note)",
    "SUM(lines.amount * lines.cost) / COUNT(lines)",
    "customer.boss.name & customer.recent",
    "title & state",
)


@pytest.mark.parametrize("text", ["title", "qty / 0", "0.1 + 0.2 = 0.3", "qty * 0.1 * 3", "1 / 3 * 3"])
def test_no_value_is_ever_a_float(laboratory: Laboratory, databases: list[Database], text: str) -> None:
    agree(laboratory, databases, text)


# --- roll-ups -------------------------------------------------------------------------------------------

MEASURES = ("SUM", "AVERAGE", "MIN", "MAX", "COUNT", "COUNTA", "COUNTDISTINCT")


def made_measure(maker: Maker) -> str:
    name = maker.choose(MEASURES)
    kind = "number" if name in ("SUM", "AVERAGE") else maker.choose(("number", "date", "text"))
    inner = maker.value(kind, 1).replace("PARENT", "customer")
    made = f"COUNT(DISTINCT {inner})" if name == "COUNTDISTINCT" else f"{name}({inner})"
    if name in ("MIN", "MAX") and kind != "number":
        return made
    return str(
        maker.choose(
            (
                made,
                made,
                "COUNT()",
                f"{made} + COUNT()",
                f"SUM(qty) / {made}",
                f"IFERROR({made} / SUM(qty), 0)",
            )
        )
    )


def made_condition(maker: Maker) -> str | None:
    host = (
        "day > PARENT.since",
        "qty < PARENT.rank",
        "PARENT.vip",
        "PARENT.name != title",
        "day >= TODAY() - 400",
    )
    own = maker.value("bool", 1)
    return maker.choose((None, own, maker.choose(host), f"{own} AND {maker.choose(host)}"))


@settings(TRIED, max_examples=max(EXAMPLES // 6, 40))
@given(NUMBERS)
def test_roll_ups_agree_grouped_and_live(
    laboratory: Laboratory, databases: list[Database], numbers: list[int]
) -> None:
    maker = Maker(chooser(numbers), laboratory.plans["item"].world)
    measures = [one_measure(laboratory, maker) for _ in range(maker.choose((1, 1, 2)))]
    link = maker.choose(("customer", "customer", None))
    expected = {row["id"]: rolled_up(laboratory, measures, link, row) for row in laboratory.customers}
    one = LiveRollUp("item", "item", link, measures[0].node, measures[0].where)
    for database in databases:
        grouped = in_one_select(laboratory, database, one, measures)
        live = in_each_row(laboratory, database, one)
        for parent, (values, is_any) in expected.items():
            told = (measures, link, parent, database.dialect)
            assert live[parent] == values[0], told
            if is_any:
                assert grouped.get(parent) == values, told
            elif parent in grouped:  # rows that another measure's condition keeps
                assert grouped[parent] == values, told


def in_one_select(
    laboratory: Laboratory, database: Database, one: LiveRollUp, measures: list[Measure]
) -> dict[int, tuple[Any, ...]]:
    parents = [row["id"] for row in laboratory.customers]
    statement = rollup_select(laboratory.shelf, "customer", one, measures, parents, sql_env(database))
    with database.reading() as connection:
        rows = connection.execute(statement, execution_options=SCOPE).all()
    return {row[0]: tuple(row[1:]) for row in rows}


@dataclass(frozen=True)
class Beside:
    """The laboratory's shelf with one more live roll-up: customer.rolled."""

    laboratory: Laboratory
    one: LiveRollUp

    def tables(self, form_id: str) -> RecordTables:
        return self.laboratory.tables[form_id]

    def definition(self, table_id: str, field_id: str) -> Any:
        is_ours = (table_id, field_id) == ("customer", "rolled")
        return self.one if is_ours else self.laboratory.shelf.definition(table_id, field_id)


def in_each_row(laboratory: Laboratory, database: Database, one: LiveRollUp) -> dict[int, Any]:
    """The roll-up as a live field: a correlated subquery."""
    node = Field("customer", "rolled", one.measure.kind, (0, 0))
    source = record_source(Beside(laboratory, one), "customer")
    value = translate(node, source, sql_env(database))
    statement = select(source.column("id"), value).select_from(source.joins.clause)
    with database.reading() as connection:
        return {row[0]: row[1] for row in connection.execute(statement, execution_options=SCOPE)}


def one_measure(laboratory: Laboratory, maker: Maker) -> Measure:
    node = sound(checked(laboratory, made_measure(maker), role="measure", parent_form="customer"))
    assume(not has_list_measured(node))
    text = made_condition(maker)
    if text is None:
        return Measure(node)
    return Measure(node, sound(checked(laboratory, text, role="condition", parent_form="customer")))


def has_list_measured(node: Any) -> bool:
    """A measure of whole lists: it has no SQL."""
    if getattr(node, "over", "") == "rows":
        return node.argument is not None and node.argument.kind.is_list
    return any(map(has_list_measured, getattr(node, "arguments", ())))


def rolled_up(
    laboratory: Laboratory, measures: list[Measure], link: str | None, host: dict[str, Any]
) -> tuple[tuple[Any, ...], bool]:
    """The measures of one parent, and whether there is a row that counts."""
    env = replace(laboratory.env, parent=host)
    rows = [row for row in laboratory.live_items if link is None or row[link] == host["id"]]
    values, is_any = [], False
    for one in measures:
        kept = rows if one.where is None else [row for row in rows if holds(one.where, row, env)]
        is_any = is_any or bool(kept)
        found = compile_expression(one.node).evaluate_rows(kept, env)
        slow = reference.evaluate(one.node, {}, env, kept)
        assert plain(slow) == plain(found), (one, host["id"])
        values.append(plain(found)[0])
    return tuple(values), is_any


def holds(where: Node, row: dict[str, Any], env: Any) -> bool:
    return compile_expression(where).evaluate(row, env) is True
