"""Form documents: exact round trips, lawful JSON Schemas, and every mistake with its place."""

from __future__ import annotations

import copy
import json
import time
from collections.abc import Callable
from typing import Any

import jsonschema
import jsonschema_rs
import pytest
from referencing import Registry

from builder.apps import read_app, write_app
from builder.definitions import KINDS, check_document, schema_of
from builder.documents import read_form, write_form
from builder.edits import read_edit
from builder.fields.options import COLORS
from builder.fields.registry import FIELD_TYPES, field_type
from builder.json_text import read_json, write_json
from builder.pointers import find_spot
from builder.problems import Problem, shown
from builder.views import default_view, read_view, write_view
from builder.world import build_world
from tests.unit.builder.samples import customer_form, order_form, sales_app, settings_form

FORMS = [customer_form(), order_form(), settings_form()]
ID = "0" * 12 + "z"


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.key)
def test_documents_round_trip_exactly(form: Any) -> None:
    document = write_form(form)
    assert read_form(document) == form
    text = write_json(document)
    again = read_json(text.encode())
    assert again == document
    assert write_json(write_form(read_form(again))) == text  # type: ignore[arg-type]
    assert check_document("form", again) == ()


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.key)
def test_a_form_is_a_json_schema_of_2020_12(form: Any) -> None:
    document = write_form(form)
    jsonschema.Draft202012Validator.check_schema(document)
    assert jsonschema_rs.meta.is_valid(document)


def test_all_field_types_are_in_the_samples() -> None:
    used = {one.type for form in FORMS for one in form.fields}
    assert used == {kind.key for kind in FIELD_TYPES}


GOOD = {
    "name": "铭瑞",
    "credit_code": "91350100M000100Y43",
    "staff": 5,
    "score": 1.5,
    "balance": "123456789012.5",
    "share": 0.1,
    "since": "2024-02-29",
    "seen_at": "2024-02-29T00:00:00Z",
    "locked": False,
    "level": "a",
    "tags": ["annual"],
    "manager": {"id": ID, "name": "李娜"},
    "parent_firm": {"by": {"field": "name", "value": "x"}},
    "note": None,
}


@pytest.mark.parametrize(
    ("change", "is_valid"),
    [
        ({}, True),
        ({"name": None}, False),
        ({"name": ""}, False),
        ({"level": "key"}, False),
        ({"level": None}, True),
        ({"staff": 1.5}, False),
        ({"staff": -1}, False),
        ({"staff": 10**7}, False),
        ({"balance": 5}, False),
        ({"tags": ["annual", "annual"]}, False),
        ({"since": 5}, False),
        ({"manager": ID}, True),
        ({"manager": 5}, False),
        ({"unheard": 1}, False),
        ({"credit_code": "x"}, False),
        ({"locked": "yes"}, False),
        ({"order_amount": None}, True),
        ({"parent_firm": {"title": "x"}}, False),
    ],
)
def test_two_validators_agree_about_records(change: dict[str, Any], is_valid: bool) -> None:
    document = write_form(customer_form())
    record = {**GOOD, **change}
    assert jsonschema.Draft202012Validator(document, registry=Registry()).is_valid(record) is is_valid
    assert jsonschema_rs.validator_for(document).is_valid(record) is is_valid


def test_values_as_parsed_and_shown_validate() -> None:
    form = order_form()
    raw = {"customer": ID, "date": "2024/2/29", "lines": [{"qty": "2", "price": "5.50"}]}
    shown_record = {}
    for key, given in raw.items():
        kind_of = field_type(form.by_key[key])
        shown_record[key] = kind_of.to_json(kind_of.parse(given))
    document = write_form(form)
    jsonschema.Draft202012Validator(document, registry=Registry()).validate(shown_record)
    assert jsonschema_rs.validator_for(document).is_valid(shown_record)


def put(path: str, value: object) -> Callable[[dict[str, Any]], None]:
    def change(document: dict[str, Any]) -> None:
        *way, last = path.split("/")
        target: Any = document
        for part in way:
            target = target[int(part)] if isinstance(target, list) else target[part]
        if isinstance(target, list):
            target.insert(int(last), value)
        elif value is ...:
            del target[last]
        else:
            target[last] = value

    return change


@pytest.mark.parametrize(
    ("path", "value", "code", "where"),
    [
        ("x-id", ..., "definition.missing", ""),
        ("x-key", "Customer", "definition.bad_name", "/x-key"),
        ("x-key", "customer\n", "definition.bad_name", "/x-key"),
        ("x-colour", "red", "definition.unknown_word", ""),
        ("x-color", "octarine", "definition.not_allowed", "/x-color"),
        ("x-labels", {}, "definition.too_few", "/x-labels"),
        ("x-labels", {"zh_CN": "x"}, "definition.bad_name", "/x-labels"),
        ("$ref", "http://127.0.0.1:9/x", "definition.unknown_word", ""),
        ("properties/name/$ref", "file:///etc/passwd", "definition.unknown_word", "/properties/name"),
        ("properties/name/patternProperties", {"^(a+)+$": {}}, "definition.unknown_word", "/properties/name"),
        (
            "properties/name/x-config/max_length",
            "long",
            "definition.wrong_type",
            "/properties/name/x-config/max_length",
        ),
        ("properties/name/x-config/colour", 1, "definition.unknown_word", "/properties/name/x-config"),
        ("properties/parent_firm/x-config", {}, "definition.missing", "/properties/parent_firm/x-config"),
        ("properties/name/x-type", "laser", "field.unknown_type", "/properties/name/x-type"),
        ("properties/name/x-id", "custco", "form.id_twice", "/properties/credit_code/x-id"),
        (
            "properties/id",
            {"x-id": "newone", "x-type": "text", "x-labels": {"en": "x"}},
            "field.key_reserved",
            "/properties/id",
        ),
        ("properties/phone/x-aliases", ["email"], "field.key_twice", "/properties/phone/x-aliases"),
        (
            "properties/staff/x-config",
            {"min": 5, "max": 2},
            "config.min_above_max",
            "/properties/staff/x-config/max",
        ),
        ("properties/level/x-options/0/key", "b", "choice.option_twice", "/properties/level/x-options/1"),
        ("properties/level/x-options", [], "choice.no_options", "/properties/level/x-options"),
        (
            "properties/note/x-options",
            [{"id": "optone", "key": "a", "labels": {"en": "a"}}],
            "field.no_options_here",
            "/properties/note/x-options",
        ),
        ("properties/note/x-unique", True, "field.cannot_be_unique", "/properties/note/x-unique"),
        (
            "properties/order_amount/x-default",
            "1",
            "field.cannot_default",
            "/properties/order_amount/x-default",
        ),
        ("x-title", "custno", "form.title_type", "/x-title"),
        ("x-title", "nowhere", "form.title_missing", "/x-title"),
        ("x-layout/0/rows/0", ["custno"], "layout.field_twice", "/x-layout/1/rows/0/0"),
        ("x-layout/0/rows/0", ["nowhere"], "layout.unknown_field", "/x-layout/0/rows/0/0"),
        ("x-layout/0/rows/0", ["custna", "custco", "custph"], "definition.too_many", "/x-layout/0/rows/0"),
        ("x-layout", [], "layout.field_missing", "/properties/name"),
        ("x-rules/0/field", "nowhere", "rule.field_missing", "/x-rules/0/field"),
        ("required", ["order_amount"], "field.cannot_require", "/properties/order_amount"),
    ],
)
def test_bad_definitions_say_what_and_where(path: str, value: object, code: str, where: str) -> None:
    document = copy.deepcopy(write_form(customer_form()))
    put(path, value)(document)
    problems = check_document("form", document)
    assert (code, where) in [(one.code, one.field) for one in problems], problems


@pytest.mark.parametrize("junk", [None, 5, "x", [], {}, {"x-kind": "form"}, {"x-kind": []}, [[]]])
def test_junk_is_refused_for_every_kind(junk: object) -> None:
    for kind in KINDS:
        assert check_document(kind, junk)
    with pytest.raises(KeyError):
        check_document("spell", junk)


@pytest.mark.parametrize("bad", ["a\0b", "a\ud800b"])
def test_texts_that_no_database_keeps_are_refused(bad: str) -> None:
    document = copy.deepcopy(write_form(customer_form()))
    document["properties"]["name"]["x-labels"]["en"] = bad
    found = check_document("form", document)
    assert [(one.code, one.field) for one in found] == [
        ("definition.bad_character", "/properties/name/x-labels/en")
    ]
    edit = {"edit": "change_field", "field": "custna", "changes": {"help": {"en": bad}}}
    problem = read_edit(edit)
    assert isinstance(problem, Problem)
    assert problem.code == "definition.bad_character"


def test_our_schemas_are_lawful_and_stay_inside() -> None:
    for kind in KINDS:
        schema = schema_of(kind)
        jsonschema.Draft202012Validator.check_schema(schema)
        assert "http" not in json.dumps(schema).replace("https://json-schema.org/draft/2020-12/schema", "")
    for kind in ("form", "app", "bundle"):
        text = json.dumps(schema_of(kind))
        assert json.dumps({"enum": list(COLORS)})[1:-1] in text


def test_hostile_documents_cost_little() -> None:
    document: dict[str, Any] = copy.deepcopy(write_form(customer_form()))
    document["x-key"] = "a" * 100_000 + "!"
    document["properties"]["name"]["x-labels"] = {"en": "a" * 900, "zh-CN": "x" * 900}
    started = time.perf_counter()
    assert check_document("form", document)
    assert time.perf_counter() - started < 1


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (b'{"a": 1, "a": 2}', "json.duplicate_key"),
        (b"[NaN]", "json.not_a_number"),
        (b"[Infinity]", "json.not_a_number"),
        (b"[" * 100_000, "json.too_deep"),
        (b"[" + b"9" * 5000 + b"]", "json.number_too_long"),
        (b"[1e999]", "json.number_too_long"),
        (b'["\\ud800"]', "json.lone_surrogate"),
        (b"\xff", "json.not_utf8"),
        (b"{", "json.not_json"),
        (b"", "json.not_json"),
    ],
)
def test_unlawful_json_is_refused_with_a_reason(text: bytes, code: str) -> None:
    found = read_json(text)
    assert isinstance(found, Problem)
    assert found.code == code


def test_written_json_reads_well_and_back() -> None:
    document = {
        "a": [],
        "b": {"x": 1.5, "y": None},
        "c": [{"k": "长" * 60}, {"k": ["z"] * 40}],
        "d": {"e": {"f": {"g": 1}}},
    }
    text = write_json(document)
    assert read_json(text.encode()) == document
    assert '  "b": {"x": 1.5, "y": null},' in text
    assert max(len(line) for line in text.splitlines() if "z" not in line) <= 110


def test_views_and_apps_round_trip() -> None:
    documents = sales_app()
    for view in documents.views:
        document = write_view(view)
        assert read_view(document) == view
        assert check_document("view", document) == ()
    document = write_app(documents.app)
    assert read_app(document) == documents.app
    assert check_document("app", document) == ()
    document["groups"][1]["forms"] = ["custf"]
    assert [one.code for one in check_document("app", document)] == ["definition.twice"]
    assert default_view(order_form()).columns == ("ordno", "ordcu", "ordday", "ordto")


def test_world_holds_forms_subforms_and_system_fields() -> None:
    world = build_world(FORMS)
    assert set(world.forms) == {"custf", "orderf", "paramf", "linesf"}
    assert world.get("linesf").parent == "orderf"
    assert world.get("paramf").is_single
    order = world.get("orderf").by_id
    assert order["linesf"].kind.item is not None
    assert order["linesf"].kind.item.form == "linesf"
    assert order["ordcu"].is_link
    assert {"created_at", "created_by", "updated_at", "updated_by", "owner", "id"} <= set(order)
    assert world.get("custf").by_id["custfo"].is_today_dependent


def test_the_field_of_a_pointer_is_found() -> None:
    spot = find_spot(order_form(), "/properties/lines/items/properties/qty/x-config/min")
    assert spot is not None
    assert spot.field.id == "lineqt"
    assert spot.within is not None
    assert find_spot(order_form(), "/x-title") is None


def test_what_was_given_is_shown_safely() -> None:
    assert shown("a\x00\nb") == "a��b"
    assert shown(10**5000) == "…"
    assert len(shown("x" * 500)) == 61
    assert shown([1]) == "list"
