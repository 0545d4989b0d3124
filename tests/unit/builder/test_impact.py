"""The bill before publishing, the plan of what must be stored, and who uses what."""

from __future__ import annotations

from typing import Any

from builder.edits import Edit, apply_edit, read_edit
from builder.forms import Form, pick_label
from builder.impact import ImpactItem, impact_of
from builder.starter import new_form
from builder.structure import check_structure
from builder.uses import uses_of
from builder.versions import ColumnPlan, IndexPlan, TablePlan, difference
from tests.unit.builder.samples import customer_form, labels, order_form, sales_app


def changed(form: Form, *documents: dict[str, Any]) -> Form:
    for document in documents:
        edit = read_edit(document)
        assert isinstance(edit, Edit), edit
        after = apply_edit(form, edit)
        assert isinstance(after, Form), after
        form = after
    return form


def bill(before: Form, after: Form) -> list[tuple[str, str, str]]:
    return [
        (one.level, one.code.removeprefix("impact."), one.where)
        for one in impact_of(before, after, sales_app()).items
    ]


def test_nothing_changed_is_an_empty_bill() -> None:
    assert impact_of(customer_form(), customer_form(), sales_app()).items == ()
    assert difference(customer_form(), customer_form()).is_empty


def test_removing_a_used_field_names_every_user() -> None:
    after = changed(order_form(), {"edit": "remove_field", "field": "ordto"})
    found = bill(order_form(), after)
    assert ("breaks", "still_used", "form:customer/properties/order_amount/x-config/measure") in found
    assert ("warns", "still_used", "view:recent/columns") in found
    assert ("safe", "field_removed", "form:order/properties/total") in found
    item = next(
        one for one in impact_of(order_form(), after, sales_app()).breaks if one.params["sort"] == "measure"
    )
    assert pick_label(item.params["user"], "zh-CN") == "订单额"  # type: ignore[arg-type]
    assert pick_label(item.params["form"], "zh-CN") == "客户"  # type: ignore[arg-type]


def test_removing_link_title_column_and_filtered_fields_breaks() -> None:
    found = bill(order_form(), changed(order_form(), {"edit": "remove_field", "field": "ordcu"}))
    assert ("breaks", "still_used", "form:customer/properties/order_amount/x-config/link") in found
    found = bill(order_form(), changed(order_form(), {"edit": "remove_field", "field": "ordno"}))
    assert ("breaks", "still_used", "form:order/x-title") in found
    found = bill(order_form(), changed(order_form(), {"edit": "remove_field", "field": "lineam"}))
    assert ("breaks", "still_used", "form:order/properties/total/x-config/expression") in found
    found = bill(customer_form(), changed(customer_form(), {"edit": "remove_field", "field": "custle"}))
    assert ("breaks", "still_used", "view:key_customers/filter") in found
    assert ("breaks", "still_used", "form:customer/properties/tags/x-visible-when") in found


def test_a_field_removed_together_with_its_user_breaks_nothing() -> None:
    documents = ({"edit": "remove_field", "field": "linesf"}, {"edit": "remove_field", "field": "ordto"})
    after = changed(order_form(), *documents)
    found = [one for one in bill(order_form(), after) if "customer" not in one[2]]
    assert not [one for one in found if one[0] == "breaks"]
    assert [one for one in found if one[1] == "field_removed"] == [
        ("safe", "field_removed", "form:order/properties/lines"),
        ("safe", "field_removed", "form:order/properties/total"),
    ]


def test_what_programs_and_people_notice() -> None:
    after = changed(
        customer_form(),
        {"edit": "rename_key", "field": "custph", "key": "mobile"},
        {"edit": "change_field", "field": "custem", "changes": {"required": True}},
        {"edit": "change_field", "field": "custem", "changes": {"labels": {"en": "E-mail"}}},
        {"edit": "change_field", "field": "custco", "changes": {"unique": True}},
        {"edit": "change_field", "field": "custin", "changes": {"config": {"max": 5}}},
        {"edit": "change_field", "field": "custro", "changes": {"config": {"measure": "COUNT()"}}},
        {
            "edit": "change_options",
            "field": "custle",
            "options": [{"id": "levela", "key": "top", "labels": {"en": "Key"}}],
        },
        {"edit": "add_field", "field": {"type": "date", "labels": {"en": "Day"}, "required": True}},
        {"edit": "restore_field", "field": "custfx"},
        {"edit": "change_form", "changes": {"member_scope": "all", "key": "firm"}},
        {"edit": "remove_rule", "rule": "ruleb"},
        {"edit": "add_rule", "rule": {"refuse_when": "TRUE", "message": {"en": "No"}}},
    )
    found = {(level, code) for level, code, _ in bill(customer_form(), after)}
    assert found == {
        ("warns", "key_renamed"),
        ("warns", "required_added"),
        ("safe", "renamed"),
        ("warns", "unique_added"),
        ("safe", "settings_changed"),
        ("safe", "recomputed"),
        ("warns", "option_retired"),
        ("warns", "option_key_renamed"),
        ("safe", "field_added"),
        ("safe", "field_restored"),
        ("warns", "scope_widened"),
        ("warns", "form_key_renamed"),
        ("safe", "rule_removed"),
        ("warns", "rule_added"),
    }


def test_losing_values_for_good_breaks() -> None:
    after = changed(
        customer_form(),
        {
            "edit": "change_options",
            "field": "custle",
            "exact": True,
            "options": [{"id": "levelb", "key": "b", "labels": {"en": "B"}}],
        },
    )
    found = bill(customer_form(), after)
    assert ("breaks", "option_lost", "form:customer/properties/level") in found
    assert ("breaks", "option_still_used", "form:customer/properties/tags/x-visible-when") in found
    lost = changed(customer_form(), {"edit": "remove_field", "field": "custno", "kept": False})
    assert ("breaks", "field_lost", "form:customer/properties/note") in bill(customer_form(), lost)


def test_a_new_form_is_safe() -> None:
    assert impact_of(None, order_form(), sales_app()).items == (
        ImpactItem("safe", "impact.form_added", {"label": labels("订单", "Order")}, "form:order"),
    )


def test_uses_find_every_place() -> None:
    found = {
        (one.used, one.sort)
        for one in uses_of({"custle", "custna", "custro", "custf", "orderf", "levela"}, sales_app())
    }
    assert found == {
        ("custle", "condition"),
        ("custle", "view_filter"),
        ("custle", "view_column"),
        ("custna", "title"),
        ("custna", "view_column"),
        ("custf", "link"),
        ("orderf", "rollup"),
        ("levela", "condition"),
        ("levela", "view_filter"),
        ("custro", "view_sort"),
    }


def test_a_new_form_needs_all_its_tables() -> None:
    plan = difference(None, order_form())
    assert plan.tables == (TablePlan("form", "orderf"), TablePlan("subform", "linesf"))
    assert [(one.field.id, one.within) for one in plan.columns] == [
        ("ordno", None),
        ("ordcu", None),
        ("ordday", None),
        ("ordto", None),
        ("lineqt", "linesf"),
        ("linepr", "linesf"),
        ("lineam", "linesf"),
    ]
    assert plan.indexes == (IndexPlan("ordno", "title"), IndexPlan("ordcu", "link"))
    assert [one.field.id for one in plan.fills] == ["ordto", "lineam"]
    assert TablePlan("values", "custta") in difference(None, customer_form()).tables


def test_live_fields_have_no_column_until_they_are_daily() -> None:
    assert "custfo" not in {one.field.id for one in difference(None, customer_form()).columns}
    after = changed(
        customer_form(),
        {"edit": "change_field", "field": "custfo", "changes": {"config": {"today": "daily"}}},
    )
    plan = difference(customer_form(), after)
    assert [one.field.id for one in plan.columns] == ["custfo"]
    assert [one.field.id for one in plan.fills] == ["custfo"]


def test_only_what_is_new_is_added_and_nothing_dropped() -> None:
    after = changed(
        customer_form(),
        {
            "edit": "add_field",
            "field": {"id": "freshx", "type": "text", "labels": {"en": "Fresh"}, "unique": True},
        },
        {"edit": "remove_field", "field": "custur"},
        {"edit": "restore_field", "field": "custfx"},
        {"edit": "rename_key", "field": "custph", "key": "mobile"},
    )
    plan = difference(customer_form(), after)
    assert [one.field.id for one in plan.columns] == ["freshx"]
    assert plan.restored == (ColumnPlan(after.by_id["custfx"]),)
    assert plan.removed == (ColumnPlan(customer_form().by_id["custur"]),)
    assert plan.indexes == (IndexPlan("freshx", "unique"),)
    assert plan.tables == ()
    assert plan.fills == ()


def test_the_starter_form_is_lawful() -> None:
    form = new_form({"zh-CN": "客户"}, sales_app().forms)
    assert form.key == "ke_hu"
    assert check_structure(form) == ()
    assert form.title == form.fields[0].id
    assert new_form({"en": "Customer"}, sales_app().forms).key == "customer_2"
