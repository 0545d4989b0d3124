"""The palette: the kinds of field that people choose from, and what a new field of each starts as.

In: a design. Out: `palette()` for the page, `new_field` the words of a new field, `type_word`. A tile is a
field type with settings: "phone" is a text with a format.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask_babel import force_locale
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from pypinyin import Style, lazy_pinyin

from app.language import LOCALES
from builder.edits.fields import numbered
from builder.fields.registry import get_type
from builder.forms import Field, Labels


@dataclass(frozen=True, slots=True)
class Tile:
    """One kind of field in the palette. `options` and `columns` count what a new one starts with."""

    key: str
    type: str
    label: LazyString
    icon: str
    config: Mapping[str, Any] = field(default_factory=dict)
    options: int = 0
    columns: int = 0
    more: str = ""  # further words that find it

    @property
    def can_be_column(self) -> bool:
        return get_type(self.type).can_be_column

    @property
    def words(self) -> str:
        """What the search looks in: the name, its pinyin, the initials."""
        name = str(self.label)
        syllables = lazy_pinyin(name)
        initials = "".join(lazy_pinyin(name, style=Style.FIRST_LETTER))
        return " ".join((name, "".join(syllables), initials, self.key, self.more)).lower()


@dataclass(frozen=True, slots=True)
class Group:
    label: LazyString
    tiles: tuple[Tile, ...]


GROUPS: tuple[Group, ...] = (
    Group(
        _l("Basic"),
        (
            Tile("text", "text", _l("Text"), "letter-t", more="string 文字 文本"),
            Tile("long_text", "long_text", _l("Long text"), "align-left", more="memo 备注 段落"),
            Tile("integer", "integer", _l("Whole number"), "number-123", more="整数 int"),
            Tile("number", "number", _l("Number"), "decimal", {"decimals": 2}, more="小数 decimal"),
            Tile("money", "money", _l("Money"), "currency-yuan", {"currency": "CNY"}, more="金额 price 价格"),
            Tile("percent", "percent", _l("Percent"), "percentage", more="比例 rate"),
            Tile("date", "date", _l("Date"), "calendar", more="日期 day"),
            Tile("datetime", "datetime", _l("Date and time"), "calendar-clock", more="时间 time"),
            Tile("yes_no", "yes_no", _l("Yes or no"), "toggle-right", more="开关 switch 布尔"),
            Tile("choice", "choice", _l("Single choice"), "circle-dot", options=3, more="下拉 select 选项"),
            Tile("choices", "choices", _l("Multiple choice"), "checkbox", options=3, more="标签 tags 选项"),
            Tile("serial", "serial", _l("Serial number"), "hash", {"pattern": "NO-{YYYY}{MM}-{0000}"},
                 more="编号 流水 number"),
        ),
    ),
    Group(
        _l("Contact & people"),
        (
            Tile("phone", "text", _l("Phone"), "phone", {"format": "phone"}, more="手机 电话 mobile"),
            Tile("email", "text", _l("E-mail"), "mail", {"format": "email"}, more="邮件"),
            Tile("url", "text", _l("Website"), "world", {"format": "url"}, more="网址 url 官网"),
            Tile("id_code", "text", _l("Credit code"), "barcode", {"format": "id_code"}, more="税号"),
            Tile("member", "member", _l("Member"), "user", more="人员 同事 person 负责人"),
        ),
    ),
    Group(
        _l("Links & computed"),
        (
            Tile("link", "link", _l("Linked record"), "link", more="关联 引用 lookup"),
            Tile("subform", "subform", _l("Subform"), "table-row", columns=1, more="明细 lines 子表"),
            Tile("rollup", "rollup", _l("Roll-up"), "sum", {"measure": "COUNT()"}, more="汇总 求和 统计"),
            Tile("formula", "formula", _l("Formula"), "math-function", more="计算 fx 公式"),
        ),
    ),
)  # fmt: skip
TILES: Mapping[str, Tile] = {tile.key: tile for group in GROUPS for tile in group.tiles}
_OPTION, _COLUMN = _l("Option %(number)s"), _l("Item")
_COLORS = ("blue", "green", "amber", "violet", "cyan", "pink", "teal", "orange", "indigo", "lime")


def tile_of(one: Field) -> Tile | None:
    """The tile that a field is one of: the one with its format, else the plain one of its type."""
    own = [tile for tile in TILES.values() if tile.type == one.type]
    special = one.config.get("format")
    wanted = [tile for tile in own if tile.config.get("format") == special]
    return next(iter(wanted or own), None)


def type_word(one: Field) -> str:
    tile = tile_of(one)
    return str(tile.label) if tile else one.type


def type_icon(one: Field) -> str:
    tile = tile_of(one)
    return tile.icon if tile else "question-mark"


def in_all_languages(text: LazyString, **params: object) -> dict[str, str]:
    """The same words in every language that labels have."""
    found = {}
    for tag, locale in LOCALES.items():
        with force_locale(locale):
            found[tag] = str(text) % params
    return found


def new_field(tile: Tile, siblings: tuple[Field, ...]) -> dict[str, Any]:
    """The words of a new field, its name free among its siblings."""
    labels: Labels = in_all_languages(tile.label)
    taken = {text for one in siblings for text in one.labels.values()}
    if taken & set(labels.values()):
        labels = numbered(labels, siblings)
    words: dict[str, Any] = {"type": tile.type, "labels": dict(labels), "config": dict(tile.config)}
    if tile.options:
        words["options"] = [
            {"labels": in_all_languages(_OPTION, number=at + 1), "color": _COLORS[at]}
            for at in range(tile.options)
        ]
    if tile.columns:
        words["columns"] = [{"type": "text", "labels": in_all_languages(_COLUMN)}]
    return words
