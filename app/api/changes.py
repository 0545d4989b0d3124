"""Changesets through the API: what happened, and undoing it days later."""

from __future__ import annotations

from flask import Response, request

from app.api.answers import answer, problems
from app.api.operations import operation
from app.api.records import read_limit
from app.api.shapes import changeset_json, record_number
from app.wiring import current_work
from builder.ids import read_record_id, show_record_id
from runtime import changesets


@operation(
    "GET",
    "/changesets",
    summary="Changesets, newest first",
    tag="changes",
    query={"limit": "How many, at most 500", "before": "The id of the last one seen"},
)
def list_changesets() -> Response:
    before = read_record_id(request.args.get("before", ""))
    found = changesets.list_changesets(current_work(), limit=read_limit(), before=before)
    return answer({"changesets": [changeset_json(one) for one in found]})


@operation("GET", "/changesets/{changeset}", summary="One changeset", tag="changes")
def get_changeset(changeset: str) -> Response:
    found = changesets.get_changeset(current_work(), record_number(changeset))
    return answer(changeset_json(found))


@operation(
    "POST",
    "/changesets/{changeset}/revert",
    summary="Undo a changeset, except what was changed since",
    tag="changes",
    query={"dry_run": "1 to see what would happen"},
)
def revert_changeset(changeset: str) -> Response:
    is_dry_run = request.args.get("dry_run") == "1"
    outcome = changesets.revert(current_work(), record_number(changeset), is_dry_run=is_dry_run)
    if outcome.problems:
        return problems(outcome.problems, 409)
    done = outcome.changeset_id
    return answer(
        {
            "changeset": None if done is None else show_record_id(done),
            "restored": outcome.restored,
            "deleted": outcome.deleted,
            "undeleted": outcome.undeleted,
            "skipped": [
                {"form": one.form, "id": show_record_id(one.record_id), "code": one.code}
                for one in outcome.skipped
            ],
            "dry_run": is_dry_run,
        }
    )
