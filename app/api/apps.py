"""Apps through the API: templates, cloning, export and import of whole apps."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from app.api.answers import answer, problems
from app.api.operations import operation
from app.language import current_language
from app.security import takes_upload
from app.wiring import current_work
from builder.ids import show_record_id
from runtime import access, bundles, definitions
from runtime.bundles import CloneOutcome
from runtime.catalogue import AppVersion
from runtime.errors import NotFoundError

ZIP = "application/zip"
APP = {
    "type": "object",
    "properties": {"id": {"type": "string"}, "key": {"type": "string"}, "forms": {"type": "array"}},
    "required": ["id", "key", "forms"],
}


@operation("GET", "/bundles", summary="Templates that can be cloned", tag="apps")
def list_bundles() -> Response:
    access.require_designer(current_work())
    return answer(
        {
            "bundles": [
                {
                    "key": one.key,
                    "version": one.manifest.version,
                    "labels": dict(one.manifest.labels),
                    "forms": [form.key for form in one.documents.forms],
                }
                for one in bundles.list_bundles()
            ]
        }
    )


@operation("GET", "/apps", summary="The apps of the workspace", tag="apps")
def list_apps() -> Response:
    return answer({"apps": [app_json(one) for one in current_work().catalogue.apps()]})


def app_json(app: AppVersion) -> dict[str, Any]:
    language = current_language()
    return {
        "id": app.id,
        "key": app.key,
        "label": app.label(language),
        "labels": dict(app.labels),
        "forms": [{"id": one.id, "key": one.key, "label": one.label(language)} for one in app.forms],
    }


@operation(
    "POST",
    "/apps",
    summary="A new app: a clone of a template, or an empty one",
    tag="apps",
    body={
        "anyOf": [
            {
                "type": "object",
                "properties": {"bundle": {"type": "string"}, "demo": {"type": "boolean"}},
                "required": ["bundle"],
            },
            {
                "type": "object",
                "properties": {"key": {"type": "string"}, "labels": {"type": "object"}},
                "required": ["key", "labels"],
            },
        ]
    },
    answers={201: APP, 422: None},
)
def create_app(body: Any) -> Response:
    work = current_work()
    if "bundle" not in body:
        made = definitions.create_app(work, body["key"], body["labels"])
        return problems(made) if isinstance(made, tuple) else answer(app_json(made), 201)
    bundle = next((one for one in bundles.list_bundles() if one.key == body["bundle"]), None)
    if bundle is None:
        raise NotFoundError("bundle", body["bundle"])
    return _cloned(bundles.clone(work, bundle, with_demo=bool(body.get("demo", False))))


def _cloned(outcome: CloneOutcome) -> Response:
    if outcome.app is None:
        return problems(outcome.problems)
    job = None if outcome.job_id is None else show_record_id(outcome.job_id)
    return answer({**app_json(outcome.app), "job": job}, 201)


@operation("GET", "/apps/{app}/export", summary="The app as a zip of its template", tag="apps")
def export_app(app: str) -> Response:
    work = current_work()
    opened = access.open_app(work, app, to="design")
    name = f"{opened.key}.zip"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(bundles.export_app(work, opened), 200, headers, mimetype=ZIP)


@operation(
    "POST",
    "/apps/import",
    summary="A new app from a zip; with dry_run=1 only what it would make",
    tag="apps",
    query={"dry_run": "1 to change nothing"},
    body={"type": "string", "format": "binary"},
    body_type=ZIP,
    answers={200: None, 201: APP, 422: None},
)
@takes_upload
def import_app() -> Response:
    is_dry_run = request.args.get("dry_run") == "1"
    outcome = bundles.import_zip(current_work(), request.get_data(cache=False), is_dry_run=is_dry_run)
    if isinstance(outcome, CloneOutcome):
        return _cloned(outcome)
    if outcome.problems:
        return problems(outcome.problems)
    items = [
        {"kind": one.kind, "key": one.key, "labels": dict(one.labels), "count": one.count}
        for one in outcome.items
    ]
    return answer({"items": items, "dry_run": True})
