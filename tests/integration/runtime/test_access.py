"""Access: the only doors. Not yours and not there look the same; what may be seen is compiled into SQL."""

from __future__ import annotations

import pytest

from runtime import access, apikeys, audit, definitions, people
from runtime.actors import Actor
from runtime.errors import ForbiddenError, NotFoundError
from runtime.store.scopes import Scope
from tests.integration.runtime.designing import new_app, new_form

PURPOSES = ("view", "add", "edit", "delete", "import", "export", "design")


@pytest.fixture
def app(platform, admin):
    new_app(platform, admin, "crm")
    new_form(platform, admin, "crm", "customer", ["name"])
    return "crm"


def key_of(platform, member: Actor, *scopes: str) -> Actor:
    with platform.writing(member) as work:
        _, text = apikeys.create(work, "key", frozenset(scopes))
    actor = apikeys.enter(platform, text)
    assert actor is not None
    return actor


def opens(platform, actor, to, ref="crm.customer") -> str:
    try:
        with platform.writing(actor) as work:
            access.open_form(work, ref, to=to)
    except NotFoundError:
        return "not there"
    except ForbiddenError:
        return "not allowed"
    return "open"


def test_members_work_with_records_and_admins_design(platform, cast, app):
    with platform.writing(cast.admin) as work:
        zhao = Actor.of_member(people.change_role(work, cast.zhao.member_id, "admin"))
    for to in PURPOSES:
        assert opens(platform, cast.lin, to) == ("not allowed" if to == "design" else "open")
        assert opens(platform, zhao, to) == "open"
        assert opens(platform, cast.admin, to) == "open"


def test_form_of_another_workspace_is_not_there(platform, cast, app):
    for to in PURPOSES:
        assert opens(platform, cast.stranger, to) == "not there"
        assert opens(platform, cast.lin, to, "crm.no_such_form") == "not there"


def test_form_is_found_by_key_path_and_id(platform, admin, app):
    with platform.reading(admin) as work:
        handle = access.open_form(work, "crm.customer", to="view")
        assert access.open_form(work, handle.id, to="view") is handle
        assert access.open_form(work, "customer", to="view", app="crm") is handle
        with pytest.raises(NotFoundError):
            access.open_form(work, "customer", to="view")
        assert access.open_app(work, "crm").id == handle.app.id
        with pytest.raises(NotFoundError):
            access.open_app(work, "erp")


@pytest.mark.parametrize(
    ("scopes", "allowed"),
    [
        (("records:read",), {"view"}),
        (("records:read", "records:write"), {"view", "add", "edit", "delete"}),
        (("records:read", "imports"), {"view", "import"}),
        (("records:read", "exports"), {"view", "export"}),
        (("records:read", "definitions"), {"view", "design"}),
    ],
)
def test_key_opens_what_its_scopes_name(platform, admin, app, scopes, allowed):
    key = key_of(platform, admin, *scopes)
    assert {to for to in PURPOSES if opens(platform, key, to) == "open"} == allowed


def test_key_never_opens_more_than_its_member(platform, lin, app):
    key = key_of(platform, lin, "records:read", "definitions", "people")
    assert opens(platform, key, "design") == "not allowed"
    with pytest.raises(ForbiddenError), platform.writing(key) as work:
        people.set_active(work, lin.member_id, is_active=True)


def test_key_without_reading_cannot_tell_what_is_there(platform, admin, app):
    key = key_of(platform, admin, "people")
    assert opens(platform, key, "view") == opens(platform, key, "edit") == "not there"
    assert opens(platform, key, "view", "crm.no_such_form") == "not there"


def test_scope_says_which_records(platform, cast, app):
    new_form(platform, cast.admin, "crm", "visit", ["topic"])
    _make_own(platform, cast.admin, "visit")
    with platform.reading(cast.lin) as work:
        number = work.workspace.id
        customer = access.open_form(work, "crm.customer", to="view")
        visit = access.open_form(work, "crm.visit", to="view")
        assert access.record_scope(work, customer) == Scope.everything(number, customer.number)
        assert access.record_scope(work, visit) == Scope.owned_by(number, visit.number, cast.lin.member_id)
    with platform.reading(cast.admin) as work:
        assert access.record_scope(work, visit).reach == "everything"
    key = key_of(platform, cast.admin, "people")
    with platform.reading(key) as work:
        assert access.record_scope(work, visit).reach == "nothing"


def test_every_purpose_has_a_scope_for_keys():
    assert set(access.SCOPE_OF) == set(PURPOSES)


def test_denied_access_is_written_down(platform, cast, app):
    opens(platform, cast.lin, "design")
    opens(platform, cast.lin, "view", "crm.no_such_form")
    with platform.reading(cast.admin) as work:
        denied = [line for line in audit.list_rows(work) if line.action == "denied"]
    assert [(line.member_id, line.target) for line in denied] == [
        (cast.lin.member_id, "design form:crm.customer")
    ] or [line.target for line in denied][-1] == "design form:crm.customer"


def test_personal_views_are_not_there_for_others(platform, cast, app):
    with platform.writing(cast.lin) as work:
        form = access.open_form(work, "crm.customer", to="view")
        document = {"kind": "view", "id": "myview2", "key": "mine", "labels": {"en": "Mine"}, "form": form.id}
        view = definitions.put_view(work, form, document, is_shared=False)
        assert not isinstance(view, tuple), view
        assert [one.key for one in work.catalogue.views(form, cast.lin.member_id)] == ["mine"]
    with platform.writing(cast.wang) as work:
        form = access.open_form(work, "crm.customer", to="view")
        assert work.catalogue.views(form, cast.wang.member_id) == ()
        assert [one.key for one in definitions.list_definitions(work, kind="view")] == []
        with pytest.raises(NotFoundError):
            definitions.remove_view(work, form, "myview2")
        taken = definitions.put_view(work, form, document, is_shared=False)
        assert [problem.code for problem in taken] == ["view.id_taken"]


def test_shared_views_are_for_designers_to_make(platform, cast, app):
    with platform.reading(cast.lin) as work:
        form = access.open_form(work, "crm.customer", to="view")
    document = {
        "kind": "view", "id": "shared22", "key": "all_names", "labels": {"en": "Names"}, "form": form.id,
        "filter": "name <> BLANK", "sort": [["created_at", "desc"]],
    }  # fmt: skip
    with pytest.raises(ForbiddenError), platform.writing(cast.lin) as work:
        definitions.put_view(work, form, document, is_shared=True)
    with platform.writing(cast.admin) as work:
        view = definitions.put_view(work, form, document, is_shared=True)
        assert not isinstance(view, tuple), view
        assert form.form.by_key["name"].id in view.filter, "kept by id"
    with platform.reading(cast.lin) as work:
        assert [one.key for one in work.catalogue.views(form, cast.lin.member_id)] == ["all_names"]
    with pytest.raises(ForbiddenError), platform.writing(cast.lin) as work:
        definitions.remove_view(work, form, "shared22")
    with platform.writing(cast.admin) as work:
        wrong = {**document, "columns": ["nosuch1"], "filter": "nme = 1"}
        problems = definitions.put_view(work, form, wrong, is_shared=True)
        assert {problem.field for problem in problems} == {"/columns/0", "/filter"}
        definitions.remove_view(work, form, "shared22")
        assert work.catalogue.views(form) == ()


def _make_own(platform, actor, form) -> None:
    from tests.integration.runtime.designing import edit, publish

    changed = edit(platform, actor, form, {"edit": "change_form", "changes": {"member_scope": "own"}})
    assert changed.is_applied, changed
    assert publish(platform, actor, "crm", [form]).is_published
