"""Drafts: an edit log that several people share, each with an undo of their own."""

from __future__ import annotations

import pytest

from runtime import definitions, drafts, people
from runtime.actors import Actor
from runtime.errors import ForbiddenError, NotFoundError
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
def designers(platform, cast):
    """Admin, and Zhao made an admin too."""
    with platform.writing(cast.admin) as work:
        zhao = Actor.of_member(people.change_role(work, cast.zhao.member_id, "admin"))
    return cast.admin, zhao


@pytest.fixture
def form(platform, designers):
    """A published form `crm.customer` with the fields name and city."""
    admin, _ = designers
    new_app(platform, admin, "crm")
    new_form(platform, admin, "crm", "customer", ["name", "city"])
    return "customer"


def keys(draft) -> list[str]:
    return [one.key for one in draft.form.fields]


def field_id(draft, key) -> str:
    return draft.form.by_key[key].id


def test_reading_a_draft_writes_nothing(platform, designers, form):
    with platform.reading(designers[0]) as work:
        draft = drafts.open_draft(work, "crm", form)
        assert drafts.list_drafts(work, draft.app) == []
    assert not draft.is_changed
    assert draft.base_version == 1


def test_edit_changes_the_draft_not_the_published_form(platform, designers, form):
    outcome = edit(platform, designers[0], form, add_text("phone"))
    assert outcome.is_applied
    assert keys(outcome.draft) == ["name", "city", "phone"]
    assert outcome.draft.is_changed
    with platform.reading(designers[0]) as work:
        assert [one.key for one in work.catalogue.form("crm.customer").form.fields] == ["name", "city"]
        assert [one.form.key for one in drafts.list_drafts(work, work.catalogue.app("crm"))] == ["customer"]


def test_draft_survives_a_new_process(platform, designers, form):
    edit(platform, designers[0], form, add_text("phone"))
    from runtime.platform import Platform

    again = Platform(platform.database, platform.clock, platform.files)
    assert keys(open_draft(again, designers[0], form)) == ["name", "city", "phone"]


def test_decision_drafts_rebase_edits_of_different_elements(platform, designers, form):
    admin, zhao = designers
    before = open_draft(platform, admin, form)
    change = change_label(field_id(before, "name"), "公司")
    other = change_label(field_id(before, "city"), "城市")
    assert edit(platform, admin, form, change, based_on=before.revision).is_applied
    outcome = edit(platform, zhao, form, other, based_on=before.revision)
    assert outcome.is_applied
    assert [one.labels["zh-CN"] for one in outcome.draft.form.fields] == ["公司", "城市"]


def test_decision_drafts_answer_a_conflict_of_the_same_element(platform, designers, form):
    admin, zhao = designers
    before = open_draft(platform, admin, form)
    mine = change_label(field_id(before, "name"), "公司")
    theirs = change_label(field_id(before, "name"), "企业")
    edit(platform, admin, form, mine, based_on=before.revision)
    outcome = edit(platform, zhao, form, theirs, based_on=before.revision)
    assert not outcome.is_applied
    conflict = outcome.conflict
    assert conflict.element == field_id(before, "name")
    assert conflict.member_id == admin.member_id
    assert (conflict.theirs["edit"], conflict.mine["edit"]) == ("change_field", "change_field")
    assert "公司" in str(conflict.theirs)
    assert "企业" in str(conflict.mine)
    assert outcome.draft.form.by_key["name"].labels["zh-CN"] == "公司"
    assert edit(platform, zhao, form, theirs, based_on=outcome.draft.revision).is_applied


def test_decision_drafts_undo_is_per_person(platform, designers, form):
    admin, zhao = designers
    edit(platform, admin, form, add_text("phone"))
    edit(platform, zhao, form, add_text("fax"))
    with platform.writing(admin) as work:
        outcome = drafts.undo(work, drafts.open_draft(work, "crm", form))
    assert keys(outcome.draft) == ["name", "city", "fax"]
    with platform.writing(admin) as work:
        draft = drafts.open_draft(work, "crm", form)
        assert codes(drafts.undo(work, draft).problems) == ["draft.nothing_to_undo"]
    with platform.writing(zhao) as work:
        assert keys(drafts.undo(work, drafts.open_draft(work, "crm", form)).draft) == ["name", "city"]


def test_undo_and_redo_walk_the_whole_log(platform, designers, form):
    admin, _ = designers
    added = [keys(edit(platform, admin, form, add_text(key)).draft) for key in ("a", "b", "c")]
    steps = [["name", "city"], *added]
    for expected in reversed(steps[:-1]):
        with platform.writing(admin) as work:
            assert keys(drafts.undo(work, drafts.open_draft(work, "crm", form)).draft) == expected
    for expected in steps[1:]:
        with platform.writing(admin) as work:
            assert keys(drafts.redo(work, drafts.open_draft(work, "crm", form)).draft) == expected
    with platform.writing(admin) as work:
        outcome = drafts.redo(work, drafts.open_draft(work, "crm", form))
    assert codes(outcome.problems) == ["draft.nothing_to_redo"]


def test_undo_of_a_redo_and_an_edit_after_it(platform, designers, form):
    admin, _ = designers
    edit(platform, admin, form, add_text("a"))
    for act in (drafts.undo, drafts.redo, drafts.undo):
        with platform.writing(admin) as work:
            outcome = act(work, drafts.open_draft(work, "crm", form))
    assert keys(outcome.draft) == ["name", "city"]
    edit(platform, admin, form, add_text("b"))
    with platform.writing(admin) as work:
        outcome = drafts.redo(work, drafts.open_draft(work, "crm", form))
    assert codes(outcome.problems) == ["draft.nothing_to_redo"], "a new edit ends redoing"


def test_undo_is_refused_when_somebody_built_on_it(platform, designers, form):
    admin, zhao = designers
    added = edit(platform, admin, form, add_text("phone"))
    edit(platform, zhao, form, change_label(field_id(added.draft, "phone"), "电话"))
    with platform.writing(admin) as work:
        outcome = drafts.undo(work, drafts.open_draft(work, "crm", form))
    assert outcome.conflict.member_id == zhao.member_id
    assert "phone" in keys(outcome.draft)
    with platform.writing(zhao) as work:
        drafts.undo(work, drafts.open_draft(work, "crm", form))
    with platform.writing(admin) as work:
        assert drafts.undo(work, drafts.open_draft(work, "crm", form)).is_applied


def test_bad_edit_is_a_problem_and_changes_nothing(platform, designers, form):
    admin, _ = designers
    before = open_draft(platform, admin, form)
    for nonsense in (
        {},
        {"edit": "drop_table"},
        {"edit": "add_field", "field": {"type": "no_such_type", "labels": {"en": "X"}}},
        {"edit": "remove_field", "field": "nosuchid"},
        {"edit": "add_field", "field": {"key": "name", "type": "text", "labels": {"en": "Twice"}}},
    ):
        outcome = edit(platform, admin, form, nonsense)
        assert outcome.problems, nonsense
    assert open_draft(platform, admin, form) == before


def test_expressions_are_kept_by_id(platform, designers, form):
    admin, _ = designers
    formula = {
        "key": "both",
        "type": "formula",
        "labels": {"en": "Both"},
        "config": {"expression": "name & city", "result": "text"},
    }
    outcome = edit(platform, admin, form, {"edit": "add_field", "field": formula})
    assert outcome.is_applied, outcome
    text = outcome.draft.form.by_key["both"].config["expression"]
    assert field_id(outcome.draft, "name") in text
    assert "name" not in text


def test_edit_based_on_a_published_draft_is_told_so(platform, designers, form):
    admin, zhao = designers
    based_on = edit(platform, admin, form, add_text("phone")).draft.revision
    publish(platform, admin, "crm", ["customer"])
    outcome = edit(platform, zhao, form, add_text("fax"), based_on=based_on)
    assert codes(outcome.problems) == ["draft.published_meanwhile"]
    assert edit(platform, zhao, form, add_text("fax"), based_on=outcome.draft.revision).is_applied


def test_discarded_draft_is_the_published_form_again(platform, designers, form):
    admin, zhao = designers
    based_on = edit(platform, admin, form, add_text("phone")).draft.revision
    with platform.writing(admin) as work:
        drafts.discard(work, drafts.open_draft(work, "crm", form))
    assert keys(open_draft(platform, admin, form)) == ["name", "city"]
    outcome = edit(platform, zhao, form, add_text("fax"), based_on=based_on)
    assert codes(outcome.problems) == ["draft.published_meanwhile"]


def test_document_put_in_place_is_one_undoable_edit(platform, designers, form):
    admin, _ = designers
    before = open_draft(platform, admin, form)
    document = {**before.document, "x-labels": {"zh-CN": "客户", "en": "Client"}}
    with platform.writing(admin) as work:
        draft = drafts.open_draft(work, "crm", form)
        outcome = drafts.replace_document(work, draft, document, draft.revision)
    assert outcome.draft.form.labels["en"] == "Client"
    with platform.writing(admin) as work:
        assert drafts.undo(work, drafts.open_draft(work, "crm", form)).draft.form == before.form


def test_document_of_another_form_is_refused(platform, designers, form):
    admin, _ = designers
    before = open_draft(platform, admin, form)
    with platform.writing(admin) as work:
        draft = drafts.open_draft(work, "crm", form)
        other = drafts.replace_document(work, draft, {**before.document, "x-id": "someother"}, draft.revision)
        broken = drafts.replace_document(work, draft, {"x-kind": "form"}, draft.revision)
    assert codes(other.problems) == ["draft.other_form"]
    assert broken.problems


def test_earlier_version_comes_back_without_losing_columns(platform, designers, form):
    admin, _ = designers
    edit(platform, admin, form, add_text("phone"))
    publish(platform, admin, "crm", ["customer"])
    with platform.writing(admin) as work:
        draft = drafts.open_draft(work, "crm", form)
        outcome = definitions.restore_version(work, draft, 1)
    assert keys(outcome.draft) == ["name", "city"]
    assert [one.key for one in outcome.draft.form.removed] == ["phone"]
    assert publish(platform, admin, "crm", ["customer"]).versions == {outcome.draft.form.id: 3}
    with platform.reading(admin) as work:
        versions = definitions.list_versions(work, work.catalogue.app("crm"), "form", outcome.draft.form.id)
    assert [(one.version, one.state) for one in versions] == [
        (3, "published"),
        (2, "retired"),
        (1, "retired"),
    ]


def test_drafts_are_not_there_for_members(platform, designers, cast, form):
    with pytest.raises(ForbiddenError), platform.reading(cast.lin) as work:
        drafts.open_draft(work, "crm", form)
    with pytest.raises(NotFoundError), platform.reading(cast.stranger) as work:
        drafts.open_draft(work, "crm", form)


def test_impact_and_problems_name_what_breaks(platform, designers, form):
    admin, _ = designers
    formula = {
        "key": "both",
        "type": "formula",
        "labels": {"en": "Both"},
        "config": {"expression": "name & city", "result": "text"},
    }
    outcome = edit(platform, admin, form, {"edit": "add_field", "field": formula})
    assert publish(platform, admin, "crm", ["customer"]).is_published
    outcome = edit(platform, admin, form, {"edit": "remove_field", "field": field_id(outcome.draft, "city")})
    with platform.reading(admin) as work:
        draft = drafts.open_draft(work, "crm", form)
        assert "breaks" in [item.level for item in drafts.impact(work, draft).items]
        assert drafts.problems(work, draft)


def test_never_published_form_is_a_draft_only(platform, designers, form):
    admin, _ = designers
    with platform.writing(admin) as work:
        app = work.catalogue.app("crm")
        started = definitions.create_form(work, app, {"en": "Order"})
        assert started.draft.form.key == "order"
        assert codes(definitions.create_form(work, app, {"en": "Again"}, key="order")) == ["form.key_taken"]
    assert started.draft.base is None
    with platform.reading(admin) as work:
        assert work.catalogue.find_form("crm.order") is None
    with platform.writing(admin) as work:
        drafts.discard(work, drafts.open_draft(work, "crm", "order"))
    with pytest.raises(NotFoundError):
        open_draft(platform, admin, "order")
