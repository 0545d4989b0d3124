"""Shadow keys, the registry of columns, and record ids."""

from __future__ import annotations

import threading
from datetime import date
from decimal import Decimal

import pytest

from builder.fields.registry import FIELD_TYPES
from builder.ids import read_record_id, show_record_id
from runtime.record_ids import RecordIds, new_record_id
from runtime.store.columns.keys import sort_key, unique_key
from runtime.store.columns.registry import COLUMNS, storage_of
from tests.integration.store.conftest import field


def test_people_find_names_where_they_expect_them() -> None:
    names = ["张三", "重庆", "成都", "长沙", "行长", "银行", "西安", "先", "李四", "Bob", "alice", "Ａlan"]
    assert sorted(names, key=lambda name: sort_key(name) or "") == [
        "Ａlan", "alice", "Bob", "长沙", "成都", "重庆", "行长", "李四", "西安", "先", "银行", "张三",
    ]  # fmt: skip


def test_the_same_surname_stays_together() -> None:
    names = ["李张", "丽安", "李安", "黎明"]
    ordered = sorted(names, key=lambda name: sort_key(name) or "")
    assert [name[0] for name in ordered].count("李") == 2
    assert abs(ordered.index("李张") - ordered.index("李安")) == 1


@pytest.mark.parametrize("value", [None, "", "   "])
def test_blank_has_no_unique_key(value: str | None) -> None:
    assert unique_key(value) is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ＡＢ c", " ab  C "),
        (Decimal("1.50"), Decimal("1.5000")),
        (Decimal("-0"), Decimal(0)),
        (date(2026, 1, 1), date(2026, 1, 1)),
    ],
)
def test_the_same_value_has_the_same_unique_key(one: object, other: object) -> None:
    assert unique_key(one) == unique_key(other) is not None


@pytest.mark.parametrize("kind", FIELD_TYPES)
def test_every_field_type_has_a_column(kind: type) -> None:
    assert kind.key in COLUMNS  # type: ignore[attr-defined]


def test_a_type_we_no_longer_know_is_kept_but_not_read() -> None:
    assert storage_of(field("old1", "hologram")).place == "nowhere"


def test_record_ids_only_grow_whatever_the_clock_does() -> None:
    times = iter([1_800_000_000_000, 1_700_000_000_000, 1_800_000_000_001, 1_800_000_000_001])
    source = RecordIds(5, lambda: next(times))
    ids = [*source.take(5000), *source.take(2), *source.take(1), *source.take(1)]
    assert ids == sorted(set(ids))
    assert all(0 < one < 2**63 for one in ids)
    assert [read_record_id(show_record_id(one)) for one in ids[:3]] == ids[:3]


def test_threads_and_processes_never_share_an_id() -> None:
    found: list[int] = []

    def take() -> None:
        found.extend(new_record_id() for _ in range(3000))

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 24_000
    at = 1_800_000_000_000
    assert not set(RecordIds(1, lambda: at).take(4096)) & set(RecordIds(2, lambda: at).take(4096))
