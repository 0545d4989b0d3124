"""Form plans: order, modes and the dependency graph; a loop is refused by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from builder.compute import FormPlan, RollUp, build_plans
from builder.forms import Field, Form, Rule
from builder.reads import EXISTENCE, Hop


def field(id: str, type: str, label: str = "", **more: Any) -> Field:
    return Field(id, f"k_{id}", type, {"en": label or id, "zh-CN": label or id}, **more)


def formula(id: str, expression: str, label: str = "", **config: Any) -> Field:
    return field(id, "formula", label, config={"expression": expression, **config})


def link(id: str, form: str) -> Field:
    return field(id, "link", config={"form": form})


def rollup(
    id: str, form: str, link: str | None, measure: str, where: str | None = None, **config: Any
) -> Field:
    config |= {"form": form, "measure": measure}
    config |= {"link": link} if link else {}
    config |= {"where": where} if where else {}
    return field(id, "rollup", config=config)


def form(id: str, *fields: Field, **more: Any) -> Form:
    return Form(id, f"form_{id}", {"en": id.title(), "zh-CN": id.title()}, fields, **more)


def plans(*forms: Form) -> Mapping[str, FormPlan]:
    built = build_plans(forms)
    assert isinstance(built, Mapping), built
    return built


customer = form(
    "cust",
    field("name", "text"),
    formula("avgv", "{#total} / {#number}"),  # written before what it reads
    rollup("total", "ord", "owner1", "SUM({#amount})"),
    rollup("number", "ord", "owner1", "COUNT()"),
)
lines = form(
    "lines", field("qty", "number"), link("prod", "item"), formula("price2", "{#qty} * {#prod}.{#price}")
)
order = form(
    "ord",
    link("owner1", "cust"),
    field("lines", "subform", subform=lines),
    formula("amount", "SUM({#lines}.{#price2})"),
    formula("who", "{#owner1}.{#name}", result="text"),
)
item = form("item", field("price", "money"))


def test_fields_come_after_what_they_read():
    found = plans(customer, order, item)
    assert [one.id for one in found["cust"].computed][-1] == "avgv"
    assert [one.id for one in found["ord"].computed].index("price2") < [
        one.id for one in found["ord"].computed
    ].index("amount")
    rank = found["cust"].graph.rank
    assert (
        rank[("lines", "price2")] < rank[("ord", "amount")] < rank[("cust", "total")] < rank[("cust", "avgv")]
    )


def test_a_loop_over_two_forms_is_refused_by_its_labels():
    looped = form(
        "ord",
        link("owner1", "cust"),
        formula("amount", "{#owner1}.{#avgv} + 1", "Amount"),
        field("lines", "subform", subform=lines),
    )
    problems = build_plans((customer, looped, item))
    assert isinstance(problems, tuple)
    [problem] = problems
    assert problem.code == "formula.loop"
    loop = problem.params["loop"]
    assert isinstance(loop, dict)
    text = loop["en"]
    assert "Ord · Amount" in text
    assert "Cust · total" in text
    assert "Cust · avgv" in text
    names = text.split(" → ")
    assert names[0] == names[-1]


def test_a_formula_that_reads_itself_is_a_loop():
    problems = build_plans((form("a", formula("x1", "{#y1} + 1", "X"), formula("y1", "{#x1} + 1", "Y")),))
    assert isinstance(problems, tuple)
    assert problems[0].code == "formula.loop"


def edges_of(plan: FormPlan, table: str, field_id: str) -> set[tuple[tuple[str, str], tuple[Hop, ...]]]:
    return {(edge.target, edge.hops) for edge in plan.graph.dependents(table, [field_id])}


def test_a_linked_field_leads_back_through_the_link():
    found = plans(customer, order, item)
    assert edges_of(found["ord"], "item", "price") == {
        (("lines", "price2"), (Hop("links", "lines", "prod"),))
    }
    assert edges_of(found["ord"], "cust", "name") == {(("ord", "who"), (Hop("links", "ord", "owner1"),))}
    # the deletion of the linked record counts as a change of it
    assert (("ord", "who"), (Hop("links", "ord", "owner1"),)) in edges_of(found["ord"], "cust", EXISTENCE)


def test_a_roll_up_hears_of_the_link_the_rows_and_the_measured_field():
    found = plans(customer, order, item)
    host = (Hop("host", "ord", "owner1"),)
    assert (("cust", "total"), host) in edges_of(found["cust"], "ord", "amount")
    for changed in ("owner1", EXISTENCE):
        targets = {target for target, hops in edges_of(found["cust"], "ord", changed) if hops == host}
        assert targets == {("cust", "total"), ("cust", "number")}


def test_only_reachable_fields_are_downstream():
    found = plans(customer, order, item)
    graph = found["cust"].graph
    assert graph.downstream([("ord", "owner1")]) >= {("cust", "total"), ("cust", "number"), ("cust", "avgv")}
    assert graph.downstream([("cust", "name")]) == {("ord", "who")}


def test_a_condition_that_reads_the_host_is_recomputed_with_it():
    host = form(
        "cust",
        field("least", "money"),
        rollup("big", "ord", "owner1", "COUNT()", "{#amount} >= PARENT.{#least}"),
    )
    found = plans(host, form("ord", link("owner1", "cust"), field("amount", "money")))
    assert edges_of(found["cust"], "cust", "least") == {(("cust", "big"), ())}


def test_a_setting_reaches_every_record():
    param = form("param", field("rate", "percent"), is_single=True)
    found = plans(param, form("a", field("x1", "number"), formula("y1", "{#x1} * {#param}.{#rate}")))
    [edge] = found["a"].graph.dependents("param", ["rate"])
    assert edge.is_everywhere
    assert edge.target == ("a", "y1")
    assert found["a"].settings == {"param"}


@pytest.mark.parametrize(("today", "mode"), [(None, "live"), ("live", "live"), ("daily", "daily")])
def test_a_formula_that_reads_today_is_live_or_daily(today, mode):
    config = {"today": today} if today else {}
    found = plans(form("a", field("d1", "date"), formula("age", "DAYS(TODAY(), {#d1})", **config)))
    assert found["a"].by_cell[("a", "age")].mode == mode


def test_today_dependence_is_inherited_across_forms():
    a = form("a", field("d1", "date"), formula("age", "DAYS(TODAY(), {#d1})"), link("up", "b"))
    b = form(
        "b", rollup("oldest", "a", "up", "MAX({#age})"), formula("score", "{#oldest} * 2", today="daily")
    )
    c = form("c", link("of", "b"), formula("copy", "{#of}.{#score}"), formula("plain", "1 + 1"))
    found = plans(a, b, c)
    modes = {cell[1]: one.mode for plan in found.values() for cell, one in plan.by_cell.items()}
    assert modes == {"age": "live", "oldest": "live", "score": "daily", "copy": "stored", "plain": "stored"}
    # a stored field that reads a daily one is only as fresh as that
    assert found["c"].by_cell[("c", "copy")].needs_today
    assert not found["c"].by_cell[("c", "plain")].needs_today


def test_a_roll_up_with_today_in_its_condition_is_live():
    a = form("a", field("d1", "date"), link("up", "b"))
    b = form("b", rollup("recent", "a", "up", "COUNT()", "DAYS(TODAY(), {#d1}) <= 30"))
    one = plans(a, b)["b"].by_cell[("b", "recent")]
    assert isinstance(one, RollUp)
    assert one.mode == "live"


def test_rules_name_the_linked_rows_that_they_need():
    stage = form("stage", field("kind", "text"), field("note", "text"))
    deal = form(
        "deal",
        link("st", "stage"),
        field("why", "text", required_when='{#st}.{#kind} = "lost"'),
        rules=(Rule("r1", "{#st}.{#note} = {#why}", {"en": "no"}),),
    )
    [linked] = plans(stage, deal)["deal"].linked
    assert linked.form == "stage"
    assert linked.fields == {"kind", "note"}


def test_broken_expressions_are_all_named():
    problems = build_plans((form("a", formula("x1", "{#nope} + 1"), formula("y1", "1 +")),))
    assert isinstance(problems, tuple)
    assert {problem.field for problem in problems} == {"form_a.k_x1", "form_a.k_y1"}
