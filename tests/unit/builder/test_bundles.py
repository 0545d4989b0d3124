"""Bundles: exact round trips; hostile archives and wrong documents are refused with their place."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from builder import bundles
from builder.bundles import (
    Bundle,
    Demo,
    Manifest,
    bundle_files,
    read_bundle,
    read_files,
    write_bundle,
    zip_bundle,
)
from builder.problems import Problem
from tests.unit.builder.samples import labels, sales_app


def sales() -> Bundle:
    demo = {
        "customer": Demo(("#", "name", "level"), (("c-1", "铭瑞", "a"), ("c-2", "云栖", None))),
        "order": Demo(
            ("#", "customer", "date", "lines"), (("o-1", "#c-1", "@-3", [{"qty": 2, "price": "5.50"}]),)
        ),
        "param": Demo(("#", "end_date"), ()),
    }
    manifest = Manifest(
        "salesb", "sales", "1.0", labels("销售", "Sales"), labels("样例", "A sample"), "chart-bar", "green"
    )
    return Bundle(manifest, sales_app(), demo)


def test_folder_round_trips_to_the_byte(tmp_path: Path) -> None:
    write_bundle(sales(), tmp_path)
    found = read_bundle(tmp_path)
    assert found == sales()
    before = {path.relative_to(tmp_path).as_posix(): path.read_bytes() for path in tmp_path.rglob("*.json")}
    assert isinstance(found, Bundle)
    assert bundle_files(found) == before
    assert sorted(before) == [
        "app.json",
        "bundle.json",
        "demo/customer.json",
        "demo/order.json",
        "demo/param.json",
        "forms/customer.json",
        "forms/order.json",
        "forms/param.json",
        "views/customer.key_customers.json",
        "views/order.recent.json",
    ]


def test_zip_round_trips_to_the_byte(tmp_path: Path) -> None:
    data = zip_bundle(sales())
    found = read_bundle(data)
    assert found == sales()
    assert isinstance(found, Bundle)
    assert zip_bundle(found) == data
    (tmp_path / "sales.zip").write_bytes(data)
    assert read_bundle(tmp_path / "sales.zip") == sales()


def test_rewriting_removes_files_that_are_no_part_any_more(tmp_path: Path) -> None:
    write_bundle(sales(), tmp_path)
    (tmp_path / "README.md").write_text("kept")
    write_bundle(replace(sales(), demo={}), tmp_path)
    assert not list(tmp_path.glob("demo/*.json"))
    assert (tmp_path / "README.md").exists()
    assert read_bundle(tmp_path) == replace(sales(), demo={})


def test_personal_views_do_not_travel() -> None:
    documents = sales_app()
    mine = replace(documents.views[1], id="viewme", key="mine", owner_member=5)
    files = bundle_files(replace(sales(), documents=replace(documents, views=(*documents.views, mine))))
    assert "views/order.mine.json" not in files


def broken(change: Callable[[dict[str, Any]], None]) -> list[tuple[str, str | None]]:
    files = {name: json.loads(content) for name, content in bundle_files(sales()).items()}
    change(files)
    found = read_files({name: json.dumps(document).encode() for name, document in files.items()})
    assert isinstance(found, tuple), "the bundle was accepted"
    return [(one.code, one.field) for one in found]


def drop(name: str) -> Callable[[dict[str, Any]], None]:
    return lambda files: files.pop(name)


def put(name: str, *way: str | int, value: object) -> Callable[[dict[str, Any]], None]:
    def change(files: dict[str, Any]) -> None:
        target = files[name]
        for part in way[:-1]:
            target = target[part]
        target[way[-1]] = value

    return change


@pytest.mark.parametrize(
    ("change", "code", "where"),
    [
        (drop("app.json"), "bundle.file_missing", "app.json"),
        (drop("forms/param.json"), "bundle.forms_differ", "bundle.json#/forms"),
        (drop("forms/order.json"), "bundle.unknown_form", "views/order.recent.json"),
        (put("bundle.json", "format", value=2), "definition.not_allowed", "bundle.json#/format"),
        (put("bundle.json", "script", value="x"), "definition.unknown_word", "bundle.json#"),
        (put("forms/order.json", "x-key", value="orders"), "bundle.name_differs", "forms/order.json"),
        (
            put("views/order.recent.json", "key", value="other"),
            "bundle.name_differs",
            "views/order.recent.json",
        ),
        (
            put("views/order.recent.json", "form", value="nowhere"),
            "bundle.unknown_form",
            "views/order.recent.json",
        ),
        (
            put("views/order.recent.json", "columns", value=["nowhere"]),
            "view.field_missing",
            "views/order.recent.json#/columns/0",
        ),
        (put("app.json", "groups", 0, "forms", value=["nowhere"]), "bundle.unknown_form", "app.json#/groups"),
        (put("demo/order.json", "rows", value=[[1]]), "bundle.demo_row", "demo/order.json#/rows/0"),
        (put("demo/order.json", "more", value=1), "bundle.demo_shape", "demo/order.json#"),
        (
            put(
                "forms/order.json",
                "properties",
                "total",
                "x-config",
                "expression",
                value="SUM({#linesf}.{#gone12})",
            ),
            "expression.",
            "forms/order.json#/properties/total/x-config/expression",
        ),
        (
            put("forms/customer.json", "properties", "name", "$ref", value="http://127.0.0.1:9/"),
            "definition.unknown_word",
            "forms/customer.json#/properties/name",
        ),
    ],
)
def test_wrong_bundles_say_what_and_where(change: Any, code: str, where: str) -> None:
    found = broken(change)
    assert any(one.startswith(code) and place == where for one, place in found), found


def archive(*entries: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in entries:
            file.writestr(name, content)
    return target.getvalue()


def refused(data: bytes | Path) -> str:
    found = read_bundle(data)
    assert isinstance(found, tuple)
    assert isinstance(found[0], Problem)
    return found[0].code


@pytest.mark.parametrize(
    "name",
    [
        "../evil.json",
        "/etc/passwd",
        "forms/../../x.json",
        "forms\\x.json",
        "forms/a/b.json",
        "hook.py",
        "forms/X.json",
        "demo/x.json\n",
    ],
)
def test_foreign_file_names_are_refused(name: str) -> None:
    assert refused(archive((name, b"{}"))) == "bundle.unknown_file"


def test_links_in_archives_are_refused() -> None:
    link = zipfile.ZipInfo("forms/order.json")
    link.external_attr = 0o120777 << 16
    assert refused(archive((link, b"/etc/passwd"))) == "bundle.unknown_file"


def test_archive_bombs_stop_at_the_caps(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = archive(("demo/order.json", b" " * 21_000_000))
    assert len(bomb) < 100_000
    assert refused(bomb) == "bundle.too_big"
    assert refused(archive(*((f"demo/a{n}.json", b"") for n in range(1001)))) == "bundle.too_many_files"
    monkeypatch.setattr(bundles, "MOST_BYTES_IN_ALL", 1000)
    assert refused(archive(("demo/a.json", b" " * 600), ("demo/b.json", b" " * 600))) == "bundle.too_big"
    monkeypatch.setattr(bundles, "MOST_PACKED", 10)
    assert refused(zip_bundle(sales())) == "bundle.too_big"


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_broken_archives_are_refused() -> None:
    assert refused(b"not a zip") == "bundle.not_a_zip"
    assert refused(b"") == "bundle.not_a_zip"
    assert refused(zip_bundle(sales())[:-30]) == "bundle.not_a_zip"
    assert refused(Path("nowhere.zip")) == "bundle.not_there"
    data = bytearray(zip_bundle(sales()))
    data[60:80] = b"\x00" * 20
    assert refused(bytes(data)) == "bundle.not_a_zip"
    assert refused(archive(("app.json", b"{}"), ("app.json", b"{}"))) == "bundle.file_twice"


def test_unlawful_json_in_a_bundle_is_located() -> None:
    files = dict(bundle_files(sales()))
    files["app.json"] = b'{"kind": "app", "kind": "app"}'
    found = read_files(files)
    assert isinstance(found, tuple)
    assert ("json.duplicate_key", "app.json") in [(one.code, one.field) for one in found]


def test_our_own_bundles_are_lawful_and_canonical() -> None:
    folder = Path(__file__).parents[3] / "crm_template"
    found = read_bundle(folder)
    assert isinstance(found, Bundle), found[:5]
    for name, content in bundle_files(found).items():
        assert (folder / name).read_bytes() == content, name
