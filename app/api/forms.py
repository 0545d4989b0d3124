"""Forms and views through the API: read, draft, edit, publish."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, request

from app.api.answers import answer, problem_json, problems
from app.api.operations import operation
from app.language import current_language
from app.problem_words import problem_text
from app.wiring import current_work
from builder.problems import Problem
from builder.views import write_view
from runtime import access, definitions, drafts, publishing
from runtime.catalogue import FormHandle
from runtime.drafts import Draft, DraftOutcome
from runtime.errors import NotFoundError
from runtime.platform import Work

DOCUMENT = {"type": "object"}
REVISION = {"type": "integer", "minimum": 0}


@operation("GET", "/apps/{app}/forms", summary="The forms of an app", tag="forms")
def list_forms(app: str) -> Response:
    opened = access.open_app(current_work(), app)
    return answer({"forms": [form_json(one) for one in opened.forms]})


def form_json(form: FormHandle) -> dict[str, Any]:
    return {
        "id": form.id,
        "key": form.key,
        "app": form.app.key,
        "version": form.version,
        "label": form.label(current_language()),
    }


@operation(
    "POST",
    "/apps/{app}/forms",
    summary="A draft of a new form; it becomes real by being published",
    tag="forms",
    body={
        "type": "object",
        "properties": {
            "labels": {"type": "object", "minProperties": 1, "additionalProperties": {"type": "string"}},
            "key": {"type": "string"},
            "single": {"type": "boolean"},
        },
        "required": ["labels"],
    },
    answers={201: None, 422: None},
)
def create_form(body: Any, app: str) -> Response:
    work = current_work()
    opened = access.open_app(work, app, to="design")
    outcome = definitions.create_form(
        work, opened, body["labels"], key=body.get("key"), is_single=bool(body.get("single"))
    )
    if isinstance(outcome, tuple):
        return problems(outcome)
    return _drafted(work, outcome, 201)


@operation("GET", "/forms/{form}", summary="A published form with its JSON Schema", tag="forms")
def get_form(form: str) -> Response:
    handle = access.open_form(current_work(), form, to="view")
    return answer({**form_json(handle), "schema": handle.document})


def _open_draft(work: Work, ref: str) -> Draft:
    """By "app.form", or by the id of a published form."""
    if "." in ref:
        app, _dot, form = ref.partition(".")
        return drafts.open_draft(work, app, form)
    handle = access.open_form(work, ref, to="design")
    return drafts.open_draft(work, handle.app, handle.id)


def draft_json(work: Work, draft: Draft) -> dict[str, Any]:
    found = drafts.problems(work, draft)
    return {
        "id": draft.form.id,
        "key": draft.form.key,
        "app": draft.app.key,
        "revision": draft.revision,
        "base_version": draft.base_version,
        "is_changed": draft.is_changed,
        "document": _document(draft),
        "problems": [problem_json(one) for one in found],
    }


def _document(draft: Draft) -> Mapping[str, Any]:
    from builder.documents import write_form

    return write_form(draft.form)


def _drafted(work: Work, outcome: DraftOutcome, status: int = 200) -> Response:
    if outcome.conflict is not None:
        return problems([Problem("draft.conflict")], 409, draft=draft_json(work, outcome.draft))
    if outcome.problems:
        return problems(outcome.problems)
    return answer(draft_json(work, outcome.draft), status)


@operation("GET", "/forms/{form}/draft", summary="The draft with its problems", tag="forms")
def get_draft(form: str) -> Response:
    work = current_work()
    return answer(draft_json(work, _open_draft(work, form)))


@operation(
    "PUT",
    "/forms/{form}/draft",
    summary="Put a whole document in the draft's place",
    tag="forms",
    body={
        "type": "object",
        "properties": {"document": DOCUMENT, "revision": REVISION},
        "required": ["document", "revision"],
    },
    answers={200: None, 409: None, 422: None},
)
def put_draft(body: Any, form: str) -> Response:
    work = current_work()
    draft = _open_draft(work, form)
    return _drafted(work, drafts.replace_document(work, draft, body["document"], body["revision"]))


@operation(
    "POST",
    "/forms/{form}/draft/edits",
    summary="Apply one edit to the draft, based on a revision of it",
    tag="forms",
    body={
        "type": "object",
        "properties": {"edit": DOCUMENT, "revision": REVISION},
        "required": ["edit", "revision"],
    },
    answers={200: None, 409: None, 422: None},
)
def edit_draft(body: Any, form: str) -> Response:
    work = current_work()
    draft = _open_draft(work, form)
    return _drafted(work, drafts.apply_edit(work, draft, body["edit"], body["revision"]))


@operation("POST", "/forms/{form}/draft/undo", summary="Undo your last edit of the draft", tag="forms")
def undo_edit(form: str) -> Response:
    work = current_work()
    return _drafted(work, drafts.undo(work, _open_draft(work, form)))


@operation("POST", "/forms/{form}/draft/redo", summary="Redo what you undid last", tag="forms")
def redo_edit(form: str) -> Response:
    work = current_work()
    return _drafted(work, drafts.redo(work, _open_draft(work, form)))


@operation("DELETE", "/forms/{form}/draft", summary="Give the draft up", tag="forms")
def discard_draft(form: str) -> Response:
    work = current_work()
    drafts.discard(work, _open_draft(work, form))
    return answer({"discarded": True})


@operation("GET", "/forms/{form}/draft/impact", summary="What publishing the draft would change", tag="forms")
def get_impact(form: str) -> Response:
    work = current_work()
    draft = _open_draft(work, form)
    items = [
        {
            "level": one.level,
            "code": one.code,
            "where": one.where,
            "message": problem_text(Problem(one.code, one.params)),
        }
        for one in drafts.impact(work, draft).items
    ]
    return answer({"items": items, "problems": [problem_json(one) for one in drafts.problems(work, draft)]})


@operation(
    "POST", "/forms/{form}/publish", summary="Publish the draft", tag="forms", answers={200: None, 422: None}
)
def publish_form(form: str) -> Response:
    work = current_work()
    draft = _open_draft(work, form)
    return _published(publishing.publish(work, draft.app, [draft]))


@operation(
    "POST",
    "/apps/{app}/publish",
    summary="Publish several drafts together: all or none",
    tag="forms",
    body={
        "type": "object",
        "properties": {"drafts": {"type": "array", "minItems": 1, "items": {"type": "string"}}},
        "required": ["drafts"],
    },
    answers={200: None, 422: None},
)
def publish_app(body: Any, app: str) -> Response:
    work = current_work()
    return _published(publishing.publish(work, access.open_app(work, app, to="design"), body["drafts"]))


def _published(outcome: publishing.PublishOutcome) -> Response:
    if outcome.problems:
        return problems(outcome.problems)
    return answer({"versions": dict(outcome.versions), "filling": len(outcome.to_fill)})


# --- definitions of every kind ------------------------------------------------------------------------


@operation(
    "GET",
    "/definitions",
    summary="Published definitions",
    tag="definitions",
    query={"app": "An app's key or id", "kind": "app, form or view"},
)
def list_definitions() -> Response:
    found = definitions.list_definitions(
        current_work(), app=request.args.get("app"), kind=request.args.get("kind")
    )
    keys = {one.id: one.key for one in current_work().catalogue.apps()}
    return answer(
        {
            "definitions": [
                {
                    "app": keys.get(one.app, one.app),
                    "kind": one.kind,
                    "id": one.id,
                    "key": one.key,
                    "version": one.version,
                }
                for one in found
            ]
        }
    )


@operation(
    "GET", "/definitions/{app}/{kind}/{definition}", summary="One definition's document", tag="definitions"
)
def get_definition(app: str, kind: str, definition: str) -> Response:
    work = current_work()
    document, version = definitions.get_document(work, access.open_app(work, app), kind, definition)
    return answer({"kind": kind, "version": version, "document": document})


@operation(
    "GET",
    "/definitions/{app}/{kind}/{definition}/versions",
    summary="Its versions, newest first",
    tag="definitions",
)
def list_versions(app: str, kind: str, definition: str) -> Response:
    work = current_work()
    opened = access.open_app(work, app, to="design")
    found = definitions.list_versions(work, opened, kind, definition)
    return answer(
        {
            "versions": [
                {
                    "version": one.version,
                    "state": one.state,
                    "at": one.created_at.isoformat(),
                    "hash": one.hash,
                }
                for one in found
            ]
        }
    )


@operation(
    "PUT",
    "/forms/{form}/views",
    summary="Save a view, shared or your own",
    tag="definitions",
    query={"shared": "1 for everybody (designers)"},
    body=DOCUMENT,
    answers={200: None, 422: None},
)
def put_view(body: Any, form: str) -> Response:
    work = current_work()
    handle = access.open_form(work, form, to="view")
    made = definitions.put_view(work, handle, body, is_shared=request.args.get("shared") == "1")
    return problems(made) if isinstance(made, tuple) else answer({"document": write_view(made)})


@operation("DELETE", "/forms/{form}/views/{view}", summary="Remove a view", tag="definitions")
def remove_view(form: str, view: str) -> Response:
    work = current_work()
    handle = access.open_form(work, form, to="view")
    if not any(one.id == view for one in work.catalogue.views(handle, work.actor.member_id)):
        raise NotFoundError("view", view)
    definitions.remove_view(work, handle, view)
    return answer({"removed": True})
