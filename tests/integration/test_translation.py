"""Translated expressions keep what is promised of them beside being right: plain SQL, indexes, exactness,
bounded size, no float, no text of a user in a statement.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select, text

from expressions import check, compile_expression
from expressions.functions import REGISTRY
from expressions.nodes import Node
from runtime.store.database import Database
from runtime.store.translation import (
    NotTranslatable,
    condition,
    has_sql,
    ordering,
    record_source,
    translate,
)
from tests import engines
from tests.integration.laboratory import SCOPE, SETTINGS, Laboratory, select_items, sql_env


@pytest.fixture(scope="module")
def laboratory() -> Laboratory:
    return Laboratory(seed=2)


@pytest.fixture(scope="module", params=engines.ENGINES)
def database(
    request: pytest.FixtureRequest, laboratory: Laboratory, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    with engines.fresh_database(request.param, tmp_path_factory.mktemp("translation")) as url:
        opened = Database(url)
        laboratory.store(opened)
        with opened.writing() as connection:
            for column in ("f_price", "f_state", "f_title", "f_day"):
                statement = text(f"CREATE INDEX ix_{column} ON r_1 ({column})")
                connection.execute(statement, execution_options=SCOPE)
        yield opened
        opened.close()


def node_of(laboratory: Laboratory, source: str, form: str = "item") -> Node:
    found = check(source, laboratory.plans["item"].world, form)
    assert found.node is not None, [one.code for one in found.problems]
    return found.node


def values_of(laboratory: Laboratory, database: Database, source: str) -> dict[int, Any]:
    node, env = node_of(laboratory, source), sql_env(database)
    with database.reading() as connection:
        rows = connection.execute(
            select_items(laboratory, lambda row: translate(node, row, env)), execution_options=SCOPE
        )
        return {row[0]: row[1] for row in rows}


def kept_by(laboratory: Laboratory, database: Database, source: str) -> Any:
    """A SELECT of the records that a condition keeps."""
    row = record_source(laboratory.shelf, "item")
    where = condition(node_of(laboratory, source), row, sql_env(database))
    return select(row.column("id")).select_from(row.joins.clause).where(where)


def sql_of(database: Database, statement: Any) -> str:
    return str(statement.compile(dialect=database.engines[0].dialect))


# --- plain SQL, and indexes that work ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "index"),
    [
        ("price >= 100", "ix_f_price"),
        ("100 < price", "ix_f_price"),
        ("price = 12.5", "ix_f_price"),
        ('state = "won"', "ix_f_state"),
        ('state in ["won", "lost"]', "ix_f_state"),
        ('title = "abc" AND price > qty', "ix_f_title"),
        ("day >= TODAY() - 30", "ix_f_day"),
        ('day >= DATEADD(TODAY(), -1, "month") AND day < STARTOF(TODAY(), "month")', "ix_f_day"),
        ("BETWEEN(price, 1, param.limit)", "ix_f_price"),
    ],
)
def test_a_condition_on_a_column_uses_its_index(
    laboratory: Laboratory, database: Database, source: str, index: str
) -> None:
    statement = kept_by(laboratory, database, source)
    with database.reading() as connection:
        if database.dialect == "postgresql":
            connection.execute(text("SET LOCAL enable_seqscan = off"))
        literal = statement.compile(
            dialect=database.engines[0].dialect, compile_kwargs={"literal_binds": True}
        )
        words = "EXPLAIN QUERY PLAN " if database.dialect == "sqlite" else "EXPLAIN "
        plan = connection.exec_driver_sql(words + str(literal).replace("%", "%%"), execution_options=SCOPE)
        described = " ".join(str(line) for line in plan)
    assert index in described
    assert "SCAN r_1" not in described


def test_a_literal_is_scaled_to_the_column_never_the_column(
    laboratory: Laboratory, database: Database
) -> None:
    where = sql_of(database, kept_by(laboratory, database, "price >= 100.5")).partition("WHERE")[2].strip()
    assert where.startswith("r_1.f_price >= ")
    assert values_of(laboratory, database, "qty > 2.5 AND qty < 3.5").keys()
    for row in laboratory.items:
        kept = row["qty"] is not None and row["qty"] >= 3
        assert values_of(laboratory, database, "qty > 2.9999999")[row["id"]] == (
            None if row["qty"] is None else kept
        )


def test_values_travel_as_parameters_never_in_the_text(laboratory: Laboratory, database: Database) -> None:
    statement = sql_of(database, kept_by(laboratory, database, 'title = "\'; DROP TABLE r_1; --"'))
    assert "DROP" not in statement
    with database.reading() as connection:
        rows = connection.execute(
            kept_by(laboratory, database, 'title = "\'; DROP TABLE r_1; --"'), execution_options=SCOPE
        )
        assert rows.all() == []


def test_texts_are_searched_without_like(laboratory: Laboratory, database: Database) -> None:
    for source in ('CONTAINS(title, "_%")', 'STARTSWITH(title, "%")', 'ENDSWITH(title, "_")'):
        assert "LIKE" not in sql_of(database, kept_by(laboratory, database, source)).upper()
    found = values_of(laboratory, database, 'CONTAINS(title, "_%")')
    assert {row["id"] for row in laboratory.items if row["title"] and "_%" in row["title"]} == {
        id for id, kept in found.items() if kept
    }


# --- exactness ----------------------------------------------------------------------------------------------


def test_products_and_sums_stay_exact_beyond_eighteen_digits(
    laboratory: Laboratory, database: Database
) -> None:
    for source in (
        "price * price",
        "price * score * ratio",
        "SUM(lines.amount * lines.cost)",
        "qty * qty + score",
    ):
        compiled = compile_expression(node_of(laboratory, source))
        expected = {row["id"]: compiled.evaluate(row, laboratory.env) for row in laboratory.items}
        assert any(value is not None and abs(value) > 2**63 // 10**8 for value in expected.values()), source
        assert values_of(laboratory, database, source) == expected, source


def test_sorting_by_a_number_of_any_size_sorts_by_size(laboratory: Laboratory, database: Database) -> None:
    node, env = node_of(laboratory, "price * score"), sql_env(database)
    row = record_source(laboratory.shelf, "item")
    statement = (
        select(translate(node, row, env)).select_from(row.joins.clause).order_by(ordering(node, row, env))
    )
    with database.reading() as connection:
        found = [
            value for (value,) in connection.execute(statement, execution_options=SCOPE) if value is not None
        ]
    assert found == sorted(found)
    assert any(abs(value) > 2**63 // 10**10 for value in found)


def test_results_are_decimals_integers_dates_and_instants(laboratory: Laboratory, database: Database) -> None:
    kinds = {"price / 3": Decimal, "qty + 1": int, "price > 1": bool, "title & 1": str}
    for source, kind in kinds.items():
        found = {
            type(value) for value in values_of(laboratory, database, source).values() if value is not None
        }
        assert found == {kind}, source
    moments = [value for value in values_of(laboratory, database, "moment + 1").values() if value is not None]
    assert moments
    assert all(value.utcoffset().total_seconds() == 0 for value in moments)


# --- settings, links, live fields ---------------------------------------------------------------------------


def test_a_setting_is_bound_and_follows_the_environment(laboratory: Laboratory, database: Database) -> None:
    node = node_of(laboratory, "qty > param.limit")
    counts = []
    for limit in (0, 10):
        env = sql_env(database, settings={"param": {**SETTINGS["param"], "limit": limit}})
        row = record_source(laboratory.shelf, "item")
        statement = select(row.column("id")).where(condition(node, row, env))
        assert "r_5" not in str(statement)
        with database.reading() as connection:
            counts.append(len(connection.execute(statement, execution_options=SCOPE).all()))
    assert counts[0] > counts[1] > 0


def test_a_deleted_link_target_reads_as_blank(laboratory: Laboratory, database: Database) -> None:
    deleted = {row["id"] for row in laboratory.customers if row["is_deleted"]}
    behind = {row["id"] for row in laboratory.items if row["customer"] in deleted}
    found = values_of(laboratory, database, "ISEMPTY(customer.id)")
    assert behind
    assert all(found[id] is True for id in behind)


def test_the_same_link_is_joined_once(laboratory: Laboratory, database: Database) -> None:
    source = 'customer.rank > 1 AND customer.name != "x" AND customer.boss.rank > customer.rank'
    assert sql_of(database, kept_by(laboratory, database, source)).count("JOIN") == 2


def test_a_live_field_is_its_definition(laboratory: Laboratory, database: Database) -> None:
    statement = sql_of(database, kept_by(laboratory, database, "age > 30"))
    assert "f_age" not in statement
    assert "f_day" in statement


# --- what has no SQL, what is too much ------------------------------------------------------------------


def test_every_function_has_sql() -> None:
    assert [name for name in REGISTRY if not has_sql(name)] == []


def test_a_format_that_differs_by_row_is_refused_with_its_place(
    laboratory: Laboratory, database: Database
) -> None:
    with pytest.raises(NotTranslatable) as caught:
        values_of(laboratory, database, "TEXT(price, title)")
    assert (caught.value.function, caught.value.reason) == ("TEXT", "format_not_constant")
    assert caught.value.span == (12, 17)


NESTED = (
    ("IF(done, {}, qty)", "price"),
    ("ROUND({} + 1, 1)", "price"),
    ("({}) / 3", "price / qty"),
    ("LEFT({} & 1, 3)", "title"),
    ("MAX(age, {}, SUM(lines.amount))", "qty"),
    ("NOT ({} AND qty > 1)", "done"),
    ("IFERROR({}, rate / qty)", "qty / price"),
    ('COALESCE(DATEADD({}, 1, "month"), due)', "day"),
    ("SWITCH({}, 1, 2, 2, 3, 4)", "qty"),
    ('IF(CONTAINS(tags, "vip"), {} + BUCKET_ASC(qty, lines.pieces), NOW() - moment)', "qty"),
)


@pytest.mark.parametrize(("form", "innermost"), NESTED)
@pytest.mark.parametrize("depth", [4, 12, 25])
def test_deep_nesting_is_right_or_refused_and_never_slow(
    laboratory: Laboratory, database: Database, form: str, innermost: str, depth: int
) -> None:
    """SQLite always answers, by the Python back end where its parser would give up."""
    source = innermost
    for _ in range(depth):
        source = form.replace("{}", source)
    compiled = compile_expression(node_of(laboratory, source))
    expected = {row["id"]: compiled.evaluate(row, laboratory.env) for row in laboratory.items}
    began = time.process_time()
    found, refusal = found_or_refused(laboratory, database, source)
    if refusal is None:
        assert found == {id: None if "#" in str(value) else value for id, value in expected.items()}
    else:
        assert (database.dialect, depth > 4) == ("postgresql", True)
        assert refusal in ("too_deep", "too_large")
    assert time.process_time() - began < 5


def found_or_refused(
    laboratory: Laboratory, database: Database, source: str
) -> tuple[dict[int, Any], str | None]:
    try:
        return values_of(laboratory, database, source), None
    except NotTranslatable as refused:
        return {}, refused.reason


def test_a_condition_too_deep_for_the_parser_still_filters(
    laboratory: Laboratory, database: Database
) -> None:
    source = "qty"
    for _ in range(20):
        source = f"ROUND({source} * price, 2)"
    compiled = compile_expression(node_of(laboratory, f"{source} > 0"))
    expected = {row["id"] for row in laboratory.items if compiled.evaluate(row, laboratory.env) is True}
    try:
        statement = kept_by(laboratory, database, f"{source} > 0")
    except NotTranslatable:
        assert database.dialect == "postgresql"
        return
    with database.reading() as connection:
        assert {id for (id,) in connection.execute(statement, execution_options=SCOPE)} == expected


def test_the_environment_decides_the_words(laboratory: Laboratory, database: Database) -> None:
    node = node_of(laboratory, "title & state & done")
    for language in ("zh-CN", "en"):
        env = sql_env(database, language=language)
        compiled = compile_expression(node)
        there = replace(laboratory.env, language=language)
        with database.reading() as connection:
            statement = select_items(laboratory, lambda row, env=env: translate(node, row, env))
            found = {row[0]: row[1] for row in connection.execute(statement, execution_options=SCOPE)}
        assert found == {row["id"]: compiled.evaluate(row, there) for row in laboratory.items}
