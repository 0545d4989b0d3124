"""A document against one of our own JSON Schemas, as problems with JSON pointers.

In: a schema of ours (of a kind of definition, of a field type's config) and a document. Out:
`check_shape`, `check_texts`. Nothing is ever fetched: the registry is empty, and a `$ref` of ours stays
inside.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

import jsonschema_rs
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError, best_match
from referencing import Registry

from builder.pointers import pointer
from builder.problems import Problem, shown

MOST_PROBLEMS = 50
_CODES = {
    "required": "definition.missing",
    "additionalProperties": "definition.unknown_word",
    "propertyNames": "definition.bad_name",
    "type": "definition.wrong_type",
    "enum": "definition.not_allowed",
    "const": "definition.not_allowed",
    "pattern": "definition.bad_name",
    "maxLength": "definition.too_long",
    "maxItems": "definition.too_many",
    "maxProperties": "definition.too_many",
    "minItems": "definition.too_few",
    "minProperties": "definition.too_few",
    "minLength": "definition.too_few",
    "minimum": "definition.out_of_range",
    "maximum": "definition.out_of_range",
    "uniqueItems": "definition.twice",
}


def check_shape(schema: Mapping[str, Any], document: object, path: str = "") -> tuple[Problem, ...]:
    """The problems of `document` by one of our own schemas, its pointer below `path`."""
    text = json.dumps(schema)
    if _is_plainly_valid(text, document):
        return ()
    found: dict[tuple[str, str | None], Problem] = {}
    for error in _errors(_validator(text), document):
        problem = _problem(error, path)
        found.setdefault((problem.code, problem.field), problem)
        if len(found) >= MOST_PROBLEMS:
            break
    return tuple(found.values())


def _is_plainly_valid(text: str, document: object) -> bool:
    """The compiled validator says yes or no some fifty times faster; only a no needs reasons."""
    try:
        return _quick_validator(text).is_valid(document)
    except ValueError:  # not even JSON for it: a lone surrogate, nesting without end
        return False


@lru_cache(maxsize=64)
def _quick_validator(text: str) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(_hardened(json.loads(text)))


@lru_cache(maxsize=64)
def _validator(text: str) -> Draft202012Validator:
    return Draft202012Validator(_hardened(json.loads(text)), registry=Registry())


def _hardened(schema: Any) -> Any:
    """In Python `$` also matches before a last line feed; a key must not end in one."""
    if isinstance(schema, dict):
        return {
            word: f"{value}(?!\\n)" if word == "pattern" and isinstance(value, str) else _hardened(value)
            for word, value in schema.items()
        }
    return [_hardened(one) for one in schema] if isinstance(schema, list) else schema


def _errors(validator: Draft202012Validator, document: object) -> Iterator[ValidationError]:
    for error in validator.iter_errors(document):
        while error.context:
            nearer = best_match(iter(error.context))
            if nearer is None:
                break
            error = nearer
        yield error


def _problem(error: ValidationError, path: str) -> Problem:
    word = str(error.validator)
    where = path + pointer(*error.absolute_path)
    params: dict[str, object] = {"given": _given(error.instance), "wanted": _wanted(error)}
    if word == "required":
        missing = [name for name in error.validator_value if name not in error.instance]
        params = {"wanted": missing[0]}
    elif word == "additionalProperties":
        known = error.schema.get("properties", {})
        params = {"given": shown(next(name for name in error.instance if name not in known))}
    return Problem(_CODES.get(word, "definition.invalid"), params, where)


def _given(instance: object) -> str:
    return shown(instance) if isinstance(instance, str | int | float | bool) else type(instance).__name__


def _wanted(error: ValidationError) -> object:
    value = error.validator_value
    if isinstance(value, list):
        return ", ".join(str(one) for one in value[:12])
    return value if isinstance(value, str | int | float | bool) else ""


def check_texts(document: object, path: str = "") -> tuple[Problem, ...]:
    """The first text, key or value, that no database keeps: with NUL or half a surrogate pair."""
    if isinstance(document, str):
        is_bad = any(sign == "\0" or "\ud800" <= sign <= "\udfff" for sign in document)
        return (Problem("definition.bad_character", {"given": shown(document)}, path),) if is_bad else ()
    pairs: Iterable[tuple[str | int, object]] = ()
    if isinstance(document, dict):
        pairs = document.items()
        bad = next((one for key in document if isinstance(key, str) for one in check_texts(key, path)), None)
        if bad is not None:
            return (bad,)
    elif isinstance(document, list | tuple):
        pairs = enumerate(document)
    for part, value in pairs:
        found = check_texts(value, path + pointer(part))
        if found:
            return found
    return ()
