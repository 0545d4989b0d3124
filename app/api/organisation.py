"""Members through the API: who is in the workspace, and adding somebody."""

from __future__ import annotations

from typing import Any

from flask import Response

from app.api.answers import answer, problems
from app.api.operations import operation
from app.wiring import current_work
from builder.ids import show_record_id
from runtime import people
from runtime.actors import ROLES, Member
from runtime.people import NewPerson


def member_json(member: Member) -> dict[str, Any]:
    return {
        "id": show_record_id(member.id),
        "name": member.name,
        "email": member.email,
        "role": member.role,
        "active": member.is_active,
    }


@operation("GET", "/members", summary="The members of the workspace", tag="people")
def list_members() -> Response:
    return answer({"members": [member_json(one) for one in people.list_members(current_work())]})


@operation(
    "POST",
    "/members",
    summary="Add a member",
    tag="people",
    body={
        "type": "object",
        "properties": {
            "email": {"type": "string"},
            "name": {"type": "string"},
            "password": {"type": "string"},
            "role": {"enum": list(ROLES)},
        },
        "required": ["email", "name", "password"],
    },
    answers={201: None, 422: None},
)
def add_member(body: Any) -> Response:
    person = NewPerson(body["email"], body["name"], body["password"])
    made = people.add_member(current_work(), person, body.get("role", "member"))
    return problems(made) if isinstance(made, tuple) else answer(member_json(made), 201)
