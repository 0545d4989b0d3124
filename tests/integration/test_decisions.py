"""Decisions that no other test is named for: docs/decisions names each of these beside its own.

Through the public functions, on both engines. tests/architecture/test_decisions.py holds the pages to them.
"""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from builder.forms import Form, pick_label
from builder.ids import RECORD_ID_LENGTH, show_record_id
from builder.problems import Problem
from runtime import queries, records, sessions
from runtime.errors import NotFoundError
from runtime.imports import filling as import_filling
from runtime.imports import runs
from runtime.jobs import enqueue, list_jobs
from runtime.queries import Selection
from runtime.sessions import SignedIn
from runtime.sheets.limits import DEFAULT_LIMITS
from runtime.store import process_lock, schema
from runtime.store.database import Database, recorded_statements
from tests.cast import PASSWORD
from tests.integration.runtime.selling import (
    TAGS,
    Shop,
    codes,
    field,
    form,
    formula,
    install,
    link,
    rollup,
    shop_forms,
)

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def shop(platform: Any, cast: Any) -> Shop:
    install(platform, cast.admin, shop_forms())
    return Shop(platform, cast.admin)


def test_decision_identity_records_are_short_and_in_order_of_time(shop: Shop) -> None:
    """The id is known before the INSERT, grows with time, and its 13 signs sort as the number does."""
    made = [shop.make("cust", name=f"c{nth}") for nth in range(5)]
    shown = [show_record_id(one) for one in made]
    assert made == sorted(made)
    assert max(made) < 2**63
    assert shown == sorted(shown)
    assert {len(one) for one in shown} == {RECORD_ID_LENGTH} == {13}


def test_decision_identity_a_table_is_named_by_number_and_columns_by_id(shop: Shop) -> None:
    with shop.platform.reading(shop.actor) as work:
        customers = shop.open(work, "cust", "view")
        with recorded_statements() as seen:
            queries.page(work, customers, Selection(), 1)
    text = " ".join(seen)
    assert f"r_{customers.number}" in text
    assert "f_name1" in text
    assert "cust" not in text.replace("f_cust", "")


def test_decision_sessions_the_cookie_s_token_is_nowhere_in_the_database(platform: Any, cast: Any) -> None:
    signed_in = sessions.sign_in(platform, "lin@example.com", PASSWORD, ip="10.0.0.1")
    assert isinstance(signed_in, SignedIn)
    other = sessions.sign_in(platform, "lin@example.com", PASSWORD, ip="10.0.0.1")
    assert isinstance(other, SignedIn)
    assert signed_in.token != other.token
    assert sessions.enter(platform, signed_in.token, "hua").member_id == cast.lin.member_id
    with platform.database.reading() as connection:
        kept = connection.execute(schema.session.select()).all()
    assert len(kept) == 2
    assert signed_in.token not in repr(kept)
    assert PASSWORD not in repr(kept)
    sessions.sign_out(platform, signed_in.token)
    assert sessions.find_session(platform, signed_in.token) is None
    with pytest.raises(NotFoundError):
        sessions.enter(platform, signed_in.token, "hua")
    assert sessions.find_session(platform, other.token) is not None


def test_decision_computed_fields_have_their_definers_rights(platform: Any, cast: Any) -> None:
    """Wang sees no order of Lin, and the same total as everybody."""
    customers = form("cust1", field("name1", "text"), rollup("sum1", "deal1", "of1", "SUM({#worth1})"))
    deals = form("deal1", link("of1", "cust1", key="of"), field("worth1", "money"), member_scope="own")
    install(platform, cast.admin, (customers, deals))
    lin, wang = Shop(platform, cast.lin), Shop(platform, cast.wang)
    customer = lin.make("cust", name="C")
    lin.make("deal", of=customer, worth="70")
    wang.make("deal", of=customer, worth="30")
    assert wang.names("deal", "worth") == [Decimal(30)]
    assert lin.get("cust", customer)["sum"] == wang.get("cust", customer)["sum"] == Decimal(100)


def test_decision_numbers_are_exact_to_eighteen_digits(platform: Any, cast: Any) -> None:
    """No float anywhere: eighteen digits come back, are added and compared exactly, and more is refused."""
    figures = form(
        "fig1",
        field("name1", "text"),
        field("worth1", "money", config={"digits": 18}),
        field("share1", "percent"),
        formula("twice1", "{#worth1} + {#worth1}", format="money"),
    )
    install(platform, cast.admin, (figures,))
    shop = Shop(platform, cast.admin)
    made = shop.make("fig", name="big", worth="12345678901234.5678", share="10%")
    shop.make("fig", name="cent", worth="0.01")
    shop.make("fig", name="dime", worth="0.10")
    seen = shop.get("fig", made)
    assert (seen["worth"], seen["share"]) == (Decimal("12345678901234.5678"), Decimal("0.1"))
    assert seen["twice"] == Decimal("24691357802469.1356")
    assert shop.names("fig", filter="worth = 12345678901234.5678") == ["big"]
    with platform.reading(cast.admin) as work:
        total = queries.aggregate(work, shop.open(work, "fig", "view"), [], ["SUM(worth)"])[0].measures[0]
    assert total == Decimal("12345678901234.6778")
    assert codes(shop.create("fig", worth="123456789012345.67")) != []
    assert codes(shop.create("fig", worth="0.00001")) != []


def test_decision_text_is_compared_by_code_point_and_never_by_like(shop: Shop) -> None:
    """NFC in, '' is blank, wildcards mean themselves, upper case is not lower case."""
    for name in ("Zoe", "abc", "100%", "10_0", "1000"):
        shop.make("cust", name=name)
    composed = shop.make("cust", name="Cafe\u0301")
    assert shop.get("cust", composed)["name"] == "Caf\u00e9"
    assert codes(shop.create("cust", name="")) == [("field.required", "name")]
    with recorded_statements() as seen:
        assert shop.names("cust", filter='CONTAINS(name, "0%")') == ["100%"]
        assert shop.names("cust", search="0_0") == ["10_0"]
        assert shop.names("cust", filter='name = "ABC"') == []
        assert set(shop.names("cust", filter='name < "a"')) == {"Zoe", "100%", "10_0", "1000", "Caf\u00e9"}
    assert seen
    assert " LIKE " not in " ".join(seen).upper()


def test_decision_time_is_kept_in_utc_today_is_the_workspace_s(platform: Any, cast: Any, clock: Any) -> None:
    """One second before and at Shanghai's midnight; an instant keeps its microseconds."""
    visits = form(
        "visit1",
        field("at1", "datetime"),
        formula("day1", "DAYS({#at1}, DATE(2026, 7, 1))", format="integer"),
        formula("today1", "TODAY()", result="date", today="live"),
    )
    install(platform, cast.admin, (visits,))
    shop = Shop(platform, cast.admin)
    visit = shop.make("visit", at="2026-07-07T00:30:00.123456+08:00")
    clock.set(datetime(2026, 7, 6, 15, 59, 59, tzinfo=UTC))
    seen = shop.get("visit", visit)
    assert seen["at"] == datetime(2026, 7, 6, 16, 30, 0, 123456, tzinfo=UTC)
    assert (seen["day"], seen["today"]) == (6, date(2026, 7, 6))
    clock.set(datetime(2026, 7, 6, 16, 0, 0, tzinfo=UTC))
    assert shop.get("visit", visit)["today"] == date(2026, 7, 7)


def test_decision_subforms_lines_mean_one_line_and_parent_the_form(platform: Any, cast: Any) -> None:
    """Inside an aggregate all columns are of the same line; PARENT is the form; tags keep their order."""
    lines = Form(
        "lines1",
        "lines",
        {"en": "Lines"},
        (
            field("qty1", "number"),
            field("price1", "money"),
            formula("net1", "{#qty1} * {#price1} * (1 - PARENT.{#off1})", format="money"),
        ),
    )
    bills = form(
        "bill1",
        field("off1", "percent"),
        field("tags1", "choices", options=TAGS),
        field("lines1", "subform", subform=lines),
        formula("gross1", "SUM({#lines1}.{#qty1} * {#lines1}.{#price1})", format="money"),
        formula("sum1", "SUM({#lines1}.{#net1})", format="money"),
    )
    install(platform, cast.admin, (bills,))
    shop = Shop(platform, cast.admin)
    bill = shop.make(
        "bill",
        off="10%",
        tags=["cold", "hot"],
        lines=[{"qty": "2", "price": "30"}, {"qty": "5", "price": "8"}],
    )
    seen = shop.get("bill", bill)
    assert (seen["gross"], seen["sum"]) == (Decimal(100), Decimal(90))
    assert [line["net1"] for line in seen["lines"]] == [Decimal(54), Decimal(36)]
    assert set(seen["tags"]) == {"hot1", "cold1"}
    version = shop.change("bill", bill, off="50%").record
    assert version is not None
    assert shop.get("bill", bill)["sum"] == Decimal(50)


def test_decision_sqlite_as_a_server_is_durable_and_gives_turns(platform: Any) -> None:
    """FULL synchronisation and WAL; whoever works in batches lets go of the writer after 150 ms."""
    from runtime import filling
    from runtime.bundles import demo

    batches = (filling.STEP_SECONDS, import_filling.BATCH_SECONDS, demo.STEP_SECONDS)
    assert max(batches) <= 0.15
    with platform.database.writing() as connection:
        if platform.database.dialect == "sqlite":
            assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
            assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        else:
            assert connection.exec_driver_sql("SHOW transaction_isolation").scalar() == "read committed"


def test_decision_ports_one_unit_of_work_commits_or_leaves_no_trace(shop: Shop) -> None:
    """A record and a job of one unit of work that breaks: neither was ever there."""

    def task(work: Any) -> None:
        customers = shop.open(work, "cust", "add")
        assert records.create(work, customers, {"name": "first"}).is_done
        enqueue(work, "daily.fields", {}, key="of-the-broken-unit")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        shop.platform.run(shop.actor, task)
    assert shop.names("cust") == []
    with shop.platform.reading(shop.actor) as work:
        assert "of-the-broken-unit" not in {job.key for job in list_jobs(work, state=None)}


def test_decision_files_meet_their_caps_before_anything_is_read(
    platform: Any, cast: Any, tmp_path: Path
) -> None:
    mebibyte = 1024 * 1024
    assert (DEFAULT_LIMITS.workbook_bytes, DEFAULT_LIMITS.text_bytes) == (20 * mebibyte, 512 * mebibyte)
    assert DEFAULT_LIMITS.cells == 2_000_000
    large = tmp_path / "large.xlsx"
    with large.open("wb") as file:
        file.truncate(20 * mebibyte + 1)
    refused = runs.receive(platform, cast.workspace_id, large, large.name)
    assert isinstance(refused, Problem), refused
    assert refused.code == "sheet.too_big", refused
    small = tmp_path / "small.csv"
    small.write_text("name\nA\n", encoding="utf-8")
    taken = [runs.receive(platform, cast.workspace_id, small, name) for name in ("one.csv", "two.csv")]
    assert not isinstance(taken[0], Problem)
    assert not isinstance(taken[1], Problem)
    assert taken[0].hash == taken[1].hash


def test_decision_labels_are_maps_by_language_tag(shop: Shop) -> None:
    """A label is there in every language that was given, and the nearest stands in for the others."""
    with shop.platform.reading(shop.actor) as work:
        assert work.catalogue.app("shop").label("zh-CN") == "商店"
        assert work.catalogue.app("shop").label("zh-TW") == "商店"
        assert work.catalogue.app("shop").label("en") == "Shop"
    assert pick_label({"en": "Only"}, "zh-CN") == "Only"
    assert pick_label({"zh-TW": "客戶", "en": "Customer"}, "zh-CN") == "客戶"


SECOND = """
import sys
from runtime.store import process_lock, schema
process_lock.SAFE_FOR_SEVERAL = (99, 0, 0)
from runtime.store.database import Database
Database(sys.argv[1])
print("opened")
"""


def test_decision_old_sqlite_refuses_a_second_process_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the command line meets a running server; afterwards, or on a new SQLite, it is let in."""

    def second_process() -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", SECOND, f"sqlite:///{tmp_path}/one.db"]
        return subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, timeout=60)

    monkeypatch.setattr(process_lock, "SAFE_FOR_SEVERAL", (99, 0, 0))
    server = Database(f"sqlite:///{tmp_path}/one.db")
    refused = second_process()
    server.close()
    assert refused.returncode != 0
    assert "stop it first, or use PostgreSQL" in refused.stderr
    assert second_process().stdout.strip() == "opened"
