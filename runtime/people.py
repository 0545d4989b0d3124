"""People: accounts, and their members in workspaces with a role.

In: addresses, names and passwords from the first run, the members screen, the API and the command
line. Out: `Account`, `Member`, or the problems. Disabling a member or changing a role bumps the
workspace's revision, so that it counts from the next request on, for sessions and keys alike.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from zoneinfo import available_timezones

from email_validator import EmailNotValidError, validate_email

from builder.problems import Problem
from runtime import access, audit, passwords
from runtime.actors import ROLES, Actor, Member, RoleName
from runtime.errors import ForbiddenError, NotFoundError
from runtime.store import api_key_rows, people_rows, session_rows, workspace_rows
from runtime.workspaces import NewWorkspace, check_workspace, insert_workspace

if TYPE_CHECKING:
    from runtime.platform import Platform, Work

LANGUAGES = ("zh-CN", "zh-TW", "en")
LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class Account:
    """A sign-in. `password_hash` is None until the person has set one."""

    id: int
    email: str
    name: str
    language: str
    zone: str
    is_active: bool
    password_hash: str | None = None


@dataclass(frozen=True, slots=True)
class NewPerson:
    """What is needed to make somebody a member. Without a password they cannot sign in yet."""

    email: str
    name: str
    password: str | None = None
    language: str = "zh-CN"
    zone: str = "Asia/Shanghai"


def normal_email(email: object) -> str:
    """The form in which addresses are kept and compared; not a check."""
    text = unicodedata.normalize("NFKC", email) if isinstance(email, str) else ""
    return text.strip().casefold()[:254]


def check_person(person: NewPerson, *, needs_password: bool) -> tuple[Problem, ...]:
    """All that is wrong with a new person at once."""
    found: list[Problem | None] = [check_name(person.name)]
    try:
        validate_email(person.email.strip(), check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        found.append(Problem("email.not_valid", {"raw": person.email[:100]}, "email"))
    if person.language not in LANGUAGES:
        found.append(Problem("language.unknown", {"raw": person.language}, "language"))
    if person.zone not in available_timezones():
        found.append(Problem("zone.unknown", {"raw": person.zone}, "zone"))
    if needs_password or person.password is not None:
        found.append(passwords.check_password(person.password, email=normal_email(person.email)))
    return tuple(problem for problem in found if problem is not None)


def check_name(name: object) -> Problem | None:
    if not isinstance(name, str) or not name.strip():
        return Problem("name.missing", {}, "name")
    if len(name) > LONGEST_NAME:
        return Problem("name.too_long", {"most": LONGEST_NAME}, "name")
    return None


# --- the first run and the command line -------------------------------------------------------


def is_first_run(platform: Platform) -> bool:
    """True until somebody owns this installation."""
    with platform.database.reading() as connection:
        return not people_rows.has_accounts(connection)


def create_owner(
    platform: Platform, person: NewPerson, workspace: NewWorkspace
) -> Member | tuple[Problem, ...]:
    """The first account with the first workspace; refused once there is anybody."""
    problems = (*check_person(person, needs_password=True), *check_workspace(workspace))
    if problems:
        return problems
    with platform.database.writing() as connection:
        if people_rows.has_accounts(connection, is_locking=True):
            return (Problem("setup.already_done"),)
        account_id = _insert_account(connection, person, platform)
        return _found(connection, platform, account_id, person, workspace)


def create_workspace(
    platform: Platform, account: Account, workspace: NewWorkspace
) -> Member | tuple[Problem, ...]:
    """One more workspace, owned by this account."""
    problems = check_workspace(workspace)
    if problems:
        return problems
    with platform.database.writing() as connection:
        if workspace_rows.find_by_slug(connection, workspace.slug) is not None:
            return (Problem("workspace.slug_taken", {"slug": workspace.slug}, "slug"),)
        person = NewPerson(account.email, account.name, None, account.language, account.zone)
        return _found(connection, platform, account.id, person, workspace)


def _found(
    connection: Any, platform: Platform, account_id: int, person: NewPerson, workspace: NewWorkspace
) -> Member:
    now = platform.clock.now()
    workspace_id = insert_workspace(connection, workspace, now)
    member_id = people_rows.insert_member(
        connection, workspace_id, account_id, person.name.strip(), "owner", now
    )
    member = read_member(people_rows.get_member(connection, workspace_id, member_id))
    audit.write(connection, workspace_id, now, Actor.of_member(member), "workspace.created", workspace.slug)
    return member


def _insert_account(connection: Any, person: NewPerson, platform: Platform) -> int:
    password_hash = passwords.hash_password(person.password) if person.password else None
    return people_rows.insert_account(
        connection,
        email=normal_email(person.email),
        name=person.name.strip(),
        password_hash=password_hash,
        language=person.language,
        zone=person.zone,
        now=platform.clock.now(),
    )


def find_account(platform: Platform, email: str) -> Account | None:
    with platform.database.reading() as connection:
        return find_account_by_email(connection, email)


def find_account_by_email(connection: Any, email: str) -> Account | None:
    row = people_rows.find_account(connection, normal_email(email))
    return read_account(row) if row is not None else None


def set_password(platform: Platform, email: str, password: str) -> Problem | None:
    """By an administrator at the machine: ends every session of the account."""
    problem = passwords.check_password(password, email=normal_email(email))
    if problem is not None:
        return problem
    with platform.database.writing() as connection:
        account = find_account_by_email(connection, email)
        if account is None:
            return Problem("account.not_found", {"email": email}, "email")
        people_rows.set_password(connection, account.id, passwords.hash_password(password))
        session_rows.remove_others(connection, account.id, None)
        workspace_rows.bump_revisions_of_account(connection, account.id)
        audit.write_auth(connection, platform.clock.now(), account, "password.set", "")
    return None


def disable_account(platform: Platform, email: str) -> Problem | None:
    """By an administrator at the machine: the account can do nothing any more, anywhere."""
    with platform.database.writing() as connection:
        account = find_account_by_email(connection, email)
        if account is None:
            return Problem("account.not_found", {"email": email}, "email")
        people_rows.set_account_active(connection, account.id, is_active=False)
        session_rows.remove_others(connection, account.id, None)
        workspace_rows.bump_revisions_of_account(connection, account.id)
        audit.write_auth(connection, platform.clock.now(), account, "account.disabled", "")
    return None


# --- the members of a workspace -----------------------------------------------------------------


def list_members(work: Work, *, is_active: bool | None = None) -> list[Member]:
    """Everybody in the workspace, by name. Any member may see who their colleagues are."""
    members = _members(work)
    return [one for one in members if is_active is None or one.is_active == is_active]


def _members(work: Work) -> tuple[Member, ...]:
    """Every change of a member moves the revision; work that writes may hold one that others do not see."""

    def read() -> tuple[Member, ...]:
        return tuple(map(read_member, people_rows.list_members(work.connection, work.workspace.id)))

    if work.is_writing:
        return read()
    return work.cache.remember(("members", work.workspace.id, work.workspace.revision), read)


def find_member(work: Work, *, member_id: int | None = None, email: str | None = None) -> Member | None:
    for member in list_members(work):
        if (member_id is not None and member.id == member_id) or (
            email is not None and member.email == normal_email(email)
        ):
            return member
    return None


def get_member(work: Work, member_id: int) -> Member:
    member = find_member(work, member_id=member_id)
    if member is None:
        raise NotFoundError("member", member_id)
    return member


def add_member(work: Work, person: NewPerson, role: RoleName = "member") -> Member | tuple[Problem, ...]:
    """Makes somebody a member; their account is made when the address has none.

    An account that exists keeps its own name and password: only its owner changes those."""
    access.require_people_admin(work)
    account = find_account_by_email(work.connection, person.email)
    problems = list(check_person(person, needs_password=False))
    if role not in ROLES:
        problems.append(Problem("role.unknown", {"raw": str(role)}, "role"))
    elif role == "owner" and not _is_owner(work):
        problems.append(Problem("role.owners_only", {}, "role"))
    if account is not None and find_member(work, email=person.email) is not None:
        problems.append(Problem("member.already_there", {"email": account.email}, "email"))
    if problems:
        return tuple(problems)
    account_id = account.id if account else _insert_account(work.connection, person, work.platform)
    member_id = people_rows.insert_member(
        work.connection, work.workspace.id, account_id, person.name.strip(), role, work.now
    )
    audit.note(work, "member.added", f"{normal_email(person.email)} {role}")
    work.bump_revision()
    return get_member(work, member_id)


def change_role(work: Work, member_id: int, role: RoleName) -> Member | Problem:
    """Only an owner makes or unmakes an owner; the last one stays."""
    access.require_people_admin(work)
    member = get_member(work, member_id)
    if role not in ROLES:
        return Problem("role.unknown", {"raw": str(role)}, "role")
    if "owner" in (role, member.role) and not _is_owner(work):
        raise ForbiddenError("role.owners_only")
    if role != "owner" and _is_last_owner(work, member):
        return Problem("member.last_owner", {"name": member.name}, "role")
    people_rows.set_role(work.connection, work.workspace.id, member_id, role)
    audit.note(work, "member.role", f"{member.email} {member.role} → {role}")
    work.bump_revision()
    return get_member(work, member_id)


def set_active(work: Work, member_id: int, *, is_active: bool) -> Member | Problem:
    """Disables or enables a member. Records keep their name; sessions and keys stop at once."""
    access.require_people_admin(work)
    member = get_member(work, member_id)
    if member.role == "owner" and not _is_owner(work):
        raise ForbiddenError("role.owners_only")
    if not is_active and _is_last_owner(work, member):
        return Problem("member.last_owner", {"name": member.name})
    people_rows.set_member_active(work.connection, work.workspace.id, member_id, is_active=is_active)
    if not is_active:
        api_key_rows.revoke_all(work.connection, work.workspace.id, member_id, work.now)
    audit.note(work, "member.enabled" if is_active else "member.disabled", member.email)
    work.bump_revision()
    return get_member(work, member_id)


def change_profile(work: Work, *, name: str, language: str, zone: str) -> tuple[Problem, ...]:
    """A member's own name here, and the language and zone of the account."""
    member = work.actor.member
    if member is None:
        raise ForbiddenError("access.members_only")
    person = NewPerson(member.email, name, None, language, zone)
    problems = check_person(person, needs_password=False)
    if problems:
        return problems
    people_rows.set_profile(
        work.connection, work.workspace.id, member.id, name=name.strip(), language=language, zone=zone
    )
    work.bump_revision()
    return ()


def _is_owner(work: Work) -> bool:
    actor = work.actor
    return actor.is_system or (actor.member is not None and actor.member.role == "owner")


def _is_last_owner(work: Work, member: Member) -> bool:
    owners = [one for one in list_members(work, is_active=True) if one.role == "owner"]
    return [one.id for one in owners] == [member.id]


def list_memberships(platform: Platform, account_id: int) -> list[tuple[str, dict[str, str], Member]]:
    """Where an account may go: (slug, names of the workspace, its member there)."""
    with platform.database.reading() as connection:
        rows = people_rows.list_memberships(connection, account_id)
    return [(row.slug, row.workspace_names, read_member(row)) for row in rows]


def read_member(row: Any) -> Member:
    return Member(
        row.id,
        row.workspace_id,
        row.account_id,
        row.name,
        row.email,
        row.role,
        row.language,
        row.zone,
        bool(row.is_active),
    )


def read_account(row: Any) -> Account:
    return Account(
        row.id, row.email, row.name, row.language, row.zone, bool(row.is_active), row.password_hash
    )
