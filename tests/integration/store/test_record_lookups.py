"""Finding records by value: sets in one statement, unique fields by their key, on both engines."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from runtime.store import record_lookups, record_pages, record_reads, record_rows
from runtime.store.database import recorded_statements
from runtime.store.membership import among, not_among
from runtime.store.physical import RecordTables
from runtime.store.record_pages import PageQuery, order_terms
from runtime.store.scopes import Scope, SystemScope
from tests.integration.store.conftest import NOW, WRITE, Ground, customer_form, order_form, record

UNIQUE = SystemScope("unique")


@pytest.fixture
def stored(ground: Ground) -> tuple[RecordTables, RecordTables]:
    customers, orders = ground.tables(customer_form, order_form)
    return customers, orders


VALUES = {
    "title1": ("a", "华为 'x'"),
    "count1": (1, -5),
    "amount1": (Decimal("1.5000"), Decimal("-0.0001")),
    "day1": (date(2026, 1, 1), date(2024, 2, 29)),
    "moment1": (datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, 1, 2, 3, 4, tzinfo=UTC)),
    "paid1": (True, False),
    "stage1": ("new1", "won1"),
    "seller1": (7, 2**62),
}


@pytest.mark.parametrize("name", VALUES)
def test_records_are_found_by_values_of_any_type(
    ground: Ground, stored: tuple[RecordTables, RecordTables], name: str
) -> None:
    one, other = VALUES[name]
    first, second, blank = record(**{name: one}), record(**{name: other}), record()
    with ground.database.writing() as connection:
        record_rows.insert_rows(connection, stored[1], [first, second, blank], scope=WRITE)
    with ground.database.reading() as connection:
        found = record_lookups.find_by_values(connection, stored[1], name, [one, None], scope=WRITE)
        assert found == {one: [first["id"]]}
        columns = stored[1].columns[name]
        for condition, ids in (
            (among(connection, columns, [one, other]), {first["id"], second["id"]}),
            (not_among(connection, columns, [one]), {second["id"]}),
            (among(connection, columns, []), set()),
        ):
            page = record_pages.select_page(
                connection,
                stored[1],
                PageQuery(order_terms(stored[1], []), where=condition),
                scope=WRITE,
                limit=9,
            )
            assert {row["id"] for row in page.rows} == ids


def test_unique_fields_are_found_by_what_counts_as_the_same(
    ground: Ground, stored: tuple[RecordTables, RecordTables]
) -> None:
    customers = stored[0]
    live, gone = record(code1="Lin & Co"), record(code1="Old")
    with ground.database.writing() as connection:
        record_rows.insert_rows(connection, customers, [live, gone], scope=WRITE)
        record_rows.update_row(connection, customers, gone["id"], 1, {"deleted_at": NOW}, scope=WRITE)
    asked = ["ＬＩＮ &  co", "old", "never"]
    with ground.database.reading() as connection:
        assert record_lookups.find_by_values(connection, customers, "code1", asked, scope=WRITE) == {
            "ＬＩＮ &  co": [live["id"]]
        }
        assert record_lookups.used_values(connection, customers, "code1", asked, scope=UNIQUE) == {
            "ＬＩＮ &  co": live["id"]
        }
        assert not record_lookups.used_values(
            connection, customers, "code1", asked, scope=UNIQUE, except_ids=[live["id"]]
        )


def test_thousands_of_values_are_one_statement(
    ground: Ground, stored: tuple[RecordTables, RecordTables]
) -> None:
    rows = [record(count1=n) for n in range(3000)]
    with ground.database.writing() as connection:
        record_rows.insert_rows(connection, stored[1], rows, scope=WRITE)
    with ground.database.reading() as connection, recorded_statements() as statements:
        found = record_lookups.find_by_values(connection, stored[1], "count1", range(40_000), scope=WRITE)
        assert len(found) == 3000
        assert len(statements) == 1


def test_several_fields_together_make_a_key(
    ground: Ground, stored: tuple[RecordTables, RecordTables]
) -> None:
    rows = [record(title1=title, count1=count) for title in "ab" for count in (1, 2)]
    with ground.database.writing() as connection:
        record_rows.insert_rows(connection, stored[1], rows, scope=WRITE)
    keys: list[tuple[Any, ...]] = [("a", 2), ("b", 1), ("b", None), ("c", 1)]
    with ground.database.reading() as connection:
        found = record_lookups.find_by_keys(connection, stored[1], ["title1", "count1"], keys, scope=WRITE)
    assert found == {("a", 2): [rows[1]["id"]], ("b", 1): [rows[2]["id"]]}


def test_links_are_walked_both_ways(ground: Ground, stored: tuple[RecordTables, RecordTables]) -> None:
    customers, orders = stored
    owner, other = record(name1="李"), record()
    linked, unlinked = record(cust1=owner["id"]), record()
    with ground.database.writing() as connection:
        record_rows.insert_rows(connection, customers, [owner, other], scope=WRITE)
        record_rows.insert_rows(connection, orders, [linked, unlinked], scope=WRITE)
    ids = [linked["id"], unlinked["id"]]
    with ground.database.reading() as connection:
        assert record_reads.find_targets(connection, orders, "cust1", ids, scope=WRITE, limit=9) == {
            owner["id"]
        }
        assert record_reads.find_linking(
            connection, orders, "cust1", [owner["id"]], scope=WRITE, limit=9
        ) == {linked["id"]}
        titles = record_reads.read_titles(
            connection, customers, "name1", [owner["id"], 5], scope=SystemScope("title")
        )
        assert titles == {owner["id"]: ("李", False)}


def test_counting_stops_at_the_cap(ground: Ground, stored: tuple[RecordTables, RecordTables]) -> None:
    with ground.database.writing() as connection:
        record_rows.insert_rows(connection, stored[1], [record(count1=n) for n in range(20)], scope=WRITE)
    everything = Scope.everything(ground.workspace_id, stored[1].number)
    small = stored[1].columns["count1"] < 5
    with ground.database.reading() as connection:
        for where, most, count in ((None, 7, 7), (None, None, 20), (small, 100, 5)):
            assert (
                record_reads.count_up_to(connection, stored[1], where, scope=everything, most=most) == count
            )


@pytest.mark.parametrize(
    ("sought", "is_found"), [("WEI", True), ("为W", True), ("%", False), ("_", False), ("ß", False)]
)
def test_text_is_searched_without_wildcards(
    ground: Ground, stored: tuple[RecordTables, RecordTables], sought: str, is_found: bool
) -> None:
    with ground.database.writing() as connection:
        record_rows.insert_rows(connection, stored[1], [record(title1="华为Wei")], scope=WRITE)
        condition = record_lookups.contains_text(connection, stored[1], ["title1", "note1", "count1"], sought)
        found = record_reads.count_up_to(connection, stored[1], condition, scope=WRITE, most=None)
    assert bool(found) == is_found


def test_groups_are_figured_in_the_database(
    ground: Ground, stored: tuple[RecordTables, RecordTables]
) -> None:
    from sqlalchemy import func

    rows = [
        record(stage1=stage, amount1=Decimal(n)) for n, stage in enumerate(["won1", "new1", "won1", None])
    ]
    with ground.database.writing() as connection:
        record_rows.insert_rows(connection, stored[1], rows, scope=WRITE)
    stage, amount = stored[1].columns["stage1"], stored[1].columns["amount1"]
    with ground.database.reading() as connection:
        found = record_pages.aggregate(
            connection, stored[1], scope=WRITE, groups=[stage], measures=[func.count(), func.max(amount)]
        )
    assert found == [("new1", 1, 1), ("won1", 2, 2), (None, 1, 3)]
