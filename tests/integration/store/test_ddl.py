"""Schema operations: additive, idempotent, in the publish's transaction, the same on both engines."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection, inspect
from sqlalchemy.exc import IntegrityError

from runtime.store import ddl, indexes, physical_rows, record_reads, record_rows
from runtime.store.database import Database, RetryError, recorded_statements
from runtime.store.errors import UniqueConflictError
from runtime.store.physical import Numbers, record_tables
from tests.integration.store.conftest import (
    APP,
    NOW,
    WRITE,
    Ground,
    customer_form,
    field,
    form,
    order_form,
    record,
)


def tables_of(database: Database) -> set[str]:
    with database.reading() as connection:
        return {name for name in inspect(connection).get_table_names() if name[:2] in ("r_", "m_")}


def columns_of(database: Database, table: str) -> set[str]:
    with database.reading() as connection:
        scoped = connection.execution_options(scope=WRITE)
        return {column["name"] for column in inspect(scoped).get_columns(table)}


def with_fields(base: Any, *more: Any, **changes: Any) -> Any:
    return replace(base, fields=(*base.fields, *more), **changes)


def test_tables_hold_what_the_form_says(ground: Ground) -> None:
    [_, orders] = ground.tables(customer_form, order_form)
    assert {"f_title1", "s_title1", "f_amount1", "f_cust1", "deleted_at"} <= columns_of(
        ground.database, orders.table.name
    )
    line = orders.lines["lines1"]
    assert columns_of(ground.database, line.table.name) == {"id", "record", "position", "f_item1", "f_qty1"}
    for table in (orders.table, line.table, orders.values["tags1"].table, line.values["ltags1"].table):
        assert {one.name for one in table.c} == columns_of(ground.database, table.name)


def test_storing_again_changes_nothing(ground: Ground) -> None:
    first = ground.store(customer_form, order_form)
    with recorded_statements() as statements:
        again = ground.store(customer_form, order_form)
    assert first.created
    assert not again.created
    assert not again.added
    assert not again.to_fill
    assert not [one for one in statements if one.startswith(("CREATE TABLE", "ALTER"))]
    assert again.numbers == first.numbers


def test_a_rolled_back_publish_leaves_nothing(ground: Ground) -> None:
    ground.store(customer_form)
    before, shape = tables_of(ground.database), columns_of(ground.database, "r_1")

    def publish(connection: Connection) -> None:
        wider = with_fields(customer_form, field("extra1", "text", is_unique=True))
        ddl.store_forms(connection, ground.workspace_id, APP, [wider, order_form])
        raise RuntimeError("refused")

    with pytest.raises(RuntimeError, match="refused"), ground.database.writing() as connection:
        publish(connection)
    assert tables_of(ground.database) == before
    assert columns_of(ground.database, "r_1") == shape
    with ground.database.reading() as connection:
        assert len(physical_rows.list_tables(connection, ground.workspace_id)) == 1
        assert "f_extra1" not in physical_rows.columns_of(connection, ground.workspace_id, 1)
    assert ground.store(order_form).numbers.of_form("order1") not in (0, 1)


def test_a_new_field_leaves_old_rows_and_old_readers_alone(ground: Ground) -> None:
    [old] = ground.tables(customer_form)
    row = record(name1="Li")
    with ground.database.writing() as connection:
        record_rows.insert_rows(connection, old, [row], scope=WRITE)
    wider = with_fields(
        customer_form, field("vip1", "yes_no"), field("score1", "formula", config={"expression": "1"})
    )
    stored = ground.store(wider)
    assert [one.name for one in stored.to_fill] == ["f_score1"]
    with ground.database.reading() as connection:
        assert physical_rows.filling_fields(connection, ground.workspace_id) == {(old.number, "score1")}
        for tables in (old, stored.tables["customer1"]):
            assert (
                record_reads.read_rows(connection, tables, [row["id"]], None, scope=WRITE)[row["id"]]["name1"]
                == "Li"
            )
    with ground.database.writing() as connection:
        physical_rows.set_ready(connection, ground.workspace_id, old.number, "score1")
        record_rows.insert_rows(connection, old, [record(name1="by an old reader")], scope=WRITE)
    assert not ground.store(wider).to_fill


def test_a_removed_field_keeps_its_column_and_comes_back_filling(ground: Ground) -> None:
    score = field("score1", "formula", config={"expression": "1"})
    whole = with_fields(customer_form, score)
    [tables] = ground.tables(whole)
    row = record(name1="Li", score1=None, code1="1")
    with ground.database.writing() as connection:
        record_rows.insert_rows(connection, tables, [row], scope=WRITE)
    name, code = customer_form.fields
    ground.store(replace(customer_form, fields=(code,), removed=(name, score)))
    assert {"f_name1", "f_score1"} <= columns_of(ground.database, tables.table.name)
    back = ground.store(whole)
    assert not back.added
    assert [one.field for one in back.to_fill] == ["score1"]
    with ground.database.reading() as connection:
        found = record_reads.read_rows(connection, back.tables["customer1"], [row["id"]], None, scope=WRITE)
    assert found[row["id"]]["name1"] == "Li"


def test_forms_may_link_in_a_ring_and_to_themselves(ground: Ground) -> None:
    chicken = form(
        "chicken1",
        field("egg1", "link", config={"form": "egg1"}),
        field("boss1", "link", config={"form": "chicken1"}),
    )
    egg = form("egg1", field("layer1", "link", config={"form": "chicken1"}))
    hens, eggs = ground.tables(chicken, egg)
    hen, chick, one = record(), record(), record()
    hen.update(egg1=one["id"], boss1=chick["id"])
    one.update(layer1=hen["id"])
    with ground.database.writing() as connection:
        record_rows.insert_rows(connection, hens, [hen, chick], scope=WRITE)
        record_rows.insert_rows(connection, eggs, [one], scope=WRITE)
    with pytest.raises(IntegrityError), ground.database.writing() as connection:
        record_rows.insert_rows(connection, eggs, [record(layer1=12345)], scope=WRITE)


def test_a_link_added_to_a_table_in_use_is_checked_too(ground: Ground) -> None:
    _customers, orders = ground.tables(customer_form, replace(order_form, fields=order_form.fields[:1]))
    with ground.database.writing() as connection:
        record_rows.insert_rows(connection, orders, [record()], scope=WRITE)
    [wide] = ground.tables(order_form)
    with pytest.raises(IntegrityError), ground.database.writing() as connection:
        record_rows.insert_rows(connection, wide, [record(cust1=12345)], scope=WRITE)
    with ground.database.writing() as connection:
        expected = 1 if ground.database.dialect == "postgresql" else 0
        assert ddl.validate_references(connection) == expected
        assert ddl.validate_references(connection) == 0


def test_unique_counts_live_rows_and_ignores_case_and_width(ground: Ground) -> None:
    [tables] = ground.tables(customer_form)
    first, second = record(code1="Ａb  1"), record(code1=" aB 1 ")
    with ground.database.writing() as connection:
        record_rows.insert_rows(connection, tables, [first], scope=WRITE)
    with pytest.raises(UniqueConflictError), ground.database.writing() as connection:
        record_rows.insert_rows(connection, tables, [second], scope=WRITE)
    with ground.database.writing() as connection:
        record_rows.update_row(connection, tables, first["id"], 1, {"deleted_at": NOW}, scope=WRITE)
        record_rows.insert_rows(connection, tables, [second, record(), record()], scope=WRITE)
    with pytest.raises(RetryError), ground.database.writing() as connection:
        record_rows.update_row(connection, tables, first["id"], 2, {"deleted_at": None}, scope=WRITE)


class _RefusedError(Exception):
    pass


def publish_and_roll_back(ground: Ground, changed: Any) -> list[tuple[str, tuple[str, ...]]]:
    """What keeps it from being published."""
    found: list[tuple[str, tuple[str, ...]]] = []
    with contextlib.suppress(_RefusedError), ground.database.writing() as connection:
        stored = ddl.store_forms(connection, ground.workspace_id, APP, [changed])
        found += [(one.field, one.values) for one in stored.duplicates]
        raise _RefusedError
    return found


def test_a_field_becomes_unique_only_when_it_is(ground: Ground) -> None:
    [tables] = ground.tables(customer_form)
    rows = [record(name1="Li"), record(name1="li "), record(name1="Wang"), record()]
    with ground.database.writing() as connection:
        record_rows.insert_rows(connection, tables, rows, scope=WRITE)
    name, code = customer_form.fields
    unique = replace(customer_form, fields=(replace(name, is_unique=True), code))
    assert publish_and_roll_back(ground, unique) == [("name1", ("li",))]
    with ground.database.writing() as connection:
        record_rows.update_row(connection, tables, rows[1]["id"], 1, {"name1": "Zhao"}, scope=WRITE)
    [strict] = ground.tables(unique)
    with pytest.raises(UniqueConflictError), ground.database.writing() as connection:
        record_rows.insert_rows(connection, strict, [record(name1="WANG")], scope=WRITE)
    # Off again: repeated values may come, and stand in the way of turning it on.
    ground.store(customer_form)
    with ground.database.writing() as connection:
        record_rows.insert_rows(connection, tables, [record(name1="WANG")], scope=WRITE)
        stored = ddl.store_forms(connection, ground.workspace_id, APP, [unique])
        assert [(one.field, one.values) for one in stored.duplicates] == [("name1", ("wang",))]


def test_links_and_lines_are_indexed_and_little_else(ground: Ground) -> None:
    customers, orders = ground.tables(customer_form, replace(order_form, member_scope="own"))
    with ground.database.reading() as connection:
        made = [one for one in indexes.list_indexes(connection, orders) if one.startswith(("ix_", "ux_"))]
        assert made == [f"ix_{orders.table.name}_{one}" for one in ("created_in_id", "f_cust1", "owner_id")]
        made = [one for one in indexes.list_indexes(connection, customers) if one.startswith(("ix_", "ux_"))]
        table = customers.table.name
        assert made == [f"ix_{table}_created_in_id", f"ux_{table}_u_code1"]


def test_tables_of_one_shape_are_one_object() -> None:
    numbers = Numbers({("customer1", ""): 5})
    assert record_tables(customer_form, numbers) is record_tables(
        replace(customer_form, key="renamed"), numbers
    )
    assert record_tables(customer_form, numbers) is not record_tables(
        customer_form, Numbers({("customer1", ""): 6})
    )


def test_two_workspaces_never_share_a_number(ground: Ground) -> None:
    from tests.integration.store.conftest import make_ground

    other = make_ground(ground.database)
    first, second = ground.store(order_form), other.store(order_form)
    assert not set(first.numbers.by_element.values()) & set(second.numbers.by_element.values())
