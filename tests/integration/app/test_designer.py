"""The designer over HTTP: edits as plain forms and over htmx, undo, conflicts, expressions, publishing."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from app.screens.designer.palette import TILES
from runtime import definitions, drafts, publishing
from runtime.drafts import Draft
from runtime.platform import Platform
from tests.cast import Cast
from tests.integration.app.conftest import HTMX, Browser

SignIn = Callable[[str], Browser]
BASE = "/w/hua/a/sales/design/customer"
CARD = re.compile(r'id="card-([a-z0-9]+)"')


@pytest.fixture
def admin(platform: Platform, cast: Cast, sign_in: SignIn) -> Browser:
    """Admin's browser, and an app "sales" with a published form "customer" of one field."""
    with platform.writing(cast.admin) as work:
        app = definitions.create_app(work, "sales", {"en": "Sales", "zh-CN": "销售"})
        assert not isinstance(app, tuple)
        made = definitions.create_form(work, app, {"en": "Customer", "zh-CN": "客户"})
        assert not isinstance(made, tuple)
        assert publishing.publish(work, app, [made.draft]).is_published
    browser = sign_in("Admin")
    browser.get("/w/hua/")
    return browser


def draft_of(platform: Platform, cast: Cast, form: str = "customer") -> Draft:
    with platform.reading(cast.admin) as work:
        return drafts.open_draft(work, "sales", form)


def edit(browser: Browser, platform: Platform, cast: Cast, **values: str) -> str:
    """Posts one edit as htmx does, on the newest revision; answers what is swapped."""
    revision = str(draft_of(platform, cast).revision)
    answer = browser.post(f"{BASE}/edits", {"revision": revision, **values}, headers=HTMX)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.get_data(as_text=True)


def added(browser: Browser, platform: Platform, cast: Cast, kind: str, **values: str) -> str:
    """Adds a field; answers its id."""
    before = {one.id for one in draft_of(platform, cast).form.fields}
    edit(browser, platform, cast, do="add", type=kind, **values)
    [new] = {one.id for one in draft_of(platform, cast).form.fields} - before
    return new


def test_a_member_may_not_design(admin: Browser, sign_in: SignIn) -> None:
    assert admin.get(BASE).status_code == 200
    assert sign_in("Lin").get(BASE).status_code in (403, 404)


@pytest.mark.parametrize("kind", TILES)
def test_every_tile_of_the_palette_makes_a_field_with_a_panel(
    kind: str, admin: Browser, platform: Platform, cast: Cast
) -> None:
    new = added(admin, platform, cast, kind)
    page = admin.page(f"{BASE}?field={new}")
    assert f'id="card-{new}"' in page
    assert 'id="panel-form"' in page
    assert admin.get(f"{BASE}?field={new}&tab=rules").status_code == 200


def test_without_script_an_edit_leads_back_to_the_page(
    admin: Browser, platform: Platform, cast: Cast
) -> None:
    revision = str(draft_of(platform, cast).revision)
    answer = admin.post(f"{BASE}/edits", {"do": "add", "type": "date", "revision": revision})
    assert answer.status_code == 303
    assert f"{BASE}?field=" in answer.headers["Location"]
    assert [one.type for one in draft_of(platform, cast).form.fields] == ["text", "date"]


def test_an_edit_swaps_only_what_it_changed(admin: Browser, platform: Platform, cast: Cast) -> None:
    new = added(admin, platform, cast, "date")
    swapped = edit(admin, platform, cast, do="field", field=new, general="1", **{"labels.zh-CN": "签约日"})
    assert CARD.findall(swapped) == [new]
    assert 'id="props"' not in swapped
    assert 'id="draft-state"' in swapped
    assert "签约日" in swapped


def test_fields_move_by_drop_and_by_step(admin: Browser, platform: Platform, cast: Cast) -> None:
    section = draft_of(platform, cast).form.sections[0]
    name = section.rows[0][0]
    new = added(admin, platform, cast, "date")
    edit(admin, platform, cast, do="move", field=new, section=section.id, row="0", column="1")
    assert draft_of(platform, cast).form.sections[0].rows == ((name, new),)
    edit(admin, platform, cast, do="move", field=new, direction="left")
    assert draft_of(platform, cast).form.sections[0].rows == ((new, name),)
    edit(admin, platform, cast, do="move", field=new, direction="down")
    assert draft_of(platform, cast).form.sections[0].rows == ((name,), (new,))


def test_undo_names_the_step_and_survives_a_reload(admin: Browser, platform: Platform, cast: Cast) -> None:
    new = added(admin, platform, cast, "date")
    edit(admin, platform, cast, do="remove", field=new)
    page = admin.page(BASE)
    assert "撤销：移除「日期」" in page
    assert admin.post(f"{BASE}/undo", {}, headers=HTMX).status_code == 200
    assert new in draft_of(platform, cast).form.by_id
    assert "重做：移除「日期」" in admin.page(BASE)
    admin.post(f"{BASE}/redo", {}, headers=HTMX)
    assert new not in draft_of(platform, cast).form.by_id
    edit(admin, platform, cast, do="restore", field=new)
    assert new in draft_of(platform, cast).form.by_id


def test_a_stale_edit_of_the_same_field_shows_both_sides(
    admin: Browser, platform: Platform, cast: Cast
) -> None:
    new = added(admin, platform, cast, "date")
    stale = str(draft_of(platform, cast).revision)
    edit(admin, platform, cast, do="field", field=new, **{"labels.zh-CN": "甲日"})
    mine = {"do": "field", "field": new, "labels.zh-CN": "乙日", "revision": stale}
    answer = admin.post(f"{BASE}/edits", mine, headers=HTMX)
    shown = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "甲日" in shown
    assert "乙日" in shown
    assert draft_of(platform, cast).form.by_id[new].labels["zh-CN"] == "甲日"
    plain = admin.post(f"{BASE}/edits", mine)
    assert plain.status_code == 409


def test_options_are_added_renamed_ordered_and_retired(
    admin: Browser, platform: Platform, cast: Cast
) -> None:
    new = added(admin, platform, cast, "choice")

    def options() -> list[tuple[str, bool]]:
        return [
            (one.labels["zh-CN"], one.is_retired) for one in draft_of(platform, cast).form.by_id[new].options
        ]

    ids = [one.id for one in draft_of(platform, cast).form.by_id[new].options]
    common = {"do": "field", "field": new, "options": ",".join(ids)}
    edit(admin, platform, cast, **common, **{f"option.{ids[0]}.zh-CN": "高"})
    edit(admin, platform, cast, **common, option=f"down.{ids[0]}")
    edit(admin, platform, cast, **{**common, "options": ""}, option=f"retire.{ids[2]}")
    assert options() == [("选项 2", False), ("高", False), ("选项 3", True)]
    edit(admin, platform, cast, **{**common, "options": ""}, option="add")
    assert len(options()) == 4


@pytest.mark.parametrize(
    ("kind", "given", "kept"),
    [
        ("text", 'a "b"', '"a ""b"""'),
        ("integer", "5", "5"),
        ("yes_no", "true", "TRUE"),
        ("date", "2026-01-02", "#2026-01-02#"),
    ],
)  # fmt: skip
def test_a_fixed_default_is_kept_as_an_expression(
    kind: str, given: str, kept: str, admin: Browser, platform: Platform, cast: Cast
) -> None:
    new = added(admin, platform, cast, kind)
    edit(admin, platform, cast, do="field", field=new, default_fixed=given)
    assert draft_of(platform, cast).form.by_id[new].default == kept
    page = admin.page(f"{BASE}?field={new}")
    assert "default_fixed" in page
    edit(admin, platform, cast, do="field", field=new, default_fixed="")
    assert draft_of(platform, cast).form.by_id[new].default is None


def test_a_wrong_setting_is_refused_where_it_happens(admin: Browser, platform: Platform, cast: Cast) -> None:
    new = added(admin, platform, cast, "integer")
    answer = admin.post(
        f"{BASE}/edits", {"do": "field", "field": new, "config.min": "abc", "revision": "9"}, headers=HTMX
    )
    assert answer.status_code == 422
    assert 'id="refused"' in answer.get_data(as_text=True)
    assert "min" not in draft_of(platform, cast).form.by_id[new].config


def test_a_formula_is_checked_while_typing_and_kept_by_id(
    admin: Browser, platform: Platform, cast: Cast
) -> None:
    amount = added(admin, platform, cast, "money")
    formula = added(admin, platform, cast, "formula")
    slot = f"{BASE}/expressions/f.{formula}.config.expression"
    assert "<textarea" in admin.page(slot)
    wrong = admin.post(f"{slot}/check", {"text": "金额 + 没有"}, headers=HTMX).get_data(as_text=True)
    assert 'data-can-save="0"' in wrong
    right = admin.post(f"{slot}/check", {"text": "金额 * 2"}, headers=HTMX).get_data(as_text=True)
    assert 'data-can-save="1"' in right
    assert admin.post(slot, {"text": "金额 + 没有"}).status_code == 422
    assert admin.post(slot, {"text": "金额 * 2"}).status_code == 303
    kept = draft_of(platform, cast).form.by_id[formula].config
    assert f"{{#{amount}}}" in kept["expression"]
    assert kept["result"] == "number"


def test_completion_offers_fields_and_functions(admin: Browser, platform: Platform, cast: Cast) -> None:
    formula = added(admin, platform, cast, "formula")
    found = admin.get(f"{BASE}/expressions/f.{formula}.config.expression/complete?text=ROU&at=3").get_json()
    assert found[0]["text"] == "ROUND("
    assert (found[0]["from"], found[0]["to"]) == (0, 3)


def test_what_is_broken_blocks_publishing_and_is_named(
    admin: Browser, platform: Platform, cast: Cast
) -> None:
    link = added(admin, platform, cast, "link")
    page = admin.page(f"{BASE}/publish")
    assert "disabled" in page
    assert f"field={link}" in page
    assert admin.post(f"{BASE}/publish", {}).status_code == 422
    edit(admin, platform, cast, do="remove", field=link)


def test_publishing_restoring_and_discarding(admin: Browser, platform: Platform, cast: Cast) -> None:
    new = added(admin, platform, cast, "date")
    assert "新增字段「日期」" in admin.page(f"{BASE}/publish")
    answer = admin.post(f"{BASE}/publish", {})
    assert answer.status_code == 303
    assert answer.headers["Location"].endswith("/a/sales/f/customer")
    assert draft_of(platform, cast).base_version == 2
    assert "恢复为草稿" in admin.page(f"{BASE}/versions")
    assert admin.post(f"{BASE}/versions/1", {}).status_code == 303
    assert [one.id for one in draft_of(platform, cast).form.removed] == [new]
    assert admin.post(f"{BASE}/discard", {}).status_code == 303
    assert not draft_of(platform, cast).is_changed


def test_the_trial_computes_and_saves_nothing(admin: Browser, platform: Platform, cast: Cast) -> None:
    added(admin, platform, cast, "integer")
    formula = added(admin, platform, cast, "formula")
    admin.post(f"{BASE}/expressions/f.{formula}.config.expression", {"text": "整数 * 2"})
    page = admin.post(f"{BASE}/try", {"whole_number": "21", "name": "x"}).get_data(as_text=True)
    assert ">42<" in page


def test_a_new_app_starts_in_the_designer_of_its_first_form(
    admin: Browser, platform: Platform, cast: Cast
) -> None:
    assert admin.post("/w/hua/new-app", {"name": " "}).status_code == 422
    answer = admin.post("/w/hua/new-app", {"name": "设备管理", "form": "设备"})
    assert answer.headers["Location"].endswith("/w/hua/a/she_bei_guan_li/design/she_bei")
    assert admin.get("/w/hua/a/she_bei_guan_li/design/she_bei").status_code == 200
    assert "继续设计「设备」" in admin.page("/w/hua/a/she_bei_guan_li")
    second = admin.post("/w/hua/a/she_bei_guan_li/forms/new", {"name": "保养"})
    assert second.headers["Location"].endswith("/design/bao_yang")
