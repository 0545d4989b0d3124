"""The language through the API: check a text, or evaluate it on given values."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response

from app.api.answers import answer, problems, refusal
from app.api.operations import operation
from app.language import current_language
from app.wiring import current_work
from builder.fields.base import ParseContext
from builder.fields.registry import field_type
from builder.forms import Field
from builder.problems import Problem
from expressions import Checked, Env, ErrorValue, ExpressionProblem, check, compile_expression
from expressions.kinds import BOOL, DATE, DATETIME, NUMBER, TEXT, Kind
from expressions.world import FieldInfo, FormInfo, World
from runtime import access
from runtime.catalogue import FormHandle
from runtime.platform import Work

TYPES: Mapping[str, tuple[Kind, str]] = {
    "text": (TEXT, "text"),
    "number": (NUMBER, "number"),
    "bool": (BOOL, "yes_no"),
    "date": (DATE, "date"),
    "datetime": (DATETIME, "datetime"),
}
LOOSE = "values"  # the id of the form made of given values
CHECK = {
    "type": "object",
    "properties": {
        "expression": {"type": "string"},
        "form": {"type": "string"},
        "types": {"type": "object", "additionalProperties": {"enum": sorted(TYPES)}, "maxProperties": 100},
        "role": {"enum": ["formula", "condition", "default"]},
    },
    "required": ["expression"],
}


@operation(
    "POST", "/expressions/check", summary="Check an expression", tag="expressions", body=CHECK, reads=True
)
def check_expression(body: Any) -> Response:
    checked, _form = _checked(current_work(), body, {})
    return answer(
        {
            "type": checked.kind.name if checked.kind is not None and checked.node is not None else None,
            "canonical": checked.canonical if checked.node is not None else None,
            "problems": [_problem(one) for one in checked.problems],
            "warnings": [_problem(one) for one in checked.warnings],
        }
    )


@operation(
    "POST",
    "/expressions/evaluate",
    summary="Evaluate an expression on values",
    tag="expressions",
    body={
        "type": "object",
        "properties": {
            **CHECK["properties"],  # type: ignore[dict-item]
            "values": {"type": "object", "maxProperties": 100},
            "now": {"type": "string"},
        },
        "required": ["expression"],
    },
    reads=True,
)
def evaluate_expression(body: Any) -> Response:
    work = current_work()
    values = body.get("values", {})
    checked, form = _checked(work, body, values)
    if checked.node is None or checked.problems:
        found = [_problem(one) for one in checked.problems]
        return refusal(422, found[0]["code"], found[0]["message"], found)
    if any(checked.references.follows) or checked.references.settings:
        return problems([Problem("expression.needs_records")])
    row, wrong = _row(work, body, form, values)
    if wrong:
        return problems(wrong)
    now = _now(work, body.get("now"))
    if now is None:
        return problems([Problem("datetime.not_a_time", {"given": body["now"]}, "now")])
    env = Env(
        now=now, today=now.astimezone(ZoneInfo(work.workspace.zone)).date(), zone=work.workspace.zone,
        settings={}, related={}, parent=None, actor_member=work.actor.member_id, language=current_language(),
    )  # fmt: skip
    value = compile_expression(checked).evaluate(row, env)
    kind = checked.node.kind.name
    if isinstance(value, ErrorValue):
        return answer({"value": None, "error": value.code, "type": kind})
    shown = value.isoformat() if hasattr(value, "isoformat") else value
    return answer({"value": shown, "type": kind})


def _checked(
    work: Work, body: Mapping[str, Any], values: Mapping[str, Any]
) -> tuple[Checked, FormHandle | None]:
    role = body.get("role", "formula")
    expect = BOOL if role == "condition" else None
    if "form" in body:
        form = access.open_form(work, body["form"], to="view")
        return check(body["expression"], form.world, form.id, expect=expect, role=role), form
    types = {name: body.get("types", {}).get(name) or _type_of(value) for name, value in values.items()}
    types |= body.get("types", {})
    fields = tuple(
        FieldInfo(_id(place), name, TYPES[kind][0]) for place, (name, kind) in enumerate(types.items())
    )
    world = World.of([FormInfo(LOOSE, LOOSE, fields=fields)])
    return check(body["expression"], world, LOOSE, expect=expect, role=role), None


def _id(place: int) -> str:
    return f"v{place}"


def _type_of(value: Any) -> str:
    if isinstance(value, bool):
        return "bool"
    return "number" if isinstance(value, int | float) else "text"


def _row(
    work: Work, body: Mapping[str, Any], form: FormHandle | None, values: Mapping[str, Any]
) -> tuple[dict[str, Any], list[Problem]]:
    """The given values as strict ones, by field id."""
    context = ParseContext(zone=work.workspace.zone, language=current_language())
    row: dict[str, Any] = {}
    wrong: list[Problem] = []
    if form is not None:
        row = {one.id: None for one in form.form.fields}
        pairs = [(form.form.by_key.get(name), name, value) for name, value in values.items()]
        wrong += [
            Problem("record.unknown_field", {"key": name}, name) for field, name, _ in pairs if field is None
        ]
        named = [(field.id, form.types[field.id], name, value) for field, name, value in pairs if field]
    else:
        given = body.get("types", {})
        names = list(dict.fromkeys([*values, *given]))
        named = []
        for place, name in enumerate(names):
            key = TYPES[given.get(name) or _type_of(values.get(name))][1]
            field = Field(_id(place), name, key, {})
            named.append((_id(place), field_type(field), name, values.get(name)))
    for field_id, bound, name, value in named:
        parsed = bound.parse(value, context)
        if isinstance(parsed, Problem):
            wrong.append(parsed.at(name))
        else:
            row[field_id] = parsed
    return row, wrong


def _now(work: Work, text: str | None) -> datetime | None:
    if text is None:
        return work.now
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _problem(one: ExpressionProblem) -> dict[str, Any]:
    language = current_language()
    return {
        "field": None,
        "code": f"expression.{one.code}",
        "message": one.text(language),
        "span": list(one.span),
        "fixes": [{"span": list(fix.span), "replacement": fix.replacement} for fix in one.fixes],
    }
