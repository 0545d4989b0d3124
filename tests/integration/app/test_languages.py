"""Which language a page speaks, and that every word of it is translated."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from app.language import match_language
from tests.cast import Cast
from tests.integration.app.conftest import Browser

ROOT = Path(__file__).resolve().parents[3]
Enter = Callable[[str], Browser]


def test_the_browsers_wish_counts_before_sign_in(browser: Browser, cast: Cast) -> None:
    for wish, tag, word in (("en-GB", "en", "Sign in"), ("zh-HK", "zh-TW", "登入"), ("zh", "zh-CN", "登录")):
        page = browser.page("/sign-in", headers={"Accept-Language": wish})
        assert f'<html lang="{tag}"' in page
        assert word in page


def test_a_chosen_language_outlives_the_page(browser: Browser, cast: Cast) -> None:
    browser.get("/sign-in", headers={"Accept-Language": "en"})
    answer = browser.post("/language", {"language": "zh-TW", "next": "/sign-in"})
    assert answer.location == "/sign-in"
    assert '<html lang="zh-TW"' in browser.page("/sign-in", headers={"Accept-Language": "en"})


def test_the_accounts_language_wins_after_sign_in(sign_in: Enter) -> None:
    lin = sign_in("Lin")
    assert '<html lang="zh-CN"' in lin.page("/w/hua/", headers={"Accept-Language": "en"})
    saved = lin.post("/w/hua/settings", {"name": "Lin", "language": "en", "zone": "Asia/Shanghai"})
    assert saved.status_code == 303
    page = lin.page("/w/hua/settings")
    assert '<html lang="en"' in page
    assert "Saved" in page


@pytest.mark.parametrize(
    ("tag", "language"),
    [("zh-Hant", "zh-TW"), ("zh-Hans-SG", "zh-CN"), ("zh_MO", "zh-TW"), ("en-us", "en"), ("fr", None)],
)
def test_browser_tags_find_our_languages(tag: str, language: str | None) -> None:
    assert match_language(tag) == language


@pytest.mark.parametrize(
    "path",
    [
        "/w/hua/",
        "/w/hua/members",
        "/w/hua/members/add",
        "/w/hua/settings",
        "/w/hua/settings/security",
        "/w/hua/settings/workspace",
        "/w/hua/templates",
        "/workspaces",
        "/w/hua/nowhere",
    ],
)
def test_the_pseudo_language_finds_every_word_translated(sign_in: Enter, path: str) -> None:
    admin = sign_in("Admin")
    admin.client.set_cookie("formloom_language", "pseudo")
    text = admin.get(path).get_data(as_text=True)
    assert words_outside_brackets(text) == []


def definitions() -> set[str]:
    """Words of the shipped bundle: they come from its documents, in each language."""
    found = json.loads((ROOT / "crm_template" / "bundle.json").read_text(encoding="utf-8"))
    return {html.escape(found[part]["en"], quote=False) for part in ("labels", "description")}


def words_outside_brackets(page: str) -> list[str]:
    """English words that a person would see and that no translation made: data and names left out."""
    body = re.sub(
        r"(?s)<head.*?</head>|<script.*?</script>|<svg.*?</svg>|<option.*?</option>|<kbd>.*?</kbd>", " ", page
    )
    shown = re.findall(r'(?:aria-label|title|placeholder|data-confirm)="([^"]*)"', body)
    shown += re.sub(r"<[^>]+>", "\n", body).split("\n")
    data = re.compile(
        r"Hua Instruments|Admin|Lin|Wang|Zhao|Elsewhere|English|\S+@\S+|/w/\S+|[\d.]+|Werkzeug\S*|Asia/\S+"
    )
    found = []
    for text in shown:
        if text.strip() in definitions():
            continue
        rest = data.sub("", re.sub(r"⟦[^⟦⟧]*(?:⟦[^⟦⟧]*⟧[^⟦⟧]*)*⟧", "", text))
        if re.search(r"[A-Za-z]{2,}", rest):
            found.append(text.strip())
    return found
