"""Indexes follow saved views: made in the background, capped, none for what has no column."""

from __future__ import annotations

import pytest

from runtime import access, definitions, jobs
from runtime.store import indexes
from runtime.view_indexes import equal_fields, plan_of, plans_of
from tests.integration.runtime.designing import new_app, new_form

STAGE = {
    "key": "stage", "type": "choice", "labels": {"en": "Stage"},
    "options": [{"key": "open", "labels": {"en": "Open"}}, {"key": "won", "labels": {"en": "Won"}}],
}  # fmt: skip
AMOUNT = {"key": "amount", "type": "money", "labels": {"en": "Amount"}, "config": {"currency": "CNY"}}


@pytest.fixture
def form(platform, admin):
    new_app(platform, admin, "crm")
    return new_form(platform, admin, "crm", "deal", ["name", STAGE, AMOUNT])


def put(platform, actor, form, name, **words):
    document = {"kind": "view", "id": name, "key": name, "labels": {"en": name}, "form": form.id, **words}
    with platform.writing(actor) as work:
        view = definitions.put_view(work, work.catalogue.form("crm.deal"), document, is_shared=True)
    assert not isinstance(view, tuple), view
    return view


def names(platform, actor) -> set[str]:
    jobs.Worker(platform).run_until_idle()
    with platform.reading(actor) as work:
        handle = access.open_form(work, "crm.deal", to="view")
        return set(indexes.list_indexes(work.connection, handle.tables))


def test_form_without_views_is_indexed_for_its_list(platform, admin, form):
    assert any("created_at" in name for name in names(platform, admin))


def test_saved_view_gets_its_index(platform, admin, form):
    before = names(platform, admin)
    amount = form.form.by_key["amount"].id
    view = put(platform, admin, form, "won", filter='stage = "won" AND amount > 1', sort=[[amount, "desc"]])
    plan = plan_of(form, view)
    assert plan.name not in before
    assert plan.name in names(platform, admin)
    assert [column for column, _ in plan.columns] == [
        f"f_{form.form.by_key['stage'].id}", f"f_{amount}", "id",
    ]  # fmt: skip


def test_only_equality_with_a_constant_leads_an_index(form):
    stage = form.form.by_key["stage"].id
    assert equal_fields(form, 'stage = "won" AND name <> "x"') == [stage]
    assert equal_fields(form, 'stage = "won" OR amount = 1') == []
    assert equal_fields(form, "name = owner & name") == []
    assert equal_fields(form, None) == []


def test_views_of_a_form_share_a_cap(platform, admin, form):
    fields = [one.id for one in form.form.fields] + ["created_at", "updated_at"]
    for number in range(indexes.MOST_VIEW_INDEXES + 4):
        pair = [[fields[number % 5], "asc"], [fields[(number + 1 + number // 5) % 5], "desc"]]
        put(platform, admin, form, f"v{number}xx", sort=pair)
    with platform.reading(admin) as work:
        plans = list(plans_of(work, work.catalogue.app("crm")))
    assert len(plans) == len({plan.name for plan in plans}) == indexes.MOST_VIEW_INDEXES
