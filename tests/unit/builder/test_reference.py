"""The reference page of field types is whole, and its examples are true."""

from __future__ import annotations

from typing import Any

import pytest

from builder.fields.reference import EXAMPLES, NOTES, Example, fields_reference
from builder.fields.registry import BY_KEY, field_type
from builder.forms import Field

CASES = [pytest.param(key, one, id=f"{key}-{one.given!r}") for key, some in EXAMPLES.items() for one in some]


def test_every_field_type_has_its_heading() -> None:
    page = fields_reference()
    for key in BY_KEY:
        assert f"\n## {key}\n" in page
        assert EXAMPLES[key] or NOTES[key]
    assert set(EXAMPLES) == set(BY_KEY)
    assert not [line for line in page.splitlines() if line != line.rstrip()]


@pytest.mark.parametrize(("key", "example"), CASES)
def test_examples_of_the_page_are_true(key: str, example: Example) -> None:
    config: dict[str, Any] = dict(example.settings or {})
    kind_of = field_type(Field("someid", "some", key, {"en": "Some"}, config=config))
    assert kind_of.to_json(kind_of.parse(example.given)) == example.json


def test_the_page_in_the_repository_is_up_to_date() -> None:
    from tools.generate_docs import out_of_date

    assert "docs/reference/fields.md" not in out_of_date()
