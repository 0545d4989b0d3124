"""Bundles: cloned unchanged, out again the same to the byte, twice without crossing anything."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest

from builder.bundles import bundle_files, read_bundle, read_files, write_bundle, zip_bundle
from builder.documents import write_form
from builder.forms import Field, Form, Section
from builder.json_text import write_json
from runtime import access, bundles, definitions, jobs, queries, records
from runtime.bundles.cloning import free_key
from runtime.errors import ForbiddenError, NotFoundError
from tests.integration.runtime.checksum import checksum
from tests.integration.runtime.designing import add_text, edit, publish

LABELS = {"zh-CN": "团队", "zh-TW": "團隊", "en": "Team"}


def field(field_id: str, key: str, type_key: str, **words) -> Field:
    return Field(field_id, key, type_key, {"zh-CN": key, "zh-TW": key, "en": key.title()}, **words)


def form(form_id: str, key: str, fields: list[Field], **words) -> Form:
    section = Section(f"{form_id}s", {}, tuple((one.id,) for one in fields))
    return Form(
        form_id, key, {"zh-CN": key, "zh-TW": key, "en": key.title()}, tuple(fields), (section,), **words
    )


def small_bundle() -> dict[str, bytes]:
    """Settings, teams in a tree, and visits with lines: everything that demo rows can say."""
    param = form("fparam22", "param", [field("ppower22", "power", "integer")], is_single=True)
    team = form(
        "fteam222",
        "team",
        [
            field("tname222", "name", "text", is_required=True),
            field("tparent2", "above", "link", config={"form": "fteam222"}),
            field("tcount22", "visits", "rollup", config={
                "form": "fvisit22", "link": "vteam222", "measure": "COUNT()", "result": "number",
            }),
        ],
        title="tname222",
    )  # fmt: skip
    lines = Form("vlines22", "lines", {"en": "Lines"}, (
        field("lteam222", "team", "link", config={"form": "fteam222"}), field("lqty2222", "qty", "integer"),
    ))  # fmt: skip
    visit = form(
        "fvisit22",
        "visit",
        [
            field("vtopic22", "topic", "text"),
            field("vteam222", "team", "link", config={"form": "fteam222"}),
            field("von22222", "on", "date"),
            field("vat22222", "at", "datetime"),
            field("vwho2222", "who", "member"),
            Field("vlines22", "lines", "subform", {"en": "Lines"}, subform=lines),
        ],
        title="vtopic22",
    )
    documents = {
        "bundle.json": {
            "kind": "bundle", "format": 1, "id": "bsmall22", "key": "small", "version": "1.2",
            "labels": LABELS, "icon": "apps", "color": "green",
            "forms": ["visit", "team", "param"], "seed": ["param"],
        },
        "app.json": {
            "kind": "app", "id": "asmall22", "key": "small", "labels": LABELS, "icon": "apps",
            "color": "green", "groups": [{"id": "gmain222", "forms": ["fteam222", "fvisit22"]}],
        },
        **{f"forms/{one.key}.json": write_form(one) for one in (param, team, visit)},
        "views/visit.recent.json": {
            "kind": "view", "id": "vrecent2", "key": "recent", "labels": {"en": "Recent"}, "form": "fvisit22",
            "as": "grid", "columns": ["vtopic22", "von22222"], "sort": [["von22222", "desc"]],
        },
        "demo/param.json": {"columns": ["power"], "rows": [[9000]]},
        "demo/team.json": {
            "columns": ["#", "name", "above"],
            "rows": [
                ["south", "华南", "#head"], ["head", "#not a link", None], ["tip", "@-3 is text", "#south"],
            ],
        },
        "demo/visit.json": {
            "columns": ["#", "topic", "team", "on", "at", "who", "lines", "owner"],
            "rows": [
                ["v1", "first", "#south", "@-12", "@-1T09:30", "lin", [{"team": "#tip", "qty": 2}], "wang"],
                ["v2", "second", "#south", {"days": 3}, None, "nobody", None, "nobody"],
            ],
        },
    }  # fmt: skip
    files = {name: write_json(document).encode() for name, document in documents.items()}
    bundle = read_files(files)
    assert not isinstance(bundle, tuple), bundle
    return bundle_files(bundle)


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return small_bundle()


@pytest.fixture
def small(files):
    return read_files(files)


def zipped(files: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target.getvalue()


def clone(platform, actor, bundle, **options):
    with platform.writing(actor) as work:
        outcome = bundles.clone(work, bundle, **options)
    assert outcome.app is not None, outcome
    return outcome


def work_off(platform) -> None:
    jobs.Worker(platform).run_until_idle()


def rows_of(platform, actor, app, form) -> list[dict[str, object]]:
    with platform.reading(actor) as work:
        handle = access.open_form(work, form, to="view", app=app)
        page = queries.page(work, handle, queries.Selection(sort=(("id", "asc"),)))
        return [
            {"id": one.id, "owner": one.owner, **{f.key: one.values.get(f.id) for f in handle.form.fields}}
            for one in page.records
        ]


def test_cloned_documents_are_unchanged(platform, admin, small, files):
    app = clone(platform, admin, small).app
    assert (app.key, app.origin) == ("small", "small@1.2")
    with platform.reading(admin) as work:
        for name in ("visit", "team", "param"):
            document, version = definitions.get_document(work, app, "form", name)
            assert write_json(document).encode() == files[f"forms/{name}.json"]
            assert version == 1
        assert [one.key for one in work.catalogue.views(app.form("visit"))] == ["recent"]


def test_decision_export_is_what_came_in(platform, admin, small, files):
    app = clone(platform, admin, small, with_demo=False).app
    with platform.writing(admin) as work:
        data = bundles.export_app(work, app)
    assert data == zip_bundle(small)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == files


def test_export_tells_what_was_changed_since(platform, admin, small):
    app = clone(platform, admin, small, with_demo=False).app
    assert edit(platform, admin, "visit", add_text("place"), app=app.key).is_applied
    assert publish(platform, admin, app.key, ["visit"]).is_published
    with platform.reading(admin) as work:
        again = read_bundle(bundles.export_app(work, work.catalogue.app(app.id)))
    assert [one.key for one in again.documents.forms] == ["visit", "team", "param"]
    assert again.documents.forms[0].by_key["place"]
    assert again.demo == small.demo


def test_app_made_here_becomes_a_bundle(platform, admin):
    from tests.integration.runtime.designing import new_app, new_form

    app = new_app(platform, admin, "mine")
    new_form(platform, admin, "mine", "note", ["text"])
    with platform.reading(admin) as work:
        bundle = read_bundle(bundles.export_app(work, work.catalogue.app(app.id)))
    assert (bundle.key, bundle.manifest.version) == ("mine", "1")
    assert [one.key for one in bundle.documents.forms] == ["note"]
    with platform.writing(admin) as work:
        assert bundles.clone(work, bundle).app.key == "mine-2"


def test_demo_rows_become_records(platform, cast, small, clock):
    outcome = clone(platform, cast.admin, small)
    work_off(platform)
    with platform.reading(cast.admin) as work:
        state = bundles.demo_state(work, outcome.app)
    assert (state.state, state.loaded, state.total, state.problems) == ("done", 5, 5, ())
    teams = {one["name"]: one for one in rows_of(platform, cast.admin, "small", "team")}
    assert set(teams) == {"华南", "#not a link", "@-3 is text"}
    assert teams["华南"]["above"] == teams["#not a link"]["id"], "a link to a row that came later"
    assert teams["@-3 is text"]["above"] == teams["华南"]["id"]
    assert teams["华南"]["visits"] == 2
    first, second = rows_of(platform, cast.admin, "small", "visit")
    assert (first["topic"], first["team"]) == ("first", teams["华南"]["id"])
    assert str(first["on"]) == "2026-06-24", "twelve days before Monday, 6 July, in Shanghai"
    assert first["at"].isoformat() == "2026-07-05T01:30:00+00:00", "half past nine in Shanghai"
    assert (first["who"], first["owner"]) == (cast.lin.member_id, cast.wang.member_id)
    [line] = first["lines"]
    assert (line["lteam222"], line["lqty2222"]) == (teams["@-3 is text"]["id"], 2)
    assert str(second["on"]) == "2026-07-09"
    assert (second["who"], second["owner"]) == (cast.admin.member_id, cast.admin.member_id)
    [param] = rows_of(platform, cast.admin, "small", "param")
    assert param["power"] == 9000


def test_seed_comes_without_demo_data_and_stays(platform, cast, small):
    """Settings and dictionaries are there at once, are no demo data, and are not cleared with it."""
    bare = clone(platform, cast.admin, small, with_demo=False)
    assert bare.job_id is None
    assert [one["power"] for one in rows_of(platform, cast.admin, "small", "param")] == [9000]
    assert rows_of(platform, cast.admin, "small", "team") == []
    full = clone(platform, cast.admin, small).app
    work_off(platform)
    with platform.writing(cast.admin) as work:
        bundles.clear_demo(work, full)
    assert [one["power"] for one in rows_of(platform, cast.admin, full.key, "param")] == [9000]


def test_refused_seed_row_refuses_the_clone(platform, admin, files):
    def half(document):
        document["rows"][0][0] = "a lot"

    before = checksum(platform)
    with platform.writing(admin) as work:
        outcome = bundles.clone(work, read_bundle(_broken(files, "demo/param.json", half)))
        assert [problem.code for problem in outcome.problems] == ["demo.row_refused"]
        assert work.catalogue.apps() == ()
    assert checksum(platform) == before


def test_demo_data_is_one_changeset_that_can_be_cleared(platform, cast, small):
    app = clone(platform, cast.admin, small).app
    work_off(platform)
    with platform.writing(cast.admin) as work:
        handle = access.open_form(work, "team", to="add", app=app.key)
        assert records.create(work, handle, {"name": "ours"}).is_done
    with platform.writing(cast.admin) as work:
        assert bundles.clear_demo(work, app) is not None
    assert [one["name"] for one in rows_of(platform, cast.admin, app.key, "team")] == ["ours"]
    assert rows_of(platform, cast.admin, app.key, "visit") == []


def test_demo_loading_goes_on_where_it_was_killed(platform, cast, small, monkeypatch):
    """The worker dies after each step; every row is still there exactly once."""
    from runtime.bundles import demo

    monkeypatch.setattr(demo, "_next_size", lambda size, seconds: 1)
    monkeypatch.setattr(demo, "FIRST_SIZE", 1)
    app = clone(platform, cast.admin, small).app
    for _ in range(20):
        worker = jobs.Worker(platform)
        job = worker._claim()
        if job is None:
            break
        worker._take_step(job)
        platform.clock.advance(seconds=31)
    assert len(rows_of(platform, cast.admin, app.key, "team")) == 3
    assert len(rows_of(platform, cast.admin, app.key, "visit")) == 2


def test_decision_cloning_twice_crosses_nothing(platform, cast, small):
    """Two copies: other keys, other tables, other records; the same ids inside."""
    one, two = clone(platform, cast.admin, small).app, clone(platform, cast.admin, small).app
    work_off(platform)
    assert (one.key, two.key) == ("small", "small-2")
    assert {handle.id for handle in one.forms} == {handle.id for handle in two.forms}
    assert not {handle.number for handle in one.forms} & {handle.number for handle in two.forms}
    with platform.writing(cast.admin) as work:
        handle = access.open_form(work, "team", to="edit", app="small-2")
        page = queries.page(work, handle, queries.Selection())
        for record in page.records:
            records.delete(work, handle, record.id)
    assert len(rows_of(platform, cast.admin, "small", "team")) == 3
    assert rows_of(platform, cast.admin, "small-2", "team") == []
    edit(platform, cast.admin, "team", add_text("motto"), app="small-2")
    assert publish(platform, cast.admin, "small-2", ["team"]).is_published
    with platform.reading(cast.admin) as work:
        assert "motto" not in work.catalogue.form("small.team").form.by_key
        assert "motto" in work.catalogue.form("small-2.team").form.by_key
        with pytest.raises(NotFoundError):
            work.catalogue.form("fteam222")
    with platform.reading(cast.stranger) as work:
        assert work.catalogue.apps() == ()


def test_keys_of_copies_count_up():
    assert free_key("crm", set()) == "crm"
    assert free_key("crm", {"crm", "crm-2", "crm-4"}) == "crm-3"


def test_dry_run_lists_and_changes_nothing(platform, admin, files):
    before = checksum(platform)
    with platform.writing(admin) as work:
        plan = bundles.import_zip(work, zipped(files), is_dry_run=True)
        assert work.catalogue.apps() == ()
    assert plan.problems == ()
    assert [(one.kind, one.key, one.count) for one in plan.items] == [
        ("app", "small", 3), ("form", "visit", 6), ("form", "team", 3), ("form", "param", 1),
        ("view", "visit.recent", 2), ("demo", "visit", 2), ("demo", "team", 3), ("demo", "param", 1),
    ]  # fmt: skip
    assert checksum(platform) == before
    with platform.writing(admin) as work:
        assert bundles.import_zip(work, zipped(files)).app.key == "small"


def _broken(files, name, change) -> bytes:
    document = json.loads(files[name])
    change(document)
    return zipped({**files, name: write_json(document).encode()})


def test_broken_bundle_is_refused_with_places_and_changes_nothing(platform, admin, files):
    def bad_expression(document):
        document["properties"]["visits"]["x-config"]["measure"] = "COUNT(nothing here)"

    def bad_column(document):
        document["columns"][1] = "nosuch"

    def bad_type(document):
        document["properties"]["power"]["x-type"] = "plutonium"

    cases = [
        (_broken(files, "forms/team.json", bad_expression), "forms/team.json#"),
        (_broken(files, "demo/team.json", bad_column), "demo/team.json#"),
        (_broken(files, "forms/param.json", bad_type), "forms/param.json#"),
        (zipped({**files, "../../etc/passwd.json": b"{}"}), "../../etc/passwd.json"),
        (zipped({name: one for name, one in files.items() if name != "app.json"}), "app.json"),
        (b"PK not a zip", ""),
    ]
    before = checksum(platform)
    for data, place in cases:
        with platform.writing(admin) as work:
            for is_dry_run in (True, False):
                outcome = bundles.import_zip(work, data, is_dry_run=is_dry_run)
                assert outcome.problems, place
                assert (outcome.problems[0].field or "").startswith(place)
    assert checksum(platform) == before


def test_cloning_is_for_designers(platform, lin, small, files):
    with pytest.raises(ForbiddenError), platform.writing(lin) as work:
        bundles.clone(work, small)
    with pytest.raises(ForbiddenError), platform.writing(lin) as work:
        bundles.import_zip(work, zipped(files))


def test_refused_demo_rows_are_told_not_hidden(platform, admin, files):
    def without_name(document):
        document["rows"][2][1] = None

    bundle = read_bundle(_broken(files, "demo/team.json", without_name))
    app = clone(platform, admin, bundle).app
    work_off(platform)
    with platform.reading(admin) as work:
        state = bundles.demo_state(work, app)
    assert (state.state, state.loaded, state.total) == ("done", 4, 5)
    assert len(state.problems) == 1
    assert state.problems[0].startswith("team 3 name ")


def test_shipped_bundles_are_written_by_the_one_writer(tmp_path):
    for bundle in bundles.list_bundles():
        folder = Path(__file__).resolve().parents[3] / f"{bundle.key}_template"
        write_bundle(bundle, tmp_path / bundle.key)
        for name in bundle_files(bundle):
            assert (tmp_path / bundle.key / name).read_bytes() == (folder / name).read_bytes(), name
        assert bundles.open_bundle(bundle.key) is bundle
    with pytest.raises(NotFoundError):
        bundles.open_bundle("no-such")


def test_shipped_bundles_load_without_a_refused_row(platform, cast):
    for bundle in bundles.list_bundles():
        app = clone(platform, cast.admin, bundle).app
        work_off(platform)
        with platform.reading(cast.admin) as work:
            state = bundles.demo_state(work, app)
        assert state.state == "done"
        assert state.problems == ()
        rows = [len(one.rows) for key, one in bundle.demo.items() if key not in bundle.manifest.seed]
        assert state.loaded == state.total == sum(rows)


def test_clone_publishes_in_one_set(platform, admin, small):
    with platform.reading(admin) as work:
        revision = work.workspace.revision
    app = clone(platform, admin, small, with_demo=False).app
    with platform.reading(admin) as work:
        assert work.workspace.revision > revision
        assert {handle.version for handle in work.catalogue.app(app.id).forms} == {1}
