"""Parameters: what expressions read of single-record forms, and the language their texts are in.

In: a unit of work and an app. Out: `Settings`, a mapping of form id to values, each read on first use through
`Work.parameters`. Used by evaluation in Python (`runtime.linked`) and in SQL (`runtime.live`) alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from runtime.catalogue import AppVersion
    from runtime.platform import Work

Row = Mapping[str, Any]
LANGUAGE = "zh-CN"  # of stored formulas: the app's default language decides their texts


class Settings(Mapping[str, Row]):
    """The values of an app's single-record forms by form id, each read when it is first asked for."""

    def __init__(self, work: Work, app: AppVersion) -> None:
        self._work = work
        self._app = app

    def __getitem__(self, form_id: str) -> Row:
        form = self._app.find_form(form_id)
        if form is None or not form.form.is_single:
            raise KeyError(form_id)
        return self._work.parameters(form)

    def __iter__(self) -> Iterator[str]:
        return (form.id for form in self._app.forms if form.form.is_single)

    def __len__(self) -> int:
        return sum(1 for _ in self)
