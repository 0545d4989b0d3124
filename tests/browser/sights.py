"""The CRM as the tests of every screen see it: few rows, and every word of it marked as data.

In: the address of a blank database, later a platform on it. Out: `make_sights` fills the database once a run;
`Sights` knows the ids that stand in addresses. All labels and texts are wrapped in ⟦ ⟧, like the words of
the pseudo language: what is left outside of the brackets on a page was written into the program.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests import engines

if TYPE_CHECKING:
    from builder.bundles import Bundle
    from runtime.actors import Actor
    from runtime.platform import Platform, Work

BUNDLE = Path(__file__).resolve().parents[2] / "crm_template"
LANGUAGES = {"zh-CN", "zh-TW", "en"}
MOST_ROWS = 60  # a form: a page of the list and a little more
CHINESE = re.compile(r"[\u3400-\u9fff]")
LITERAL = re.compile(r'"([^"⟦]*[\u3400-\u9fff][^"]*)"')  # a text within a formula
SHEET = "⟦客户名称⟧,⟦电话⟧,⟦备注⟧\n⟦晨光⟧,0571 8888 0001,⟦好⟧\n⟦晚风⟧,12,⟦号码太短⟧\n,0571 8888 0002,\n"


def make_sights(url: str) -> None:
    """The tables, the cast, and the marked CRM with some of its demo rows."""
    from runtime import bundles
    from runtime.jobs import Worker
    from runtime.platform import Platform
    from runtime.ports import FolderFiles
    from runtime.store.database import Database
    from tests.cast import gather
    from tests.conftest import SettableClock, make_tables

    make_tables(url)
    database = Database(url)
    try:
        platform = Platform(database, SettableClock(), FolderFiles(engines.run_folder() / "files"))
        admin = gather(platform).admin
        with platform.writing(admin) as work:
            assert not bundles.clone(work, marked_crm(), with_demo=True).problems
        Worker(platform).run_until_idle()
    finally:
        database.close()


# --- the marked bundle ----------------------------------------------------------------------------


def marked_crm() -> Bundle:
    """The shipped CRM, its words in brackets."""
    from builder.bundles import Bundle, read_files

    files: dict[str, Any] = {
        path.relative_to(BUNDLE).as_posix(): json.loads(path.read_text(encoding="utf-8"))
        for path in sorted(BUNDLE.rglob("*.json"))
    }
    demo = {name: files[name] for name in files if name.startswith("demo/")}
    for document in demo.values():
        document["rows"] = document["rows"][:MOST_ROWS]
    _drop_dangling(demo)
    read = read_files(
        {name: json.dumps(_marked(document)).encode() for name, document in files.items() if name not in demo}
        | {name: json.dumps(_marked_rows(document)).encode() for name, document in demo.items()}
    )
    assert isinstance(read, Bundle), read
    return read


def shipped_documents() -> list[Any]:
    """What the template centre tells of the bundle before it is cloned."""
    paths = [BUNDLE / "bundle.json", *sorted((BUNDLE / "forms").glob("*.json"))]
    return [json.loads(path.read_text(encoding="utf-8")) for path in paths]


def texts_of(document: Any) -> Iterator[str]:
    """Labels and description of the document itself, not of what is in it."""
    for key in ("labels", "description", "x-labels"):
        yield from document.get(key, {}).values()


def _drop_dangling(demo: Mapping[str, Any]) -> None:
    """Rows that name a row which was left out go as well."""
    there = {row[0] for document in demo.values() for row in document["rows"]}
    while True:
        before = len(there)
        for document in demo.values():
            document["rows"] = [
                row for row in document["rows"] if all(name[1:] in there for name in _references(row))
            ]
        there = {row[0] for document in demo.values() for row in document["rows"]}
        if len(there) == before:
            return


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, str) and re.fullmatch(r"#[a-z]+-\d+", value):
        yield value
    elif isinstance(value, list):
        for one in value:
            yield from _references(one)
    elif isinstance(value, dict):
        yield from _references(list(value.values()))


def _marked(value: Any) -> Any:
    """The document with brackets around each text that is given by language or stands in a formula."""
    if isinstance(value, str):
        return LITERAL.sub(r'"⟦\1⟧"', value)
    if isinstance(value, list):
        return [_marked(one) for one in value]
    if not isinstance(value, dict):
        return value
    if value and value.keys() <= LANGUAGES:
        return {tag: f"⟦{text}⟧" for tag, text in value.items()}
    return {key: _marked(one) for key, one in value.items()}


def _marked_rows(document: Any) -> Any:
    rows = [
        [f"⟦{cell}⟧" if isinstance(cell, str) and CHINESE.search(cell) else cell for cell in row]
        for row in document["rows"]
    ]
    return {**document, "rows": rows}


# --- what stands in addresses ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sights:
    """Ids of one database: records, a change, imports as far as matched, checked and finished."""

    customer: str
    order: str
    opportunity: str
    changeset: str
    view: str
    field: str
    slot: str
    matched: str
    checked: str
    finished: str


def look_around(platform: Platform, admin: Actor, folder: Path) -> Sights:
    """Changes one record and begins three imports, so that every screen has something to show."""
    from builder.ids import show_record_id
    from runtime import access, records

    with platform.writing(admin) as work:
        changed, order, opportunity = (_first_record(work, key) for key in ("customer", "order", "opp"))
        form = access.open_form(work, "customer", to="edit", app="crm")
        outcome = records.update(work, form, changed.id, changed.version, {"note": "⟦新⟧"})
        assert outcome.is_done, outcome
        view = work.catalogue.views(form)[0].id
        slot = f"f.{form.form.by_key['tier'].id}.config.expression"
        field = access.open_form(work, "order", to="view", app="crm").form.by_key["status"].id
    runs = [_begin_import(platform, admin, folder, steps) for steps in range(3)]
    ids = (changed.id, order.id, opportunity.id, outcome.changeset_id)
    customer, order_id, opportunity_id, changeset = (show_record_id(one or 0) for one in ids)
    return Sights(customer, order_id, opportunity_id, changeset, view, field, slot, *runs)


def _first_record(work: Work, key: str) -> Any:
    from runtime import access, queries
    from runtime.queries import Selection

    form = access.open_form(work, key, to="view", app="crm")
    return queries.page(work, form, Selection(), limit=1).records[0]


def _begin_import(platform: Platform, admin: Actor, folder: Path, steps: int) -> str:
    """An upload; with one step its columns are matched, with two it is carried out."""
    from builder.ids import show_record_id
    from runtime import access
    from runtime.imports import runs
    from runtime.imports.runs import Proposal, Received
    from runtime.jobs import Worker

    path = folder / f"sheet-{steps}.csv"
    path.write_text(SHEET, encoding="utf-8")
    received = runs.receive(platform, admin.workspace_id, path, "⟦客户⟧.csv")
    assert isinstance(received, Received), received
    with platform.writing(admin) as work:
        form = access.open_form(work, "customer", to="import", app="crm")
        run = runs.create(work, form, received)
        proposal = runs.propose(platform, form, run)
        assert isinstance(proposal, Proposal), proposal
        mapping = [{"field": key, "column": column} for column, key in enumerate(("name", "phone", "note"))]
        if steps:
            chosen = {"mode": "insert", "key": [], "mapping": mapping}
            decided = runs.decide(work, form, run, proposal, chosen)
            assert not isinstance(decided, tuple), decided
            run = decided
        if steps == 2:
            runs.start(work, form, run)
    if steps == 2:
        Worker(platform).run_until_idle()
    return show_record_id(run.id)
