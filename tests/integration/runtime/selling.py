"""A small shop for the tests of records: customers, orders with lines, items, stages and parameters.

In: a platform and its people. Out: `Shop`, whose short methods go through the public functions, each in a
unit of work of its own, and which gives values by field key. The forms use every way in which one value
follows from another: lines, links, roll-ups with conditions, parameters, today.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from builder.apps import AppDocuments
from builder.documents import write_form
from builder.forms import Field, Form, Option, Rule, Section
from runtime import access, changesets, definitions, publishing, queries, records, undoing
from runtime.queries import Selection
from runtime.records import Outcome, Record

STAGES = tuple(
    Option(id, key, {"zh-CN": label, "en": key.title()})
    for id, key, label in (("sopen1", "open", "进行中"), ("swon1", "won", "赢单"), ("slost1", "lost", "输单"))
)

TAGS = (Option("hot1", "hot", {"en": "Hot"}), Option("cold1", "cold", {"en": "Cold"}))


def field(id: str, type: str, **more: Any) -> Field:
    key = more.pop("key", id.removesuffix("1"))
    return Field(id, key, type, {"zh-CN": key, "en": key.title()}, **more)


def formula(id: str, expression: str, **config: Any) -> Field:
    return field(id, "formula", config={"expression": expression, **config})


def link(id: str, form: str, **more: Any) -> Field:
    return field(id, "link", config={"form": form}, **more)


def rollup(id: str, form: str, link: str, measure: str, where: str | None = None, **config: Any) -> Field:
    config = {"form": form, "link": link, "measure": measure, **config}
    return field(id, "rollup", config=config | ({"where": where} if where else {}))


def form(id: str, *fields: Field, **more: Any) -> Form:
    key = id.removesuffix("1")
    layout = (Section("main1", {"zh-CN": "基本", "en": "Basics"}, tuple((one.id,) for one in fields)),)
    title = more.pop("title", next((one.id for one in fields if one.key in ("name", "no")), None))
    return Form(id, key, {"zh-CN": key, "en": key.title()}, fields, layout, title=title, **more)


def param_form() -> Form:
    return form(
        "param1",
        field("vip1", "money", default="1000"),
        field("rate1", "percent", default="0.1"),
        is_single=True,
    )


def stage_form() -> Form:
    return form(
        "stage1",
        field("sname1", "text", key="name", is_unique=True),
        field("kind1", "choice", options=STAGES),
    )


def item_form() -> Form:
    return form("item1", field("iname1", "text", key="name"), field("price1", "money"))


def customer_form() -> Form:
    return form(
        "cust1",
        field("no1", "serial", config={"pattern": "CU-{000000}"}),
        field("name1", "text", is_required=True),
        field("code1", "text", is_unique=True),
        link("above1", "cust1"),
        field("tags1", "choices", options=TAGS),
        rollup("count1", "ord1", "cust2", "COUNT()"),
        rollup("total1", "ord1", "cust2", "SUM({#amount1})", format="money"),
        rollup("won1", "ord1", "cust2", "SUM({#amount1})", '{#stage2}.{#kind1} = "won"', format="money"),
        rollup("last1", "ord1", "cust2", "MAX({#date1})", result="date"),
        rollup("items1", "ord1", "cust2", "COUNT(DISTINCT {#date1})", format="integer"),
        rollup("recent1", "ord1", "cust2", "COUNT()", "DAYS(TODAY(), {#date1}) <= 30", format="integer"),
        formula("since1", "DAYS(TODAY(), {#last1})", format="integer"),
        formula("mean1", "IF({#count1} = 0, BLANK, {#total1} / {#count1})", format="money"),
        formula("tier1", 'IF({#total1} >= {#param1}.{#vip1}, "A", "B")', result="text"),
        formula("score1", "IF({#since1} > 30, 0, 10) + {#recent1}", format="integer", today="daily"),
        rollup("subs1", "cust1", "above1", "COUNT()", format="integer"),
        title="name1",
    )


def order_form() -> Form:
    lines = Form(
        "lines1",
        "lines",
        {"en": "Lines"},
        (
            link("item2", "item1", key="item"),
            field("qty1", "number", is_required=True),
            formula("sum1", "{#qty1} * {#item2}.{#price1}", format="money"),
        ),
    )
    return form(
        "ord1",
        field("ono1", "serial", key="no", config={"pattern": "OR-{YYYY}-{0000}"}),
        link("cust2", "cust1", key="cust"),
        link("stage2", "stage1", key="stage"),
        field("date1", "date"),
        field("paid1", "money"),
        field("note1", "text", visible_when="{#paid1} > 0", required_when="{#paid1} > 100"),
        field("lines1", "subform", subform=lines),
        formula("amount1", "SUM({#lines1}.{#sum1}) + COALESCE({#paid1}, 0)", format="money"),
        formula("who1", "{#cust2}.{#name1}", result="text"),
        rules=(
            Rule("r1", "{#paid1} < 0", {"en": "Nobody pays less than nothing", "zh-CN": "不能为负"}, "paid1"),
        ),
        title="ono1",
    )


def shop_forms() -> tuple[Form, ...]:
    return (param_form(), stage_form(), item_form(), customer_form(), order_form())


def install(platform: Any, actor: Any, forms: Sequence[Form], key: str = "shop") -> str:
    """A published app made of these forms."""
    with platform.writing(actor) as work:
        app = definitions.create_app(work, key, {"zh-CN": "商店", "en": "Shop"})
        assert not isinstance(app, tuple), app
        new = publishing.NewForms(
            app.id, key, AppDocuments(app.app), tuple(forms), {one.id: write_form(one) for one in forms}
        )
        outcome = publishing.publish_forms(work, new)
        assert outcome.is_published, [(one.code, one.field, dict(one.params)) for one in outcome.problems]
        publishing.take_effect(work, app.id, outcome)
    return key


@dataclass
class Shop:
    """The shop as one person uses it."""

    platform: Any
    actor: Any
    key: str = "shop"

    def as_(self, actor: Any) -> Shop:
        return Shop(self.platform, actor, self.key)

    def create(self, form: str, **raw: Any) -> Outcome:
        return self.platform.run(
            self.actor, lambda work: records.create(work, self.open(work, form, "add"), raw)
        )

    def make(self, form: str, **raw: Any) -> int:
        """A record that must be right; its id."""
        outcome = self.create(form, **raw)
        assert outcome.record is not None, outcome.problems
        return outcome.record.id

    def change(self, form: str, record_id: int, version: int | None = None, **raw: Any) -> Outcome:
        def task(work: Any) -> Outcome:
            return records.update(work, self.open(work, form, "edit"), record_id, version, raw)

        return self.platform.run(self.actor, task)  # type: ignore[no-any-return]

    def delete(self, form: str, record_id: int) -> Outcome:
        return self.platform.run(  # type: ignore[no-any-return]
            self.actor, lambda work: records.delete(work, self.open(work, form, "delete"), record_id)
        )

    def restore(self, form: str, record_id: int) -> Outcome:
        return self.platform.run(  # type: ignore[no-any-return]
            self.actor, lambda work: records.restore(work, self.open(work, form, "delete"), record_id)
        )

    def get(self, form: str, record_id: int, *, is_deleted: bool = False) -> dict[str, Any]:
        """The values by field key, as a reader sees them."""
        with self.platform.reading(self.actor) as work:
            handle = self.open(work, form, "view")
            record = queries.get_record(work, handle, record_id, is_deleted=is_deleted)
            return self.by_key(handle, record)

    def page(self, form: str, limit: int = 50, cursor: str | None = None, **selection: Any) -> Any:
        with self.platform.reading(self.actor) as work:
            return queries.page(work, self.open(work, form, "view"), Selection(**selection), limit, cursor)

    def names(self, form: str, key: str = "name", **selection: Any) -> list[Any]:
        with self.platform.reading(self.actor) as work:
            handle = self.open(work, form, "view")
            found = queries.page(work, handle, Selection(**selection), 500)
            return [one.values[handle.form.by_key[key].id] for one in found.records]

    def history(self, form: str, record_id: int) -> list[Any]:
        with self.platform.reading(self.actor) as work:
            return changesets.history(work, self.open(work, form, "view"), record_id)

    def revert(self, changeset_id: int, *, is_dry_run: bool = False) -> Any:
        return self.platform.run(
            self.actor, lambda work: undoing.revert(work, changeset_id, is_dry_run=is_dry_run)
        )

    def open(self, work: Any, form: str, to: str) -> Any:
        return access.open_form(work, form, to=to, app=self.key)  # type: ignore[arg-type]

    @staticmethod
    def by_key(handle: Any, record: Record) -> dict[str, Any]:
        return {one.key: record.values.get(one.id) for one in handle.form.fields}


def codes(outcome: Outcome) -> list[tuple[str, str | None]]:
    return [(one.code, one.field) for one in outcome.problems]


Raw = Mapping[str, Any]
