"""Keyset paging: walked forwards or backwards, pages make up the full sort, blanks last, ties by id."""

from __future__ import annotations

import functools
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.store import cursors, indexes, record_pages, record_rows
from runtime.store.columns.keys import sort_key
from runtime.store.database import recorded_statements
from runtime.store.physical import RecordTables
from runtime.store.record_pages import PageQuery, order_terms
from runtime.store.scopes import Scope
from tests.integration.store.conftest import WRITE, Ground, customer_form, order_form, record

FIELDS = {
    "title1": st.none() | st.sampled_from(["b", "A", "啊", "吧", "重庆", "长沙", "c"]),
    "amount1": st.none() | st.sampled_from([Decimal("-1.5"), Decimal(0), Decimal("2.0001")]),
    "day1": st.none() | st.dates(date(2026, 1, 1), date(2026, 1, 4)),
    "paid1": st.none() | st.booleans(),
    "count1": st.none() | st.integers(-2, 2),
    "stage1": st.none() | st.sampled_from(["won1", "new1"]),
}
ORDERS = st.lists(
    st.tuples(st.sampled_from([*FIELDS, "created_at"]), st.sampled_from(["asc", "desc"])),
    max_size=3,
    unique_by=lambda term: term[0],
)
POSITIONS = {"stage1": ("new1", "won1")}


@pytest.fixture
def orders(ground: Ground) -> RecordTables:
    return ground.tables(customer_form, order_form)[1]


def expected(rows: list[dict[str, Any]], order: list[tuple[str, str]]) -> list[int]:
    """The full sort, in Python."""

    def compare(one: dict[str, Any], other: dict[str, Any]) -> int:
        for name, way in order:
            left, right = _key(name, one.get(name)), _key(name, other.get(name))
            if left == right:
                continue
            if left is None or right is None:
                return 1 if left is None else -1
            return (1 if left > right else -1) * (1 if way == "asc" else -1)
        down = (order[-1][1] if order else "desc") == "desc"
        return (1 if one["id"] > other["id"] else -1) * (-1 if down else 1)

    return [row["id"] for row in sorted(rows, key=functools.cmp_to_key(compare))]


def _key(name: str, value: Any) -> Any:
    if name == "title1":
        return sort_key(value)
    return POSITIONS["stage1"].index(value) if name == "stage1" and value is not None else value


def walk(
    ground: Ground, tables: RecordTables, order: list[tuple[str, str]], size: int, *, back: bool
) -> list[int]:
    found: list[int] = []
    query = PageQuery(order_terms(tables, order, positions=POSITIONS), fields=())
    key: Any = None
    everything = Scope.everything(ground.workspace_id, tables.number)
    with ground.database.reading() as connection:
        if back:  # from beyond the end: read the last row first
            rest = record_pages.select_page(connection, tables, query, scope=everything, limit=10_000)
            if not rest.rows:
                return []
            found, key = [rest.rows[-1]["id"]], rest.keys[-1]
        while True:
            place = {"before" if back else "after": key}
            page = record_pages.select_page(connection, tables, query, scope=everything, limit=size, **place)
            ids = [row["id"] for row in page.rows]
            found = ids + found if back else found + ids
            if not page.has_more:
                return found
            key = cursors.read_cursor(cursors.write_cursor(page.keys[0] if back else page.keys[-1]))


def test_a_keyset_walk_equals_the_full_sort(ground: Ground, orders: RecordTables) -> None:
    @settings(max_examples=60)
    @given(rows=st.lists(st.fixed_dictionaries(FIELDS), max_size=25), order=ORDERS, size=st.integers(1, 6))
    def hold(rows: list[dict[str, Any]], order: list[tuple[str, str]], size: int) -> None:
        made = [record(**row) for row in rows]
        with ground.database.writing() as connection:
            record_rows.insert_rows(connection, orders, made, scope=WRITE)
        try:
            assert walk(ground, orders, order, size, back=False) == expected(made, order)
            assert walk(ground, orders, order, size, back=True) == expected(made, order)
        finally:
            with ground.database.writing() as connection:
                record_rows.remove_rows(connection, orders, [row["id"] for row in made], scope=WRITE)

    hold()


def test_deleted_records_and_others_records_stay_out(ground: Ground, orders: RecordTables) -> None:
    gone, mine, theirs = record(owner=1), record(owner=1), record(owner=2)
    with ground.database.writing() as connection:
        record_rows.insert_rows(connection, orders, [gone, mine, theirs], scope=WRITE)
        record_rows.update_row(
            connection, orders, gone["id"], 1, {"deleted_at": gone["created_at"]}, scope=WRITE
        )
    query = PageQuery(order_terms(orders, []))
    with ground.database.reading() as connection:
        own = Scope.owned_by(ground.workspace_id, orders.number, 1)
        page = record_pages.select_page(connection, orders, query, scope=own, limit=10)
    assert [row["id"] for row in page.rows] == [mine["id"]]


def test_a_page_is_one_statement_and_one_per_part(ground: Ground, orders: RecordTables) -> None:
    rows = [record(amount1=Decimal(n), tags1=("new1",), lines1=[{"item1": "x"}]) for n in range(30)]
    with ground.database.writing() as connection:
        record_rows.insert_rows(connection, orders, rows, scope=WRITE)
    terms = order_terms(orders, [("amount1", "desc")])
    everything = Scope.everything(ground.workspace_id, orders.number)
    with ground.database.reading() as connection, recorded_statements() as statements:
        page = record_pages.select_page(
            connection, orders, PageQuery(terms, fields=["amount1"]), scope=everything, limit=10
        )
        assert len(statements) == 1
        record_pages.select_page(
            connection,
            orders,
            PageQuery(terms, fields=["amount1"]),
            scope=everything,
            limit=10,
            after=page.keys[-1],
        )
        assert len(statements) == 2


def test_a_cursor_of_another_order_is_refused(ground: Ground, orders: RecordTables) -> None:
    everything = Scope.everything(ground.workspace_id, orders.number)
    with ground.database.reading() as connection, pytest.raises(ValueError, match="another order"):
        record_pages.select_page(
            connection, orders, PageQuery(order_terms(orders, [])), scope=everything, limit=1, after=(1, 2)
        )


@pytest.mark.parametrize(
    "text", ["", "x", "bm90IGpzb24", "W1siaSIsImEiXV0", "é", "W1siZCIsIk5vIl1d", "A" * 9000]
)
def test_nonsense_is_no_cursor(text: str) -> None:
    assert cursors.read_cursor(text) is None or text == ""


@pytest.mark.parametrize("way", ["asc", "desc"])
def test_a_view_index_serves_every_page_in_order(ground: Ground, orders: RecordTables, way: str) -> None:
    rows = [
        record(stage1=("new1", "won1")[n % 2], amount1=None if n % 50 == 0 else Decimal(n % 400))
        for n in range(4000)
    ]
    with ground.database.writing() as connection:
        record_rows.insert_rows(connection, orders, rows, scope=WRITE)
    plan = indexes.view_plan(orders, ["stage1"], [("amount1", way)])
    assert plan is not None
    indexes.ensure_indexes(ground.database, [plan])
    with ground.database.writing() as connection:
        indexes.analyze(connection, orders)
    everything = Scope.everything(ground.workspace_id, orders.number)
    query = PageQuery(
        order_terms(orders, [("amount1", way)]), where=orders.columns["stage1"] == "won1", fields=["amount1"]
    )
    with ground.database.reading() as connection:
        page = record_pages.select_page(connection, orders, query, scope=everything, limit=50)
        for after in (None, page.keys[-1]):
            with explained(connection) as plans:
                record_pages.select_page(connection, orders, query, scope=everything, limit=50, after=after)
            assert plan.name in plans[0], plans[0]
            assert "TEMP B-TREE FOR ORDER BY" not in plans[0], plans[0]
            assert "Seq Scan" not in plans[0], plans[0]


class explained:  # noqa: N801 — reads as a word
    """The plans of the statements that run meanwhile."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection

    def __enter__(self) -> list[str]:
        from sqlalchemy import event

        self.seen: list[tuple[str, Any]] = []
        self.plans: list[str] = []
        self.listener = lambda _c, _cu, statement, parameters, _x, _m: self.seen.append(
            (statement, parameters)
        )
        event.listen(self.connection, "before_cursor_execute", self.listener)
        return self.plans

    def __exit__(self, *_: object) -> None:
        from sqlalchemy import event

        event.remove(self.connection, "before_cursor_execute", self.listener)
        words = "EXPLAIN " if self.connection.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN "
        for statement, parameters in self.seen:
            rows = self.connection.exec_driver_sql(
                words + statement, parameters, execution_options={"scope": WRITE}
            )
            self.plans.append("\n".join(str(row) for row in rows))
