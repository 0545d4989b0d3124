"""Changesets: history reads from them, and any of them can be undone, days later too."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from runtime import changesets, records
from runtime.errors import NotFoundError
from tests.integration.runtime.selling import Shop, install, shop_forms


@pytest.fixture
def shop(platform: Any, cast: Any) -> Shop:
    install(platform, cast.admin, shop_forms())
    return Shop(platform, cast.admin)


def told(entry: Any) -> tuple[str, dict[str, tuple[Any, Any]]]:
    return entry.kind, {one.field: (one.old, one.new) for one in entry.changes if not one.is_derived}


def test_history_tells_every_field_from_what_to_what(shop, clock, cast):
    customer = shop.make("cust", name="A", code="x")
    clock.advance(hours=1)
    shop.as_(cast.lin).change("cust", customer, name="B")
    clock.advance(hours=1)
    shop.change("cust", customer, name="C", code=None)
    shop.delete("cust", customer)
    shop.restore("cust", customer)
    entries = shop.history("cust", customer)
    assert [told(one) for one in entries[:4]] == [
        ("restore", {}),
        ("delete", {}),
        ("update", {"name1": ("B", "C"), "code1": ("x", None)}),
        ("update", {"name1": ("A", "B")}),
    ]
    creation = entries[-1]
    assert creation.kind == "create"
    assert told(creation)[1]["name1"] == (None, "A")
    assert entries[3].changeset.member_id == cast.lin.member_id
    assert entries[3].at == entries[4].at + timedelta(hours=1)


def test_decision_changesets_computed_cells_are_marked_derived(shop):
    customer = shop.make("cust", name="A")
    shop.make("ord", cust=customer, paid=10)
    newest = shop.history("cust", customer)[0]
    assert newest.is_derived
    assert {one.field: (one.old, one.new) for one in newest.changes}["total1"] == (0, Decimal(10))


def test_decision_changesets_an_insert_writes_no_change(shop, platform):
    """docs/decisions, "Changesets": `created_in` on the record says it."""
    from runtime.store import changeset_rows

    outcome = shop.create("stage", name="S", kind="open")
    with platform.reading(shop.actor) as work:
        found = list(
            changeset_rows.changes_of_changeset(work.connection, work.workspace.id, outcome.changeset_id)
        )
        [row] = [one for one in changesets.list_changesets(work) if one.id == outcome.changeset_id]
    assert found == []
    assert (row.action, row.records) == ("create", 1)


def test_reverting_a_change_puts_values_back(shop, clock):
    customer = shop.make("cust", name="A", code="x", tags=["hot"])
    outcome = shop.change("cust", customer, name="B", code="y", tags=[])
    clock.advance(days=3)
    done = shop.revert(outcome.changeset_id)
    assert (done.restored, done.skipped) == (1, [])
    values = shop.get("cust", customer)
    assert (values["name"], values["code"], values["tags"]) == ("A", "x", ("hot1",))


def test_reverting_keeps_what_somebody_changed_since(shop):
    customer = shop.make("cust", name="A", code="x")
    outcome = shop.change("cust", customer, name="B", code="y")
    shop.change("cust", customer, name="Newer")
    tried = shop.revert(outcome.changeset_id, is_dry_run=True)
    assert tried.restored == 1
    assert tried.changeset_id is None
    assert [(one.record_id, one.code, one.fields) for one in tried.skipped] == [
        (customer, "edited", ("name1",))
    ]
    assert shop.get("cust", customer)["code"] == "y"
    done = shop.revert(outcome.changeset_id)
    assert (done.restored, len(done.skipped)) == (1, 1)
    assert (shop.get("cust", customer)["name"], shop.get("cust", customer)["code"]) == ("Newer", "x")


def test_reverting_a_creation_deletes_and_figures_follow(shop, platform):
    customer = shop.make("cust", name="A")
    with platform.writing(shop.actor) as work:
        form = shop.open(work, "ord", "add")
        outcomes = records.create_many(work, form, [{"cust": customer, "paid": 5}] * 3)
    edited = outcomes[0].record.id
    shop.change("ord", edited, paid=6)
    assert shop.get("cust", customer)["total"] == 16
    done = shop.revert(outcomes[0].changeset_id)
    assert (done.deleted, [one.record_id for one in done.skipped]) == (2, [edited])
    assert (shop.get("cust", customer)["count"], shop.get("cust", customer)["total"]) == (1, 6)


def test_reverting_a_deletion_brings_back_unless_the_value_was_taken(shop):
    first, second = shop.make("cust", name="A", code="x"), shop.make("cust", name="B", code="y")
    one, two = shop.delete("cust", first), shop.delete("cust", second)
    shop.make("cust", name="C", code="x")
    assert [(s.record_id, s.code) for s in shop.revert(one.changeset_id).skipped] == [(first, "unique")]
    assert shop.revert(two.changeset_id).undeleted == 1
    assert sorted(shop.names("cust")) == ["B", "C"]


def test_a_revert_is_itself_reverted(shop):
    customer = shop.make("cust", name="A")
    outcome = shop.change("cust", customer, name="B")
    undone = shop.revert(outcome.changeset_id)
    assert shop.revert(outcome.changeset_id).problems[0].code == "changeset.is_reverted"
    shop.revert(undone.changeset_id)
    assert shop.get("cust", customer)["name"] == "B"
    assert shop.revert(outcome.changeset_id).is_done
    assert shop.get("cust", customer)["name"] == "A"


def test_reverting_lines_brings_the_same_lines_back(shop):
    pen = shop.make("item", name="Pen", price=2)
    order = shop.make("ord", lines=[{"item": pen, "qty": 1}, {"item": pen, "qty": 2}])
    before = shop.get("ord", order)["lines"]
    outcome = shop.change("ord", order, lines=[{"item": pen, "qty": 9}])
    assert shop.get("ord", order)["amount"] == 18
    shop.revert(outcome.changeset_id)
    assert shop.get("ord", order)["lines"] == before
    assert shop.get("ord", order)["amount"] == 6


def test_decision_changesets_may_span_transactions(shop, platform):
    customer = shop.make("cust", name="A")
    with platform.writing(shop.actor) as work:
        form = shop.open(work, "ord", "import")
        changeset = changesets.open_changeset(work, form, "import", {"file": "a.xlsx"})
    for _ in range(3):
        with platform.writing(shop.actor) as work:
            form = shop.open(work, "ord", "import")
            raws = [{"cust": customer, "paid": 1}, {"cust": customer, "paid": 2}]
            records.create_many(work, form, raws, changeset=changeset)
    assert shop.revert(changeset, is_dry_run=True).problems[0].code == "changeset.is_open"
    with platform.writing(shop.actor) as work:
        changesets.close_changeset(work, changeset)
        assert changesets.get_changeset(work, changeset).records == 6
    assert shop.get("cust", customer)["total"] == 9
    assert shop.revert(changeset).deleted == 6
    assert shop.get("cust", customer)["total"] == 0
    assert shop.names("ord", "no") == []


def test_whoever_did_not_make_a_changeset_cannot_see_it(shop, cast, platform):
    outcome = shop.create("cust", name="A")
    with platform.reading(cast.lin) as work:
        assert changesets.list_changesets(work) == []
        with pytest.raises(NotFoundError):
            changesets.get_changeset(work, outcome.changeset_id)
