"""What every field type answers: at most these methods. Everything else is found by `key`.

In: a `Field` (its config checked against `config_schema`). Out: `FieldType`. A type's other
surfaces live elsewhere under the same key: its column in `runtime/store/columns/`, its spreadsheet
cell in `runtime/sheets/cells/`, its templates in `templates/fields/<key>/`, its words in `locale/`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from builder.forms import Field
from builder.problems import Problem
from expressions.kinds import Kind

Group = Literal["basic", "people", "relations", "layout"]
Storage = Literal["column", "values", "lines", "none"]
Source = Literal["api", "page", "sheet"]
Role = Literal["formula", "condition", "measure", "default"]


@dataclass(frozen=True, slots=True)
class ParseContext:
    """What parsing may depend on besides the field: a naive time is one of `zone`.

    `source` "sheet" is a cell of a spreadsheet: there, a number in a link or member column is a
    name and not an id, and a number with too many decimals is rounded, not refused."""

    zone: str = "Asia/Shanghai"
    language: str = "zh-CN"
    source: Source = "api"


DEFAULT = ParseContext()


@dataclass(frozen=True, slots=True)
class ExpressionSlot:
    """An expression inside a config: `config[setting]` is `text`. With `form`, it is evaluated on
    the rows of that form and the field's own form is its PARENT."""

    setting: str
    text: str
    role: Role
    expect: Kind | None = None
    form: str | None = None


@dataclass(frozen=True, slots=True)
class Unresolved:
    """A reference that parsing cannot settle without data: the record service looks it up in sets.

    `target` is "member" or "record"; `by` is "id", "email", "name", "title" or a field id of the
    linked form; `value` is what was given."""

    target: Literal["member", "record"]
    by: str
    value: object


@dataclass(frozen=True, slots=True)
class Wording:
    """What turning a value into text needs: the reader's language and zone, and names by id."""

    language: str = "zh-CN"
    zone: str = "Asia/Shanghai"
    member_name: Callable[[int], str] = str
    record_title: Callable[[str, int], str] = lambda _, record: str(record)


class FieldType(ABC):
    """One kind of field, bound to one field of a form."""

    key: ClassVar[str]
    group: ClassVar[Group] = "basic"
    icon: ClassVar[str] = "forms"  # Tabler icon name
    config_schema: ClassVar[Mapping[str, Any]]
    is_computed: bool = False  # people never write it; a serial number decides by its config
    storage: ClassVar[Storage] = "column"
    can_title: ClassVar[bool] = True  # may name a record
    can_require: ClassVar[bool] = True
    can_be_unique: ClassVar[bool] = False
    can_default: ClassVar[bool] = True
    can_be_column: ClassVar[bool] = True  # may stand in a subform
    has_options: ClassVar[bool] = False
    has_columns: ClassVar[bool] = False
    form_setting: ClassVar[str | None] = None  # the entry of the config that holds a form's id
    field_setting: ClassVar[str | None] = None  # the entry that holds the id of a field of that form

    def __init__(self, field: Field) -> None:
        self.field = field
        self.config = field.config

    @abstractmethod
    def kind(self) -> Kind:
        """What its values are inside expressions."""

    @abstractmethod
    def parse(self, raw: object, context: ParseContext = DEFAULT) -> object | Problem:
        """Loose input (a page, JSON, a spreadsheet cell) → a strict value, `Unresolved`, None or
        a Problem. Called once, at the door. A strict value parses to itself."""

    @abstractmethod
    def json_schema(self) -> dict[str, Any]:
        """The JSON Schema of its value in the API; what the form's document publishes."""

    @abstractmethod
    def to_json(self, value: Any) -> object:
        """A strict value → the API's JSON value (docs/reference/api.md)."""

    @abstractmethod
    def to_text(self, value: Any, words: Wording) -> str:
        """A strict value → plain text for CSV, titles, history and joining with `&`."""

    def check_config(self) -> tuple[Problem, ...]:
        """Problems of the config that its JSON Schema cannot say. Pure."""
        return ()

    def expressions(self) -> tuple[ExpressionSlot, ...]:
        """The expressions in its config, as they stand."""
        return ()

    def is_blank(self, value: object) -> bool:
        return value is None or value in ("", ())
