"""Every screen, at two widths and in the pseudo language: nothing too wide, inaccessible or untranslated.

The screens come from the app's own map of addresses. One that is missing from both tables below fails
`test_no_screen_is_forgotten`, so a new screen is looked at from the day it exists.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page

from expressions.wording import WORDS
from tests import engines
from tests.browser.conftest import Server
from tests.browser.gestures import expect_accessible, expect_no_sideways_scroll
from tests.browser.sights import Sights, look_around, make_sights, shipped_documents, texts_of
from tests.cast import Cast, recall

if TYPE_CHECKING:
    from runtime.platform import Platform

SignIn = Callable[[Page, str], Page]
CUSTOMER = "/w/hua/a/crm/f/customer"
DESIGN = "/w/hua/a/crm/design"

# Each screen, and the states of it that are worth a look. {…} is filled in from `Sights`.
SCREENS: dict[str, tuple[str, ...]] = {
    "signin.choose_workspace": ("/workspaces",),
    "home.show": ("/w/hua/",),
    "templates_centre.show": ("/w/hua/templates",),
    "templates_centre.show_clone": ("/w/hua/templates/crm",),
    "members.show": ("/w/hua/members",),
    "members.show_add": ("/w/hua/members/add",),
    "settings.show_profile": ("/w/hua/settings",),
    "settings.show_security": ("/w/hua/settings/security",),
    "settings.show_workspace": ("/w/hua/settings/workspace",),
    "imports.show_upload": (f"{CUSTOMER}/import",),
    "imports.show_match": (f"{CUSTOMER}/import/{{matched}}",),
    "imports.show_check": (f"{CUSTOMER}/import/{{checked}}/check",),
    "imports.show_run": (f"{CUSTOMER}/import/{{finished}}/run",),
    "imports.show_undo": (f"{CUSTOMER}/import/{{finished}}/undo",),
    "lists.show_list": (
        CUSTOMER,
        "/w/hua/a/crm/f/opp?sort=-amount",
        "/w/hua/a/crm/f/order",
        f"{CUSTOMER}?search=00000",
        f"{CUSTOMER}?filter=nonsense(",
    ),
    "lists.show_sort": (f"{CUSTOMER}/sort",),
    "lists.show_columns": (f"{CUSTOMER}/columns",),
    "filters.show": (f"{CUSTOMER}/filter",),
    "views.show_new": (f"{CUSTOMER}/views/new",),
    "views.show_rename": (f"{CUSTOMER}/views/{{view}}/rename",),
    "forms.show_new": (f"{CUSTOMER}/new", "/w/hua/a/crm/f/order/new"),
    "forms.show_edit": ("/w/hua/a/crm/f/order/r/{order}/edit",),
    "pages.show": (
        f"{CUSTOMER}/r/{{customer}}",
        "/w/hua/a/crm/f/order/r/{order}",
        "/w/hua/a/crm/f/opp/r/{opportunity}",
    ),
    "pages.why": (f"{CUSTOMER}/r/{{customer}}/why/tier",),
    "history.show": (f"{CUSTOMER}/r/{{customer}}/history",),
    "history.ask": (f"{CUSTOMER}/r/{{customer}}/undo/{{changeset}}",),
    "designer.show": (f"{DESIGN}/customer", f"{DESIGN}/order?field={{field}}"),
    "design_expressions.show": (f"{DESIGN}/customer/expressions/{{slot}}",),
    "design_publish.show": (f"{DESIGN}/customer/publish",),
    "design_publish.versions": (f"{DESIGN}/customer/versions",),
    "design_trial.show": (f"{DESIGN}/order/try",),
    "design_create.ask_form": ("/w/hua/a/crm/forms/new",),
    "design_create.ask_app": ("/w/hua/new-app",),
}
# Looked at one by one: /setup needs a database without people and is in test_face.py.
BEFORE_SIGN_IN = {"signin.show": "/sign-in", "setup.show": "/setup"}
NO_SCREEN = {
    "signin.start": "leads on to a workspace or to the sign-in page",
    "home.list_apps": "a menu for htmx; without it leads home",
    "home.show_app": "leads on to the first form",
    "templates_centre.show_demo": "lasts as long as the demo rows load, then leads on: no test stops there",
    "designer.choose_form": "leads on to the first form",
    "designer.show_props": "a part of the designer for htmx",
    "design_expressions.list_completions": "data for the expression editor",
    "filters.show_completions": "data for the formula of a filter",
    "imports.show_errors": "a workbook",
    "lists.show_count": "a part of the list for htmx",
    "lists.show_relaxed": "a part of the list for htmx",
    "lists.show_totals": "a part of the list for htmx",
    "operations.show_health": "for machines",
    "operations.show_metrics": "for machines",
    "operations.show_readiness": "for machines",
    "pages.show_field": "a part of the record page for htmx",
    "pickers.pick": "a part of a form for htmx",
    "selection.export_view": "a file",
}
PARTS = 3  # so that workers share them
WIDTHS = {"desktop": (1280, 800), "phone": (390, 844)}

# What was computed is asked for once the page is there.
AT_REST = """
() => new Promise((done) => {
  const busy = ".htmx-request, .htmx-swapping, .htmx-settling, [hx-trigger='load']";
  const look = () => {
    if (document.readyState === "complete" && !document.querySelector(busy)) done();
    else requestAnimationFrame(look);
  };
  look();
})
"""

# Visible texts, and those that are read aloud or shown on pointing, with their places.
TEXTS = """
() => {
  const said = [];
  const add = (text, one) => said.push([text, one.outerHTML]);
  const isSeen = (one) => one.checkVisibility({ checkVisibilityCSS: true });
  const isApart = (one) => one.closest("script, style, template, code, pre, kbd, textarea, time, .cm-editor")
    || one.closest(".fl-av, .fl-tier, .fl-code, .fl-des-result")
    || one.closest(".fl-sentence, .fl-whypop__lead, .fl-bld-say, .fl-bld-sentence");
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const owner = node.parentElement;
    if (node.textContent.trim() && isSeen(owner) && !isApart(owner)) add(node.textContent, owner);
  }
  for (const name of ["aria-label", "title", "placeholder", "alt", "data-confirm", "data-confirm-label"])
    for (const one of document.querySelectorAll(`[${name}]`))
      if (isSeen(one) && !one.closest("time, .fl-tier")) add(one.getAttribute(name), one);
  said.push([document.title, "<title>"]);
  return said;
}
"""

# The template centre shows the bundle as it ships, unmarked; kinds of values have tables of their own.
SHIPPED = {text for document in shipped_documents() for text in texts_of(document)}
SHIPPED |= {text for texts in WORDS.values() for text in texts}
MARKED = re.compile(r"⟦[^⟦⟧]*⟧")
# Names of people, brands, keys, languages and zones are the same in every language.
NAMES = re.compile(
    r"\b(Admin|Lin|Wang|Zhao|Hua Instruments|Formloom|Chrome|Linux|CSV|Excel|RFM|[a-z.]+@example\.com"
    r"|(CU|SO|OP|CO)-[\d-]+|[\dA-Z]{18}|crm|customer|order|Asia/Shanghai|Ctrl|Alt|Shift|Delete"
    r"|Enter|Esc|Space|https?://\S+"
    r"|English|Owner|Abc|(Created|Updated) (at|by)|Z|D)\b|\.(xlsx|csv)\b|CN¥"
    r"|简体中文|繁體中文|织表|織表|华仪|别处"
)


@pytest.fixture
def database_url(engine: str, tmp_path: Path) -> Iterator[str]:
    """The marked CRM, made once a run."""
    with engines.fresh_database(engine, tmp_path, fill=make_sights) as url:
        yield url


@pytest.fixture
def cast(platform: Platform) -> Cast:
    return recall(platform)


@pytest.fixture
def sights(platform: Platform, cast: Cast, tmp_path: Path) -> Sights:
    return look_around(platform, cast.admin, tmp_path)


def test_no_screen_is_forgotten(platform: Platform, tmp_path: Path) -> None:
    from app.config import Settings
    from app.factory import SCREENS as BLUEPRINTS
    from app.factory import create_app

    ours = {blueprint.name for blueprint in BLUEPRINTS}
    app = create_app(Settings(tmp_path, "sqlite://", "a key for tests only"), platform)
    screens = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if rule.endpoint.partition(".")[0] in ours and "GET" in (rule.methods or ())
    }
    known = (*SCREENS, *BEFORE_SIGN_IN, *NO_SCREEN)
    assert len(known) == len(set(known))
    assert screens == set(known)
    routes = app.url_map.bind("localhost")
    for endpoint, addresses in {**SCREENS, **{one: (path,) for one, path in BEFORE_SIGN_IN.items()}}.items():
        for address in addresses:
            path = address.partition("?")[0].replace("{", "").replace("}", "")
            assert routes.match(path)[0] == endpoint, address


@pytest.mark.browser
@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("device", WIDTHS)
def test_every_screen_fits_and_is_accessible(
    open_page: Callable[..., Page], sign_in: SignIn, sights: Sights, device: str, part: int
) -> None:
    width, height = WIDTHS[device]
    page = sign_in(open_page(width=width, height=height, is_phone=device == "phone"), "Admin")
    faults = []
    for address in addresses_of(sights)[part::PARTS]:
        arrive(page, address)
        for expectation in (expect_no_sideways_scroll, expect_accessible):
            try:
                expectation(page)
            except AssertionError as fault:
                faults.append(f"{address}: {fault}")
    assert faults == [], "\n".join(faults)


@pytest.mark.browser
def test_the_sign_in_page_fits_and_is_translated(phone: Page, cast: Cast, server: Server) -> None:
    phone.context.add_cookies([{"name": "formloom_language", "value": "pseudo", "url": server.address}])
    arrive(phone, BEFORE_SIGN_IN["signin.show"])
    expect_no_sideways_scroll(phone)
    expect_accessible(phone)
    assert [text for text, _ in phone.evaluate(TEXTS) if has_forgotten_words(text)] == []


@pytest.mark.browser
def test_every_word_of_every_screen_is_translated(
    page: Page, sign_in: SignIn, sights: Sights, server: Server
) -> None:
    sign_in(page, "Admin")
    page.context.add_cookies([{"name": "formloom_language", "value": "pseudo", "url": server.address}])
    forgotten = []
    for address in addresses_of(sights):
        if address.endswith("nonsense("):
            continue  # what the language says of a formula has tables of its own
        arrive(page, address)
        for text, markup in page.evaluate(TEXTS):
            if has_forgotten_words(text):
                forgotten.append(f"{address}: {' '.join(text.split())[:80]!r} in {markup[:160]}")
    assert not forgotten, "\n".join(dict.fromkeys(forgotten))


@pytest.mark.browser
def test_untranslated_words_are_noticed(page: Page) -> None:
    page.set_content(
        "<title>⟦a⟧</title><p>⟦Good⟧ Admin 12</p><p>forgotten</p><p hidden>unseen</p>"
        "<p>⟦x⟧<i title='left out'>1</i></p>"
    )
    found = [text for text, _ in page.evaluate(TEXTS) if has_forgotten_words(text)]
    assert found == ["forgotten", "left out"]


def addresses_of(sights: Sights) -> list[str]:
    values = {name: getattr(sights, name) for name in Sights.__slots__}
    return [address.format(**values) for addresses in SCREENS.values() for address in addresses]


def has_forgotten_words(text: str) -> bool:
    """Whether letters are left once what is marked and names are taken out; marks stand in marks."""
    if " ".join(text.split()) in SHIPPED:
        return False
    while MARKED.search(text):
        text = MARKED.sub("", text)
    return bool(re.search(r"[^\W\d_]", NAMES.sub("", text)))


def arrive(page: Page, address: str) -> None:
    answer = page.goto(address)
    assert answer is not None
    assert answer.ok, f"{address} answers {answer.status}"
    page.evaluate(AT_REST)
