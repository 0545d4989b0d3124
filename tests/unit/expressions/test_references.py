"""What an expression reads, field by field."""

from __future__ import annotations

from expressions import check
from expressions.references import References
from tests.unit.expressions.worlds import WORLD


def read(source: str, form: str = "torder", **more: str) -> References:
    checked = check(source, WORLD, form, **more)  # type: ignore[arg-type]
    assert checked.node is not None, [one.text("en") for one in checked.problems]
    return checked.references


def test_own_fields_and_lines() -> None:
    found = read("amount + SUM(lines.qty * lines.price * rate) + COUNT(fees)")
    assert found.own == {"famount", "frate", "flines", "ffees"}
    assert found.lines == {"flines": {"fqty", "fprice"}, "ffees": frozenset()}


def test_links_are_followed_field_by_field() -> None:
    found = read("customer.parent_customer.source.channel", "torder")
    assert found.own == {"fcustomer"}
    assert found.follows == {
        (("fcustomer",), "fparent_customer"),
        (("fcustomer", "fparent_customer"), "fsource"),
        (("fcustomer", "fparent_customer", "fsource"), "fchannel"),
    }


def test_links_of_lines_and_of_the_parent_say_so() -> None:
    assert read("SUM(lines.product.price)").follows == {(("flines", "fproduct"), "fprice")}
    inside = read("PARENT.customer.name & PARENT.note", "flines")
    assert inside.parent == {"fcustomer", "fnote"}
    assert inside.follows == {(("PARENT", "fcustomer"), "fname")}


def test_settings_clock_and_actor() -> None:
    found = read("IF(owner = CURRENTUSER(), 参数.tier_a_min, DAYS(TODAY(), 参数.end_date))")
    assert found.settings == {("tparam", "ftier_a_min"), ("tparam", "fend_date")}
    assert found.uses_actor
    assert found.is_today_dependent
    assert {"IF", "CURRENTUSER", "TODAY", "DAYS", "eq"} <= found.functions


def test_reading_a_live_field_is_today_dependent() -> None:
    assert read("days_since_order > 90", "tcustomer").is_today_dependent
    assert not read("order_count > 90", "tcustomer").is_today_dependent


def test_roll_up_condition_reads_its_host() -> None:
    found = read("date > PARENT.last_order_at", "torder", role="condition", parent_form="tcustomer")
    assert found.own == {"fdate"}
    assert found.parent == {"flast_order_at"}
