"""What the store's tests stand on: a database on each engine, a workspace with an app, and forms."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from builder.forms import Field, Form, Option
from runtime.record_ids import new_record_id
from runtime.store import ddl, schema
from runtime.store.database import Database
from runtime.store.physical import RecordTables
from runtime.store.scopes import SystemScope

NOW = datetime(2026, 7, 6, 2, 0, 0, 123456, tzinfo=UTC)
WRITE = SystemScope("write")
APP = "crm1"


def field(field_id: str, of_type: str, **more: Any) -> Field:
    return Field(field_id, f"key_{field_id}", of_type, {"en": field_id}, **more)


def form(form_id: str, *fields: Field, **more: Any) -> Form:
    return Form(form_id, f"form_{form_id}", {"en": form_id}, fields, **more)


STAGES = (Option("new1", "new", {"en": "New"}), Option("won1", "won", {"en": "Won"}))

customer_form = form("customer1", field("name1", "text"), field("code1", "text", is_unique=True))
order_form = form(
    "order1",
    field("title1", "text"),
    field("note1", "long_text"),
    field("count1", "integer"),
    field("amount1", "money"),
    field("ratio1", "percent"),
    field("weight1", "number"),
    field("day1", "date"),
    field("moment1", "datetime"),
    field("paid1", "yes_no"),
    field("stage1", "choice", options=STAGES),
    field("tags1", "choices", options=STAGES),
    field("seller1", "member"),
    field("cust1", "link", config={"form": "customer1"}),
    field("total1", "formula", config={"expression": "1", "result": "number", "format": "money"}),
    field(
        "lines1",
        "subform",
        subform=form(
            "lines1",
            field("item1", "text"),
            field("qty1", "number"),
            field("ltags1", "choices", options=STAGES),
        ),
    ),
)


@dataclass
class Ground:
    """A database with one workspace, one member and one app."""

    database: Database
    workspace_id: int
    member_id: int

    def store(self, *forms: Form) -> ddl.StoredForms:
        with self.database.writing() as connection:
            return ddl.store_forms(connection, self.workspace_id, APP, forms)

    def tables(self, *forms: Form) -> list[RecordTables]:
        stored = self.store(*forms)
        return [stored.tables[one.id] for one in forms]


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Database(database_url)
    yield opened
    opened.close()


@pytest.fixture
def ground(database: Database) -> Ground:
    return make_ground(database)


def make_ground(database: Database) -> Ground:
    workspace_id, account_id, member_id = (new_record_id() for _ in range(3))
    common = {"language": "zh-CN", "zone": "Asia/Shanghai", "created_at": NOW}
    with database.writing() as connection:
        connection.execute(
            schema.workspace.insert(),
            {"id": workspace_id, "slug": f"w{workspace_id}", "names": {"en": "W"}, **common},
        )
        connection.execute(
            schema.account.insert(),
            {"id": account_id, "email": f"{account_id}@x.example", "name": "Lin", **common},
        )
        connection.execute(
            schema.member.insert(),
            {
                "id": member_id,
                "workspace_id": workspace_id,
                "account_id": account_id,
                "name": "Lin",
                "role": "owner",
                "created_at": NOW,
            },
        )
        connection.execute(
            schema.app.insert(),
            {"workspace_id": workspace_id, "id": APP, "key": "crm", "sequence": 1, "created_at": NOW},
        )
    return Ground(database, workspace_id, member_id)


def record(**values: Any) -> dict[str, Any]:
    """A row that is about to be inserted."""
    system = {"id": new_record_id(), "version": 1, "created_at": NOW, "updated_at": NOW}
    return {**system, **values}
