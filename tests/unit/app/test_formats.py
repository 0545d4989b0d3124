"""Numbers and times as people read them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from app import formats

NOW = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)  # noon in Shanghai


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (Decimal("1234567.5"), None, "1,234,567.5"),
        (Decimal(1200), 2, "1,200.00"),
        (-3, None, "\u22123"),
        (Decimal("0.10"), None, "0.1"),
        (Decimal("1E+3"), None, "1,000"),
    ],
)
def test_numbers_are_grouped_and_exact(value: Decimal, decimals: int | None, text: str) -> None:
    assert formats.number(value, decimals) == text


def test_money_has_its_sign_by_language() -> None:
    assert formats.money(Decimal(3286400), "CNY", "zh-CN") == "¥3,286,400.00"
    assert formats.money(Decimal(-1200), "CNY", "en") == "\u2212CN¥1,200.00"


def test_this_years_days_have_no_year() -> None:
    assert formats.day(date(2026, 3, 1), NOW.date()) == "03-01"
    assert formats.day(date(2025, 3, 1), NOW.date()) == "2025-03-01"


@pytest.mark.parametrize(
    ("gone", "text"),
    [
        (timedelta(seconds=20), "just now"),
        (timedelta(minutes=20), "20 min ago"),
        (timedelta(hours=2), "2 h ago"),
        (timedelta(hours=18), "yesterday 18:00"),
        (timedelta(days=3), "3 days ago"),
        (timedelta(days=60), "09-21"),
    ],
)
def test_the_past_is_near_in_words_and_far_as_date(gone: timedelta, text: str) -> None:
    assert formats.ago(NOW - gone, NOW, "Asia/Shanghai") == text


@pytest.mark.parametrize(
    ("name", "large", "small"), [("欧阳文静", "文静", "静"), ("Lin Sales", "LS", "L"), ("", "?", "?")]
)
def test_avatars_show_the_end_of_chinese_names(name: str, large: str, small: str) -> None:
    assert formats.avatar_letters(name) == large
    assert formats.avatar_letters(name, is_small=True) == small
