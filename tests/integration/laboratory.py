"""Forms, rows and both databases on which the translation is tried against the Python back end.

In: a seed. Out: `Laboratory`: the same random records (blanks, four-byte characters, leap days, halves,
deleted link targets, eighteen digits) as Python rows and in real record tables. Used by the
differential and translation tests.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from sqlalchemy import select

from builder.compute import build_plans
from builder.forms import Field, Form, Option
from builder.plans import FormPlan, RollUp
from expressions import Env, ErrorValue
from runtime.store.database import Database
from runtime.store.physical import Numbers, RecordTables, build_tables
from runtime.store.scopes import SystemScope
from runtime.store.translation import PlanShelf, SqlEnv, record_source

SCOPE = {"scope": SystemScope("doctor")}
ZONE = "Asia/Shanghai"
NOW = datetime(2024, 3, 1, 2, 30, 15, 250_000, tzinfo=UTC)
ACTOR = 7
ITEMS, CUSTOMERS = 36, 9
STATES = (("sopen", "open", "进行中"), ("swon", "won", "赢单"), ("slost", "lost", "输单"))
TAGS = (("tvip", "vip", "VIP"), ("tnew", "new", "新客"), ("told", "old", "老客"))


def _field(id: str, type: str, **more: Any) -> Field:
    return Field(id, more.pop("key", id), type, {"en": id}, **more)


def _options(given: tuple[tuple[str, str, str], ...]) -> tuple[Option, ...]:
    return tuple(Option(id, key, {"zh-CN": label, "en": key}) for id, key, label in given)


LINES = Form(
    "lines",
    "lines",
    {"en": "lines"},
    (
        _field("product", "text"),
        _field("amount", "number"),
        _field("cost", "money"),
        _field("pieces", "integer"),
        _field("shipped", "date"),
        _field("okay", "yes_no"),
        _field("buyer", "link", config={"form": "customer"}),
        _field("state2", "choice", options=_options(STATES)),
    ),
)
CUTS = Form("cuts", "cuts", {"en": "cuts"}, (_field("cut", "number"),))
ITEM = Form(
    "item",
    "item",
    {"en": "item"},
    (
        _field("title", "text"),
        _field("note", "long_text"),
        _field("qty", "integer"),
        _field("price", "money"),
        _field("ratio", "percent"),
        _field("score", "number"),
        _field("day", "date"),
        _field("due", "date"),
        _field("moment", "datetime"),
        _field("later", "datetime"),
        _field("done", "yes_no"),
        _field("state", "choice", options=_options(STATES)),
        _field("former", "choice", options=_options(STATES)),
        _field("tags", "choices", options=_options(TAGS)),
        _field("who", "member"),
        _field("customer", "link", config={"form": "customer"}),
        _field("lines", "subform", subform=LINES),
        _field(
            "age",
            "formula",
            config={"expression": "DAYS(TODAY(), day)", "format": "integer", "today": "live"},
        ),
        _field("rate", "formula", config={"expression": "age / qty", "today": "live"}),
    ),
)
CUSTOMER = Form(
    "customer",
    "customer",
    {"en": "customer"},
    (
        _field("name", "text"),
        _field("region", "choice", options=_options(STATES)),
        _field("rank", "integer"),
        _field("credit", "money"),
        _field("since", "date"),
        _field("seen", "datetime"),
        _field("vip", "yes_no"),
        _field("boss", "link", config={"form": "customer"}),
        _field(
            "recent",
            "rollup",
            config={
                "form": "item",
                "link": "customer",
                "measure": "SUM(price)",
                "where": "day >= TODAY() - 400",
                "format": "money",
                "today": "live",
            },
        ),
    ),
)
PARAM = Form(
    "param",
    "param",
    {"en": "param"},
    (
        _field("limit", "integer"),
        _field("factor", "number"),
        _field("word", "text"),
        _field("start", "date"),
        _field("missing", "number"),
        _field("cuts", "subform", subform=CUTS),
    ),
    is_single=True,
)
FORMS = (ITEM, CUSTOMER, PARAM)
SETTINGS: Mapping[str, Mapping[str, Any]] = {
    "param": {
        "limit": 3,
        "factor": Decimal("1.5"),
        "word": "织",
        "start": date(2024, 2, 29),
        "missing": None,
        "cuts": tuple(
            {"id": at, "cut": cut} for at, cut in enumerate((Decimal(2), None, Decimal("3.5"), Decimal(8)))
        ),
    }
}
TEXTS = (
    None,
    None,
    "a",
    "b",
    "abc",
    "织表",
    "𠮷野家",
    "a b",
    "  a   b ",
    "12",
    "1,234.5",
    "-3",
    "12%",
    "2024-02-29",
    "2024/13/1",
    "ＡＢＣ 有限公司",
    "Acme Co., Ltd.",
    "straße Éß",
    "aXaXa",
    "100",
    "_%",
    "é",
    "Z",
    "😀",
    "　全 角　",
)
DAYS = (
    None,
    None,
    date(2024, 2, 29),
    date(2023, 2, 28),
    date(2024, 1, 31),
    date(2024, 12, 31),
    date(2000, 3, 1),
    date(1999, 12, 31),
    date(2024, 3, 1),
    date(2023, 10, 15),
    date(1, 1, 1),
    date(9999, 12, 31),
)
WHOLES = (None, None, 0, 0, 1, 2, 3, 5, 8, -1, -2, 7, 12, 100, 999, -45, 999_999_999_999_999)


class Laboratory:
    """Random records, the same everywhere."""

    def __init__(self, seed: int = 1) -> None:
        self.random = random.Random(seed)
        self.customers = [self._customer(100 + at) for at in range(CUSTOMERS)]
        self.items = [self._item(1000 + at) for at in range(ITEMS)]
        self._fill_live()

    # --- making rows ------------------------------------------------------------------------------

    def _pick(self, values: tuple[Any, ...]) -> Any:
        return self.random.choice(values)

    def decimal(self, places: int) -> Decimal | None:
        kind = self.random.random()
        if kind < 0.15:
            return None
        if kind < 0.25:
            return Decimal(self.random.randrange(-(10**15), 10**15)).scaleb(-places)
        if kind < 0.6:
            return Decimal(self.random.choice((0, 5, 15, 25, -5, 125, 1000, 100, -250, 3333))).scaleb(-2)
        return Decimal(self.random.randrange(-(10**7), 10**7)).scaleb(-places)

    def moment(self) -> datetime | None:
        if self.random.random() < 0.15:
            return None
        near = datetime(2024, 2, 28, 15, 59, 59, tzinfo=UTC) + timedelta(
            seconds=self.random.randrange(0, 5 * 86400)
        )
        if self.random.random() < 0.5:
            return near.replace(microsecond=self.random.choice((0, 1, 999_999, 500_000)))
        return datetime(1987, 4, 1, tzinfo=UTC) + timedelta(
            microseconds=self.random.randrange(0, 50 * 365 * 86_400_000_000)
        )

    def _system(self, id: int) -> dict[str, Any]:
        created = NOW - timedelta(days=self.random.randrange(0, 800), seconds=self.random.randrange(0, 86400))
        return {
            "id": id,
            "created_at": created,
            "created_by": self._pick((7, 8, None)),
            "updated_at": created,
            "updated_by": self._pick((7, 8, None)),
            "owner": self._pick((7, 8, None)),
        }

    def _customer(self, id: int) -> dict[str, Any]:
        return {
            **self._system(id),
            "name": self._pick(TEXTS),
            "region": self._pick(("sopen", "swon", "slost", None)),
            "rank": self._pick(WHOLES),
            "credit": self.decimal(4),
            "since": self._pick(DAYS[:-2]),
            "seen": self.moment(),
            "vip": self._pick((True, False, None)),
            "boss": self._pick((None, *range(100, 100 + CUSTOMERS))),
            "is_deleted": id % 5 == 4,
        }

    def _item(self, id: int) -> dict[str, Any]:
        pick = self._pick
        return {
            **self._system(id),
            "title": pick(TEXTS),
            "note": pick(TEXTS),
            "qty": pick(WHOLES),
            "price": self.decimal(4),
            "ratio": self.decimal(6),
            "score": self.decimal(6),
            "day": pick(DAYS),
            "due": pick(DAYS[:-2]),
            "moment": self.moment(),
            "later": self.moment(),
            "done": pick((True, False, None)),
            "state": pick(("sopen", "swon", "slost", None)),
            "former": pick(("sopen", "swon", None)),
            "tags": tuple(self.random.sample(("tvip", "tnew", "told"), self.random.randrange(0, 4))),
            "who": pick((7, 8, None)),
            "customer": pick((None, *range(100, 100 + CUSTOMERS))),
            "lines": tuple(self._line(id * 10 + at) for at in range(self.random.choice((0, 0, 1, 2, 3, 5)))),
            "is_deleted": id % 11 == 5,
        }

    def _line(self, id: int) -> dict[str, Any]:
        pick = self._pick
        return {
            "id": id,
            "product": pick(TEXTS),
            "amount": self.decimal(6),
            "cost": self.decimal(4),
            "pieces": pick(WHOLES),
            "shipped": pick(DAYS[:-2]),
            "okay": pick((True, False, None)),
            "buyer": pick((None, *range(100, 100 + CUSTOMERS))),
            "state2": pick(("sopen", "swon", None)),
        }

    # --- as Python sees them ----------------------------------------------------------------------

    @cached_property
    def plans(self) -> Mapping[str, FormPlan]:
        found = build_plans(FORMS)
        assert not isinstance(found, tuple), found
        return found

    @property
    def env(self) -> Env:
        return Env(NOW, date(2024, 3, 1), ZONE, SETTINGS, self.related, None, ACTOR, "zh-CN")

    @property
    def related(self) -> Mapping[str, Mapping[int, Any]]:
        return {
            "customer": {row["id"]: row for row in self.customers if not row["is_deleted"]},
            "item": {row["id"]: row for row in self.items if not row["is_deleted"]},
        }

    @property
    def live_items(self) -> list[dict[str, Any]]:
        return [row for row in self.items if not row["is_deleted"]]

    def _fill_live(self) -> None:
        """What live fields and roll-ups are, by the Python back end; a failed cell is blank."""
        for form, rows in (("item", self.items), ("customer", self.customers)):
            for one in self.plans[form].computed:
                for row in rows:
                    found = (
                        self._rolled_up(one, row)
                        if isinstance(one, RollUp)
                        else one.clause.compiled.evaluate(row, self.env)
                    )
                    row[one.id] = None if isinstance(found, ErrorValue) else found

    def _rolled_up(self, one: RollUp, host: Mapping[str, Any]) -> Any:
        env = Env(NOW, date(2024, 3, 1), ZONE, SETTINGS, self.related, host, ACTOR, "zh-CN")
        rows = [row for row in self.live_items if row[one.link or ""] == host["id"]]
        kept = [row for row in rows if one.where is None or one.where.compiled.evaluate(row, env) is True]
        return one.clause.compiled.evaluate_rows(kept, env)

    # --- in a database ----------------------------------------------------------------------------

    @cached_property
    def tables(self) -> Mapping[str, RecordTables]:
        numbers = Numbers(
            {
                ("item", ""): 1,
                ("item", "lines"): 2,
                ("item", "tags"): 3,
                ("customer", ""): 4,
                ("param", ""): 5,
                ("param", "cuts"): 6,
            }
        )
        return {form.id: build_tables(form, numbers) for form in FORMS}

    @cached_property
    def shelf(self) -> PlanShelf:
        return PlanShelf(self.tables, self.plans)

    def store(self, database: Database) -> None:
        """Makes the tables and puts the rows into them."""
        with database.writing() as connection:
            for tables in self.tables.values():
                tables.table.metadata.create_all(connection, checkfirst=False)
            for form, rows in (("customer", self.customers), ("item", self.items)):
                self._insert(connection, self.tables[form], rows)

    def _insert(self, connection: Any, tables: RecordTables, rows: list[dict[str, Any]]) -> None:
        stored = set(tables.columns) - {"age", "rate", "recent"}
        for row in rows:
            cells = {tables.columns[one].name: row[one] for one in stored}
            system = {name: row[name] for name in tables.system}
            deleted = NOW if row["is_deleted"] else None
            values = {**system, **cells, "version": 1, "deleted_at": deleted}
            connection.execute(tables.table.insert(), values, execution_options=SCOPE)
            for at, tag in enumerate(row.get("tags", ())):
                values = {"record": row["id"], "position": at, "value": tag}
                connection.execute(tables.values["tags"].table.insert(), values, execution_options=SCOPE)
            for at, line in enumerate(row.get("lines", ())):
                child = tables.lines["lines"]
                cells = {child.columns[one].name: line[one] for one in child.columns}
                values = {"id": line["id"], "record": row["id"], "position": at, **cells}
                connection.execute(child.table.insert(), values, execution_options=SCOPE)


def sql_env(database: Database, **more: Any) -> SqlEnv:
    given: dict[str, Any] = {
        "now": NOW,
        "today": date(2024, 3, 1),
        "zone": ZONE,
        "dialect": database.dialect,
        "settings": SETTINGS,
        "actor_member": ACTOR,
        "language": "zh-CN",
    }
    return SqlEnv(**{**given, **more})


def select_items(laboratory: Laboratory, *make: Any) -> Any:
    """A SELECT of (id, what each of `make` says of the source) over all items."""
    source = record_source(laboratory.shelf, "item")
    columns = [one(source) for one in make]
    labelled = [column.label(f"c{at}") for at, column in enumerate(columns)]
    return select(source.column("id"), *labelled).select_from(source.joins.clause)
