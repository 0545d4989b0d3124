"""The two programs behind one face: the same calls over WSGI, each with its own token, on its own database.

In: a database url and how many records to start with. Out: `Baseline` and `Formloom`, whose methods each do
one operation and check that it was done. Called by tests.bench.__main__.
"""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any, Protocol

import orjson
from flask.testing import FlaskClient
from sqlalchemy import Engine, event, insert

from app.config import Settings
from app.factory import create_app
from builder.apps import AppDocuments
from builder.documents import write_form
from builder.ids import read_record_id
from runtime import access, apikeys, definitions, publishing, records
from runtime.jobs import Worker
from runtime.platform import Platform
from runtime.ports import FolderFiles, SystemClock
from runtime.store.database import Database
from runtime.store.migrations import upgrade
from tests.bench import baseline
from tests.bench.baseline_parts import writer
from tests.bench.deals import deal_form, lines_of, values_of, won_view
from tests.cast import PASSWORD, gather

BATCH = 1_000
FIELDS = ",".join((*values_of(0), "weighted"))  # what the baseline answers: everything but lines
TOKEN = re.compile(r'name="csrf-token" content="([^"]+)"')


class Statements:
    """Counts what the engines of one program send to their database."""

    def __init__(self, *engines: Engine) -> None:
        self.count = 0
        for engine in engines:
            event.listen(engine, "before_cursor_execute", self._seen)

    def _seen(self, *_: Any) -> None:
        self.count += 1


class Contender(Protocol):
    """What is measured."""

    name: str
    statements: Statements

    def load(self, count: int) -> None: ...
    def create(self, number: int) -> None: ...
    def page(self) -> None: ...
    def html_page(self) -> None: ...
    def update(self, number: int) -> None: ...
    def aggregate(self) -> None: ...
    def with_children(self) -> None: ...
    def import_sheet(self, path: Path, count: int) -> None: ...
    def close(self) -> None: ...


def _json(client: FlaskClient, method: str, path: str, key: str, body: Any = None, status: int = 200) -> Any:
    answer = client.open(
        path,
        method=method,
        data=None if body is None else orjson.dumps(body),
        content_type=None if body is None else "application/json",
        headers={"Authorization": f"Bearer {key}"},
    )
    if answer.status_code != status:
        raise AssertionError(f"{method} {path}: {answer.status_code} {answer.get_data(as_text=True)[:500]}")
    return orjson.loads(answer.get_data())


class Baseline:
    """The program written by hand."""

    name = "by hand"

    def __init__(self, url: str) -> None:
        self.app = baseline.create_baseline(url)
        self.app.config["PROPAGATE_EXCEPTIONS"] = True
        self.engine: Engine = self.app.engine  # type: ignore[attr-defined]
        baseline.metadata.create_all(self.engine)
        with self.engine.begin() as connection:
            connection.execute(insert(baseline.person), {"id": 1, "name": "Admin", "role": "owner"})
            connection.execute(
                insert(baseline.sign_in), {"token": "t" * 43, "person": 1, "expires": time.time() + 1e6}
            )
        self.statements = Statements(self.engine)
        self.client = self.app.test_client()
        self.client.set_cookie("session", "t" * 43)
        self.versions: dict[int, int] = {}
        self.updated: list[int] = []

    def load(self, count: int) -> None:
        with self.app.test_request_context():
            baseline.g.person = 1
            for start in range(0, count, BATCH):
                batch = [baseline.read(values_of(n), is_new=True) for n in range(start, start + BATCH)]
                for values in batch:
                    baseline.weigh(values)
                with writer(self.engine) as connection:
                    baseline.insert_batch(connection, batch)
        self.parent = self._create(count)
        with self.engine.begin() as connection:
            for place, line in enumerate(lines_of()):
                ids = {"id": next(baseline.IDS), "deal": self.parent, "position": place}
                connection.execute(
                    insert(baseline.deal_line), {**line, **ids, "price": baseline.exact(line["price"])}
                )
        self.updated = [self._create(count + place) for place in range(1, 201)]
        self.versions = dict.fromkeys(self.updated, 1)
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("ANALYZE")

    def _create(self, number: int) -> int:
        answer = _json(self.client, "POST", "/deals", "t" * 43, {"values": values_of(number)}, 201)
        return int(answer["id"])

    def create(self, number: int) -> None:
        self._create(number)

    def page(self) -> None:
        answer = _json(self.client, "GET", "/deals?stage=won&limit=50", "t" * 43)
        assert len(answer["records"]) == 50
        assert answer["next"]

    def html_page(self) -> None:
        answer = self.client.get("/deals.html?stage=won")
        assert answer.status_code == 200
        assert answer.get_data().count(b"</tr>") >= 50

    def update(self, number: int) -> None:
        deal = self.updated[number % len(self.updated)]
        body = {"version": self.versions[deal], "values": {"amount": number + 0.5, "note": f"n{number}"}}
        _json(self.client, "PATCH", f"/deals/{deal}", "t" * 43, body)
        self.versions[deal] += 1

    def aggregate(self) -> None:
        assert len(_json(self.client, "GET", "/deals/by-stage", "t" * 43)["rows"]) == 6

    def with_children(self) -> None:
        answer = _json(self.client, "GET", f"/deals/{self.parent}", "t" * 43)
        assert len(answer["values"]["lines"]) == len(lines_of())

    def import_sheet(self, path: Path, count: int) -> None:
        answer = _json(
            _Raw(self.client, path), "POST", "/deals/import", "t" * 43  # type: ignore[arg-type]
        )  # fmt: skip
        assert answer == {"created": count, "failed": []}

    def close(self) -> None:
        self.engine.dispose()


class _Raw:
    """Sends a file as the body."""

    def __init__(self, client: FlaskClient, path: Path) -> None:
        self.client, self.path = client, path

    def open(self, path: str, **more: Any) -> Any:
        return self.client.open(path, **{**more, "data": self.path.read_bytes()})


class Formloom:
    """The product, with the same form configured."""

    name = "Formloom"

    def __init__(self, url: str, folder: Path) -> None:
        database = Database(url)
        upgrade(database)
        self.platform = Platform(database, SystemClock(), FolderFiles(folder / "files"))
        self.admin = gather(self.platform).admin
        self._configure()
        with self.platform.writing(self.admin) as work:
            made = apikeys.create(work, "bench")
            assert isinstance(made[1], str)
            self.key: str = made[1]
        self.worker = Worker(self.platform)
        self.worker.run_until_idle()
        app = create_app(Settings(folder / "data", url, "a key for benchmarks only"), self.platform)
        self.client = app.test_client()
        self.browser = app.test_client()
        self._sign_in()
        self.statements = Statements(*database.engines)
        self.versions: dict[str, int] = {}
        self.updated: list[str] = []

    def _configure(self) -> None:
        form = deal_form()
        with self.platform.writing(self.admin) as work:
            app = definitions.create_app(work, "sales", {"zh-CN": "Sales", "en": "Sales"})
            assert not isinstance(app, tuple), app
            new = publishing.NewForms(
                app.id, "sales", AppDocuments(app.app), (form,), {form.id: write_form(form)}
            )
            outcome = publishing.publish_forms(work, new)
            assert outcome.is_published, outcome.problems
            publishing.take_effect(work, app.id, outcome)
        with self.platform.writing(self.admin) as work:
            view = definitions.put_view(
                work, work.catalogue.form("sales.deal"), won_view(form), is_shared=True
            )
            assert not isinstance(view, tuple), view

    def _sign_in(self) -> None:
        found = TOKEN.search(self.browser.get("/sign-in").get_data(as_text=True))
        assert found
        answer = self.browser.post(
            "/sign-in",
            data={"csrf_token": found[1], "email": "admin@example.com", "password": PASSWORD},
        )
        assert answer.status_code == 303

    def load(self, count: int) -> None:
        for start in range(0, count, BATCH):
            with self.platform.writing(self.admin) as work:
                form = access.open_form(work, "sales.deal", to="add")
                made = records.create_many(
                    work, form, [values_of(n) for n in range(start, min(start + BATCH, count))]
                )
                assert not any(one.problems for one in made), made[0]
        self.parent = self._create(count, lines=lines_of())
        self.updated = [self._create(count + place) for place in range(1, 201)]
        self.versions = dict.fromkeys(self.updated, 1)
        with self.platform.database.writing() as connection:
            connection.exec_driver_sql("ANALYZE")

    def _create(self, number: int, **more: Any) -> str:
        body = {"values": {**values_of(number), **more}}
        answer = self._call("POST", "/forms/sales.deal/records", body, 201)
        assert read_record_id(answer["id"])
        return str(answer["id"])

    def _call(self, method: str, path: str, body: Any = None, status: int = 200) -> Any:
        return _json(self.client, method, f"/api/v1{path}", self.key, body, status)

    def create(self, number: int) -> None:
        self._create(number)

    def page(self) -> None:
        asked = "filter=stage%20%3D%20%22won%22&sort=-amount&limit=50"
        answer = self._call("GET", f"/forms/sales.deal/records?{asked}&fields={FIELDS}")
        assert len(answer["records"]) == 50
        assert answer["next"]

    def html_page(self) -> None:
        answer = self.browser.get("/w/hua/a/sales/f/deal")
        assert answer.status_code == 200, answer.status
        assert answer.get_data().count(b"</tr>") >= 50

    def update(self, number: int) -> None:
        deal = self.updated[number % len(self.updated)]
        body = {"version": self.versions[deal], "values": {"amount": number + 0.5, "note": f"n{number}"}}
        self.versions[deal] = self._call("PATCH", f"/forms/sales.deal/records/{deal}", body)["version"]

    def aggregate(self) -> None:
        body = {"group_by": ["stage"], "measures": ["COUNT()", "SUM(amount)"]}
        assert len(self._call("POST", "/forms/sales.deal/aggregate", body)["rows"]) == 6

    def with_children(self) -> None:
        answer = self._call("GET", f"/forms/sales.deal/records/{self.parent}")
        assert len(answer["values"]["lines"]) == len(lines_of())

    def import_sheet(self, path: Path, count: int) -> None:
        with path.open("rb") as file:
            answer = self.client.post(
                "/api/v1/forms/sales.deal/imports",
                data={"file": (file, "deals.xlsx")},
                headers={"Authorization": f"Bearer {self.key}"},
            )
        assert answer.status_code == 202, answer.get_data(as_text=True)
        self.worker.run_until_idle()
        run = self._call("GET", f"/imports/{answer.get_json()['id']}")
        assert (run["state"], run["created"], run["failed"]) == ("done", count, 0), run

    def close(self) -> None:
        self.platform.database.close()
