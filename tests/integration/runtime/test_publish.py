"""Publishing: a set of drafts, all or nothing; additive; what is stored is never lost."""

from __future__ import annotations

import threading

import pytest

from runtime import access, definitions, drafts, publishing, queries, records
from runtime.errors import ForbiddenError, NotFoundError, StaleFormError
from runtime.store import definition_rows, physical_rows
from runtime.store.physical import record_tables
from tests.integration.runtime.checksum import checksum
from tests.integration.runtime.designing import (
    add_text,
    change_label,
    codes,
    edit,
    new_app,
    new_form,
    open_draft,
    publish,
)


@pytest.fixture
def form(platform, admin):
    new_app(platform, admin, "crm")
    return new_form(platform, admin, "crm", "customer", ["name", "city"])


def save(platform, actor, ref="crm.customer", **raw):
    with platform.writing(actor) as work:
        outcome = records.create(work, access.open_form(work, ref, to="add"), raw)
    assert outcome.is_done, outcome
    return outcome.record


def values(platform, actor, record_id, ref="crm.customer") -> dict[str, object]:
    with platform.reading(actor) as work:
        handle = access.open_form(work, ref, to="view")
        record = queries.get_record(work, handle, record_id)
        return {one.key: record.values.get(one.id) for one in handle.form.fields}


def columns(platform, number) -> set[str]:
    raw = platform.database.engines[1].raw_connection()
    try:
        cursor = raw.cursor()
        cursor.execute(f"SELECT * FROM r_{number} LIMIT 0")
        return {column[0] for column in cursor.description}
    finally:
        raw.rollback()
        raw.close()


def test_published_form_has_its_table(platform, admin, form):
    field_ids = {f"f_{one.id}" for one in form.form.fields}
    assert field_ids < columns(platform, form.number)
    assert (form.version, form.key, form.app.key) == (1, "customer", "crm")


def test_published_version_is_what_everybody_sees(platform, admin, lin, form):
    record = save(platform, lin, name="华为", city="深圳")
    edit(platform, admin, "customer", add_text("phone"))
    with platform.reading(lin) as work:
        assert [one.key for one in work.catalogue.form("crm.customer").form.fields] == ["name", "city"]
    outcome = publish(platform, admin, "crm", ["customer"])
    assert outcome.versions == {form.id: 2}
    assert values(platform, lin, record.id) == {"name": "华为", "city": "深圳", "phone": None}
    save(platform, lin, name="中兴", phone="0755 1")


def test_decision_publishing_is_additive_and_atomic(platform, admin, lin, form):
    """A set of two drafts of which one is broken: neither is published, and nothing has changed."""
    new_form(platform, admin, "crm", "order", ["no"])
    save(platform, lin, name="华为", city="深圳")
    edit(platform, admin, "customer", add_text("phone"))
    order = open_draft(platform, admin, "order")
    formula = {
        "key": "broken",
        "type": "formula",
        "labels": {"en": "Broken"},
        "config": {"expression": "nme & 1", "result": "text"},
    }
    edit(platform, admin, "order", {"edit": "add_field", "field": formula})
    before = checksum(platform)
    outcome = publish(platform, admin, "crm", ["customer", "order"])
    assert not outcome.is_published
    assert all(problem.field.startswith("form:order/") for problem in outcome.problems), outcome.problems
    assert checksum(platform) == before
    with platform.reading(admin) as work:
        draft = drafts.open_draft(work, "crm", "order")
    broken = draft.form.by_key["broken"].id
    edit(platform, admin, "order", {"edit": "remove_field", "field": broken})
    tables = columns(platform, form.number)
    assert publish(platform, admin, "crm", ["customer"]).is_published
    assert tables < columns(platform, form.number), "columns are only added"
    assert order.form.id


def test_publishing_nothing_is_said_so(platform, admin, form):
    before = checksum(platform)
    assert codes(publish(platform, admin, "crm", ["customer"]).problems) == ["publish.nothing_changed"]
    assert checksum(platform) == before


def test_removed_field_keeps_its_values(platform, admin, lin, form):
    record = save(platform, lin, name="华为", city="深圳")
    city = form.form.by_key["city"].id
    edit(platform, admin, "customer", {"edit": "remove_field", "field": city})
    assert publish(platform, admin, "crm", ["customer"]).is_published
    assert values(platform, lin, record.id) == {"name": "华为"}
    save(platform, lin, name="中兴")
    edit(platform, admin, "customer", {"edit": "restore_field", "field": city})
    assert publish(platform, admin, "crm", ["customer"]).is_published
    assert values(platform, lin, record.id) == {"name": "华为", "city": "深圳"}


def test_renamed_key_stays_an_alias(platform, admin, lin, form):
    record = save(platform, lin, name="华为", city="深圳")
    city = form.form.by_key["city"].id
    edit(platform, admin, "customer", {"edit": "rename_key", "field": city, "key": "town"})
    assert publish(platform, admin, "crm", ["customer"]).is_published
    assert values(platform, lin, record.id) == {"name": "华为", "town": "深圳"}
    assert values(platform, lin, save(platform, lin, name="中兴", city="南京").id)["town"] == "南京"


def test_type_change_is_refused_with_its_place(platform, admin, lin, form):
    save(platform, lin, name="华为", city="深圳")
    with platform.reading(admin) as work:
        draft = drafts.open_draft(work, "crm", "customer")
    document = {**draft.document, "properties": dict(draft.document["properties"])}
    words = dict(document["properties"]["city"])
    words |= {"x-type": "integer", "x-config": {}, "type": ["integer", "null"]}
    words.pop("maxLength", None)
    document["properties"]["city"] = words
    with platform.writing(admin) as work:
        draft = drafts.open_draft(work, "crm", "customer")
        replaced = drafts.replace_document(work, draft, document, draft.revision)
    assert replaced.is_applied, replaced
    before = checksum(platform)
    outcome = publish(platform, admin, "crm", ["customer"])
    assert codes(outcome.problems) == ["impact.type_changed"]
    assert outcome.problems[0].field == "form:customer/properties/city"
    assert checksum(platform) == before


def test_field_that_vanishes_from_a_document_is_refused(platform, admin, form):
    with platform.writing(admin) as work:
        draft = drafts.open_draft(work, "crm", "customer")
        document = {**draft.document}
        document["properties"] = {key: one for key, one in document["properties"].items() if key != "city"}
        document["x-layout"] = [
            {**section, "rows": [row for row in section["rows"] if form.form.by_key["city"].id not in row]}
            for section in document["x-layout"]
        ]
        assert drafts.replace_document(work, draft, document, draft.revision).is_applied
    assert codes(publish(platform, admin, "crm", ["customer"]).problems) == ["impact.field_lost"]


def test_removed_field_stays_listed_as_removed(platform, admin, form):
    edit(platform, admin, "customer", {"edit": "remove_field", "field": form.form.by_key["city"].id})
    assert publish(platform, admin, "crm", ["customer"]).is_published
    with platform.writing(admin) as work:
        draft = drafts.open_draft(work, "crm", "customer")
        document = {key: words for key, words in draft.document.items() if key != "x-removed"}
        assert drafts.replace_document(work, draft, document, draft.revision).is_applied
    outcome = publish(platform, admin, "crm", ["customer"])
    assert codes(outcome.problems) == ["publish.removed_field_lost"]


def test_field_cannot_become_unique_over_duplicates(platform, admin, lin, form):
    first = save(platform, lin, name="a", city="深圳")
    save(platform, lin, name="b", city="深圳")
    city = form.form.by_key["city"].id
    edit(platform, admin, "customer", {"edit": "change_field", "field": city, "changes": {"unique": True}})
    before = checksum(platform)
    outcome = publish(platform, admin, "crm", ["customer"])
    assert codes(outcome.problems) == ["publish.duplicate_values"]
    assert "深圳" in outcome.problems[0].params["values"]
    assert checksum(platform) == before
    with platform.writing(lin) as work:
        handle = access.open_form(work, "crm.customer", to="edit")
        assert records.update(work, handle, first.id, first.version, {"city": "南京"}).is_done
    assert publish(platform, admin, "crm", ["customer"]).is_published


def test_new_formula_is_filled_for_records_that_are_there(platform, admin, lin, form):
    record = save(platform, lin, name="华为", city="深圳")
    formula = {
        "key": "both",
        "type": "formula",
        "labels": {"en": "Both"},
        "config": {"expression": "name & city", "result": "text"},
    }
    edit(platform, admin, "customer", {"edit": "add_field", "field": formula})
    assert publish(platform, admin, "crm", ["customer"]).is_published
    assert values(platform, lin, record.id)["both"] == "华为深圳"
    both = open_draft(platform, admin, "customer").form.by_key["both"].id
    changes = {"config": {"expression": "city & name"}}
    edit(platform, admin, "customer", {"edit": "change_field", "field": both, "changes": changes})
    assert publish(platform, admin, "crm", ["customer"]).is_published
    assert values(platform, lin, record.id)["both"] == "深圳华为"


def test_loop_of_formulas_is_refused_by_name(platform, admin, form):
    for key, text in (("a", "1"), ("b", "a + 1")):
        field = {
            "key": key,
            "type": "formula",
            "labels": {"en": key.upper()},
            "config": {"expression": text, "result": "number"},
        }
        assert edit(platform, admin, "customer", {"edit": "add_field", "field": field}).is_applied
    draft = open_draft(platform, admin, "customer")
    changes = {"config": {"expression": "b + 1"}}
    edit(
        platform,
        admin,
        "customer",
        {"edit": "change_field", "field": draft.form.by_key["a"].id, "changes": changes},
    )
    outcome = publish(platform, admin, "crm", ["customer"])
    assert "formula.loop" in codes(outcome.problems)


def test_shared_view_stands_in_the_way_of_what_breaks_it(platform, admin, form):
    city = form.form.by_key["city"].id
    document = {
        "kind": "view",
        "id": "view2222",
        "key": "south",
        "labels": {"en": "South"},
        "form": form.id,
        "filter": 'city = "深圳"',
    }
    with platform.writing(admin) as work:
        view = definitions.put_view(
            work, access.open_form(work, "crm.customer", to="view"), document, is_shared=True
        )
        assert not isinstance(view, tuple), view
    edit(platform, admin, "customer", {"edit": "remove_field", "field": city})
    assert not publish(platform, admin, "crm", ["customer"]).is_published
    with platform.writing(admin) as work:
        definitions.remove_view(work, work.catalogue.form("crm.customer"), "view2222")
    assert publish(platform, admin, "crm", ["customer"]).is_published


def test_new_form_joins_the_navigation(platform, admin, form):
    new_form(platform, admin, "crm", "order", [])
    with platform.reading(admin) as work:
        app = work.catalogue.app("crm")
        assert [handle.key for handle in app.forms] == ["customer", "order"]
        [group] = app.app.groups
        assert group.forms == tuple(handle.id for handle in app.forms)


def test_app_document_is_changed_and_checked(platform, admin, form):
    with platform.writing(admin) as work:
        app = work.catalogue.app("crm")
        document = {**app.document, "labels": {"en": "Customers"}, "color": "green"}
        assert publishing.change_app(work, app, document) == ()
        app = work.catalogue.app("crm")
        assert (app.label("en"), app.color, app.version) == ("Customers", "green", 3)
        assert codes(publishing.change_app(work, app, {**document, "id": "other222"})) == ["app.other_app"]
        assert codes(
            publishing.change_app(work, app, {**document, "groups": [{"id": "main", "forms": ["nosuch22"]}]})
        ) == ["app.unknown_form"]


def test_app_key_is_taken_once(platform, admin, form):
    with platform.writing(admin) as work:
        assert codes(definitions.create_app(work, "crm", {"en": "Again"})) == ["app.key_taken"]
        assert definitions.create_app(work, "No Key", {"en": "X"})[0].code


def test_members_cannot_design(platform, lin, stranger, form):
    for attempt in (
        lambda work: definitions.create_app(work, "mine", {"en": "Mine"}),
        lambda work: definitions.create_form(work, work.catalogue.app("crm"), {"en": "Mine"}),
        lambda work: publishing.publish(work, work.catalogue.app("crm"), ["customer"]),
        lambda work: publishing.change_app(work, work.catalogue.app("crm"), {}),
        lambda work: definitions.list_versions(work, work.catalogue.app("crm"), "form", form.id),
    ):
        with pytest.raises(ForbiddenError), platform.writing(lin) as work:
            attempt(work)
    with pytest.raises(NotFoundError), platform.reading(stranger) as work:
        work.catalogue.app("crm")


# --- decisions ------------------------------------------------------------------------------------


def test_decision_definitions_are_immutable_versions(platform, admin, form):
    edit(platform, admin, "customer", change_label(form.form.by_key["name"].id, "公司"))
    publish(platform, admin, "crm", ["customer"])
    with platform.reading(admin) as work:
        newest, oldest = definitions.list_versions(work, work.catalogue.app("crm"), "form", form.id)
        assert (newest.state, oldest.state) == ("published", "retired")
        assert oldest.document == form.document
        assert oldest.hash == publishing.hash_document(form.document)
        assert newest.hash != oldest.hash
        document, version = definitions.get_document(work, work.catalogue.app("crm"), "form", "customer")
        assert (document, version) == (newest.document, 2)


def test_decision_physical_numbers_belong_to_workspace_app_and_form(platform, admin, stranger, form):
    new_app(platform, stranger, "crm")
    theirs = new_form(platform, stranger, "crm", "customer", [])
    assert theirs.number != form.number
    with platform.reading(stranger) as work:
        numbers = physical_rows.numbers_of_app(work.connection, work.workspace.id, theirs.app.id)
        assert numbers.of_form(theirs.id) == theirs.number
        assert physical_rows.numbers_of_app(work.connection, work.workspace.id, form.app.id).by_element == {}


def test_decision_caches_follow_one_revision(platform, admin, lin, form):
    """Another process sees a publish at its next unit of work, and compiles nothing twice."""
    from runtime.platform import Platform
    from runtime.store.database import recorded_statements

    other = Platform(platform.database, platform.clock, platform.files)
    with other.reading(lin) as work:
        before = work.catalogue.form("crm.customer")
    with other.reading(lin) as work, recorded_statements() as seen:
        assert work.catalogue.form("crm.customer") is before
    assert seen == [], "a warm request reads no definition"
    edit(platform, admin, "customer", add_text("phone"))
    publish(platform, admin, "crm", ["customer"])
    with other.reading(lin) as work:
        after = work.catalogue.form("crm.customer")
    assert (before.version, after.version) == (1, 2)


def test_rolled_back_publish_leaves_no_trace_in_the_cache(platform, admin, lin, form):
    edit(platform, admin, "customer", add_text("phone"))

    def publish_then_fail(work):
        publishing.publish(work, work.catalogue.app("crm"), ["customer"])
        assert work.catalogue.form("crm.customer").version == 2
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        platform.run(admin, publish_then_fail)
    edit(platform, admin, "customer", add_text("fax"))
    with platform.reading(lin) as work:
        assert work.catalogue.form("crm.customer").version == 1
    publish(platform, admin, "crm", ["customer"])
    with platform.reading(lin) as work:
        handle = work.catalogue.form("crm.customer")
    assert [one.key for one in handle.form.fields] == ["name", "city", "phone", "fax"]
    assert handle.tables is record_tables(handle.form, _numbers(platform, lin, handle))


def _numbers(platform, actor, handle):
    with platform.reading(actor) as work:
        return physical_rows.numbers_of_app(work.connection, work.workspace.id, handle.app.id)


def test_decision_stale_writers_are_told_inside_the_transaction(platform, admin, lin, form):
    """A writer whose form was published meanwhile works with the new version, or is tried again."""
    if platform.database.dialect == "sqlite":
        with platform.writing(lin) as work:
            assert access.open_form(work, "crm.customer", to="edit").version == 1
        return
    order = new_form(platform, admin, "crm", "order", [])
    edit(platform, admin, "customer", add_text("phone"))
    edit(platform, admin, "order", add_text("note"))
    with platform.writing(lin) as work:
        stale = work.catalogue.form("crm.customer")
        publish(platform, admin, "crm", ["customer"])
        fresh = access.open_form(work, "crm.customer", to="edit")
        assert (stale.version, fresh.version) == (1, 2)
    with platform.writing(lin) as work:
        access.open_form(work, "crm.customer", to="edit")
        publish(platform, admin, "crm", ["order"])
        with pytest.raises(StaleFormError):
            access.open_form(work, "crm.order", to="edit")
    assert order.version == 1


def test_publish_waits_for_writers_and_they_for_it(platform, admin, lin, form):
    """Eight writers and a publisher at once: every save lands, under whichever version held."""
    errors, saved = [], []

    def write(number: int) -> None:
        for step in range(5):
            try:
                saved.append(
                    platform.run(
                        lin,
                        lambda work, text=f"{number}-{step}": (
                            records.create(
                                work, access.open_form(work, "crm.customer", to="add"), {"name": text}
                            ).record.id
                        ),
                    )
                )
            except Exception as error:  # noqa: BLE001 — whatever it is, the test shows it
                errors.append(error)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for key in ("a", "b", "c"):
        edit(platform, admin, "customer", add_text(key))
        assert platform.run(
            admin, lambda work: publishing.publish(work, work.catalogue.app("crm"), ["customer"])
        ).is_published
    for thread in threads:
        thread.join()
    assert errors == []
    assert len(set(saved)) == 20
    with platform.reading(lin) as work:
        handle = access.open_form(work, "crm.customer", to="view")
        assert handle.version == 4
        assert queries.count(work, handle, queries.Selection()).number == 20


def test_definition_has_at_most_one_published_version(platform, admin, form):
    with platform.reading(admin) as work:
        heads = definition_rows.published_heads(work.connection, work.workspace.id)
    assert sorted((head.kind, head.key) for head in heads) == [("app", "crm"), ("form", "customer")]
