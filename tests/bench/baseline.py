"""The limit: what a skilled developer writes by hand for one company. Flask, SQLAlchemy Core, native tables.

In: a database URL. Out: `create_baseline(url)`, a WSGI app over typed tables with the indexes its
workload wants; sign-in by session row, permission check, validation, exact money, audit row, version
check. It knows nothing of definitions. Reviewed as code of the product: the ratios mean something only
if this is as fast and as careful as one would write it. Same pragmas and isolation as Formloom.
"""

from __future__ import annotations

import base64
import itertools
import re
import time
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import orjson
from flask import Flask, Response, g, request
from python_calamine import CalamineWorkbook
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Numeric,
    String,
    Table,
    Text,
    TypeDecorator,
    and_,
    bindparam,
    func,
    insert,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeEngine

from tests.bench.baseline_parts import LIST, open_engine, writer

STAGES = ("new", "qualified", "quoted", "negotiating", "won", "lost")
SOURCES = ("web", "fair", "phone", "referral", "ads", "partner")
REGIONS = ("north", "east", "south", "west", "centre")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+\Z")
_PHONE = re.compile(r"[0-9+() -]{5,20}\Z")
IDS = itertools.count(int(time.time() * 1000) << 20)


class Cents(TypeDecorator[Decimal]):
    """Exact money: ten-thousandths as an integer on SQLite, NUMERIC on PostgreSQL."""

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(BigInteger() if dialect.name == "sqlite" else Numeric(18, 4))

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        return value if value is None or dialect.name != "sqlite" else int(value.scaleb(4))

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        return value if value is None or dialect.name != "sqlite" else Decimal(int(value)).scaleb(-4)


metadata = MetaData()
person = Table(
    "person",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("name", String),
    Column("role", String),
)
sign_in = Table(
    "sign_in",
    metadata,
    Column("token", String, primary_key=True),
    Column("person", ForeignKey("person.id"), nullable=False),
    Column("expires", Float, nullable=False),
)
deal = Table(
    "deal",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("version", Integer, nullable=False),
    Column("created_at", DateTime, nullable=False),
    Column("updated_at", DateTime, nullable=False),
    Column("owner", BigInteger, nullable=False),
    Column("deleted_at", DateTime),
    Column("name", String(120), nullable=False),
    Column("code", String(40)),
    Column("phone", String(40)),
    Column("email", String(120)),
    Column("stage", String(20), nullable=False),
    Column("source", String(20)),
    Column("region", String(20)),
    Column("amount", Cents),
    Column("quantity", BigInteger),
    Column("probability", Cents),
    Column("close_date", Date),
    Column("next_at", DateTime),
    Column("active", Boolean),
    Column("note", Text),
    Column("weighted", Cents),
    Index(
        "deal_stage_amount",
        "stage",
        "amount",
        "id",
        sqlite_where=text("deleted_at IS NULL"),
        postgresql_where=text("deleted_at IS NULL"),
    ),
    Index("deal_created", "created_at", "id"),
)
deal_line = Table(
    "deal_line",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("deal", ForeignKey("deal.id"), nullable=False, index=True),
    Column("position", Integer, nullable=False),
    Column("item", String(80)),
    Column("qty", BigInteger),
    Column("price", Cents),
)
audit = Table(
    "audit",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("deal", BigInteger, nullable=False, index=True),
    Column("person", BigInteger, nullable=False),
    Column("at", DateTime, nullable=False),
    Column("before", Text),
)
DEAL_NAMES = [str(column.name) for column in deal.columns]
LINE_NAMES = [str(column.name) for column in deal_line.columns]
COLUMNS = [
    "name",
    "code",
    "phone",
    "email",
    "stage",
    "source",
    "region",
    "amount",
    "quantity",
    "probability",
    "close_date",
    "next_at",
    "active",
    "note",
]


class RefusedError(Exception):
    """What was sent is not right; the argument maps fields to reasons."""


def whole(raw: Any, most: int) -> int | None:
    if raw is None:
        return None
    if isinstance(raw, bool) or not isinstance(raw, int) or abs(raw) > most:
        raise ValueError("not a whole number")
    return raw


def exact(raw: Any) -> Decimal | None:
    if raw is None:
        return None
    if isinstance(raw, bool):
        raise TypeError("not a number")
    number = Decimal(str(raw)).quantize(Decimal("0.0001"))
    if abs(number) >= Decimal(10) ** 14:
        raise ValueError("too large")
    return number


def words(raw: Any, most: int) -> str | None:
    if raw is None or raw == "":
        return None
    if not isinstance(raw, str) or len(raw) > most or "\x00" in raw:
        raise ValueError("not a text of that length")
    return raw


def one_of(raw: Any, options: tuple[str, ...]) -> str | None:
    if raw is None:
        return None
    if raw not in options:
        raise ValueError("not an option")
    return str(raw)


def fitting(raw: Any, pattern: re.Pattern[str], most: int) -> str | None:
    value = words(raw, most)
    if value is not None and not pattern.match(value):
        raise ValueError("not in the right form")
    return value


def instant(raw: Any) -> datetime | None:
    if raw is None:
        return None
    value = datetime.fromisoformat(raw)
    return value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value


PARSERS: dict[str, Any] = {
    "name": lambda raw: words(raw, 120),
    "code": lambda raw: words(raw, 40),
    "phone": lambda raw: fitting(raw, _PHONE, 40),
    "email": lambda raw: fitting(raw, _EMAIL, 120),
    "stage": lambda raw: one_of(raw, STAGES),
    "source": lambda raw: one_of(raw, SOURCES),
    "region": lambda raw: one_of(raw, REGIONS),
    "amount": exact,
    "quantity": lambda raw: whole(raw, 10**18),
    "probability": exact,
    "close_date": lambda raw: None if raw is None else date.fromisoformat(raw),
    "next_at": instant,
    "active": lambda raw: raw if raw is None or isinstance(raw, bool) else one_of(raw, ()),
    "note": lambda raw: words(raw, 100_000),
}


def read(raw: dict[str, Any], *, is_new: bool) -> dict[str, Any]:
    """Strict values of what was sent; raises `RefusedError` with every fault."""
    values, faults = {}, {}
    for key, given in raw.items():
        parser = PARSERS.get(key)
        if parser is None:
            faults[key] = "unknown field"
            continue
        try:
            values[key] = parser(given)
        except (ValueError, TypeError, InvalidOperation) as error:
            faults[key] = str(error)
    for key in ("name", "stage"):
        if (is_new or key in values) and values.get(key) is None and key not in faults:
            faults[key] = "is required"
    if faults:
        raise RefusedError(faults)
    return values


def weigh(values: dict[str, Any]) -> None:
    amount, probability = values.get("amount"), values.get("probability")
    values["weighted"] = (
        None
        if amount is None or probability is None
        else (amount * probability).quantize(Decimal("0.01"), "ROUND_HALF_UP")
    )


def shown(row: Any) -> dict[str, Any]:
    values = dict(zip(DEAL_NAMES, row, strict=True))
    del values["deleted_at"]
    return {"id": str(values.pop("id")), "version": values.pop("version"), "values": values}


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(type(value))


def answer(value: Any, status: int = 200) -> Response:
    return Response(orjson.dumps(value, default=_plain), status, mimetype="application/json")


def cursor_of(row: Any, column: str) -> str:
    value = getattr(row, column)
    return base64.urlsafe_b64encode(orjson.dumps([_jsonable(value), row.id])).decode()


def _jsonable(value: Any) -> Any:
    return str(value) if isinstance(value, Decimal) else value


def insert_deal(connection: Connection, values: dict[str, Any]) -> int:
    number, now = next(IDS), datetime.now(UTC).replace(tzinfo=None)
    row = {"id": number, "version": 1, "created_at": now, "updated_at": now, "owner": g.person, **values}
    connection.execute(insert(deal), row)
    connection.execute(
        insert(audit), {"id": next(IDS), "deal": number, "person": g.person, "at": now, "before": None}
    )
    return number


def create_baseline(url: str) -> Flask:  # noqa: C901 — one file, as somebody writes it for one company
    """The app; `app.engine` is its engine."""
    app, engine = Flask("baseline"), open_engine(url)
    app.engine = engine  # type: ignore[attr-defined]
    find_person = (
        select(person.c.id, person.c.role)
        .join(sign_in, sign_in.c.person == person.c.id)
        .where(sign_in.c.token == bindparam("token"), sign_in.c.expires > bindparam("now"))
    )

    @app.before_request
    def who() -> Response | None:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        token = token or request.cookies.get("session", "")
        with engine.connect() as connection:
            found = connection.execute(find_person, {"token": token, "now": time.time()}).first()
        if found is None or found.role not in ("owner", "seller"):
            return answer({"code": "unauthorised"}, 401)
        g.person = found.id
        return None

    @app.errorhandler(RefusedError)
    def refused(error: RefusedError) -> Response:
        return answer({"code": "invalid", "errors": error.args[0]}, 422)

    @app.post("/deals")
    def create() -> Response:
        values = read(orjson.loads(request.data)["values"], is_new=True)
        weigh(values)
        with writer(engine) as connection:
            number = insert_deal(connection, values)
        return answer({"id": str(number), "version": 1}, 201)

    def read_page(limit: int) -> tuple[Any, str | None]:
        question = (
            select(deal)
            .where(deal.c.deleted_at.is_(None))
            .order_by(deal.c.amount.desc(), deal.c.id.desc())
            .limit(limit + 1)
        )
        if stage := request.args.get("stage"):
            question = question.where(deal.c.stage == stage)
        if cursor := request.args.get("cursor"):
            amount, last = orjson.loads(base64.urlsafe_b64decode(cursor))
            question = question.where(
                or_(deal.c.amount < Decimal(amount), and_(deal.c.amount == Decimal(amount), deal.c.id < last))
            )
        with engine.connect() as connection:
            rows = connection.execute(question).all()
        return rows[:limit], cursor_of(rows[limit - 1], "amount") if len(rows) > limit else None

    @app.get("/deals")
    def page() -> Response:
        rows, following = read_page(min(int(request.args.get("limit", 50)), 500))
        return answer({"records": [shown(row) for row in rows], "next": following})

    @app.get("/deals.html")
    def html_page() -> Response:
        rows, following = read_page(50)
        return Response(LIST.render(rows=rows, next=following, stage=request.args.get("stage")))

    @app.get("/deals/<int:number>")
    def show(number: int) -> Response:
        with engine.connect() as connection:
            row = connection.execute(
                select(deal).where(deal.c.id == number, deal.c.deleted_at.is_(None))
            ).first()
            if row is None:
                return answer({"code": "not_found"}, 404)
            lines = connection.execute(
                select(deal_line).where(deal_line.c.deal == number).order_by(deal_line.c.position)
            ).all()
        shown_deal = shown(row)
        shown_deal["values"]["lines"] = [dict(zip(LINE_NAMES, line, strict=True)) for line in lines]
        return answer(shown_deal)

    @app.patch("/deals/<int:number>")
    def change(number: int) -> Response:
        sent = orjson.loads(request.data)
        values = read(sent["values"], is_new=False)
        with writer(engine) as connection:
            row = connection.execute(
                select(deal).where(deal.c.id == number, deal.c.deleted_at.is_(None))
            ).first()
            if row is None:
                return answer({"code": "not_found"}, 404)
            if row.version != sent["version"]:
                return answer({"code": "stale", "current": shown(row)}, 409)
            before = {key: getattr(row, key) for key in values}
            whole_row = {**row._mapping, **values}
            weigh(whole_row)
            now = datetime.now(UTC).replace(tzinfo=None)
            done = connection.execute(
                update(deal).where(deal.c.id == number, deal.c.version == row.version),
                {**values, "weighted": whole_row["weighted"], "version": row.version + 1, "updated_at": now},
            )
            if done.rowcount != 1:
                return answer({"code": "stale"}, 409)
            entry = {
                "id": next(IDS),
                "deal": number,
                "person": g.person,
                "at": now,
                "before": orjson.dumps(before, default=str).decode(),
            }
            connection.execute(insert(audit), entry)
        return answer({"id": str(number), "version": row.version + 1})

    @app.get("/deals/by-stage")
    def by_stage() -> Response:
        total = func.sum(deal.c.amount, type_=Cents())
        question = (
            select(deal.c.stage, func.count(), total)
            .where(deal.c.deleted_at.is_(None))
            .group_by(deal.c.stage)
            .order_by(deal.c.stage)
        )
        with engine.connect() as connection:
            return answer({"rows": [list(row) for row in connection.execute(question)]})

    @app.post("/deals/import")
    def bring_in() -> Response:
        rows = CalamineWorkbook.from_filelike(request.stream).get_sheet_by_index(0).iter_rows()  # type: ignore[arg-type]
        heads = [str(head) for head in next(rows)]
        done, failed = 0, []
        for batch in (
            itertools.batched(enumerate(rows, 2), 1_000)
            if hasattr(itertools, "batched")
            else _batches(enumerate(rows, 2), 1_000)
        ):
            good = []
            for line, cells in batch:
                raw = {key: _cell(key, value) for key, value in zip(heads, cells, strict=False)}
                try:
                    values = read(raw, is_new=True)
                except RefusedError as error:
                    failed.append({"row": line, "errors": error.args[0]})
                    continue
                weigh(values)
                good.append(values)
            done += len(good)
            with writer(engine) as connection:
                insert_batch(connection, good)
        return answer({"created": done, "failed": failed})

    return app


def _batches(rows: Any, size: int) -> Any:
    while batch := list(itertools.islice(rows, size)):
        yield batch


def _cell(key: str, value: Any) -> Any:
    if value == "":
        return None
    if isinstance(value, float):
        return (
            int(value) if key == "quantity" and value == int(value) else format(Decimal(f"{value:.15g}"), "f")
        )
    if isinstance(value, date):
        return value.isoformat()
    return value


def insert_batch(connection: Connection, good: list[dict[str, Any]]) -> None:
    now = datetime.now(UTC).replace(tzinfo=None)
    rows = [
        {
            "id": next(IDS),
            "version": 1,
            "created_at": now,
            "updated_at": now,
            "owner": g.person,
            **dict.fromkeys(COLUMNS),
            **values,
        }
        for values in good
    ]
    if rows:
        connection.execute(insert(deal), rows)
        marks = [
            {"id": next(IDS), "deal": row["id"], "person": g.person, "at": now, "before": None}
            for row in rows
        ]
        connection.execute(insert(audit), marks)
