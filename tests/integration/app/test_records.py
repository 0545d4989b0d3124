"""The form and the page of a record over HTTP."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import pytest
from werkzeug.test import TestResponse

from builder.ids import read_record_id, show_record_id
from runtime.platform import Platform
from runtime.store.database import recorded_statements
from tests.cast import Cast
from tests.integration.app.conftest import HTMX, Browser
from tests.integration.runtime.selling import Shop, install, shop_forms

Enter = Callable[[str], Browser]
FORM = "/w/hua/a/shop/f"
TOKEN = re.compile(r'name="_token" value="([^"]+)"')
VERSION = re.compile(r'name="_version" value="(\d+)"')


@pytest.fixture
def shop(platform: Platform, cast: Cast) -> Shop:
    install(platform, cast.admin, shop_forms())
    return Shop(platform, cast.admin)


@pytest.fixture
def anna(shop: Shop) -> str:
    return show_record_id(shop.make("cust", name="Anna", code="1"))


def text_of(answer: TestResponse | str) -> str:
    html = answer if isinstance(answer, str) else answer.get_data(as_text=True)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def names(shop: Shop) -> list[str]:
    return [one.values["name1"] for one in shop.page("cust").records]


def test_new_record_is_made_from_its_form(sign_in: Enter, shop: Shop) -> None:
    lin = sign_in("Lin")
    page = lin.page(f"{FORM}/cust/new")
    assert "保存后自动编号" in page
    answer = lin.post(f"{FORM}/cust/new", {"_token": TOKEN.search(page)[1], "name": "Bert", "code": "2"})  # type: ignore[index]
    assert answer.status_code == 303
    assert "Bert" in lin.page(answer.location)


def test_a_form_sent_twice_makes_one_record(sign_in: Enter, shop: Shop) -> None:
    lin = sign_in("Lin")
    data = {"_token": TOKEN.search(lin.page(f"{FORM}/cust/new"))[1], "name": "Bert"}  # type: ignore[index]
    first, second = lin.post(f"{FORM}/cust/new", data), lin.post(f"{FORM}/cust/new", data)
    assert first.location == second.location
    assert names(shop) == ["Bert"]


def test_refused_form_keeps_what_was_typed(sign_in: Enter, shop: Shop) -> None:
    lin = sign_in("Lin")
    data = {
        "paid": "1,200.50",
        "date": "tomorrow-ish",
        "lines~lines": "1",
        "lines.7.id": "",
        "lines.7.item": "Nobody",
    }
    answer = lin.post(f"{FORM}/ord/new", data)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'value="1,200.50"' in page
    assert 'value="tomorrow-ish"' in page
    assert 'value="Nobody"' in page
    assert 'href="#f-date"' in page
    assert 'href="#f-lines-7-item"' in page
    assert re.search(r'id="f-date"[^>]*aria-invalid="true"', page)


def test_recalculation_shows_formulas_and_what_appears(sign_in: Enter, shop: Shop) -> None:
    item = shop.make("item", name="Pen", price="2.50")
    lin = sign_in("Lin")
    data = {
        "paid": "5", "note": "", "lines~lines": "1", "lines.3.id": "", "lines.3.qty": "4",
        "lines.3.item": "Pen", "lines.3.item~was": "Pen", "lines.3.item~id": show_record_id(item),
    }  # fmt: skip
    page = lin.post(f"{FORM}/ord/new/preview", data, headers=HTMX).get_data(as_text=True)
    assert "10.00" in re.search(r'id="f-lines-3-sum">(.*?)</output>', page)[1]  # type: ignore[index]
    assert "15.00" in re.search(r'id="f-amount">(.*?)</output>', page)[1]  # type: ignore[index]
    assert re.search(r'data-box="note" data-digest="\w+">', page)
    blank = lin.post(f"{FORM}/ord/new/preview", {"paid": ""}, headers=HTMX).get_data(as_text=True)
    assert re.search(r'data-box="note" data-digest="\w+" hidden>', blank)
    assert not shop.page("ord").records


def test_problems_show_only_where_somebody_has_been(sign_in: Enter, shop: Shop) -> None:
    lin = sign_in("Lin")
    data = {"name": "", "_touched": ""}
    assert "has-error" not in lin.post(f"{FORM}/cust/new/preview", data, headers=HTMX).get_data(as_text=True)
    data["_touched"] = "name"
    assert "has-error" in lin.post(f"{FORM}/cust/new/preview", data, headers=HTMX).get_data(as_text=True)


def test_lines_change_without_script(sign_in: Enter, shop: Shop) -> None:
    lin = sign_in("Lin")
    lines = {"lines~lines": "1", "lines.0.id": "", "lines.0.qty": "1", "lines.1.id": "", "lines.1.qty": "2"}
    for act, expected in (
        ("add:lines", ["1", "2", ""]),
        ("drop:lines:0", ["2"]),
        ("up:lines:1", ["2", "1"]),
        ("copy:lines:0", ["1", "1", "2"]),
    ):
        page = (
            lin.post(f"{FORM}/ord/new", {**lines, "_act": act}).get_data(as_text=True).split("<template>")[0]
        )
        assert re.findall(r'name="lines\.\d+\.qty" value="([^"]*)"', page) == expected


def test_numbers_and_shares_are_read_as_people_write_them(sign_in: Enter, shop: Shop) -> None:
    lin = sign_in("Lin")
    page = lin.get(f"{FORM}/param")
    address = page.location or f"{FORM}/param"
    version = VERSION.search(lin.page(f"{address}/edit"))[1]  # type: ignore[index]
    answer = lin.post(f"{address}/edit", {"_version": version, "vip": "¥1,200.50", "rate": "12"})
    assert answer.status_code == 303
    page_text = lin.page(f"{address}/edit")
    assert 'value="1,200.50"' in page_text
    assert 'value="12"' in page_text


def test_unclashing_changes_are_put_together(sign_in: Enter, shop: Shop, anna: str) -> None:
    lin, wang = sign_in("Lin"), sign_in("Wang")
    path = f"{FORM}/cust/r/{anna}/edit"
    version = VERSION.search(lin.page(path))[1]  # type: ignore[index]
    wang.page(path)
    assert wang.post(path, {"_version": version, "name": "Anna Wang", "code": "1"}).status_code == 303
    assert lin.post(path, {"_version": version, "name": "Anna", "code": "99"}).status_code == 303
    page = text_of(lin.page(f"{FORM}/cust/r/{anna}"))
    assert "Anna Wang" in page
    assert "99" in page


def test_clashing_changes_are_shown_and_chosen(sign_in: Enter, shop: Shop, anna: str) -> None:
    lin, wang = sign_in("Lin"), sign_in("Wang")
    path = f"{FORM}/cust/r/{anna}/edit"
    version = VERSION.search(lin.page(path))[1]  # type: ignore[index]
    wang.page(path)
    wang.post(path, {"_version": version, "name": "Theirs", "code": "7"})
    answer = lin.post(path, {"_version": version, "name": "Mine", "code": "1", "tags": "hot"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "Theirs" in page
    assert "Mine" in page
    assert "_pick~name" in page
    assert "_pick~code" not in page
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))
    chosen = lin.post(path, {**fields, "_pick~name": "theirs"})
    assert chosen.status_code == 303
    shown = text_of(lin.page(f"{FORM}/cust/r/{anna}"))
    assert "Theirs" in shown
    assert "Mine" not in shown
    assert " 7 " in shown, "a field that Lin never touched keeps what Wang wrote"
    assert "Hot" in shown, "what did not clash is saved"


def test_one_field_is_changed_in_place(sign_in: Enter, shop: Shop, anna: str) -> None:
    lin = sign_in("Lin")
    path = f"{FORM}/cust/r/{anna}"
    editor = lin.page(f"{path}/fields/name", headers=HTMX)
    version = VERSION.search(editor)[1]  # type: ignore[index]
    refused = lin.post(f"{path}/fields/name", {"_version": version, "name": ""}, headers=HTMX)
    assert refused.status_code == 422
    assert 'aria-invalid="true"' in refused.get_data(as_text=True)
    saved = lin.post(f"{path}/fields/name", {"_version": version, "name": "Annie"}, headers=HTMX)
    assert saved.status_code == 200
    assert "Annie" in saved.get_data(as_text=True)


def test_deleting_offers_undo_and_the_page_restoring(sign_in: Enter, shop: Shop, anna: str) -> None:
    lin = sign_in("Lin")
    lin.page(f"{FORM}/cust")
    path = f"{FORM}/cust/r/{anna}"
    answer = lin.post(f"{path}/delete")
    assert answer.status_code == 303
    assert f"{path}/restore" in lin.page(f"{FORM}/cust")
    assert f'action="{path}/restore"' in lin.page(path)
    assert lin.post(f"{path}/restore").status_code == 303
    assert names(shop) == ["Anna"]


def test_history_tells_old_and_new_and_undoes_one_change(sign_in: Enter, shop: Shop, anna: str) -> None:
    lin = sign_in("Lin")
    path = f"{FORM}/cust/r/{anna}"
    lin.page(path)
    lin.post(f"{path}/fields/name", {"name": "Annie"})
    history = lin.page(f"{path}/history")
    assert re.search(r"<del>Anna</del>.*<ins>Annie</ins>", history)
    undo = re.search(r'href="([^"]+/undo/[^"]+)"', history)[1]  # type: ignore[index]
    asked = lin.page(undo)
    assert 'name="field" value="name" checked' in asked
    assert lin.post(undo, {"field": "name"}).status_code == 303
    assert names(shop) == ["Anna"]


def test_why_names_what_is_read_with_its_value(sign_in: Enter, shop: Shop, anna: str) -> None:
    said = text_of(sign_in("Lin").page(f"{FORM}/cust/r/{anna}/why/tier", headers=HTMX))
    assert "1,000" in said
    assert "param" in said


def test_related_records_are_listed_and_prefilled(sign_in: Enter, shop: Shop, anna: str) -> None:
    lin = sign_in("Lin")
    page = lin.page(f"{FORM}/cust/r/{anna}")
    new_url = re.search(rf'href="({FORM}/ord/new\?cust={anna})"', page)[1]  # type: ignore[index]
    assert 'name="cust" value="Anna"' in lin.page(new_url)
    assert f'name="cust~id" value="{anna}"' in lin.page(new_url)


def test_statements_of_a_page_do_not_grow_with_rows(sign_in: Enter, shop: Shop, anna: str) -> None:
    lin = sign_in("Lin")
    path = f"{FORM}/cust/r/{anna}"
    customer = read_record_id(anna)
    shop.make("ord", cust=customer, paid="1", note="x")
    counts = []
    for _ in range(2):
        lin.page(path)
        with recorded_statements() as seen:
            lin.page(path)
        counts.append(len(seen))
        for number in range(8):
            shop.make("ord", cust=customer, paid=str(number + 1), note="x")
    assert counts[0] == counts[1]


def test_strangers_records_are_not_there(sign_in: Enter, shop: Shop) -> None:
    lin = sign_in("Lin")
    for rest in ("r/0000000000000", "r/nonsense", "r/0000000000000/edit", "r/0000000000000/history"):
        assert lin.get(f"{FORM}/cust/{rest}").status_code == 404


def test_picker_finds_by_words_of_the_title(sign_in: Enter, shop: Shop, anna: str) -> None:
    lin = sign_in("Lin")
    assert f'data-id="{anna}"' in lin.page(f"{FORM}/ord/pick/cust2?q=ann", headers=HTMX)
    assert "data-id" not in lin.page(f"{FORM}/ord/pick/cust2?q=zzz", headers=HTMX)
    assert lin.get(f"{FORM}/ord/pick/date1?q=a").status_code == 404


def test_owner_changes_only_when_somebody_changes_it(
    sign_in: Enter, shop: Shop, anna: str, cast: Cast
) -> None:
    lin = sign_in("Lin")
    path = f"{FORM}/cust/r/{anna}"
    page = lin.page(f"{path}/edit")
    was = re.search(r'name="owner~was" value="([^"]*)"', page)[1]  # type: ignore[index]
    wang = show_record_id(cast.wang.member_id or 0)
    lin.post(f"{path}/edit", {"name": "Anna", "owner": was, "owner~was": was})
    assert shop.page("cust").records[0].owner == cast.admin.member_id
    lin.post(f"{path}/edit", {"name": "Anna", "owner": wang, "owner~was": was})
    assert shop.page("cust").records[0].owner == cast.wang.member_id
