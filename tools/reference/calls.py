"""The reference page of the JSON API: docs/reference/api.md.

In: the declared operations of `app.api`. Out: `calls_reference` → Markdown. Called by tools/generate_docs.py.
The exact shapes, with each form's own JSON Schema, are what a running server answers at /api/v1/openapi.json.
"""

from __future__ import annotations

from app.api import install
from app.api.operations import OPERATIONS, Operation

HEAD = """# JSON API

<!-- Made by tools/generate_docs.py from app/api: do not edit. -->

All addresses begin with `/api/v1`. Send `Authorization: Bearer KEY`; make a key with
`formloom apikey create --user EMAIL`. A key can do what its member can, narrowed by its scopes, in its
member's workspace. `GET /openapi.json` answers the exact shapes, with the JSON Schema of every form.

| what | how it travels |
|---|---|
| values | keyed by the field's key |
| ids of records and changesets | 13 characters |
| numbers | JSON numbers; strings for a field that may hold more than 15 digits |
| choices | the option's key out; key or any label in |
| dates, instants | ISO 8601; instants end in `Z` |
| links | `{"id", "title"}` out; in an id, a title, or `{"by": {"field": …, "value": …}}` |
| members | `{"id", "name"}` out; id or e-mail address in |
| versions | `PATCH` sends the `version` it read; 409 answers both sides when somebody was faster |
| mistakes | `application/problem+json`: [problem codes](problems.md) |

`{form}` is a form's id or `app_key.form_key`.
"""


def calls_reference() -> str:
    """The whole page."""
    declared = [one for one in OPERATIONS if any(install.PARTS)]
    tags = list(dict.fromkeys(one.tag for one in declared))
    return HEAD + "".join(_group(tag, [one for one in declared if one.tag == tag]) for tag in tags)


def _group(tag: str, operations: list[Operation]) -> str:
    return f"\n## {tag[0].upper()}{tag[1:]}\n" + "".join(f"\n{_section(one)}" for one in operations)


def _section(one: Operation) -> str:
    lines = [f"### {one.method} {one.path}", "", f"{one.summary}."]
    if one.query:
        lines += ["", "| parameter | means |", "|---|---|"]
        lines += [f"| `{name}` | {text} |" for name, text in one.query.items()]
    if one.body is not None:
        lines += ["", f"Body: `{one.body_type}`."]
    answers = ", ".join(str(status) for status in one.answers)
    if answers:
        lines += ["", f"Answers: {answers}."]
    return "\n".join(lines) + "\n"
