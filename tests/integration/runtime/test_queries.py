"""Queries: pages, order, filters, search, figures and titles, as far as the actor may see."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from runtime import queries
from runtime.queries import Group, Selection, SelectionError
from tests.integration.runtime.selling import Shop, field, form, formula, install, shop_forms


@pytest.fixture
def shop(platform: Any, cast: Any) -> Shop:
    install(platform, cast.admin, shop_forms())
    return Shop(platform, cast.admin)


@pytest.fixture
def stocked(shop: Shop) -> Shop:
    """Five customers with two orders each but for the last; dates around today, 6 July 2026."""
    won, lost = shop.make("stage", name="Won", kind="won"), shop.make("stage", name="Lost", kind="lost")
    for place, name in enumerate(("陈", "阿", "Bo", "al", "重庆")):
        customer = shop.make("cust", name=name, code=f"K{place}", tags=["hot"] if place % 2 else [])
        if place == 4:
            continue
        for nth, stage in enumerate((won, lost)):
            day = date(2026, 7, 1 + place) if nth else date(2026, 5, 1 + place)
            shop.make(
                "ord",
                cust=customer,
                stage=stage,
                date=day.isoformat(),
                paid=str(100 * (place + 1) + nth),
                note="x",
            )
    return shop


def test_people_s_order_sorts_names(stocked):
    assert stocked.names("cust", sort=(("name", "asc"),)) == ["阿", "al", "Bo", "陈", "重庆"]


def test_pages_follow_one_another_and_lead_back(stocked):
    first = stocked.page("cust", 2, sort=(("total", "desc"),))
    second = stocked.page("cust", 2, first.next_cursor, sort=(("total", "desc"),))
    third = stocked.page("cust", 2, second.next_cursor, sort=(("total", "desc"),))
    seen = [one.values["name1"] for page in (first, second, third) for one in page.records]
    assert seen == ["al", "Bo", "阿", "陈", "重庆"]
    assert first.previous_cursor is None
    assert third.next_cursor is None
    back = stocked.page("cust", 2, third.previous_cursor, sort=(("total", "desc"),))
    assert [one.id for one in back.records] == [one.id for one in second.records]


@pytest.mark.parametrize("way", ["asc", "desc"])
def test_decision_text_blanks_come_last_both_ways(stocked, way):
    assert stocked.names("cust", sort=(("last", way),))[-1] == "重庆"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ('name = "Bo"', {"Bo"}),
        ("total > 300", {"阿", "Bo", "al"}),
        ("won >= 200", {"阿", "Bo", "al"}),
        ("since <= 3", {"Bo", "al"}),
        ("ISEMPTY(last)", {"重庆"}),
        ("recent = 1", {"陈", "阿", "Bo", "al"}),
        ('tier = "A"', set()),
        ('"hot" in tags', {"阿", "al"}),
    ],
)
def test_a_filter_selects_by_any_field(stocked, text, names):
    assert set(stocked.names("cust", filter=text)) == names


def test_a_filter_looks_through_links(stocked):
    found = stocked.page("ord", filter='stage.kind = "won" and cust.name = "Bo"')
    assert [one.values["paid1"] for one in found.records] == [Decimal(300)]


def test_a_search_finds_the_words_in_the_title(stocked):
    assert set(stocked.names("cust", search="AL")) == {"al"}
    assert set(stocked.names("cust", search="重")) == {"重庆"}


def test_wrong_selections_name_every_problem(stocked):
    with pytest.raises(SelectionError) as raised:
        stocked.page("cust", filter="nope = 1", sort=(("also", "asc"),), fields=("third",))
    assert [one.field for one in raised.value.problems] == ["filter", "fields", "sort"]


@pytest.mark.parametrize("cursor", ["x", "-", "bm9wZQ", "-WyJhIl0", "W1sicyIsICJhIl0sIFsiaSIsICIxIl1d"])
def test_a_forged_cursor_is_a_problem_not_a_crash(stocked, cursor):
    with pytest.raises(SelectionError) as raised:
        stocked.page("cust", cursor=cursor, sort=(("total", "asc"),))
    assert raised.value.problems[0].code == "query.bad_cursor"


@pytest.fixture
def living(platform: Any, admin: Any) -> Shop:
    """Twelve records whose every interesting field depends on today; some are blank."""
    install(
        platform,
        admin,
        (
            form(
                "pot1",
                field("name1", "text"),
                field("day1", "date"),
                formula("age1", "DAYS(TODAY(), {#day1})", format="integer"),
                formula("half1", "DAYS(TODAY(), {#day1}) / 2", format="number"),
                formula("due1", 'DATEADD({#day1}, DAYS(TODAY(), {#day1}) * 2, "day")', result="date"),
                formula("word1", 'IF({#age1} > 5, "old", "new")', result="text"),
                formula("at1", "IF({#age1} > 3, NOW(), BLANK)", result="datetime"),
                formula("old1", "{#age1} > 5", result="bool"),
            ),
        ),
    )
    shop = Shop(platform, admin)
    for place in range(12):
        day = None if place % 5 == 4 else date(2026, 7, 7 - place % 4 * 2).isoformat()
        shop.make("pot", name=f"P{place:02}", day=day)
    return shop


def test_live_fields_order_pages_like_any_other(living):
    for key in ("age", "half", "due", "word", "at", "old"):
        for way in ("asc", "desc"):
            whole = living.names("pot", sort=((key, way),))
            seen, cursor = [], None
            while True:
                page = living.page("pot", 5, cursor, sort=((key, way),))
                seen += [one.values["name1"] for one in page.records]
                cursor = page.next_cursor
                if cursor is None:
                    break
            assert seen == whole, (key, way)
            assert len(set(seen)) == 12
            back = living.page("pot", 5, page.previous_cursor, sort=((key, way),))
            assert [one.values["name1"] for one in back.records] == whole[5:10], (key, way)


def test_linked_titles_order_a_list(stocked):
    names = [
        one.values["who1"] for one in stocked.page("ord", sort=(("cust", "asc"), ("paid", "asc"))).records
    ]
    assert names == ["阿", "阿", "al", "al", "Bo", "Bo", "陈", "陈"]


def test_options_order_by_their_places(shop):
    for kind in ("lost", "open", "won", None):
        shop.make("stage", name=f"S-{kind}", kind=kind)
    assert shop.names("stage", sort=(("kind", "asc"),)) == ["S-open", "S-won", "S-lost", "S-None"]


def test_a_count_stops_at_its_cap(stocked):
    with stocked.platform.reading(stocked.actor) as work:
        form = stocked.open(work, "ord", "view")
        assert queries.count(work, form, Selection()) == queries.Count(8)
        assert queries.count(work, form, Selection(), cap=5) == queries.Count(5, is_capped=True)
        assert queries.count(work, form, Selection('stage.kind = "won"')) == queries.Count(4)


def test_figures_by_choice_link_month_and_live_field(stocked):
    with stocked.platform.reading(stocked.actor) as work:
        orders, customers = stocked.open(work, "ord", "view"), stocked.open(work, "cust", "view")
        by_month = queries.aggregate(work, orders, [Group("date", "month")], ["COUNT()", "SUM(paid)"])
        assert [(one.groups, one.measures) for one in by_month] == [
            ((date(2026, 5, 1),), (4, Decimal(1000))),
            ((date(2026, 7, 1),), (4, Decimal(1004))),
        ]
        by_stage = queries.aggregate(work, orders, ["stage"], ["COUNT()"])
        assert sorted(one.measures[0] for one in by_stage) == [4, 4]
        by_tier = queries.aggregate(work, customers, ["tier"], ["SUM(total)", "COUNT(DISTINCT since)"])
        assert [(one.groups, one.measures) for one in by_tier] == [(("B",), (Decimal(2004), 4))]
        [total] = queries.aggregate(work, orders, [], ["SUM(paid) / COUNT()"], 'cust.name = "Bo"')
        assert total.measures == (Decimal("300.5"),)


def test_titles_tell_deleted_records_apart(stocked):
    [bo] = [one.id for one in stocked.page("cust", filter='name = "Bo"').records]
    stocked.delete("cust", bo)
    with stocked.platform.reading(stocked.actor) as work:
        form = stocked.open(work, "cust", "view")
        titles = queries.link_titles(work, form, [bo, 12345])
        assert (titles[bo].text, titles[bo].state) == ("Bo", "deleted")
        assert titles[12345].state == "hidden"
        assert [one.text for one in queries.pick(work, form, "a")] == ["al"]


def test_related_records_are_a_page_of_the_other_form(stocked):
    [bo] = [one.id for one in stocked.page("cust", filter='name = "Bo"').records]
    with stocked.platform.reading(stocked.actor) as work:
        orders, customers = stocked.open(work, "ord", "view"), stocked.open(work, "cust", "view")
        page = queries.related(work, orders, bo, "cust", Selection(sort=(("date", "asc"),)))
        assert [one.values["paid1"] for one in page.records] == [Decimal(300), Decimal(301)]
        assert {(form.key, field.key) for form, field in queries.reverse_links(customers)} == {
            ("ord", "cust"),
            ("cust", "above"),
        }


def test_a_stream_gives_every_record_once(stocked):
    with stocked.platform.reading(stocked.actor) as work:
        form = stocked.open(work, "ord", "view")
        found = list(queries.stream(work, form, Selection(sort=(("paid", "desc"),)), chunk=3))
        assert [int(one.values["paid1"]) for one in found] == [401, 400, 301, 300, 201, 200, 101, 100]


def test_a_page_costs_two_statements_and_one_per_list(stocked, platform):
    from runtime.store.database import recorded_statements

    with platform.reading(stocked.actor) as work:
        form = stocked.open(work, "cust", "view")
        with recorded_statements() as seen:
            queries.page(work, form, Selection("total > 0 and since < 40", (("since", "asc"),)), 3)
    assert len(seen) == 2, seen  # the page and its tags
