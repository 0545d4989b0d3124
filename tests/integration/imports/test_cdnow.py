"""The end-to-end proof of import, roll-up and formula: CDNOW's published figures of all 2,357 customers.

The purchases come in as two spreadsheets; the CRM's own roll-ups and formulas do the rest. Frequency,
recency, observed time and mean repeat value must equal the published summary as strings with two decimals.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pytest

from runtime import access, changesets, queries, records, undoing
from runtime.actors import Actor
from runtime.jobs import Worker
from runtime.platform import Platform
from runtime.records import Change
from tests.integration.imports.conftest import Import, all_records, values_by_key
from tools.cdnow import write_sheets

FIGURES = ("frequency", "recency", "tenure", "repeat_value")
ORDERS = [
    {"field": "customer", "column": 0, "by": "name"},
    {"field": "date", "column": 1},
    {"field": "amount_entered", "column": 3},
    {"field": "status", "constant": "已完成"},
]


def published(folder: Path) -> dict[str, tuple[str, ...]]:
    """The figures as they were published, by the customer's four digits."""
    with (folder / "cdnow_customers_summary_with_transactions.csv").open(encoding="ascii") as file:
        return {
            f"{int(row['ID']):04d}": tuple(two_decimals(row[name]) for name in ("x", "t_x", "T", "zbar"))
            for row in csv.DictReader(file)
        }


def two_decimals(value: Any) -> str:
    return str(Decimal(value).quantize(Decimal("0.01"), ROUND_HALF_UP))


def computed(platform: Platform, actor: Actor) -> dict[str, tuple[str, ...]]:
    """The same figures as the CRM has them."""
    with platform.reading(actor) as work:
        form = access.open_form(work, "crm.customer", to="view")
        rows: Iterator[dict[str, Any]] = (values_by_key(form, record) for record in all_records(work, form))
        return {
            row["name"]: tuple(two_decimals(row[key]) if row[key] is not None else "" for key in FIGURES)
            for row in rows
        }


def set_end(platform: Platform, actor: Actor, day: str | None) -> None:
    with platform.writing(actor) as work:
        form = access.open_form(work, "crm.param", to="edit")
        [settings] = queries.page(work, form, queries.Selection(), limit=2).records
        assert records.update(work, form, settings.id, settings.version, {"stats_until": day}).is_done
    Worker(platform).run_until_idle()


@pytest.mark.timeout(600)
def test_decision_cdnow_figures_come_out_by_configuration_alone(
    platform: Platform, crm: Actor, bring_in: Import, cdnow: Path, tmp_path: Path
) -> None:
    write_sheets(cdnow / "CDNOW_sample.txt", tmp_path / "sheets")
    set_end(platform, crm, "1997-09-30")
    customers = bring_in(
        "crm.customer", tmp_path / "sheets" / "customers.csv", {"mapping": {"name": 0}}, None
    )
    orders = bring_in("crm.order", tmp_path / "sheets" / "orders.xlsx", {"mapping": ORDERS}, None)
    assert (customers.state, customers.created, customers.failed) == ("done", 2357, 0)
    assert (orders.created, orders.failed, orders.read) == (6919, 0, 6919)
    expected = published(cdnow)
    assert len(expected) == 2357
    assert computed(platform, crm) == expected

    deleted = delete_some(platform, crm, 100)
    assert computed(platform, crm) != expected
    with platform.writing(crm) as work:
        assert undoing.revert(work, deleted).undeleted == 100
    Worker(platform).run_until_idle()
    assert computed(platform, crm) == expected

    set_end(platform, crm, "1998-06-30")
    assert computed(platform, crm) != expected
    set_end(platform, crm, "1997-09-30")
    assert computed(platform, crm) == expected

    with platform.writing(crm) as work:
        assert undoing.revert(work, orders.changeset).job_id is not None
    Worker(platform).run_until_idle()
    with platform.reading(crm) as work:
        run = undoing.find_run(work, changesets.get_changeset(work, orders.changeset))
    assert run is not None
    assert (run.state, run.outcome.deleted, run.outcome.kept) == ("done", 6919, 0)
    assert set(computed(platform, crm).values()) == {("", "", "", "")}


def delete_some(platform: Platform, actor: Actor, count: int) -> int:
    """Deletes every 60th order; answers the changeset."""
    with platform.writing(actor) as work:
        form = access.open_form(work, "crm.order", to="delete")
        chosen = [Change(record.id, {}) for record in all_records(work, form)[::60]][:count]
        assert len(chosen) == count
        [changeset] = {outcome.changeset_id for outcome in records.delete_many(work, form, chosen)}
    assert changeset is not None
    Worker(platform).run_until_idle()
    return changeset
