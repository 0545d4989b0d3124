"""The OpenAPI 3.1 document: every declared operation, and each form of the workspace as it stands.

In: `OPERATIONS` and the catalogue. Out: GET /openapi.json. A form is a JSON Schema, so it goes in unchanged.
"""

from __future__ import annotations

import re
from typing import Any

from flask import Response

from app.api.answers import PROBLEM_JSON, answer
from app.api.operations import OPERATIONS, Operation, operation
from app.wiring import current_work

PROBLEM = {
    "type": "object",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "field": {"type": ["string", "null"]},
                    "code": {"type": "string"},
                    "message": {"type": "string"},
                },
                "required": ["field", "code", "message"],
            },
        },
    },
    "required": ["type", "title", "status", "code", "detail"],
}
REFUSED = {
    "description": "Refused",
    "content": {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}},
}


@operation("GET", "/openapi.json", summary="This document, with the forms of the workspace", tag="openapi")
def get_openapi() -> Response:
    schemas: dict[str, Any] = {"Problem": PROBLEM}
    for app in current_work().catalogue.apps():
        schemas.update({f"{app.key}.{form.key}": form.document for form in app.forms})
    return answer(document_of(schemas))


def document_of(schemas: dict[str, Any]) -> dict[str, Any]:
    paths: dict[str, Any] = {}
    for one in OPERATIONS:
        paths.setdefault(one.path, {})[one.method.lower()] = describe(one)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Formloom", "version": "1"},
        "servers": [{"url": "/api/v1"}],
        "security": [{"key": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
            "schemas": schemas,
        },
    }


def describe(one: Operation) -> dict[str, Any]:
    """One operation as OpenAPI has it."""
    names = re.findall(r"{(\w+)}", one.path)
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names
    ]
    parameters += [
        {"name": name, "in": "query", "description": text, "schema": {"type": "string"}}
        for name, text in one.query.items()
    ]
    described: dict[str, Any] = {
        "operationId": one.name,
        "summary": one.summary,
        "tags": [one.tag],
        "parameters": parameters,
        "responses": {str(status): _answer(status, schema) for status, schema in one.answers.items()}
        | {"default": REFUSED},
    }
    if one.body is not None:
        described["requestBody"] = {"required": True, "content": {one.body_type: {"schema": one.body}}}
    return described


def _answer(status: int, schema: Any) -> dict[str, Any]:
    if status >= 400:
        return REFUSED
    words: dict[str, Any] = {"description": "Done"}
    if schema is not None:
        words["content"] = {"application/json": {"schema": schema}}
    return words
