"""What the import tests share: the CRM without demo data, and one call that imports a file to its end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from builder.problems import Problem
from runtime import access, queries, records
from runtime.actors import Actor
from runtime.catalogue import FormHandle
from runtime.imports import runs
from runtime.imports.runs import ImportRun
from runtime.jobs import Worker, list_jobs
from runtime.platform import Platform, Work
from runtime.records import Record
from tests import engines
from tests.cast import Cast, recall
from tests.conftest import make_crm

Import = Callable[..., ImportRun]


@pytest.fixture
def database_url(engine: str, tmp_path: Path, fast_passwords: None) -> Iterator[str]:
    """A database with the CRM in it."""
    with engines.fresh_database(engine, tmp_path, fill=make_crm) as url:
        yield url


@pytest.fixture
def cast(platform: Platform) -> Cast:
    return recall(platform)


@pytest.fixture
def crm(admin: Actor) -> Actor:
    """The owner of a workspace with an empty CRM."""
    return admin


@pytest.fixture
def write_file(tmp_path: Path) -> Callable[[str, str], Path]:
    """Writes a text file and answers its path."""

    def write(name: str, text: str) -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


def begin(
    platform: Platform, actor: Actor, form: str, path: Path, options: dict[str, Any], header: Any = "guess"
) -> ImportRun | tuple[Problem, ...]:
    """Uploads and decides, without starting."""
    received = runs.receive(platform, actor.workspace_id, path, path.name)
    assert not isinstance(received, Problem), received
    with platform.writing(actor) as work:
        handle = access.open_form(work, form, to="import")
        run = runs.create(work, handle, received)
        proposal = runs.propose(platform, handle, run, header=header)
        assert not isinstance(proposal, Problem), proposal
        return runs.decide(work, handle, run, proposal, options)


@pytest.fixture
def bring_in(platform: Platform, crm: Actor) -> Import:
    """Imports a file into a form and works until nothing is left to do."""

    def bring(form: str, path: Path, options: dict[str, Any], header: Any = "guess") -> ImportRun:
        run = begin(platform, crm, form, path, options, header)
        assert isinstance(run, ImportRun), run
        with platform.writing(crm) as work:
            started = runs.start(work, access.open_form(work, form, to="import"), run)
            assert isinstance(started, ImportRun), started
        Worker(platform).run_until_idle()
        with platform.reading(crm) as work:
            ended = runs.get_run(work, run.id)
            assert ended.is_over, [
                (job.name, job.state, job.last_error) for job in list_jobs(work, state=None)
            ]
            return ended

    return bring


def all_records(work: Work, form: FormHandle) -> list[Record]:
    return list(queries.stream(work, form, queries.Selection()))


def values_by_key(form: FormHandle, record: Record) -> dict[str, Any]:
    return {field.key: record.values.get(field.id) for field in form.form.fields}


def table(platform: Platform, actor: Actor, form: str, *keys: str) -> list[tuple[Any, ...]]:
    """The records of a form as sorted tuples of the named fields."""
    with platform.reading(actor) as work:
        handle = access.open_form(work, form, to="view")
        rows = [values_by_key(handle, record) for record in all_records(work, handle)]
    return sorted((tuple(row[key] for key in keys) for row in rows), key=str)


def add(platform: Platform, actor: Actor, form: str, raw: dict[str, Any]) -> Record:
    with platform.writing(actor) as work:
        outcome = records.create(work, access.open_form(work, form, to="add"), raw)
        assert outcome.record is not None, outcome.problems
        return outcome.record
