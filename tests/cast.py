"""The fixed cast: Lin sells, Wang sells too, Zhao approves, Admin designs, Stranger belongs nowhere.

In: a platform on a fresh database. Out: `Cast`, each of them as an `Actor`. Admin owns the workspace
`hua`; Stranger owns another one, `elsewhere`, and is nobody in `hua`. Called by tests/conftest.py.
Everybody's address is their name `@example.com`, everybody's password is `PASSWORD`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from runtime.actors import Actor
    from runtime.people import NewPerson
    from runtime.platform import Platform, Work

PASSWORD = "correct horse 电池"
Wish = TypeVar("Wish")


@dataclass(frozen=True, slots=True)
class Cast:
    """The people of one test."""

    admin: Actor
    lin: Actor
    wang: Actor
    zhao: Actor
    stranger: Actor

    @property
    def workspace_id(self) -> int:
        return self.admin.workspace_id


def gather(platform: Platform) -> Cast:
    """Makes both workspaces and everybody in them, through the product's own doors."""
    from runtime.actors import Actor
    from runtime.people import create_owner, create_workspace, find_account
    from runtime.workspaces import NewWorkspace

    home = NewWorkspace("hua", {"zh-CN": "华仪", "zh-TW": "華儀", "en": "Hua Instruments"})
    admin = Actor.of_member(_granted(create_owner(platform, _person("Admin"), home)))
    with platform.writing(admin) as work:
        lin, wang, zhao = (_add(work, name) for name in ("Lin", "Wang", "Zhao"))
    account = find_account(platform, "admin@example.com")
    assert account is not None
    elsewhere = NewWorkspace("elsewhere", {"zh-CN": "别处", "en": "Elsewhere"})
    founder = Actor.of_member(_granted(create_workspace(platform, account, elsewhere)))
    with platform.writing(founder) as work:
        stranger = _add(work, "Stranger", role="owner")
    return Cast(admin, lin, wang, zhao, stranger)


def recall(platform: Platform) -> Cast:
    """The same people, of a database that `gather` filled earlier."""
    from runtime.actors import Actor
    from runtime.people import find_account, list_memberships

    found = {}
    for name in ("admin", "lin", "wang", "zhao", "stranger"):
        account = find_account(platform, f"{name}@example.com")
        assert account is not None, name
        member = next(
            member
            for slug, _, member in list_memberships(platform, account.id)
            if (slug == "elsewhere") == (name == "stranger")
        )
        found[name] = Actor.of_member(member)
    return Cast(**found)


def _person(name: str) -> NewPerson:
    from runtime.people import NewPerson

    return NewPerson(f"{name.lower()}@example.com", name, PASSWORD)


def _add(work: Work, name: str, *, role: str = "member") -> Actor:
    from runtime.actors import Actor
    from runtime.people import add_member

    return Actor.of_member(_granted(add_member(work, _person(name), role)))  # type: ignore[arg-type]


def _granted(answer: Wish | tuple[object, ...]) -> Wish:
    assert not isinstance(answer, tuple), answer
    return answer
