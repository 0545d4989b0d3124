"""The list of a form over HTTP: rows, state in the address, paging, totals, selection, spreadsheets."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

import pytest

from runtime.platform import Platform
from tests.cast import Cast
from tests.integration.app.conftest import HTMX, Browser
from tests.integration.runtime.selling import Shop, install, shop_forms

Enter = Callable[[str], Browser]
LIST = "/w/hua/a/shop/f/cust"
ORDERS = "/w/hua/a/shop/f/ord"
WHERE_0 = 'STARTSWITH(name, "Ann")'
WHERE_1 = 'name = "Anna" AND count = 0'
WHERE_2 = "nosuchfield = 1"
WHERE_3 = "paid > 5"
WHERE_4 = 'name = "Anna" AND count > 5'
WHERE_5 = 'STARTSWITH(name, "old")'
WHERE_6 = 'code != "2"'


@pytest.fixture
def shop(platform: Platform, cast: Cast) -> Shop:
    install(platform, cast.admin, shop_forms())
    return Shop(platform, cast.admin)


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements on tables of records that run meanwhile."""
    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if re.search(r"\b[rm]_\d+", statement):
            seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def rows(page: str) -> list[str]:
    """The titles in the grid, in order."""
    return re.findall(r'<div class="fl-titlecell"><a [^>]*>([^<]*)</a>', page)


def link_named(page: str, name: str) -> str:
    found = re.search(rf'href="([^"]*)"[^>]*{name}', page)
    assert found, name
    return found[1].replace("&amp;", "&")


def test_list_shows_records_with_their_values(sign_in: Enter, shop: Shop) -> None:
    customer = shop.make("cust", name="华仪 & Söhne <b>", tags=["hot"])
    shop.make("ord", cust=customer, paid="1200.5", note="cash")
    page = sign_in("Lin").page(ORDERS)
    assert "华仪 &amp; Söhne &lt;b&gt;" in page
    assert '<span class="fl-money__cur">¥</span>1,200.50' in page
    assert rows(page) == ["OR-2026-0001"]


def test_htmx_gets_the_list_without_its_frame(sign_in: Enter, shop: Shop) -> None:
    shop.make("cust", name="A")
    lin = sign_in("Lin")
    fragment = lin.page(LIST, headers=HTMX)
    assert "<html" not in fragment
    assert 'id="list"' in fragment
    assert 'id="list"' in lin.page(LIST)


def test_strangers_find_no_list(sign_in: Enter, shop: Shop) -> None:
    assert sign_in("Stranger").get(LIST).status_code == 404
    assert sign_in("Lin").get("/w/hua/a/shop/f/nothing").status_code == 404


def test_filter_in_the_address_narrows_the_list(sign_in: Enter, shop: Shop) -> None:
    for name in ("Anna", "Bert", "Annette"):
        shop.make("cust", name=name)
    page = sign_in("Lin").page(f"{LIST}?filter={quote(WHERE_0)}&sort=name")
    assert rows(page) == ["Anna", "Annette"]
    assert "开头是" in page
    assert "保存" in page  # a state that differs from the view can be kept


def test_chip_leads_to_the_list_without_its_condition(sign_in: Enter, shop: Shop) -> None:
    for name in ("Anna", "Bert"):
        shop.make("cust", name=name)
    lin = sign_in("Lin")
    page = lin.page(f"{LIST}?filter={quote(WHERE_1)}&sort=name")
    assert rows(page) == ["Anna"]
    without = re.findall(r'fl-chip__x" href="([^"]*)"', page)
    assert rows(lin.page(without[0].replace("&amp;", "&"))) == ["Anna", "Bert"]


def test_filter_that_cannot_be_read_is_refused_with_a_way_out(sign_in: Enter, shop: Shop) -> None:
    shop.make("cust", name="Anna")
    page = sign_in("Lin").page(f"{LIST}?filter={quote(WHERE_2)}")
    assert rows(page) == []
    assert "列表不能这样显示" in page
    assert "nosuchfield" in page


def test_search_finds_by_texts_of_the_record(sign_in: Enter, shop: Shop) -> None:
    shop.make("cust", name="华仪仪器", code="HY-7")
    shop.make("cust", name="别家")
    lin = sign_in("Lin")
    assert rows(lin.page(f"{LIST}?search=%E4%BB%AA%E5%99%A8")) == ["华仪仪器"]
    assert rows(lin.page(f"{LIST}?search=hy-7")) == ["华仪仪器"]


def test_several_orders_follow_one_another(sign_in: Enter, shop: Shop) -> None:
    for name, code in (("B", "1"), ("A", "2"), ("B", "3")):
        shop.make("cust", name=name, code=code)
    lin = sign_in("Lin")
    page = lin.page(f"{LIST}?sort=name,-code&columns=name,code")
    assert rows(page) == ["A", "B", "B"]
    assert page.index('<td tabindex="-1">3</td>') < page.index('<td tabindex="-1">1</td>')
    answer = lin.get(f"{LIST}?by=name1&way=desc&by=&way=asc")
    assert answer.status_code == 303
    assert answer.location.endswith("?sort=-name1")


def test_pages_go_forth_and_back_with_their_range(sign_in: Enter, shop: Shop) -> None:
    for number in range(60):
        shop.make("cust", name=f"N{number:02}")
    lin = sign_in("Lin")
    first = lin.page(f"{LIST}?sort=name&limit=25")
    second = lin.page(link_named(first, 'rel="next"'))
    third = lin.page(link_named(second, 'rel="next"'))
    assert [len(rows(one)) for one in (first, second, third)] == [25, 25, 10]
    assert "26–50" in second
    assert 'rel="next"' not in third
    assert rows(lin.page(link_named(third, 'rel="prev"'))) == rows(second)
    assert rows(lin.page(link_named(second, 'rel="prev"'))) == rows(first)


def test_number_of_statements_does_not_follow_the_rows(sign_in: Enter, shop: Shop) -> None:
    """One for the records, one a multi-value field, one for the titles of what each link names."""
    lin = sign_in("Lin")
    customer = shop.make("cust", name="A", tags=["hot"])
    shop.make("ord", cust=customer, paid="1")
    columns = "?columns=no,cust,stage,date,paid,amount"
    lin.page(ORDERS + columns)
    with counted() as few:
        lin.page(ORDERS + columns)
    for number in range(30):
        shop.make("ord", cust=shop.make("cust", name=f"C{number}", tags=["hot", "cold"]), paid="2")
    with counted() as many:
        assert len(rows(lin.page(ORDERS + columns))) == 31
    assert len(many) == len(few) == 2
    with counted() as with_tags:
        lin.page(f"{LIST}?columns=name,tags,code")
    assert len(with_tags) == 2


def test_totals_cover_all_that_match(sign_in: Enter, shop: Shop) -> None:
    for paid in ("10", "20.5", "-5"):
        shop.make("ord", paid=paid) if not paid.startswith("-") else None
    lin = sign_in("Lin")
    totals = lin.page(f"{ORDERS}/totals?columns=no,paid,date&filter={quote(WHERE_3)}", headers=HTMX)
    assert totals.startswith("<tfoot>")
    assert "¥</span>30.50" in totals


def test_count_is_known_at_the_end_and_asked_for_otherwise(sign_in: Enter, shop: Shop) -> None:
    for number in range(30):
        shop.make("cust", name=f"N{number:02}")
    lin = sign_in("Lin")
    assert "共 30 条" in lin.page(LIST)
    page = lin.page(f"{LIST}?limit=25")
    assert "共 30 条" not in page
    assert 'hx-trigger="load"' in page
    assert "共 30 条" in lin.page(f"{LIST}/count?limit=25", headers=HTMX)
    assert "共 30 条" in lin.page(f"{LIST}?limit=25&count=1")


def test_nothing_found_says_which_condition_to_drop(sign_in: Enter, shop: Shop) -> None:
    for name in ("Anna", "Bert"):
        shop.make("cust", name=name)
    lin = sign_in("Lin")
    query = f"?filter={quote(WHERE_4)}"
    assert "没有符合全部 2 个条件的" in lin.page(LIST + query)
    relaxed = lin.page(f"{LIST}/relax{query}", headers=HTMX)
    assert "去掉后 1 条" in relaxed
    assert relaxed.count("fl-relax__row") == 1  # without the name there would still be nobody


def test_first_use_offers_import_and_new(sign_in: Enter, shop: Shop) -> None:
    page = sign_in("Lin").page(LIST)
    assert f"{LIST}/import" in page
    assert f"{LIST}/new" in page
    assert "还没有" in page


def test_own_records_only_where_the_form_says_so(sign_in: Enter, platform: Platform, cast: Cast) -> None:
    from dataclasses import replace

    forms = [replace(one, member_scope="own") if one.key == "cust" else one for one in shop_forms()]
    install(platform, cast.admin, forms)
    Shop(platform, cast.lin).make("cust", name="Lin's")
    Shop(platform, cast.wang).make("cust", name="Wang's")
    page = sign_in("Lin").page(LIST)
    assert rows(page) == ["Lin&#39;s"]
    assert "共 1 条" in page


def test_settings_open_as_their_one_record(sign_in: Enter, shop: Shop) -> None:
    answer = sign_in("Admin").get("/w/hua/a/shop/f/param")
    assert answer.status_code == 303
    assert "/f/param/r/" in answer.location


# --- selection -------------------------------------------------------------------------------------------


def ids(page: str) -> dict[str, str]:
    """Record ids by title."""
    found = re.findall(r'<tr data-id="(\w+)">.*?<a [^>]*>([^<]*)</a>', page)
    return {title: record for record, title in found}


def test_deleting_the_selected_can_be_undone(sign_in: Enter, shop: Shop) -> None:
    for name in ("A", "B", "C"):
        shop.make("cust", name=name)
    lin = sign_in("Lin")
    chosen = ids(lin.page(f"{LIST}?sort=name"))
    answer = lin.client.post(
        f"{LIST}/selection/delete?sort=name",
        data={"csrf_token": lin.token, "id": [chosen["A"], chosen["C"]]},
        headers=HTMX,
    )
    text = answer.get_data(as_text=True)
    assert rows(text) == ["B"]
    undo = re.search(r'action="([^"]*/selection/undo/[^"]*)"', text)
    assert undo
    assert lin.post(undo[1].replace("&amp;", "&")).status_code == 303
    assert rows(lin.page(f"{LIST}?sort=name")) == ["A", "B", "C"]


def test_all_that_match_are_deleted_by_condition(sign_in: Enter, shop: Shop) -> None:
    for number in range(30):
        shop.make("cust", name=f"old{number}" if number % 2 else f"new{number}")
    lin = sign_in("Lin")
    query = f"?filter={quote(WHERE_5)}&limit=25"
    lin.page(LIST + query)
    assert lin.post(f"{LIST}/selection/delete{query}", {"all": "1"}).status_code == 303
    assert "共 15 条" in lin.page(LIST)


def test_nothing_selected_deletes_nothing(sign_in: Enter, shop: Shop) -> None:
    shop.make("cust", name="A")
    lin = sign_in("Lin")
    lin.page(LIST)
    assert lin.post(f"{LIST}/selection/delete").status_code == 422
    assert rows(lin.page(LIST)) == ["A"]


def test_others_records_cannot_be_deleted_by_id(sign_in: Enter, platform: Platform, cast: Cast) -> None:
    from dataclasses import replace

    from builder.ids import show_record_id

    forms = [replace(one, member_scope="own") if one.key == "cust" else one for one in shop_forms()]
    install(platform, cast.admin, forms)
    theirs = Shop(platform, cast.wang).make("cust", name="Wang's")
    lin = sign_in("Lin")
    lin.page(LIST)
    answer = lin.post(f"{LIST}/selection/delete", {"id": show_record_id(theirs)})
    assert answer.status_code == 409
    assert Shop(platform, cast.wang).get("cust", theirs)["name"] == "Wang's"


# --- spreadsheets ----------------------------------------------------------------------------------------


def test_export_holds_what_the_view_shows(sign_in: Enter, shop: Shop) -> None:
    for name, code in (("Anna", "1"), ("Bert", "2"), ("Carl", "3")):
        shop.make("cust", name=name, code=code)
    lin = sign_in("Lin")
    query = f"?columns=name,code,owner&sort=-name&filter={quote(WHERE_6)}"
    answer = lin.get(f"{LIST}/export.csv{query}")
    lines = answer.get_data().decode("utf-8-sig").splitlines()
    assert answer.mimetype == "text/csv"
    assert [line.split(",")[0] for line in lines[1:]] == ["Carl", "Anna"]
    assert lines[0].split(",")[-1] == "负责人"
    assert lines[1].split(",")[-1] == "Admin"
    book = lin.get(f"{LIST}/export.xlsx{query}")
    assert book.get_data().startswith(b"PK")
    assert lin.get(f"{LIST}/export.doc").status_code == 404


def test_export_of_the_selected_holds_these(sign_in: Enter, shop: Shop) -> None:
    for name in ("Anna", "Bert", "Carl"):
        shop.make("cust", name=name)
    lin = sign_in("Lin")
    chosen = ids(lin.page(LIST))
    answer = lin.post(f"{LIST}/export.csv?columns=name&sort=name", {"id": chosen["Bert"]})
    assert [one.split(",")[0] for one in answer.get_data().decode("utf-8-sig").splitlines()[1:]] == ["Bert"]
    answer.close()
