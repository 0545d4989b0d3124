"""The words of problems: for each code one sentence that says what is wrong and what to do.

In: nothing. Out: `PROBLEM_TEXTS`, code → translatable text with %(parameters)s. A test scans builder and
runtime and demands words for every code. Expression problems ("expression.…") have their own words in
expressions/wording.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from flask_babel.speaklater import LazyString

from app.problem_texts.access import ACCESS
from app.problem_texts.definitions import DEFINITIONS
from app.problem_texts.people import PEOPLE
from app.problem_texts.queries import QUERIES
from app.problem_texts.spreadsheets import SPREADSHEETS
from app.problem_texts.values import VALUES


class CodeTwiceError(Exception):
    """Two sentences for one code."""


def _merge(*parts: Mapping[str, LazyString]) -> Mapping[str, LazyString]:
    merged: dict[str, LazyString] = {}
    for part in parts:
        for code, text in part.items():
            if code in merged:
                raise CodeTwiceError(code)
            merged[code] = text
    return MappingProxyType(merged)


PROBLEM_TEXTS = _merge(ACCESS, DEFINITIONS, PEOPLE, QUERIES, SPREADSHEETS, VALUES)
