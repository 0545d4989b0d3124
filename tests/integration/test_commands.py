"""The command line on a machine of its own: what it says, what it leaves behind, how it exits."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from app.cli import COMMANDS, formloom

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fast_passwords: None) -> Run:
    """Calls `formloom` with a DATA_DIR that already has an owner and an empty CRM."""
    for name in ("DATABASE_URL", "PUBLIC_URL", "FORMLOOM_CLOCK"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("FORMLOOM_DEMO", "0")
    monkeypatch.setenv("FORMLOOM_ADMIN_EMAIL", "admin@example.com")
    monkeypatch.setenv("FORMLOOM_ADMIN_PASSWORD", "correct horse battery")
    monkeypatch.setenv("LANG", "en_US.UTF-8")

    def call(*arguments: str) -> Result:
        return CliRunner().invoke(formloom, list(arguments))

    assert call("init").exit_code == 0
    assert call("app", "clone", "crm", "--no-demo").exit_code == 0
    return call


def answer(result: Result) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(result.stdout)
    return found


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_says_how_it_is_used(name: str) -> None:
    result = CliRunner().invoke(formloom, [name, "--help"])
    assert result.exit_code == 0
    assert result.output.startswith("Usage:")


def test_rows_go_in_and_come_out(run: Run, tmp_path: Path) -> None:
    sheet = tmp_path / "customers.csv"
    sheet.write_text("客户名称,电话\n甲公司,0512 6825 7731\n,12\n", encoding="utf-8")
    tried = run("import", "crm.customer", str(sheet), "--dry-run", "--json")
    assert (tried.exit_code, answer(tried)["created"], answer(tried)["failed"]) == (0, 1, 1)
    done = run("import", "crm.customer", str(sheet), "--json")
    assert (done.exit_code, answer(done)["created"], answer(done)["failed"]) == (1, 1, 1)
    target = tmp_path / "out.csv"
    assert run("export", "crm.customer", str(target), "--field", "name").exit_code == 0
    assert target.read_text(encoding="utf-8-sig").split() == ["Customer", "name", "甲公司"]


def test_misuse_exits_with_two_and_says_what_to_write(run: Run, tmp_path: Path) -> None:
    result = run("export", "crm.nothing", str(tmp_path / "a.csv"))
    assert result.exit_code == 2
    assert "app.form" in result.output


def test_expressions_at_the_terminal(run: Run) -> None:
    assert run("expr", "eval", "qty * 0.1", "--values", '{"qty": 3}').output.strip() == "0.3"
    wrong = run("expr", "check", "nme & 1", "--form", "crm.customer")
    assert wrong.exit_code == 1
    assert "^^^" in wrong.output


def test_an_unchanged_clone_is_its_bundle(run: Run) -> None:
    folder = Path(__file__).resolve().parents[2] / "crm_template"
    assert run("app", "diff", "crm", str(folder)).exit_code == 0


def test_doctor_finds_a_figure_that_drifted(run: Run, tmp_path: Path) -> None:
    sheet = tmp_path / "orders.csv"
    sheet.write_text("客户名称\n甲公司\n", encoding="utf-8")
    run("import", "crm.customer", str(sheet))
    assert run("doctor").exit_code == 0
    link = sqlite3.connect(tmp_path / "data" / "formloom.db")
    [(number,)] = link.execute("SELECT DISTINCT number FROM import_run").fetchall()
    fields = json.loads(
        (Path(__file__).resolve().parents[2] / "crm_template/forms/customer.json").read_text("utf-8")
    )
    count = fields["properties"]["order_count"]["x-id"]
    link.execute(f"UPDATE r_{int(number)} SET f_{count} = 7000000")
    link.commit()
    link.close()
    result = run("doctor")
    assert result.exit_code == 1
    assert "order_count is 7.000000, not 0" in result.output


def test_a_backup_restores_into_an_empty_place(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sheet = tmp_path / "a.csv"
    sheet.write_text("客户名称\n甲公司\n", encoding="utf-8")
    run("import", "crm.customer", str(sheet))
    backup = tmp_path / "all.zip"
    assert run("backup", str(backup)).exit_code == 0
    refused = run("restore", str(backup))
    assert refused.exit_code == 1
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "elsewhere"))
    assert run("restore", str(backup)).exit_code == 0
    target = tmp_path / "out.csv"
    assert run("export", "crm.customer", str(target), "--field", "name").exit_code == 0
    assert "甲公司" in target.read_text(encoding="utf-8-sig")
