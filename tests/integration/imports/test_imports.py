"""Imports through their public functions: every row accounted for, nothing lost, all of it undoable."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from builder.problems import Problem
from runtime import access, exports, queries, undoing
from runtime.actors import Actor
from runtime.imports import filling, runs
from runtime.imports.runs import ImportRun
from runtime.jobs import Worker
from runtime.platform import Platform
from tests.integration.imports.conftest import Import, add, begin, table

Write = Callable[[str, str], Path]


def test_every_row_is_accounted_for(
    bring_in: Import, write_file: Write, platform: Platform, crm: Actor
) -> None:
    text = (
        "客户名称,电话,规模\n甲公司,0512 6825 7731,1-20\n,12,\n乙公司,12,21-100\n\n丙公司,,不知道\n丁公司,,\n"
    )
    options = {"mapping": {"name": "客户名称", "phone": "电话", "size": "规模"}}
    run = bring_in("crm.customer", write_file("a.csv", text), options)
    assert (run.total, run.created, run.updated, run.skipped, run.failed) == (6, 2, 0, 1, 3)
    assert run.read == run.total
    assert table(platform, crm, "crm.customer", "name") == [("丁公司",), ("甲公司",)]
    with platform.reading(crm) as work:
        failed = {one.row: {problem.field for problem in one.problems} for one in runs.failures(work, run)}
    assert failed == {3: {"name", "phone"}, 4: {"phone"}, 6: {"size"}}


def test_failed_rows_come_back_as_a_workbook_with_reasons(
    bring_in: Import, write_file: Write, platform: Platform, crm: Actor, tmp_path: Path
) -> None:
    run = bring_in(
        "crm.customer", write_file("a.csv", "客户名称,电话\n=1+1,12\n"), {"mapping": {"name": 0, "phone": 1}}
    )
    with platform.reading(crm) as work:
        exports.write_failures(work, run, tmp_path / "bad.xlsx", "原因", lambda problem: problem.code)
    [head, row] = [[cell.value for cell in line] for line in load_workbook(tmp_path / "bad.xlsx").active.rows]
    assert head == ["原因", "客户名称", "电话"]
    assert row[1:] == ["=1+1", "12"]
    assert row[0]


def test_importing_the_same_file_twice_changes_nothing(
    bring_in: Import, write_file: Write, platform: Platform, crm: Actor
) -> None:
    path = write_file("a.csv", "客户名称,电话\n甲公司,0512 6825 7731\n乙公司,\n")
    options = {"mode": "upsert", "key": ["name"], "mapping": {"name": 0, "phone": 1}}
    first = bring_in("crm.customer", path, options)
    again = bring_in("crm.customer", path, options)
    assert (first.created, first.updated) == (2, 0)
    assert (again.created, again.updated, again.skipped, again.failed) == (0, 0, 2, 0)


def test_update_leaves_unknown_rows_out_and_blank_cells_alone(
    bring_in: Import, write_file: Write, platform: Platform, crm: Actor
) -> None:
    add(platform, crm, "crm.customer", {"name": "甲公司", "phone": "0512 6825 7731", "address": "旧地址"})
    path = write_file("a.csv", "客户名称,电话,地址\n甲公司,,新地址\n乙公司,,别处\n")
    options = {"mode": "update", "key": "name", "mapping": {"name": 0, "phone": 1, "address": 2}}
    run = bring_in("crm.customer", path, options)
    assert (run.updated, run.skipped, run.failed) == (1, 1, 0)
    [(phone, address)] = table(platform, crm, "crm.customer", "phone", "address")
    assert (phone is not None, address) == (True, "新地址")


def test_same_key_twice_in_a_file_updates_the_row_just_made(
    bring_in: Import, write_file: Write, platform: Platform, crm: Actor
) -> None:
    path = write_file("a.csv", "客户名称,地址\n甲公司,一\n甲公司,二\n")
    options = {"mode": "upsert", "key": ["name"], "mapping": {"name": 0, "address": 1}}
    run = bring_in("crm.customer", path, options)
    assert (run.created, run.updated) == (1, 1)
    assert table(platform, crm, "crm.customer", "name", "address") == [("甲公司", "二")]


def test_links_are_found_by_a_field_of_the_linked_form(
    bring_in: Import, write_file: Write, platform: Platform, crm: Actor
) -> None:
    add(platform, crm, "crm.customer", {"name": "甲公司"})
    path = write_file("a.csv", "单号,客户,日期,金额\nA-1,甲公司,2026/5/6,12.5\nA-2,没有的,2026/5/6,1\n")
    mapping = [
        {"field": "no", "column": "单号"},
        {"field": "customer", "column": "客户", "by": "name"},
        {"field": "date", "column": "日期"},
        {"field": "amount_entered", "column": "金额"},
        {"field": "status", "constant": "已完成"},
    ]
    run = bring_in("crm.order", path, {"mapping": mapping})
    assert (run.created, run.failed) == (1, 1)
    assert table(platform, crm, "crm.order", "no", "date", "amount") == [
        ("A-1", date(2026, 5, 6), Decimal("12.5"))
    ]
    assert table(platform, crm, "crm.customer", "order_amount", "order_count") == [(Decimal("12.5"), 1)]


def test_an_expression_over_columns_fills_a_field(
    bring_in: Import, write_file: Write, platform: Platform, crm: Actor
) -> None:
    path = write_file("a.csv", "省,名\n江苏,甲公司\n")
    options = {"mapping": [{"field": "name", "expression": "{省} & {名}"}]}
    run = bring_in("crm.customer", path, options)
    assert run.created == 1
    assert table(platform, crm, "crm.customer", "name") == [("江苏甲公司",)]


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"mapping": {}}, "import.nothing_mapped"),
        ({"mapping": {"name": "没有这列"}}, "import.unknown_column"),
        ({"mapping": {"nothing": 0}}, "import.unknown_field"),
        ({"mapping": {"order_count": 0, "name": 0}}, "import.unknown_field"),
        ({"mapping": {"phone": 1}}, "import.required_not_mapped"),
        ({"mapping": {"name": 0}, "mode": "upsert"}, "import.key_missing"),
        ({"mapping": {"name": 0}, "mode": "merge"}, "import.unknown_mode"),
        ({"mapping": {"name": 0}, "mode": "update", "key": "phone"}, "import.key_not_mapped"),
        ({"mapping": [{"field": "name", "expression": "{没有} & 1"}]}, "expression."),
    ],
)
def test_a_bad_mapping_is_refused_with_what_is_wrong(
    options: dict[str, Any], code: str, write_file: Write, platform: Platform, crm: Actor
) -> None:
    answer = begin(platform, crm, "crm.customer", write_file("a.csv", "客户名称,电话\n甲公司,1\n"), options)
    assert isinstance(answer, tuple)
    assert any(problem.code.startswith(code) for problem in answer)


def test_trying_writes_nothing(write_file: Write, platform: Platform, crm: Actor) -> None:
    path = write_file("a.csv", "客户名称\n甲公司\n甲公司\n乙公司\n")
    run = begin(platform, crm, "crm.customer", path, {"mapping": {"name": 0}})
    assert isinstance(run, ImportRun)
    tried = filling.try_lines(platform, crm, run, 100)
    assert (tried.counts["created"], tried.counts["failed"]) == (2, 1)
    assert table(platform, crm, "crm.customer", "name") == []


def test_undo_of_an_import_restores_what_was_there(
    bring_in: Import, write_file: Write, platform: Platform, crm: Actor
) -> None:
    add(platform, crm, "crm.customer", {"name": "甲公司", "address": "旧地址"})
    before = table(platform, crm, "crm.customer", "name", "address", "order_count")
    path = write_file("a.csv", "客户名称,地址\n甲公司,新地址\n乙公司,别处\n")
    options = {"mode": "upsert", "key": ["name"], "mapping": {"name": 0, "address": 1}}
    run = bring_in("crm.customer", path, options)
    assert table(platform, crm, "crm.customer", "name", "address", "order_count") != before
    with platform.writing(crm) as work:
        outcome = undoing.revert(work, run.changeset)
    assert (outcome.deleted, outcome.restored, outcome.skipped) == (1, 1, [])
    assert table(platform, crm, "crm.customer", "name", "address", "order_count") == before


def test_a_cancelled_import_keeps_what_is_in(write_file: Write, platform: Platform, crm: Actor) -> None:
    path = write_file("a.csv", "客户名称\n" + "".join(f"公司{n}\n" for n in range(900)))
    run = begin(platform, crm, "crm.customer", path, {"mapping": {"name": 0}})
    assert isinstance(run, ImportRun)
    with platform.writing(crm) as work:
        runs.start(work, access.open_form(work, "crm.customer", to="import"), run)
    worker = Worker(platform)
    job = worker._claim()
    assert job is not None
    filling.perform(platform, job)
    with platform.writing(crm) as work:
        runs.cancel(work, runs.get_run(work, run.id))
    filling.perform(platform, job)
    with platform.reading(crm) as work:
        ended = runs.get_run(work, run.id)
        there = queries.count(
            work, access.open_form(work, "crm.customer", to="view"), queries.Selection(), cap=2000
        )
    assert ended.state == "cancelled"
    assert 0 < ended.created < 900
    assert there.number == ended.created


def test_a_batch_that_breaks_leaves_no_trace_and_is_done_again(
    write_file: Write, platform: Platform, crm: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_file("a.csv", "客户名称\n甲公司\n乙公司\n")
    run = begin(platform, crm, "crm.customer", path, {"mapping": {"name": 0}})
    assert isinstance(run, ImportRun)
    with platform.writing(crm) as work:
        runs.start(work, access.open_form(work, "crm.customer", to="import"), run)

    def broken(*_: object) -> None:
        raise OSError("the disk went away")

    with monkeypatch.context() as patch:
        patch.setattr(filling, "note", broken)
        Worker(platform).run_once()
    assert table(platform, crm, "crm.customer", "name") == []
    platform.clock.advance(minutes=10)  # type: ignore[attr-defined]
    Worker(platform).run_until_idle()
    assert table(platform, crm, "crm.customer", "name") == [("乙公司",), ("甲公司",)]


def test_somebody_elses_import_does_not_exist(
    write_file: Write, platform: Platform, crm: Actor, lin: Actor
) -> None:
    run = begin(
        platform, crm, "crm.customer", write_file("a.csv", "客户名称\n甲\n"), {"mapping": {"name": 0}}
    )
    assert isinstance(run, ImportRun)
    from runtime.errors import NotFoundError

    with platform.reading(lin) as work, pytest.raises(NotFoundError):
        runs.get_run(work, run.id)


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_an_export_imports_back_as_it_was(
    kind: str, bring_in: Import, platform: Platform, crm: Actor, tmp_path: Path
) -> None:
    add(
        platform,
        crm,
        "crm.product",
        {"code": "=A1", "name": "+86 手持终端", "category": "硬件", "price": "-0"},
    )
    add(
        platform,
        crm,
        "crm.product",
        {"code": "P2", "name": "'引号", "category": "服务", "price": "1234567.8901"},
    )
    keys = ("code", "name", "category", "price", "active")
    before = table(platform, crm, "crm.product", *keys)
    path = tmp_path / f"products.{kind}"
    with platform.reading(crm) as work:
        form = access.open_form(work, "crm.product", to="export")
        selection = queries.Selection(fields=tuple(form.form.by_key[key].id for key in keys))
        assert exports.export(work, form, selection, kind, path, "zh-CN").rows == 2  # type: ignore[arg-type]
    with platform.writing(crm) as work:
        form = access.open_form(work, "crm.product", to="delete")
        from runtime import records

        for record in list(queries.stream(work, form, queries.Selection())):
            records.delete(work, form, record.id)
    run = bring_in("crm.product", path, {"mapping": {key: place for place, key in enumerate(keys)}})
    assert (run.created, run.failed) == (2, 0)
    assert table(platform, crm, "crm.product", *keys) == before


def test_an_unknown_file_is_a_problem_and_leaves_no_folder(
    platform: Platform, crm: Actor, tmp_path: Path
) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"nonsense")
    answer = runs.receive(platform, crm.workspace_id, path, "a.xlsx")
    assert answer == Problem("sheet.unreadable")
    folder = tmp_path / "files" / "imports" / str(crm.workspace_id)
    assert not folder.exists() or not list(folder.iterdir())


def test_files_of_last_week_are_forgotten_but_not_those_still_read(
    write_file: Write, platform: Platform, crm: Actor
) -> None:
    path = write_file("a.csv", "客户名称\n甲公司\n")
    options = {"mapping": {"name": 0}}
    forgotten = begin(platform, crm, "crm.customer", path, options)
    going_on = begin(platform, crm, "crm.customer", path, options)
    assert isinstance(forgotten, ImportRun)
    assert isinstance(going_on, ImportRun)
    with platform.writing(crm) as work:
        runs.start(work, access.open_form(work, "crm.customer", to="import"), going_on)
    for run in (forgotten, going_on):
        os.utime(runs.folder_of(platform, crm.workspace_id, run.id), (0, 0))
    fresh = begin(platform, crm, "crm.customer", path, options)
    assert isinstance(fresh, ImportRun)
    there = [
        runs.folder_of(platform, crm.workspace_id, run.id).exists() for run in (forgotten, going_on, fresh)
    ]
    assert there == [False, True, True]
