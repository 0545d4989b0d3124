"""Every registered field type keeps the same promises; new ones are enrolled by the registry."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import jsonschema
import jsonschema_rs
import pytest
from referencing import Registry

from builder.fields.base import FieldType, ParseContext, Unresolved, Wording
from builder.fields.registry import (
    FIELD_TYPES,
    DuplicateFieldTypeError,
    UnknownFieldTypeError,
    by_key,
    field_type,
    get_type,
)
from builder.fields.settings import check_settings
from builder.forms import Field
from builder.problems import Problem, Problems, flatten
from expressions.kinds import Kind
from tests.unit.builder.samples import customer_form, labels, order_form

SHEET = ParseContext(source="sheet")
ID = "0" * 12 + "z"
SAMPLE_FIELDS = {one.type: one for form in (order_form(), customer_form()) for one in form.fields}
ODD: tuple[object, ...] = (
    None,
    "",
    " ",
    "\u3000",
    "x",
    "0",
    "-0",
    "1",
    "1.5",
    "１２",
    "1,234.50",
    "1e5",
    "1E400",
    "NaN",
    "Infinity",
    "-",
    "٣",
    "1_000",
    "0x1F",
    "2024-02-29",
    "2023-02-29",
    "2024/2/29 08:05",
    "2024-02-30T10:00:00Z",
    "true",
    "是",
    "🙂",
    "é",
    "e\u0301",
    "a\x00b",
    "a\ud800b",
    "\ufffe",
    "a\x07b",
    "line\nline",
    "=1+1",
    "<script>",
    "' OR 1=1 --",
    "x" * 600,
    "9" * 400,
    True,
    False,
    0,
    1,
    -1,
    5.0,
    0.1,
    -0.0,
    1e308,
    float("nan"),
    float("inf"),
    10**17,
    10**30,
    2**63,
    Decimal("1.10"),
    Decimal("NaN"),
    Decimal("1e999"),
    date(2024, 2, 29),
    datetime(2024, 2, 29, 8, 5),
    datetime(1, 1, 1, tzinfo=UTC),
    datetime(9999, 12, 31, 23, 59, tzinfo=timezone(timedelta(hours=-12))),
    [],
    [None],
    ["a"],
    [["a"]],
    {},
    {"id": ID},
    {"id": 3},
    {"by": {"field": "name", "value": "x"}},
    {"by": 1},
    [{}],
    [{"qty": "x"}],
    [{"id": "zz"}],
    b"bytes",
    object(),
)


def every_type() -> list[Any]:
    return [pytest.param(kind, id=kind.key) for kind in FIELD_TYPES]


def sample(kind: type[FieldType]) -> FieldType:
    return field_type(SAMPLE_FIELDS[kind.key])


def strict_values(kind_of: FieldType, context: ParseContext) -> Iterator[object]:
    for raw in ODD:
        value = kind_of.parse(raw, context)
        if not isinstance(value, Problem | Unresolved):
            yield value


@pytest.mark.parametrize("kind", every_type())
def test_every_type_has_a_sample_and_a_lawful_config_schema(kind: type[FieldType]) -> None:
    assert kind.key in SAMPLE_FIELDS
    jsonschema.Draft202012Validator.check_schema(kind.config_schema)
    assert kind.config_schema.get("additionalProperties") is False
    assert check_settings(SAMPLE_FIELDS[kind.key]) == ()
    faces = [
        name for name in vars(FieldType) if not name.startswith("_") and callable(getattr(FieldType, name))
    ]
    assert len(faces) <= 8


@pytest.mark.parametrize("kind", every_type())
@pytest.mark.parametrize("context", [ParseContext(), SHEET], ids=["api", "sheet"])
def test_odd_input_gives_a_value_or_a_problem(kind: type[FieldType], context: ParseContext) -> None:
    for raw in ODD:
        value = sample(kind).parse(raw, context)
        if isinstance(value, Problem):
            assert value.code.partition(".")[2]
            assert value.params or isinstance(value, Problems), value
            for part in flatten(value, "x"):
                assert part.field
                assert part.field.startswith("x")


@pytest.mark.parametrize("kind", every_type())
def test_a_strict_value_parses_to_itself(kind: type[FieldType]) -> None:
    kind_of = sample(kind)
    for value in strict_values(kind_of, ParseContext()):
        again = kind_of.parse(value)
        assert again == value
        assert type(again) is type(value)


@pytest.mark.parametrize("kind", every_type())
def test_json_is_by_the_schema_and_comes_back(kind: type[FieldType]) -> None:
    kind_of = sample(kind)
    optional = field_type(replace(kind_of.field, is_required=False))
    schema = optional.json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    ours = jsonschema.Draft202012Validator(schema, registry=Registry())
    theirs = jsonschema_rs.validator_for(
        {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
    )
    for value in strict_values(optional, ParseContext()):
        shown = optional.to_json(value)
        assert ours.is_valid(shown), (value, shown)
        assert theirs.is_valid(shown), (value, shown)
        assert optional.parse(shown) == value


@pytest.mark.parametrize("kind", every_type())
def test_blank_is_none_or_empty_and_has_no_text(kind: type[FieldType]) -> None:
    kind_of = sample(kind)
    for raw in (None, ""):
        value = kind_of.parse(raw)
        assert kind_of.is_blank(value)
        assert kind_of.to_text(value, Wording()) == ""


@pytest.mark.parametrize("kind", every_type())
def test_text_for_csv_reads_back(kind: type[FieldType]) -> None:
    kind_of = sample(kind)
    if kind.key in ("link", "member", "subform"):
        return  # their text is a name: only data can resolve it
    wording = Wording(zone="Asia/Shanghai")
    for value in strict_values(kind_of, ParseContext()):
        assert kind_of.parse(kind_of.to_text(value, wording), SHEET) == (value if value != () else ())


@pytest.mark.parametrize("kind", every_type())
def test_kinds_are_known_to_the_language(kind: type[FieldType]) -> None:
    assert isinstance(sample(kind).kind(), Kind)
    bare = Field("barefd", "bare", kind.key, labels("空", "Bare"))
    assert isinstance(field_type(bare).kind(), Kind)  # a draft may lack every setting
    assert field_type(bare).json_schema()


def test_registry_law() -> None:
    with pytest.raises(UnknownFieldTypeError, match="laser"):
        get_type("laser")
    with pytest.raises(DuplicateFieldTypeError, match="text"):
        by_key((get_type("text"), get_type("text")))
    stranger = field_type(Field("laserx", "laser", "laser", labels("激光", "Laser")))
    assert stranger.to_text("kept", Wording()) == "kept"
    assert isinstance(stranger.parse("new"), Problem)
