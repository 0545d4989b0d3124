"""People and sessions: who may come in, and how their right to be here ends."""

from __future__ import annotations

from datetime import timedelta

import pytest

from builder.problems import Problem
from runtime import apikeys, audit, people, sessions, workspaces
from runtime.actors import SYSTEM_REASONS, Actor
from runtime.errors import ForbiddenError, NotFoundError, UnknownReasonError
from runtime.people import NewPerson
from runtime.sessions import SignedIn
from runtime.workspaces import NewWorkspace
from tests.cast import PASSWORD


def codes(problems) -> list[str]:
    return [problem.code for problem in problems]


def signed_in(platform, email: str) -> SignedIn:
    answer = sessions.sign_in(platform, email, PASSWORD, ip="10.0.0.1")
    assert isinstance(answer, SignedIn), answer
    return answer


def enters(platform, token: str, slug: str = "hua") -> bool:
    try:
        sessions.enter(platform, token, slug)
    except NotFoundError:
        return False
    return True


# --- the first run ----------------------------------------------------------------------------


def test_first_owner_gets_a_workspace(platform):
    assert people.is_first_run(platform)
    wish = NewWorkspace("hua", {"zh-CN": "华仪", "en": "Hua"}, "Asia/Taipei", "zh-TW")
    owner = people.create_owner(platform, NewPerson(" Boss@Example.com ", "王芳", PASSWORD), wish)
    assert not isinstance(owner, tuple)
    assert (owner.role, owner.email, owner.name) == ("owner", "boss@example.com", "王芳")
    assert not people.is_first_run(platform)
    with platform.reading(Actor.of_member(owner)) as work:
        assert (work.workspace.slug, work.workspace.zone) == ("hua", "Asia/Taipei")
        assert work.workspace.name("zh-TW") == "华仪"


def test_first_run_happens_once(platform, cast):
    again = people.create_owner(
        platform, NewPerson("x@example.com", "X", PASSWORD), NewWorkspace("x", {"en": "X"})
    )
    assert codes(again) == ["setup.already_done"]


def test_everything_wrong_is_named_at_once(platform):
    person = NewPerson("no-address", " ", "short", "fr", "Mars/Crater")
    wish = NewWorkspace("Not A Slug", {}, "Nowhere", "xx")
    found = people.create_owner(platform, person, wish)
    assert set(codes(found)) == {
        "email.not_valid", "name.missing", "password.too_short", "language.unknown", "zone.unknown",
        "workspace.bad_slug",
    }  # fmt: skip
    assert people.is_first_run(platform)


# --- signing in -------------------------------------------------------------------------------


def test_right_password_opens_a_session(platform, cast):
    session = sessions.find_session(platform, signed_in(platform, "LIN@example.com ").token)
    assert session is not None
    assert session.account.email == "lin@example.com"


def test_token_is_kept_as_a_hash_only(platform, cast):
    token = signed_in(platform, "lin@example.com").token
    assert len(token) >= 43
    assert sessions.find_session(platform, token + "x") is None
    if platform.database.path is not None:
        everything = platform.database.path.read_bytes()
        wal = platform.database.path.with_name(platform.database.path.name + "-wal")
        everything += wal.read_bytes() if wal.exists() else b""
        assert token.encode() not in everything
        assert PASSWORD.encode() not in everything


def test_wrong_password_and_unknown_address_look_the_same(platform, cast):
    wrong = sessions.sign_in(platform, "lin@example.com", "not her password", ip="10.0.0.1")
    unknown = sessions.sign_in(platform, "nobody@example.com", "not her password", ip="10.0.0.1")
    assert wrong == unknown == Problem("sign_in.wrong")


def test_unknown_address_costs_a_whole_comparison(platform, cast, monkeypatch):
    from runtime import passwords

    compared = []
    original = passwords.HASHER.verify

    class Counting:
        def verify(self, password_hash, password):
            compared.append(password_hash)
            return original(password_hash, password)

    monkeypatch.setattr(passwords, "HASHER", Counting())
    sessions.sign_in(platform, "nobody@example.com", "whatever it is", ip="10.0.0.1")
    assert compared == [passwords.NOBODY_HASH]


def test_back_off_follows_ten_failures(platform, cast, clock):
    for _ in range(10):
        assert (
            sessions.sign_in(platform, "lin@example.com", "wrong wrong", ip="10.0.0.9").code
            == "sign_in.wrong"
        )
    blocked = sessions.sign_in(platform, "lin@example.com", PASSWORD, ip="10.0.0.1")
    assert isinstance(blocked, Problem)
    assert blocked.code == "sign_in.too_many"
    assert 0 < blocked.params["seconds"] <= 900
    clock.advance(seconds=float(blocked.params["seconds"]) + 1)
    assert isinstance(sessions.sign_in(platform, "lin@example.com", PASSWORD, ip="10.0.0.1"), SignedIn)


def test_back_off_doubles_and_ends_with_the_window(platform, cast, clock):
    waits = []
    for _ in range(14):
        answer = sessions.sign_in(platform, "lin@example.com", "wrong wrong", ip="10.0.0.9")
        if answer.code == "sign_in.too_many":
            waits.append(answer.params["seconds"])
            clock.advance(seconds=waits[-1])
    assert waits == [15, 30] or waits[:2] == [15, 30]
    clock.advance(minutes=16)
    assert sessions.sign_in(platform, "lin@example.com", "wrong wrong", ip="10.0.0.9").code == "sign_in.wrong"


def test_unknown_addresses_are_limited_alike(platform, cast):
    for _ in range(10):
        sessions.sign_in(platform, "nobody@example.com", "wrong wrong", ip="10.0.0.9")
    answer = sessions.sign_in(platform, "nobody@example.com", "wrong wrong", ip="10.0.0.9")
    assert answer.code == "sign_in.too_many"


def test_one_address_is_limited_over_all_accounts(platform, cast):
    for number in range(100):
        sessions.sign_in(platform, f"a{number}@example.com", "wrong wrong", ip="10.0.0.66")
    assert sessions.sign_in(platform, "lin@example.com", PASSWORD, ip="10.0.0.66").code == "sign_in.too_many"
    assert isinstance(sessions.sign_in(platform, "lin@example.com", PASSWORD, ip="10.0.0.1"), SignedIn)


def test_right_passwords_do_not_use_up_the_office_address(platform, cast):
    for _ in range(120):
        assert isinstance(sessions.sign_in(platform, "lin@example.com", PASSWORD, ip="10.0.0.1"), SignedIn)


# --- how a session ends -----------------------------------------------------------------------


def test_session_ends_by_age_and_by_idleness(platform, cast, clock):
    token = signed_in(platform, "lin@example.com").token
    clock.advance(days=6)
    assert sessions.find_session(platform, token) is not None
    clock.advance(days=6)
    assert enters(platform, token)
    clock.advance(days=8)
    assert not enters(platform, token), "eight days idle"
    token = signed_in(platform, "lin@example.com").token
    for _ in range(6):
        clock.advance(days=5)
        sessions.find_session(platform, token)
    assert not enters(platform, token), "thirty days old"
    assert sessions.remove_dead(platform) == 2


def test_sign_out_ends_this_session_only(platform, cast):
    one, other = signed_in(platform, "lin@example.com"), signed_in(platform, "lin@example.com")
    sessions.sign_out(platform, one.token)
    assert not enters(platform, one.token)
    assert enters(platform, other.token)


def test_sessions_are_listed_and_revoked_by_their_owner(platform, cast):
    lin, wang = signed_in(platform, "lin@example.com"), signed_in(platform, "wang@example.com")
    [listed] = sessions.list_sessions(platform, lin.account.id)
    with pytest.raises(NotFoundError):
        sessions.revoke_session(platform, wang.account.id, listed.id)
    sessions.revoke_session(platform, lin.account.id, listed.id)
    assert not enters(platform, lin.token)
    assert enters(platform, wang.token)


def test_password_change_ends_the_other_sessions(platform, cast):
    kept, other = signed_in(platform, "lin@example.com"), signed_in(platform, "lin@example.com")
    session = sessions.find_session(platform, kept.token)
    assert (
        sessions.change_password(platform, session, "wrong one", "another long one").code == "password.wrong"
    )
    assert sessions.change_password(platform, session, PASSWORD, "tiny").code == "password.too_short"
    assert enters(platform, other.token)
    assert sessions.change_password(platform, session, PASSWORD, "another long one") is None
    assert enters(platform, kept.token)
    assert not enters(platform, other.token)
    assert isinstance(sessions.sign_in(platform, "lin@example.com", PASSWORD, ip="10.0.0.1"), Problem)
    assert isinstance(
        sessions.sign_in(platform, "lin@example.com", "another long one", ip="10.0.0.1"), SignedIn
    )


def test_disabled_member_is_out_on_the_next_request(platform, cast):
    token = signed_in(platform, "lin@example.com").token
    with platform.writing(cast.lin) as work:
        _, key = apikeys.create(work, "script")
    assert enters(platform, token)
    assert apikeys.enter(platform, key) is not None
    with platform.writing(cast.admin) as work:
        people.set_active(work, cast.lin.member_id, is_active=False)
    assert not enters(platform, token)
    assert apikeys.enter(platform, key) is None
    with platform.writing(cast.admin) as work:
        people.set_active(work, cast.lin.member_id, is_active=True)
    assert enters(platform, token)
    assert apikeys.enter(platform, key) is None, "a key does not come back by itself"


def test_disabled_account_is_out_everywhere(platform, cast):
    token = signed_in(platform, "lin@example.com").token
    assert people.disable_account(platform, "lin@example.com") is None
    assert not enters(platform, token)
    assert isinstance(sessions.sign_in(platform, "lin@example.com", PASSWORD, ip="10.0.0.1"), Problem)


def test_changed_role_counts_on_the_next_request(platform, cast):
    token = signed_in(platform, "lin@example.com").token
    with platform.writing(cast.admin) as work:
        people.change_role(work, cast.lin.member_id, "admin")
    assert sessions.enter(platform, token, "hua").is_designer


# --- workspaces and members ---------------------------------------------------------------------


def test_session_opens_only_the_accounts_own_workspaces(platform, cast):
    token = signed_in(platform, "stranger@example.com").token
    assert enters(platform, token, "elsewhere")
    assert not enters(platform, token, "hua")
    assert not enters(platform, token, "no-such")


def test_members_of_other_workspaces_are_not_seen(platform, cast):
    with platform.reading(cast.stranger) as work:
        assert "lin@example.com" not in [one.email for one in people.list_members(work)]
        with pytest.raises(NotFoundError):
            people.get_member(work, cast.lin.member_id)


def test_one_account_belongs_to_several_workspaces(platform, cast):
    account = people.find_account(platform, "admin@example.com")
    assert [slug for slug, _, _ in people.list_memberships(platform, account.id)] == ["elsewhere", "hua"]


def test_slug_is_taken_once(platform, cast):
    account = people.find_account(platform, "lin@example.com")
    found = people.create_workspace(platform, account, NewWorkspace("hua", {"en": "Again"}))
    assert codes(found) == ["workspace.slug_taken"]


def test_members_cannot_add_or_change_members(platform, cast):
    person = NewPerson("new@example.com", "New", PASSWORD)
    for attempt in (
        lambda work: people.add_member(work, person),
        lambda work: people.change_role(work, cast.wang.member_id, "admin"),
        lambda work: people.set_active(work, cast.wang.member_id, is_active=False),
        lambda work: workspaces.change_workspace(work, names={"en": "Mine"}, zone="UTC", language="en"),
    ):
        with pytest.raises(ForbiddenError), platform.writing(cast.lin) as work:
            attempt(work)


def test_admin_cannot_make_or_unmake_owners(platform, cast):
    with platform.writing(cast.admin) as work:
        admin = Actor.of_member(people.change_role(work, cast.zhao.member_id, "admin"))
    with pytest.raises(ForbiddenError), platform.writing(admin) as work:
        people.change_role(work, cast.admin.member_id, "member")
    with pytest.raises(ForbiddenError), platform.writing(admin) as work:
        people.change_role(work, cast.zhao.member_id, "owner")
    with platform.writing(admin) as work:
        assert codes(people.add_member(work, NewPerson("o@example.com", "O"), "owner")) == [
            "role.owners_only"
        ]


def test_last_owner_stays(platform, cast):
    with platform.writing(cast.admin) as work:
        assert people.change_role(work, cast.admin.member_id, "member").code == "member.last_owner"
        assert people.set_active(work, cast.admin.member_id, is_active=False).code == "member.last_owner"


def test_adding_somebody_keeps_their_own_account(platform, cast):
    with platform.writing(cast.admin) as work:
        found = people.add_member(work, NewPerson("STRANGER@example.com", "Guest", "a new password!"))
    assert (found.name, found.email) == ("Guest", "stranger@example.com")
    assert isinstance(sessions.sign_in(platform, "stranger@example.com", PASSWORD, ip="10.0.0.1"), SignedIn)
    with platform.writing(cast.admin) as work:
        assert codes(people.add_member(work, NewPerson("stranger@example.com", "G"))) == [
            "member.already_there"
        ]


def test_profile_changes_name_here_and_language_everywhere(platform, cast):
    with platform.writing(cast.lin) as work:
        assert people.change_profile(work, name="林", language="en", zone="Europe/Berlin") == ()
        member = people.get_member(work, cast.lin.member_id)
        assert (member.name, member.language, member.zone) == ("林", "en", "Europe/Berlin")
        assert codes(people.change_profile(work, name="", language="xx", zone="X")) == [
            "name.missing", "language.unknown", "zone.unknown",
        ]  # fmt: skip


# --- API keys -----------------------------------------------------------------------------------


def test_key_is_its_member_narrowed(platform, cast):
    with platform.writing(cast.admin) as work:
        key, text = apikeys.create(work, "reports", frozenset({"records:read"}))
    actor = apikeys.enter(platform, text)
    assert (actor.kind, actor.member_id, actor.key_id) == ("key", cast.admin.member_id, key.id)
    assert actor.allows("records:read")
    assert not actor.allows("records:write")


def test_key_ends_by_date_and_by_revoking(platform, cast, clock):
    with platform.writing(cast.lin) as work:
        first, one = apikeys.create(work, "one")
        _, other = apikeys.create(work, "other", expires_at=clock.now() + timedelta(days=1))
    assert apikeys.enter(platform, one) is not None
    with platform.writing(cast.lin) as work:
        apikeys.revoke(work, first.id)
    clock.advance(days=2)
    assert apikeys.enter(platform, one) is None
    assert apikeys.enter(platform, other) is None
    assert apikeys.enter(platform, "flk_" + "x" * 43) is None
    assert apikeys.enter(platform, "nonsense") is None


def test_key_with_no_scopes_is_refused(platform, cast):
    with platform.writing(cast.lin) as work:
        assert codes(apikeys.create(work, "none", frozenset())) == ["apikey.bad_scopes"]
        assert codes(apikeys.create(work, "odd", frozenset({"everything"}))) == ["apikey.bad_scopes"]


def test_key_cannot_make_keys(platform, cast):
    with platform.writing(cast.admin) as work:
        _, text = apikeys.create(work, "all")
    actor = apikeys.enter(platform, text)
    with pytest.raises(ForbiddenError), platform.writing(actor) as work:
        apikeys.create(work, "more")


def test_keys_of_others_are_not_there(platform, cast):
    with platform.writing(cast.lin) as work:
        key, _ = apikeys.create(work, "mine")
    with pytest.raises(NotFoundError), platform.writing(cast.wang) as work:
        apikeys.revoke(work, key.id)
    with platform.writing(cast.wang) as work:
        assert apikeys.list_keys(work) == []
    with platform.writing(cast.admin) as work:
        assert [one.name for one in apikeys.list_keys(work, of_everybody=True)] == ["mine"]
        apikeys.revoke(work, key.id)


# --- audit ----------------------------------------------------------------------------------------


def test_audit_tells_of_sign_ins_people_and_denials(platform, cast):
    signed_in(platform, "lin@example.com")
    sessions.sign_in(platform, "lin@example.com", "wrong wrong", ip="10.9.9.9")
    with pytest.raises(ForbiddenError), platform.writing(cast.lin) as work:
        people.add_member(work, NewPerson("x@example.com", "X"))
    with platform.reading(cast.admin) as work:
        lines = audit.list_rows(work)
    actions = [line.action for line in lines]
    assert actions[:3] == ["denied", "sign_in.failed", "sign_in"]
    assert "member.added" in actions
    assert lines[0].member_id == cast.lin.member_id
    assert "10.9.9.9" in lines[1].target
    with pytest.raises(ForbiddenError), platform.reading(cast.lin) as work:
        audit.list_rows(work)


def test_audit_shows_a_changed_line(platform, cast):
    with platform.reading(cast.admin) as work:
        assert audit.find_break(work) is None
        lines = audit.list_rows(work)
    victim = lines[1].id
    from sqlalchemy import update

    from runtime.store.schema import audit_log

    with platform.database.writing() as connection:
        connection.execute(
            update(audit_log).where(audit_log.c.id == victim).values(line={"action": "nothing"})
        )
    with platform.reading(cast.admin) as work:
        assert audit.find_break(work) == victim


# --- the actor ------------------------------------------------------------------------------------


def test_decision_system_acts_with_a_stated_reason():
    assert SYSTEM_REASONS == (
        "first_run", "sign_in", "job_worker", "fill_column", "daily_fields", "command_line", "demo_data",
    )  # fmt: skip
    for reason in SYSTEM_REASONS:
        assert Actor.system(1, reason).is_system
    with pytest.raises(UnknownReasonError):
        Actor.system(1, "because I can")


def test_decision_one_account_has_members_in_workspaces(platform, cast):
    with platform.reading(cast.admin) as work:
        here = people.find_member(work, email="admin@example.com")
    account = people.find_account(platform, "admin@example.com")
    there = next(one for slug, _, one in people.list_memberships(platform, account.id) if slug == "elsewhere")
    assert here.account_id == there.account_id
    assert (here.id, here.workspace_id) != (there.id, there.workspace_id)
