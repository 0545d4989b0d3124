"""What conftest.py gives really is what it says, on both engines."""

from __future__ import annotations

from tests.cast import PASSWORD, Cast
from tests.conftest import SettableClock


def test_database_is_at_the_newest_version(database_url: str) -> None:
    from runtime.store.database import Database
    from runtime.store.migrations import is_current

    database = Database(database_url)
    assert is_current(database)
    database.close()


def test_cast_belongs_where_it_should(platform, cast: Cast) -> None:  # type: ignore[no-untyped-def]
    from runtime import people

    with platform.reading(cast.lin) as work:
        assert {member.name for member in people.list_members(work)} == {"Admin", "Lin", "Wang", "Zhao"}
    assert cast.stranger.workspace_id != cast.workspace_id


def test_people_sign_in_with_the_one_password(platform, cast: Cast) -> None:  # type: ignore[no-untyped-def]
    from runtime import sessions

    entered = sessions.sign_in(platform, "lin@example.com", PASSWORD, ip="127.0.0.1")
    assert isinstance(entered, sessions.SignedIn)


def test_time_stands_still_until_moved(platform, clock: SettableClock) -> None:  # type: ignore[no-untyped-def]
    before = platform.clock.now()
    clock.advance(days=1)
    assert (platform.clock.now() - before).days == 1
