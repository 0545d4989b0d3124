"""Records come back as they went in, on both engines; parts, versions and locks included."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy.exc import StatementError

from runtime.store import record_reads, record_rows
from runtime.store.database import recorded_statements
from runtime.store.errors import OutOfRangeError, UnstorableTextError
from runtime.store.physical import RecordTables
from runtime.store.scopes import Scope
from tests.integration.store.conftest import NOW, WRITE, Ground, customer_form, order_form, record


@pytest.fixture
def orders(ground: Ground) -> RecordTables:
    return ground.tables(customer_form, order_form)[1]


def put(ground: Ground, tables: RecordTables, *rows: dict) -> None:
    with ground.database.writing() as connection:
        record_rows.insert_rows(connection, tables, rows, scope=WRITE)


def read(ground: Ground, tables: RecordTables, *ids: int, fields: list[str] | None = None) -> dict[int, dict]:
    with ground.database.reading() as connection:
        return record_reads.read_rows(connection, tables, ids, fields, scope=WRITE)


FULL = {
    "title1": "Ünïcode 订单 𠮷 \U0001f600",
    "note1": "a\nb\t“c”'; DROP TABLE r_1; --",
    "count1": 999_999_999_999_999_999,
    "amount1": Decimal("-99999999999999.9999"),
    "ratio1": Decimal("0.100000"),
    "weight1": Decimal("0.000001"),
    "day1": date(1, 1, 1),
    "moment1": datetime(1999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
    "paid1": False,
    "stage1": "won1",
    "seller1": 2**62 + 1,
    "total1": Decimal("12.3400"),
    "tags1": ("won1", "new1"),
}


def test_every_value_comes_back_exactly(ground: Ground, orders: RecordTables) -> None:
    lines = [{"item1": "笔", "qty1": Decimal("2.500000"), "ltags1": ("new1",)}, {"item1": None, "qty1": None}]
    row = record(**FULL, owner=ground.member_id, created_in=7, lines1=lines)
    put(ground, orders, row)
    found = read(ground, orders, row["id"])[row["id"]]
    for name, value in FULL.items():
        assert (found[name], type(found[name])) == (value, type(value)), name
    assert (found["created_at"], found["version"], found["owner"]) == (NOW, 1, ground.member_id)
    assert found["cust1"] is None
    assert found["deleted_at"] is None
    assert found["created_in"] == 7
    first, second = found["lines1"]
    assert first["item1"] == "笔"
    assert first["qty1"] == Decimal("2.5")
    assert first["ltags1"] == ("new1",)
    assert second["item1"] is None
    assert second["ltags1"] == ()
    assert second["id"] > first["id"]


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        ("count1", 10**18, OutOfRangeError),
        ("count1", Decimal("0.5"), OutOfRangeError),
        ("amount1", Decimal("1.00001"), OutOfRangeError),
        ("amount1", Decimal("1e30"), OutOfRangeError),
        ("amount1", Decimal("NaN"), OutOfRangeError),
        ("title1", "a\x00b", UnstorableTextError),
        ("note1", "\ud800", UnstorableTextError),
    ],
)
def test_what_no_column_holds_is_refused(
    ground: Ground, orders: RecordTables, name: str, value: object, error: type[Exception]
) -> None:
    row = record(**{name: value})
    with pytest.raises(error):
        put(ground, orders, row)
    assert read(ground, orders, row["id"]) == {}


def test_floats_and_naive_instants_never_enter(ground: Ground, orders: RecordTables) -> None:
    for name, value in (("amount1", 1.5), ("count1", True), ("moment1", datetime(2026, 1, 1)), ("day1", NOW)):
        with pytest.raises(StatementError, match="not a"):
            put(ground, orders, record(**{name: value}))


def test_blank_text_is_null(ground: Ground, orders: RecordTables) -> None:
    row = record(title1="", note1="")
    put(ground, orders, row)
    found = read(ground, orders, row["id"])[row["id"]]
    assert found["title1"] is None
    assert found["note1"] is None


def test_update_needs_the_version_it_read(ground: Ground, orders: RecordTables) -> None:
    row = record(title1="a", tags1=("new1",), lines1=[{"item1": "x"}, {"item1": "y"}])
    put(ground, orders, row)
    kept = read(ground, orders, row["id"])[row["id"]]["lines1"]
    changed = {"title1": "b", "amount1": Decimal("1.2"), "tags1": (), "lines1": [kept[1], {"item1": "z"}]}
    with ground.database.writing() as connection:
        assert record_rows.update_row(connection, orders, row["id"], 1, changed, scope=WRITE)
    with ground.database.writing() as connection:
        assert not record_rows.update_row(connection, orders, row["id"], 1, {"title1": "c"}, scope=WRITE)
    found = read(ground, orders, row["id"])[row["id"]]
    assert (found["title1"], found["version"], found["tags1"]) == ("b", 2, ())
    assert [line["item1"] for line in found["lines1"]] == ["y", "z"]
    assert found["lines1"][0]["id"] == kept[1]["id"]


def test_many_updates_of_several_shapes_are_all_counted(ground: Ground, orders: RecordTables) -> None:
    rows = [record(count1=n) for n in range(30)]
    put(ground, orders, *rows)
    changes = [(row["id"], 1, {"count1": 100} if n % 2 else {"title1": str(n)}) for n, row in enumerate(rows)]
    with ground.database.writing() as connection:
        assert record_rows.update_rows(connection, orders, changes, scope=WRITE)
    changes[7] = (rows[7]["id"], 99, {"count1": 1})
    with ground.database.writing() as connection:
        assert not record_rows.update_rows(connection, orders, changes, scope=WRITE)


def test_computed_cells_never_bump_the_version(ground: Ground, orders: RecordTables) -> None:
    row = record(total1=None)
    put(ground, orders, row)
    with ground.database.writing() as connection:
        record_rows.update_computed(connection, orders, {row["id"]: {"total1": Decimal(5)}}, scope=WRITE)
    found = read(ground, orders, row["id"])[row["id"]]
    assert (found["total1"], found["version"], found["updated_at"]) == (5, 1, NOW)


def test_a_line_cannot_move_into_another_record(ground: Ground, orders: RecordTables) -> None:
    mine, theirs = record(lines1=[{"item1": "mine"}]), record(lines1=[{"item1": "theirs"}])
    put(ground, orders, mine, theirs)
    stolen = read(ground, orders, theirs["id"])[theirs["id"]]["lines1"][0]
    with pytest.raises(LookupError), ground.database.writing() as connection:
        record_rows.update_row(connection, orders, mine["id"], 1, {"lines1": [stolen]}, scope=WRITE)
    assert read(ground, orders, theirs["id"])[theirs["id"]]["lines1"][0]["item1"] == "theirs"


def test_an_owner_scope_hides_others_records(ground: Ground, orders: RecordTables) -> None:
    mine, theirs = record(owner=1), record(owner=2)
    put(ground, orders, mine, theirs)
    own = Scope.owned_by(ground.workspace_id, orders.number, 1)
    nothing = Scope.nothing(ground.workspace_id, orders.number)
    with ground.database.reading() as connection:
        ids = [mine["id"], theirs["id"]]
        assert list(record_reads.read_rows(connection, orders, ids, None, scope=own)) == [mine["id"]]
        assert record_reads.read_rows(connection, orders, ids, None, scope=nothing) == {}


def test_reading_takes_a_statement_per_part_not_per_row(ground: Ground, orders: RecordTables) -> None:
    rows = [record(tags1=("new1",), lines1=[{"item1": str(n), "ltags1": ("won1",)}]) for n in range(40)]
    put(ground, orders, *rows)
    with recorded_statements() as statements:
        found = read(ground, orders, *(row["id"] for row in rows))
    assert len(found) == 40
    assert (
        len([one for one in statements if one.startswith("SELECT")]) == 4
    )  # records, tags, lines, their tags


def test_purged_records_leave_no_parts(ground: Ground, orders: RecordTables) -> None:
    rows = [record(tags1=("new1",), lines1=[{"item1": "x", "ltags1": ("won1",)}]) for _ in range(3)]
    put(ground, orders, *rows)
    with ground.database.writing() as connection:
        record_rows.remove_rows(connection, orders, [row["id"] for row in rows[:2]], scope=WRITE)
    assert list(read(ground, orders, *(row["id"] for row in rows))) == [rows[2]["id"]]
