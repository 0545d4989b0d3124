"""Records: creating, changing, deleting and restoring through the record service, on both engines."""

from __future__ import annotations

import threading
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from builder.problems import Problem
from runtime import records
from runtime.errors import NotFoundError
from runtime.store.database import recorded_statements
from tests.integration.runtime.selling import Shop, codes, field, form, install, link, shop_forms


@pytest.fixture
def shop(platform: Any, cast: Any) -> Shop:
    install(platform, cast.admin, shop_forms())
    return Shop(platform, cast.admin)


# --- creating ----------------------------------------------------------------------------------------


def test_a_created_record_reads_back(shop):
    stage = shop.make("stage", name="Lead", kind="open")
    assert shop.get("stage", stage) == {"name": "Lead", "kind": "sopen1"}


def test_an_order_computes_its_lines_and_its_customer(shop):
    customer = shop.make("cust", name="华仪")
    pen, ink = shop.make("item", name="Pen", price="2.5"), shop.make("item", name="Ink", price=10)
    order = shop.make(
        "ord",
        cust=customer,
        date="2026-07-01",
        paid=5,
        lines=[{"item": pen, "qty": 4}, {"item": ink, "qty": "0.5"}],
    )
    values = shop.get("cust", customer)
    assert values["count"] == 1
    assert values["total"] == Decimal(20)
    assert values["last"] == date(2026, 7, 1)
    assert values["mean"] == Decimal(20)
    assert values["tier"] == "B"
    assert values["no"] == "CU-000001"
    stored = shop.get("ord", order)
    assert stored["no"] == "OR-2026-0001"
    assert stored["who"] == "华仪"
    assert [line["sum1"] for line in stored["lines"]] == [Decimal(10), Decimal(5)]


def test_all_problems_are_told_at_once_and_nothing_is_written(shop):
    outcome = shop.create("cust", name="", nope=1, total=5, tags=["what"])
    assert {place for _, place in codes(outcome)} >= {"name", "nope", "total", "tags"}
    assert outcome.record is None
    assert outcome.changeset_id is None
    assert shop.names("cust") == []


def test_problems_of_lines_name_the_line_as_it_was_given(shop):
    outcome = shop.create(
        "ord", lines=[{}, {"qty": "x"}, {"item": 17, "qty": 1}, {"qty": None, "item": None}]
    )
    assert ("lines.1.qty") in {place for _, place in codes(outcome)}
    outcome = shop.create("ord", lines=[{}, {"item": 17}])
    assert {("field.required", "lines.1.qty"), ("link.not_found", "lines.1.item")} <= set(codes(outcome))


def test_a_hidden_field_is_blank_when_new_and_kept_when_changed(shop):
    order = shop.make("ord", paid=50, note="keep me")
    shop.change("ord", order, paid=0, note="not looked at")
    assert shop.get("ord", order)["note"] == "keep me"
    new = shop.make("ord", paid=0, note="not shown")
    assert shop.get("ord", new)["note"] is None


def test_a_required_condition_counts_only_while_shown(shop):
    assert codes(shop.create("ord", paid=200)) == [("field.required", "note")]
    assert shop.create("ord", paid=200, note="x").is_done


def test_a_validation_refuses_in_its_own_words(shop):
    outcome = shop.create("ord", paid=-1)
    assert codes(outcome) == [("record.rule", "paid")]
    assert outcome.problems[0].params["message"]["en"] == "Nobody pays less than nothing"


def test_links_resolve_by_title_and_by_key_in_sets(shop):
    bo = shop.make("cust", name="Bo", code="K1")
    assert shop.get("ord", shop.make("ord", cust="Bo"))["cust"] == bo
    assert shop.get("ord", shop.make("ord", cust={"by": {"field": "code", "value": "k1"}}))["cust"] == bo
    assert codes(shop.create("ord", cust="Nobody")) == [("link.not_found", "cust")]
    shop.make("cust", name="Bo")
    assert codes(shop.create("ord", cust="Bo")) == [("link.several", "cust")]


def test_members_resolve_by_email_and_name(shop, cast):
    owner = shop.create("cust", name="A", owner="lin@example.com")
    assert owner.record is not None
    assert owner.record.owner == cast.lin.member_id
    assert codes(shop.create("cust", name="A", owner="nobody@example.com")) == [("member.not_found", "owner")]


def test_defaults_fill_what_was_not_given(platform, admin):
    install(
        platform,
        admin,
        (
            form(
                "task1", field("name1", "text", default='"New"'), field("due1", "date", default="TODAY() + 7")
            ),
        ),
    )
    shop = Shop(platform, admin)
    assert shop.get("task", shop.make("task")) == {"name": "New", "due": date(2026, 7, 13)}
    assert shop.get("task", shop.make("task", name=None))["name"] is None


def test_create_costs_four_statements_and_one_per_link(shop, platform):
    """Budget: no roll-ups read what is created here."""
    stage = shop.make("stage", name="Lead", kind="open")
    del stage
    with platform.writing(shop.actor) as work:
        handle = shop.open(work, "stage", "add")
        with recorded_statements() as seen:
            records.create(work, handle, {"name": "Won", "kind": "won"})
    assert len(seen) <= 4, seen


def test_bulk_creation_costs_the_same_number_of_statements(shop, platform):
    customers = [shop.make("cust", name=f"C{place}") for place in range(5)]
    counts = []
    for many in (10, 300):
        raws = [{"cust": customers[place % 5], "paid": place, "note": "x"} for place in range(many)]
        with platform.writing(shop.actor) as work, recorded_statements() as seen:
            outcomes = records.create_many(work, shop.open(work, "ord", "add"), raws)
            assert all(one.record for one in outcomes)
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_partial_creation_keeps_what_is_right(shop, platform):
    raws = [{"name": "A"}, {"name": ""}, {"name": "C"}]
    with platform.writing(shop.actor) as work:
        outcomes = records.create_many(work, shop.open(work, "cust", "add"), raws)
        assert [bool(one.record) for one in outcomes] == [False, False, False]
        outcomes = records.create_many(work, shop.open(work, "cust", "add"), raws, is_partial=True)
        assert [bool(one.record) for one in outcomes] == [True, False, True]
    assert sorted(shop.names("cust")) == ["A", "C"]


# --- serials and uniqueness ----------------------------------------------------------------------------


def test_serial_numbers_count_within_their_period(shop, clock):
    assert shop.get("ord", shop.make("ord"))["no"] == "OR-2026-0001"
    assert shop.get("ord", shop.make("ord"))["no"] == "OR-2026-0002"
    clock.advance(days=365)
    assert shop.get("ord", shop.make("ord"))["no"] == "OR-2027-0001"


def test_a_given_serial_number_is_kept_and_passed(shop):
    assert shop.get("cust", shop.make("cust", name="A", no="CU-000041"))["no"] == "CU-000041"
    assert shop.get("cust", shop.make("cust", name="B", no="OLD/7"))["no"] == "OLD/7"
    assert shop.get("cust", shop.make("cust", name="C"))["no"] == "CU-000042"


def test_a_refused_record_takes_no_number(shop):
    shop.create("cust", name="")
    assert shop.get("cust", shop.make("cust", name="A"))["no"] == "CU-000001"


def test_decision_locks_eight_writers_share_no_serial_number(shop):
    """Counters are locked by taking from them (docs/decisions, "Locks")."""
    outcomes: list[Any] = []

    def write(worker: int) -> None:
        made = (shop.create("cust", name=f"{worker}/{place}", code=f"shared {place}") for place in range(6))
        outcomes.extend(made)

    threads = [threading.Thread(target=write, args=(worker,)) for worker in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    made = [one for one in outcomes if one.record is not None]
    assert len(made) == 6
    assert len(outcomes) == 48
    assert {codes(one)[0] for one in outcomes if one.record is None} == {("unique.taken", "code")}
    numbers = shop.names("cust", "no")
    assert len(set(numbers)) == len(numbers) == 6


def test_a_unique_value_is_compared_normalised(shop):
    shop.make("cust", name="A", code="Lin Co")
    assert codes(shop.create("cust", name="B", code="  lin  CO ")) == [("unique.taken", "code")]
    assert shop.create("cust", name="C").is_done
    assert shop.create("cust", name="D").is_done


def test_a_value_twice_in_one_batch_is_taken_once(shop, platform):
    with platform.writing(shop.actor) as work:
        raws = [{"name": "A", "code": "x"}, {"name": "B", "code": "X"}]
        outcomes = records.create_many(work, shop.open(work, "cust", "add"), raws, is_partial=True)
    assert [bool(one.record) for one in outcomes] == [True, False]


# --- changing ------------------------------------------------------------------------------------------


def test_a_stale_save_gets_both_sides_of_every_field(shop):
    """Nothing is overwritten silently (docs/security.md)."""
    customer = shop.make("cust", name="A", code="one")
    assert shop.change("cust", customer, 1, name="Theirs").record.version == 2
    outcome = shop.change("cust", customer, 1, name="Mine", code="two")
    assert outcome.record is None
    assert outcome.conflict is not None
    sides = {one.field: (one.base, one.yours, one.theirs) for one in outcome.conflict.sides}
    assert sides == {"name1": ("A", "Mine", "Theirs"), "code1": ("one", "two", "one")}
    assert outcome.conflict.clashing == ("name1",)
    assert outcome.conflict.version == 2
    assert shop.get("cust", customer)["name"] == "Theirs"


def test_saving_what_is_there_changes_nothing(shop):
    customer = shop.make("cust", name="A")
    outcome = shop.change("cust", customer, 1, name="A")
    assert outcome.record.version == 1
    assert outcome.changeset_id is None


def test_lines_are_changed_added_and_removed(shop):
    pen = shop.make("item", name="Pen", price=2)
    order = shop.make("ord", lines=[{"item": pen, "qty": 1}, {"item": pen, "qty": 2}])
    first, second = shop.get("ord", order)["lines"]
    shop.change("ord", order, lines=[{"id": second["id"], "qty": 5}, {"item": pen, "qty": 7}])
    values = shop.get("ord", order)
    assert [(line["qty1"], line["sum1"]) for line in values["lines"]] == [(5, 10), (7, 14)]
    assert values["lines"][0]["id"] == second["id"]
    assert values["amount"] == 24
    outcome = shop.change("ord", order, lines=[{"id": first["id"], "qty": 1}])
    assert codes(outcome) == [("subform.line_gone", "lines.0.id")]


def test_a_line_of_another_record_is_not_taken(shop):
    order, other = shop.make("ord", lines=[{"qty": 1}]), shop.make("ord", lines=[{"qty": 2}])
    [line] = shop.get("ord", other)["lines"]
    assert codes(shop.change("ord", order, lines=[{"id": line["id"], "qty": 9}])) == [
        ("subform.line_gone", "lines.0.id")
    ]


def test_a_change_of_a_linked_record_reaches_its_readers(shop):
    pen = shop.make("item", name="Pen", price=2)
    customer = shop.make("cust", name="A")
    order = shop.make("ord", cust=customer, lines=[{"item": pen, "qty": 3}])
    version = shop.change("ord", order, paid=0).record.version
    shop.change("item", pen, price=5)
    assert shop.get("ord", order)["amount"] == 15
    assert shop.get("cust", customer)["total"] == 15
    shop.change("cust", customer, name="B")
    assert shop.get("ord", order)["who"] == "B"
    # what follows bumps no version (docs/decisions, "Locks")
    assert shop.change("ord", order, version, paid=1).record.version == version + 1


def test_decision_soft_delete_a_deleted_link_reads_as_blank(shop):
    customer = shop.make("cust", name="A")
    order = shop.make("ord", cust=customer)
    shop.delete("cust", customer)
    assert shop.get("ord", order)["who"] is None
    assert shop.get("ord", order)["cust"] == customer
    assert shop.change("ord", order, paid=1).is_done  # the old link may stay
    assert codes(shop.create("ord", cust=customer)) == [("link.not_found", "cust")]
    shop.restore("cust", customer)
    assert shop.get("ord", order)["who"] == "A"


# --- deleting and restoring -----------------------------------------------------------------------------


def test_decision_soft_delete_restoring_rechecks_uniqueness(shop):
    first = shop.make("cust", name="A", code="x")
    shop.delete("cust", first)
    second = shop.make("cust", name="B", code="x")
    assert codes(shop.restore("cust", first)) == [("unique.taken", "code")]
    shop.change("cust", second, code="y")
    assert shop.restore("cust", first).is_done
    assert sorted(shop.names("cust")) == ["A", "B"]


def test_a_deleted_record_is_nowhere_but_in_the_bin(shop):
    customer = shop.make("cust", name="A")
    shop.delete("cust", customer)
    assert shop.names("cust") == []
    with pytest.raises(NotFoundError):
        shop.get("cust", customer)
    assert shop.get("cust", customer, is_deleted=True)["name"] == "A"
    with pytest.raises(NotFoundError):
        shop.change("cust", customer, name="B")


# --- single-record forms -----------------------------------------------------------------------------


def test_a_single_form_has_exactly_one_record_with_its_defaults(shop):
    [record] = shop.page("param").records
    assert record.values["vip1"] == 1000
    assert record.values["rate1"] == Decimal("0.1")
    assert codes(shop.create("param", vip=1)) == [("record.single", None)]


def test_a_changed_parameter_reaches_every_record(shop):
    customer = shop.make("cust", name="A")
    shop.make("ord", cust=customer, paid=500, note="x")
    assert shop.get("cust", customer)["tier"] == "B"
    [record] = shop.page("param").records
    shop.change("param", record.id, vip=500)
    assert shop.get("cust", customer)["tier"] == "A"
    assert shop.names("cust", filter='tier = "A"') == ["A"]


# --- access ---------------------------------------------------------------------------------------------


@pytest.fixture
def private(platform: Any, cast: Any) -> Shop:
    """A form of which plain members see their own records only."""
    deals = form("deal1", field("name1", "text"), link("of1", "deal1", key="of"), member_scope="own")
    install(platform, cast.admin, (deals,))
    return Shop(platform, cast.admin)


def test_members_reach_their_own_records_only(private, cast):
    lin, wang = private.as_(cast.lin), private.as_(cast.wang)
    deal = lin.make("deal", name="Lin's")
    assert lin.names("deal") == ["Lin's"]
    assert wang.names("deal") == []
    assert private.names("deal") == ["Lin's"]
    for attempt in (
        lambda: wang.get("deal", deal),
        lambda: wang.change("deal", deal, name="x"),
        lambda: wang.delete("deal", deal),
        lambda: wang.history("deal", deal),
    ):
        with pytest.raises(NotFoundError):
            attempt()


def test_nobody_links_to_or_gives_away_what_he_cannot_see(private, cast):
    lin, wang = private.as_(cast.lin), private.as_(cast.wang)
    deal = lin.make("deal", name="Lin's")
    assert codes(wang.create("deal", name="W", of=deal)) == [("link.not_found", "of")]
    assert codes(wang.create("deal", name="W", owner="lin@example.com")) == [("owner.not_yours", "owner")]
    assert private.create("deal", name="A", owner="lin@example.com").is_done


# --- previews -------------------------------------------------------------------------------------------


def test_a_preview_computes_without_writing(shop, platform):
    pen = shop.make("item", name="Pen", price=2)
    with platform.reading(shop.actor) as work:
        found = records.preview(
            work, shop.open(work, "ord", "add"), {"paid": 150, "lines": [{"item": pen, "qty": 3}]}
        )
    assert found.values["amount1"] == 156
    assert found.values["lines1"][0]["sum1"] == 6
    assert "note" in found.visible
    assert "note" in found.required
    assert "amount" in found.readonly
    assert found.problems == (Problem("field.required", {}, "note"),)
    assert shop.names("ord", "no") == []


def test_a_preview_of_a_change_shows_live_fields(shop, platform):
    customer = shop.make("cust", name="A")
    shop.make("ord", cust=customer, date="2026-07-01")
    with platform.reading(shop.actor) as work:
        found = records.preview(work, shop.open(work, "cust", "edit"), {"name": "B"}, customer)
    assert found.values["since1"] == 5
    assert found.values["recent1"] == 1
    assert found.values["name1"] == "B"
