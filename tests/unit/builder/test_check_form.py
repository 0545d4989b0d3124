"""The whole-form check: expressions and targets inside the app, each problem with place and span."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from builder.check_form import check_form, inspect_form, show_text
from builder.check_view import check_view
from builder.edits import Edit, apply_edit, read_edit
from builder.fields.results import result_settings
from builder.forms import Form
from builder.mentions import mentioned_ids, texts_of_form
from builder.views import View
from builder.world import build_world
from expressions import check
from tests.unit.builder.samples import customer_form, order_form, sales_app


def changed(form: Form, **document: Any) -> Form:
    edit = read_edit(document)
    assert isinstance(edit, Edit), edit
    after = apply_edit(form, edit)
    assert isinstance(after, Form), after
    return after


def change(form: Form, field: str, **changes: Any) -> Form:
    return changed(form, edit="change_field", field=field, changes=changes)


def found(form: Form) -> list[tuple[str, str | None]]:
    return [(one.code, one.field) for one in check_form(form, sales_app())]


def test_the_sample_app_is_right() -> None:
    for form in sales_app().forms:
        assert check_form(form, sales_app()) == ()


def test_every_expression_is_checked_with_place_and_span() -> None:
    form = change(order_form(), "ordto", config={"expression": "SUM({#linesf}.{#nothere})"})
    problems = check_form(form, sales_app())
    assert len(problems) == 1
    assert problems[0].code.startswith("expression.")
    assert problems[0].field == "/properties/total/x-config/expression"
    assert problems[0].span is not None
    checked = inspect_form(order_form(), sales_app()).checked
    assert set(checked) == {
        "/properties/total/x-config/expression",
        "/properties/lines/items/properties/amount/x-config/expression",
        "/properties/date/x-default",
        "/x-rules/0/refuse_when",
    }


@pytest.mark.parametrize(
    ("field", "changes", "where"),
    [
        ("custph", {"visible_when": "1 + 1"}, "/properties/phone/x-visible-when"),
        ("custin", {"default": '"text"'}, "/properties/staff/x-default"),
        (
            "custfo",
            {"config": {"result": "date", "format": None}},
            "/properties/days_idle/x-config/expression",
        ),
        ("custro", {"config": {"measure": "{#ordto}"}}, "/properties/order_amount/x-config/measure"),
        ("custro", {"config": {"where": "SUM({#ordto})"}}, "/properties/order_amount/x-config/where"),
        ("custro", {"config": {"where": "{#custin} > 1"}}, "/properties/order_amount/x-config/where"),
    ],
)
def test_a_wrong_kind_or_place_is_a_problem(field: str, changes: dict[str, Any], where: str) -> None:
    problems = found(change(customer_form(), field, **changes))
    assert problems
    assert {place for _, place in problems} == {where}
    assert all(code.startswith("expression.") for code, _ in problems)


def test_a_roll_up_reads_its_host_through_parent() -> None:
    form = change(customer_form(), "custro", config={"where": "{#ordday} >= PARENT.{#custda}"})
    assert found(form) == []


def test_links_and_roll_ups_lead_to_what_is_there() -> None:
    form = customer_form()
    assert ("field.form_missing", "/properties/parent_firm/x-config/form") in found(
        change(form, "custpa", config={"form": "nowhere"})
    )
    assert ("link.not_to_this", "/properties/parent_firm/x-config/form") in found(
        change(form, "custpa", config={"form": "linesf"})
    )
    assert ("link.not_to_this", "/properties/parent_firm/x-config/form") in found(
        change(form, "custpa", config={"form": "paramf"})
    )
    assert ("rollup.link_missing", "/properties/order_amount/x-config/link") in found(
        change(form, "custro", config={"link": "nowhere"})
    )
    assert ("rollup.link_elsewhere", "/properties/order_amount/x-config/link") in found(
        change(form, "custro", config={"link": "ordday"})
    )


def test_a_roll_up_over_a_link_to_another_form_is_refused() -> None:
    config = {"form": "custf", "link": "custpa", "measure": "COUNT()"}
    form = changed(
        order_form(), edit="add_field", field={"type": "rollup", "labels": {"en": "N"}, "config": config}
    )
    assert found(form) == [("rollup.link_elsewhere", "/properties/n/x-config/link")]


def test_keys_and_ids_are_unique_in_the_app() -> None:
    assert ("form.key_taken", "/x-key") in found(
        changed(customer_form(), edit="change_form", changes={"key": "order"})
    )
    thief = changed(
        customer_form(), edit="add_field", field={"id": "ordday", "type": "date", "labels": {"en": "Day"}}
    )
    assert ("form.id_twice", "/properties/day/x-id") in found(thief)


def test_warnings_do_not_stop_publishing() -> None:
    form = change(customer_form(), "custfo", config={"today": None})
    form = change(form, "custph", labels={"zh-CN": "邮箱"})
    form = changed(form, edit="change_form", changes={"title": None})
    inspection = inspect_form(form, sales_app())
    assert inspection.problems == ()
    codes = {one.code for one in inspection.warnings}
    assert {"formula.today_not_chosen", "field.label_twice", "form.no_title"} <= codes


def test_mentions_skip_texts_and_comments() -> None:
    text = "IF({#abc} = \"#notme\", {@opt1}, {#sub1}.{#col1}) // {#never}\n + '@no' /* #nor */ + 1"
    assert mentioned_ids(text) == {"abc", "opt1", "sub1", "col1"}
    assert {one.role for one in texts_of_form(customer_form())} == {
        "formula",
        "measure",
        "condition",
        "default",
    }


def test_views_name_what_is_there() -> None:
    documents = sales_app()
    view = documents.views[0]
    assert check_view(view, documents) == ()

    def codes(one: View) -> list[tuple[str, str | None]]:
        return [(problem.code, problem.field) for problem in check_view(one, documents)]

    assert codes(replace(view, columns=("custna", "gone12"))) == [("view.field_missing", "/columns/1")]
    assert codes(replace(view, sort=(("custta", "asc"),))) == [("view.cannot_sort", "/sort/0")]
    assert codes(replace(view, form="nowhere")) == [("view.form_missing", "/form")]
    assert codes(replace(view, filter="{#custin} + 1"))[0][1] == "/filter"


def test_expressions_are_shown_by_label() -> None:
    world = build_world(sales_app().forms)
    shown = {one.path: show_text(one, world, "zh-CN") for one in texts_of_form(order_form())}
    assert "明细" in shown["/properties/total/x-config/expression"]
    assert "#" not in "".join(shown.values())


@pytest.mark.parametrize(
    ("text", "settings"),
    [
        ("1 + 1", {"result": "number", "format": "integer", "result_form": None}),
        ("{#custnu} / 3", {"result": "number", "format": "number", "result_form": None}),
        ("{#custna} & 1", {"result": "text", "format": None, "result_form": None}),
        ("{#custle}", {"result": "text", "format": None, "result_form": None}),
        ("{#custpa}", {"result": "record", "format": None, "result_form": "custf"}),
        ("{#custda}", {"result": "date", "format": None, "result_form": None}),
    ],
)
def test_a_formula_gets_the_result_it_has(text: str, settings: dict[str, Any]) -> None:
    kind = check(text, build_world(sales_app().forms), "custf").kind
    assert kind is not None
    assert result_settings(kind) == settings
    config = {"expression": text, **{name: value for name, value in settings.items() if value}}
    form = changed(
        customer_form(), edit="add_field", field={"type": "formula", "labels": {"en": "F"}, "config": config}
    )
    assert found(form) == []


def test_a_formula_that_reads_a_daily_one_depends_on_today_too() -> None:
    form = customer_form()
    for name, text in (("dailyone", "TODAY()"), ("throughit", "{#dailyone}"), ("plainone", "1 + 1")):
        result = "number" if name == "plainone" else "date"
        config = {"expression": text, "result": result, "today": "daily"}
        words = {"id": name, "type": "formula", "labels": {"en": name}, "config": config}
        form = changed(form, edit="add_field", field=words)
    warned = [one.params["label"] for one in inspect_form(form, sales_app()).warnings if "today" in one.code]
    assert warned == [{"en": "plainone"}]
