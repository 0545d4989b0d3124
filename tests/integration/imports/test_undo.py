"""Undo of large imports: a job in slices that can be killed, others saving in between."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from runtime import access, changesets, jobs, people, queries, records, undoing
from runtime.actors import Actor, Member
from runtime.errors import FencedError
from runtime.jobs import Job, Worker
from runtime.platform import Platform
from runtime.undoing import RevertOutcome, RevertRun, reverting, slices
from tests.cast import Cast
from tests.integration.imports.conftest import Import, add, table

Write = Callable[[str, str], Path]
KEYS = ("name", "address", "order_count", "order_amount")
UPSERT = {"mode": "upsert", "key": ["name"], "mapping": {"name": 0, "address": 1}}
ORDERS = [
    {"field": "no", "column": 0},
    {"field": "customer", "column": 1, "by": "name"},
    {"field": "date", "constant": "2026-05-06"},
    {"field": "amount_entered", "column": 2},
    {"field": "status", "constant": "已完成"},
]


def sheet(numbers: range, address: str) -> str:
    return "客户名称,地址\n" + "".join(f"公司{one:04d},{address}{one}\n" for one in numbers)


def revert(platform: Platform, actor: Actor, changeset: int) -> RevertOutcome:
    return platform.run(actor, lambda work: undoing.revert(work, changeset))


def find_run(platform: Platform, actor: Actor, changeset: int) -> RevertRun:
    with platform.reading(actor) as work:
        run = undoing.find_run(work, changesets.get_changeset(work, changeset))
    assert run is not None
    return run


def take_step(platform: Platform, worker: Worker) -> bool:
    """One slice by a worker that then dies: the next one has to wait for its lease."""
    job = worker._claim()
    if job is None:
        return False
    worker._take_step(job)
    platform.clock.advance(seconds=31)  # type: ignore[attr-defined]
    return True


def id_of(platform: Platform, actor: Actor, form: str, key: str, value: str) -> int:
    with platform.reading(actor) as work:
        handle = access.open_form(work, form, to="view")
        [found] = queries.page(work, handle, queries.Selection(f'{key} = "{value}"')).records
    return found.id


def change(platform: Platform, actor: Actor, form: str, record_id: int, **raw: Any) -> None:
    with platform.writing(actor) as work:
        handle = access.open_form(work, form, to="edit")
        assert records.update(work, handle, record_id, None, raw).is_done


@pytest.fixture
def small_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    """A handful of records is a lot already, and a slice has seven."""
    monkeypatch.setattr(reverting, "MOST_AT_ONCE", 10)
    monkeypatch.setattr(slices, "FIRST_SIZE", 7)
    monkeypatch.setattr(slices, "next_size", lambda size, seconds: 7)


def test_undo_of_a_large_import_equals_the_state_before(
    bring_in: Import, write_file: Write, platform: Platform, crm: Actor
) -> None:
    bring_in("crm.customer", write_file("before.csv", sheet(range(600), "旧")), UPSERT)
    before = table(platform, crm, "crm.customer", *KEYS)
    run = bring_in("crm.customer", write_file("large.csv", sheet(range(3000), "新")), UPSERT)
    assert (run.created, run.updated, run.failed) == (2400, 600, 0)
    with platform.reading(crm) as work:
        tried = undoing.revert(work, run.changeset, is_dry_run=True)
    assert (tried.is_about, tried.deleted, tried.restored, tried.kept) == (True, 2400, 600, 0)
    started = revert(platform, crm, run.changeset)
    assert started.job_id is not None
    with platform.reading(crm) as work:
        assert changesets.get_changeset(work, run.changeset).reverting_by == started.changeset_id
    Worker(platform).run_until_idle()
    done = find_run(platform, crm, run.changeset)
    assert (done.state, done.done, done.total) == ("done", 3000, 3000)
    assert (done.outcome.deleted, done.outcome.restored, done.outcome.kept) == (2400, 600, 0)
    assert table(platform, crm, "crm.customer", *KEYS) == before
    with platform.reading(crm) as work:
        changeset = changesets.get_changeset(work, run.changeset)
        undo = changesets.get_changeset(work, done.revert_id)
    assert (changeset.is_reverted, changeset.is_being_reverted) == (True, False)
    assert (undo.is_open, undo.reverts, undo.records) == (False, run.changeset, 3000)

    # The undo is a changeset of its own: undone as well, by a job too, the import is back.
    assert revert(platform, crm, done.revert_id).job_id is not None
    Worker(platform).run_until_idle()
    assert len(table(platform, crm, "crm.customer", "name")) == 3000
    with platform.reading(crm) as work:
        assert not changesets.get_changeset(work, run.changeset).is_reverted


@pytest.fixture
def orders(bring_in: Import, write_file: Write, platform: Platform, crm: Actor) -> int:
    """The changeset of forty imported orders of four customers."""
    for name in "甲乙丙丁":
        add(platform, crm, "crm.customer", {"name": name})
    text = "单号,客户,金额\n" + "".join(f"A-{one:02d},{'甲乙丙丁'[one % 4]},{one}\n" for one in range(40))
    run = bring_in("crm.order", write_file("orders.csv", text), {"mapping": ORDERS})
    assert run.created == 40
    return run.changeset


@pytest.mark.usefixtures("small_slices")
def test_killed_between_slices_it_goes_on_and_figures_follow(
    orders: int, platform: Platform, crm: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    revert(platform, crm, orders)
    real = jobs.settle
    calls = {"all": 0}

    def dying(*given: Any) -> Any:
        """Every other slice breaks at its very end, before anything is durable."""
        calls["all"] += 1
        if calls["all"] % 2:
            raise OSError("killed")
        return real(*given)

    monkeypatch.setattr(slices, "settle", dying)
    seen = []
    while take_step(platform, Worker(platform)):
        amounts = table(platform, crm, "crm.customer", "order_count", "order_amount")
        left = table(platform, crm, "crm.order", "amount")
        assert sum(count for count, _ in amounts) == len(left), "roll-ups are right after every slice"
        assert sum(amount or 0 for _, amount in amounts) == sum(amount for (amount,) in left)
        seen.append(len(left))
    assert sorted(set(seen), reverse=True) == [40, 33, 26, 19, 12, 5, 0]
    done = find_run(platform, crm, orders)
    assert (done.state, done.done, done.outcome.deleted) == ("done", 40, 40)
    with platform.reading(crm) as work:
        assert changesets.get_changeset(work, done.revert_id).records == 40


@pytest.mark.usefixtures("small_slices")
def test_a_worker_that_lost_its_lease_changes_nothing(orders: int, platform: Platform, crm: Actor) -> None:
    revert(platform, crm, orders)
    slow = Worker(platform)._claim()
    assert isinstance(slow, Job)
    platform.clock.advance(seconds=31)  # type: ignore[attr-defined]
    Worker(platform).run_until_idle()
    with pytest.raises(FencedError):
        slices.perform(platform, slow)
    assert find_run(platform, crm, orders).outcome.deleted == 40


@pytest.mark.usefixtures("small_slices")
def test_what_is_edited_meanwhile_stays_and_is_listed(
    orders: int, platform: Platform, crm: Actor, lin: Actor
) -> None:
    early, late = (id_of(platform, crm, "crm.order", "no", no) for no in ("A-02", "A-39"))
    change(platform, crm, "crm.order", early, amount_entered=100)
    with platform.reading(crm) as work:
        tried = undoing.revert(work, orders, is_dry_run=True)
    assert (tried.deleted, dict(tried.reasons)) == (39, {"edited": 1})
    revert(platform, crm, orders)
    worker = Worker(platform)
    assert take_step(platform, worker)
    change(platform, crm, "crm.order", late, amount_entered=200)
    worker.run_until_idle()
    outcome = find_run(platform, crm, orders).outcome
    assert (outcome.deleted, dict(outcome.reasons)) == (38, {"edited": 2})
    assert {(one.record_id, one.code) for one in outcome.skipped} == {(early, "edited"), (late, "edited")}
    assert table(platform, crm, "crm.order", "no") == [("A-02",), ("A-39",)]


@pytest.mark.usefixtures("small_slices")
def test_values_changed_since_are_kept_and_the_others_put_back(
    bring_in: Import, write_file: Write, platform: Platform, crm: Actor
) -> None:
    """Every record twice in the file: its second change lies slices away from the first."""
    bring_in("crm.customer", write_file("before.csv", sheet(range(20), "旧")), UPSERT)
    text = sheet(range(20), "新") + "".join(f"公司{one:04d},更新{one}\n" for one in range(20))
    run = bring_in("crm.customer", write_file("twice.csv", text), UPSERT)
    assert run.updated == 40
    kept = id_of(platform, crm, "crm.customer", "name", "公司0007")
    change(platform, crm, "crm.customer", kept, address="别人改的")
    revert(platform, crm, run.changeset)
    Worker(platform).run_until_idle()
    outcome = find_run(platform, crm, run.changeset).outcome
    assert (outcome.restored, dict(outcome.reasons)) == (19, {"edited": 1})
    expected = [(f"公司{one:04d}", "别人改的" if one == 7 else f"旧{one}") for one in range(20)]
    assert table(platform, crm, "crm.customer", "name", "address") == expected


@pytest.mark.usefixtures("small_slices")
def test_starting_an_undo_twice_is_refused(orders: int, platform: Platform, crm: Actor) -> None:
    started = revert(platform, crm, orders)
    assert started.changeset_id is not None
    assert [one.code for one in revert(platform, crm, orders).problems] == ["changeset.being_reverted"]
    assert [one.code for one in revert(platform, crm, started.changeset_id).problems] == ["changeset.is_open"]
    Worker(platform).run_until_idle()
    assert [one.code for one in revert(platform, crm, orders).problems] == ["changeset.is_reverted"]


@pytest.mark.usefixtures("small_slices")
def test_saves_go_through_between_slices(orders: int, platform: Platform, crm: Actor) -> None:
    revert(platform, crm, orders)
    worker, made = Worker(platform), 0
    while take_step(platform, worker):
        made += 1
        by_name = {"by": {"field": "name", "value": "甲"}}
        raw = {"no": f"B-{made}", "date": "2026-05-07", "amount_entered": 1, "status": "已完成"}
        add(platform, crm, "crm.order", {**raw, "customer": by_name})
    assert made >= 6
    assert len(table(platform, crm, "crm.order", "no")) == made
    assert ("甲", made) in table(platform, crm, "crm.customer", "name", "order_count")


@pytest.mark.usefixtures("small_slices")
def test_an_undo_whose_starter_left_can_be_begun_anew(
    orders: int, platform: Platform, crm: Actor, cast: Cast
) -> None:
    with platform.writing(crm) as work:
        member = people.change_role(work, cast.zhao.member_id or 0, "admin")
    assert isinstance(member, Member)
    zhao = Actor.of_member(member)
    revert(platform, zhao, orders)
    worker = Worker(platform)
    assert take_step(platform, worker)
    with platform.writing(crm) as work:
        people.set_active(work, member.id, is_active=False)
    worker.run_until_idle()
    with platform.reading(crm) as work:
        changeset = changesets.get_changeset(work, orders)
        assert (changeset.is_reverted, changeset.is_being_reverted) == (False, False)
        assert [one.name for one in jobs.list_jobs(work, "parked")] == []
    revert(platform, crm, orders)
    worker.run_until_idle()
    assert table(platform, crm, "crm.order", "no") == []
    assert find_run(platform, crm, orders).outcome.deleted == 33
