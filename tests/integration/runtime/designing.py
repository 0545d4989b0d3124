"""Designing in tests: an app, a form with text fields, an edit, a publish. Through the public functions."""

from __future__ import annotations

from typing import Any

from runtime import definitions, drafts, publishing


def codes(problems: Any) -> list[str]:
    return [problem.code for problem in problems]


def new_app(platform: Any, actor: Any, key: str) -> Any:
    with platform.writing(actor) as work:
        app = definitions.create_app(work, key, {"zh-CN": "客户管理", "en": "CRM"})
    assert not isinstance(app, tuple), app
    return app


def new_form(platform: Any, actor: Any, app: str, key: str, fields: list[Any]) -> Any:
    """A published form; each field is a key (a text) or the field's words."""
    with platform.writing(actor) as work:
        outcome = definitions.create_form(work, work.catalogue.app(app), {"en": key.title()}, key=key)
        assert not isinstance(outcome, tuple), outcome
        draft = outcome.draft
        for field in [one for one in fields if one != "name"]:  # it begins with a name
            step = add_text(field) if isinstance(field, str) else {"edit": "add_field", "field": field}
            outcome = drafts.apply_edit(work, draft, step, draft.revision)
            assert outcome.is_applied, outcome
            draft = outcome.draft
        published = publishing.publish(work, draft.app, [key])
        assert published.is_published, published
        return work.catalogue.form(f"{app}.{key}")


def add_text(key: str, **words: Any) -> dict[str, Any]:
    field = {"key": key, "type": "text", "labels": {"zh-CN": key, "en": key.title()}, **words}
    return {"edit": "add_field", "field": field}


def change_label(field_id: str, label: str) -> dict[str, Any]:
    return {"edit": "change_field", "field": field_id, "changes": {"labels": {"zh-CN": label}}}


def open_draft(platform: Any, actor: Any, form: str, app: str = "crm") -> Any:
    with platform.reading(actor) as work:
        return drafts.open_draft(work, app, form)


def edit(
    platform: Any, actor: Any, form: str, words: Any, *, app: str = "crm", based_on: int | None = None
) -> Any:
    """One edit in a unit of work of its own, based on the newest revision unless told otherwise."""
    with platform.writing(actor) as work:
        draft = drafts.open_draft(work, app, form)
        return drafts.apply_edit(work, draft, words, draft.revision if based_on is None else based_on)


def publish(platform: Any, actor: Any, app: str, forms: list[str]) -> Any:
    with platform.writing(actor) as work:
        return publishing.publish(work, work.catalogue.app(app), forms)
