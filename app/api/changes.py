"""Changesets through the API: what happened, and undoing it days later, at once or by a job."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from app.api.answers import answer, problems
from app.api.operations import operation
from app.api.records import read_limit
from app.api.shapes import changeset_json, record_number
from app.wiring import current_actor, current_platform, current_work
from builder.ids import read_record_id, show_record_id
from runtime import changesets, undoing
from runtime.undoing import RevertOutcome, RevertRun


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


@operation(
    "GET",
    "/changesets/{changeset}",
    summary="One changeset; `revert` says how far a large revert is, or what became of it",
    tag="changes",
)
def get_changeset(changeset: str) -> Response:
    found = changesets.get_changeset(current_work(), record_number(changeset))
    run = undoing.find_run(current_work(), found)
    return answer({**changeset_json(found), "revert": None if run is None else run_json(run)})


@operation(
    "POST",
    "/changesets/{changeset}/revert",
    summary="Undo a changeset, except what was changed since; 202 when a job does it",
    tag="changes",
    query={"dry_run": "1 to see what would happen"},
    answers={200: None, 202: None, 409: None},
)
def revert_changeset(changeset: str) -> Response:
    number = record_number(changeset)
    if request.args.get("dry_run") == "1":  # looking takes no writer
        with current_platform().reading(current_actor()) as work:
            outcome = undoing.revert(work, number, is_dry_run=True)
        return _outcome(outcome)
    outcome = undoing.revert(current_work(), number)
    if outcome.job_id is None:
        return _outcome(outcome)
    run = undoing.find_run(current_work(), changesets.get_changeset(current_work(), number))
    if run is None:
        raise LookupError(f"the revert of changeset {number} has no job")
    return answer({"job": show_record_id(outcome.job_id), **run_json(run)}, 202)


def _outcome(outcome: RevertOutcome) -> Response:
    if outcome.problems:
        return problems(outcome.problems, 409)
    done = outcome.changeset_id
    return answer(
        {
            "changeset": None if done is None else show_record_id(done),
            **_counts(outcome),
            "dry_run": outcome.is_dry_run,
            "is_about": outcome.is_about,
        }
    )


def run_json(run: RevertRun) -> dict[str, Any]:
    """How far a revert by a job is; `skipped` names the first ones, `reasons` counts all."""
    return {
        "changeset": show_record_id(run.revert_id),
        "state": run.state,
        "done": run.done,
        "total": run.total,
        **_counts(run.outcome),
    }


def _counts(outcome: RevertOutcome) -> dict[str, Any]:
    return {
        "restored": outcome.restored,
        "deleted": outcome.deleted,
        "undeleted": outcome.undeleted,
        "reasons": dict(outcome.reasons),
        "skipped": [
            {"form": one.form, "id": show_record_id(one.record_id), "code": one.code}
            for one in outcome.skipped
        ],
    }
