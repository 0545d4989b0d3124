"""Undoing large changesets through the API: accepted, followed, found again in the changeset."""

from __future__ import annotations

import pytest

from builder.ids import read_record_id
from runtime import changesets, records
from runtime.actors import Actor
from runtime.jobs import Worker
from runtime.platform import Platform
from runtime.undoing import reverting
from tests.integration.api.conftest import Caller


@pytest.fixture
def made(call: Caller, platform: Platform, admin: Actor, monkeypatch: pytest.MonkeyPatch) -> str:
    """The changeset of five new products, where two are a lot."""
    from runtime import access

    monkeypatch.setattr(reverting, "MOST_AT_ONCE", 2)
    raws = [{"code": f"P{one}", "name": f"产品{one}", "category": "硬件"} for one in range(5)]
    with platform.writing(admin) as work:
        outcomes = records.create_many(work, access.open_form(work, "crm.product", to="add"), raws)
    assert all(one.is_done for one in outcomes), outcomes
    with platform.reading(admin) as work:
        [newest] = changesets.list_changesets(work, limit=1)
    assert newest.records == 5
    found = call("GET", "/changesets?limit=1").body["changesets"][0]
    assert read_record_id(found["id"]) == newest.id
    return str(found["id"])


def test_a_large_revert_is_accepted_and_followed(call: Caller, platform: Platform, made: str) -> None:
    tried = call("POST", f"/changesets/{made}/revert?dry_run=1")
    assert (tried.status, tried.body["deleted"], tried.body["is_about"]) == (200, 5, True)
    begun = call("POST", f"/changesets/{made}/revert")
    assert (begun.status, begun.body["state"], begun.body["total"]) == (202, "running", 5)
    assert begun.body["job"]
    there = call("GET", f"/changesets/{made}").body
    assert (there["is_being_reverted"], there["is_reverted"]) == (True, False)
    assert there["revert"]["changeset"] == begun.body["changeset"]
    again = call("POST", f"/changesets/{made}/revert")
    assert (again.status, again.body["code"]) == (409, "changeset.being_reverted")
    Worker(platform).run_until_idle()
    there = call("GET", f"/changesets/{made}").body
    assert (there["is_being_reverted"], there["is_reverted"]) == (False, True)
    assert (there["revert"]["state"], there["revert"]["deleted"], there["revert"]["done"]) == ("done", 5, 5)
    own = call("GET", f"/changesets/{begun.body['changeset']}").body
    assert (own["reverts"], own["is_open"], own["revert"]["state"]) == (made, False, "done")
