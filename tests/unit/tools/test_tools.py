"""The tools of the repository keep what they say."""

from __future__ import annotations

from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from tools import documents, system_packages, translations, wheel_contents
from tools.stamps import Stamp


def test_stamp_is_current_until_an_input_changes(tmp_path: Path) -> None:
    source = tmp_path / "source.txt"
    source.write_text("one")
    place = tmp_path / "made" / ".stamp"
    assert not Stamp(place, [source]).is_current()
    Stamp(place, [source]).write()
    assert Stamp(place, [source]).is_current()
    source.write_text("two")
    assert not Stamp(place, [source]).is_current()
    assert not Stamp(place, [source], ["another word"]).is_current()


def _catalogue(**words: str) -> Catalog:
    catalogue = Catalog(locale="zh_Hans_CN")
    for word, text in words.items():
        catalogue.add(word.replace("_", " "), text)
    return catalogue


def test_complete_catalogue_has_no_problem() -> None:
    assert list(translations.problems_of(_catalogue(Save=""), _catalogue(Save="保存"))) == []


@pytest.mark.parametrize(
    ("translated", "sentence"),
    [
        ({}, "not in the catalogue"),
        ({"Save": ""}, "not translated"),
        ({"Save": "保存", "Old": "旧"}, "no longer in the code"),
    ],
)
def test_incomplete_catalogue_is_found(translated: dict[str, str], sentence: str) -> None:
    found = list(translations.problems_of(_catalogue(Save=""), _catalogue(**translated)))
    assert len(found) == 1
    assert found[0].startswith(sentence)


def test_lost_placeholder_is_found() -> None:
    wanted, translated = Catalog(), Catalog(locale="zh_Hans_CN")
    wanted.add("%(count)s records of {form}")
    translated.add("%(count)s records of {form}", "%(count)s 条记录")
    assert [one.partition(":")[0] for one in translations.problems_of(wanted, translated)] == [
        "other placeholders than the English"
    ]


def test_ordinary_user_is_told_the_one_apt_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(system_packages, "missing", lambda: ["chromium", "libatomic1"])
    monkeypatch.setattr(system_packages.os, "geteuid", lambda: 1000)
    assert system_packages.main() == 2
    assert "  apt-get install --no-install-recommends chromium libatomic1\n" in capsys.readouterr().err


def test_wheel_without_its_assets_is_found() -> None:
    committed = {"app/config.py", "templates/base.html", "tests/a.py"}
    inside = {
        "app/config.py", "templates/base.html", "tests/a.py", "app/assets/dist/manifest.json",
        "app/locale/zh_Hans_CN/LC_MESSAGES/messages.mo", "formloom-0.1.0.dist-info/RECORD",
    }  # fmt: skip
    assert list(wheel_contents.problems(inside, committed, {"app.js": "app-1.js"})) == [
        "missing: app/assets/dist/app-1.js",
        "missing: app/locale/zh_Hant_TW/LC_MESSAGES/messages.mo",
        "too much: tests/a.py",
    ]


def test_document_that_leads_nowhere_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "ROOT", tmp_path)
    (tmp_path / "docs").mkdir()
    (tmp_path / "README.md").write_text(
        "# A\n[docs](docs/index.md#words) [gone](gone.md)\n```\n[code](no.md)\n```\n"
    )
    (tmp_path / "docs" / "index.md").write_text("# Index\n## Words\n[up](../README.md#a)\n")
    (tmp_path / "docs" / "lost.md").write_text("TO" + "DO\n")
    pages = {"README.md", "docs/index.md", "docs/lost.md"}
    assert list(documents.broken_links(pages)) == ["README.md: links to gone.md, which is not there"]
    assert [one.partition(":")[0] for one in documents.unreached(pages)] == ["docs/lost.md"]
    assert [one.rpartition(":")[0] for one in documents.unfinished(pages)] == ["docs/lost.md:1"]
