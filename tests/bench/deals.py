"""The work that both programs do: one form of 15 fields with lines, its data, and the sheet to import.

In: a record's number. Out: the same values each time, as JSON bodies carry them. Called by both contenders.
"""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from builder.forms import Field, Form, Option, Section
from tests.bench.baseline import REGIONS, SOURCES, STAGES

Values = dict[str, Any]
FIRST_DAY = date(2026, 1, 1)
LINES = 20  # of the one record that is read with its children
LISTED = (
    "name", "code", "phone", "stage", "region", "amount", "quantity", "close_date", "active", "weighted",
)  # fmt: skip
SHEET_KEYS = (
    "name", "code", "phone", "email", "stage", "source", "region", "amount", "quantity", "probability",
    "close_date", "active", "note",
)  # fmt: skip


def values_of(number: int) -> Values:
    """The deal with this number."""
    chance = random.Random(number)
    moment = datetime(2026, 1, 1, 8) + timedelta(minutes=number % 400_000)
    return {
        "name": f"Deal {number:07d} 华东设备",
        "code": f"D-{number:07d}",
        "phone": f"+86 21 {10_000_000 + number % 80_000_000}",
        "email": f"buyer{number}@example.com",
        "stage": chance.choice(STAGES),
        "source": chance.choice(SOURCES),
        "region": chance.choice(REGIONS),
        "amount": chance.randrange(100, 90_000_000) / 100,
        "quantity": chance.randrange(1, 5_000),
        "probability": chance.randrange(1, 100) / 100,
        "close_date": (FIRST_DAY + timedelta(days=number % 700)).isoformat(),
        "next_at": moment.isoformat() + "Z",
        "active": number % 3 != 0,
        "note": f"Called on {moment:%d %B}; wants a quotation before the quarter ends.",
    }


def lines_of(count: int = LINES) -> list[Values]:
    return [{"item": f"Part {place}", "qty": place + 1, "price": 9.5 + place} for place in range(count)]


def write_sheet(path: Path, count: int, first: int) -> None:
    """An xlsx of `count` deals. Dates and figures are cells of their kind, as people have them."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Deals")
    sheet.append(SHEET_KEYS)
    for number in range(first, first + count):
        values = values_of(number)
        values["close_date"] = date.fromisoformat(values["close_date"])
        sheet.append([values[key] for key in SHEET_KEYS])
    book.save(path)


# --- the same as a form -----------------------------------------------------------------------------


def _field(key: str, type: str, **more: Any) -> Field:
    return Field(f"{key.replace('_', '')}1", key, type, {"en": key, "zh-CN": key}, **more)


def _options(prefix: str, keys: tuple[str, ...]) -> tuple[Option, ...]:
    return tuple(Option(f"{prefix}{place}", key, {"en": key, "zh-CN": key}) for place, key in enumerate(keys))


def deal_form() -> Form:
    """What the baseline has as tables, as somebody would configure it."""
    lines = Form(
        "lines1",
        "lines",
        {"en": "Lines", "zh-CN": "Lines"},
        (_field("item", "text"), _field("qty", "integer"), _field("price", "money")),
    )
    fields = (
        _field("name", "text", is_required=True),
        _field("code", "text"),
        _field("phone", "text", config={"format": "phone"}),
        _field("email", "text", config={"format": "email"}),
        _field("stage", "choice", is_required=True, options=_options("stg", STAGES)),
        _field("source", "choice", options=_options("src", SOURCES)),
        _field("region", "choice", options=_options("reg", REGIONS)),
        _field("amount", "money"),
        _field("quantity", "integer"),
        _field("probability", "number"),
        _field("close_date", "date"),
        _field("next_at", "datetime"),
        _field("active", "yes_no"),
        _field("note", "long_text"),
        _field(
            "weighted",
            "formula",
            config={"expression": "ROUND({#amount1} * {#probability1}, 2)", "format": "money"},
        ),
        Field("lines1", "lines", "subform", {"en": "Lines", "zh-CN": "Lines"}, subform=lines),
    )
    layout = (Section("main1", {"en": "Deal", "zh-CN": "Deal"}, tuple((one.id,) for one in fields)),)
    return Form("deal1", "deal", {"en": "Deals", "zh-CN": "Deals"}, fields, layout, title="name1")


def won_view(form: Form) -> Values:
    """The saved view that the list opens with: filtered, sorted, ten columns."""
    return {
        "kind": "view",
        "id": "wonview1",
        "key": "won",
        "labels": {"en": "Won", "zh-CN": "Won"},
        "form": form.id,
        "columns": [form.by_key[key].id for key in LISTED],
        "filter": '{#stage1} = "won"',
        "sort": [["amount1", "desc"]],
        "default": True,
    }
