"""An expression as a sentence: "状态 是 已完成 且 金额 大于 100".

In: a checked node, the world and a language (zh-CN, zh-TW, en). Out: `sentence`. Shown under filters,
rules and roll-ups for people who do not read formulas; nothing reads it back.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from expressions.evaluation import number_text
from expressions.functions import REGISTRY
from expressions.kinds import Kind
from expressions.names import index_of, option_label
from expressions.nodes import (
    Aggregate,
    Call,
    Const,
    Field,
    Follow,
    Items,
    Lines,
    Node,
    Parent,
    Setting,
)
from expressions.wording import LANGUAGES
from expressions.world import FormInfo, World

# {0}, {1} … are the arguments; {*} all of them, listed
PHRASES: dict[str, tuple[str, str, str]] = {
    "eq": ("{0} 是 {1}", "{0} 是 {1}", "{0} is {1}"),
    "ne": ("{0} 不是 {1}", "{0} 不是 {1}", "{0} is not {1}"),
    "lt": ("{0} 小于 {1}", "{0} 小於 {1}", "{0} is less than {1}"),
    "le": ("{0} 不超过 {1}", "{0} 不超過 {1}", "{0} is at most {1}"),
    "gt": ("{0} 大于 {1}", "{0} 大於 {1}", "{0} is greater than {1}"),
    "ge": ("{0} 不小于 {1}", "{0} 不小於 {1}", "{0} is at least {1}"),
    "in": ("{0} 是 {1}", "{0} 是 {1}", "{0} is {1}"),
    "INLIST": ("{0} 是 {1}", "{0} 是 {1}", "{0} is {1}"),
    "has": ("{1} 中有 {0}", "{1} 中有 {0}", "{1} has {0}"),
    "not": ("不满足（{0}）", "不滿足（{0}）", "not ({0})"),
    "BETWEEN": ("{0} 在 {1} 到 {2} 之间", "{0} 在 {1} 到 {2} 之間", "{0} is between {1} and {2}"),
    "ISEMPTY": ("{0} 为空", "{0} 為空", "{0} is empty"),
    "ISNOTEMPTY": ("{0} 不为空", "{0} 不為空", "{0} is not empty"),
    "CONTAINS": ("{0} 包含 {1}", "{0} 包含 {1}", "{0} contains {1}"),
    "STARTSWITH": ("{0} 开头是 {1}", "{0} 開頭是 {1}", "{0} starts with {1}"),
    "ENDSWITH": ("{0} 结尾是 {1}", "{0} 結尾是 {1}", "{0} ends with {1}"),
    "before": ("{0} 早于 {1}", "{0} 早於 {1}", "{0} is before {1}"),
    "after": ("{0} 晚于 {1}", "{0} 晚於 {1}", "{0} is after {1}"),
    "not_after": ("{0} 不晚于 {1}", "{0} 不晚於 {1}", "{0} is not after {1}"),
    "not_before": ("{0} 不早于 {1}", "{0} 不早於 {1}", "{0} is not before {1}"),
    "add": ("{0} 加 {1}", "{0} 加 {1}", "{0} plus {1}"),
    "sub": ("{0} 减 {1}", "{0} 減 {1}", "{0} minus {1}"),
    "mul": ("{0} 乘 {1}", "{0} 乘 {1}", "{0} times {1}"),
    "div": ("{0} 除以 {1}", "{0} 除以 {1}", "{0} divided by {1}"),
    "mod": ("{0} 除以 {1} 的余数", "{0} 除以 {1} 的餘數", "the remainder of {0} by {1}"),
    "pow": ("{0} 的 {1} 次方", "{0} 的 {1} 次方", "{0} to the power of {1}"),
    "neg": ("负 {0}", "負 {0}", "minus {0}"),
    "concat": ("{0} 接 {1}", "{0} 接 {1}", "{0} followed by {1}"),
    "IF": ("若 {0} 则 {1} 否则 {2}", "若 {0} 則 {1} 否則 {2}", "if {0} then {1} else {2}"),
    "TODAY": ("今天", "今天", "today"),
    "NOW": ("现在", "現在", "now"),
    "CURRENTUSER": ("当前用户", "目前使用者", "me"),
    "days_ago": ("{0} 天前", "{0} 天前", "{0} days ago"),
    "days_later": ("{0} 天后", "{0} 天後", "{0} days from now"),
    "STARTOF": ("{0} 所在{1}的第一天", "{0} 所在{1}的第一天", "the first day of the {1} of {0}"),
    "ENDOF": ("{0} 所在{1}的最后一天", "{0} 所在{1}的最後一天", "the last day of the {1} of {0}"),
    "DATEADD": ("{0} 加 {1} {2}", "{0} 加 {1} {2}", "{0} plus {1} {2}"),
    "DAYS": ("从 {1} 到 {0} 的天数", "從 {1} 到 {0} 的天數", "the days from {1} to {0}"),
    "ROUND": ("{0}（保留 {1} 位小数）", "{0}（保留 {1} 位小數）", "{0} rounded to {1} places"),
    "SUM": ("{*} 之和", "{*} 之和", "the sum of {*}"),
    "AVERAGE": ("{*} 的平均", "{*} 的平均", "the average of {*}"),
    "MIN": ("{*} 中最小的", "{*} 中最小的", "the least of {*}"),
    "MAX": ("{*} 中最大的", "{*} 中最大的", "the greatest of {*}"),
    "COUNT": ("{*} 的个数", "{*} 的個數", "the number of {*}"),
    "COUNTA": ("{*} 的个数", "{*} 的個數", "the number of {*}"),
    "distinct": ("不同的 {*} 的个数", "不同的 {*} 的個數", "the number of different {*}"),
    "rows": ("记录的个数", "記錄的個數", "the number of records"),
}
_JOINTS = {"and": (" 且 ", " 且 ", " and "), "or": (" 或 ", " 或 ", " or ")}
_LISTED = ("、", "、", ", ")
_OR_LISTED = (" 或 ", " 或 ", " or ")
_PARENT = ("上级记录的 {0}", "上層記錄的 {0}", "the parent's {0}")
_BLANK = ("空", "空", "blank")
_YES_NO = {True: ("是", "是", "yes"), False: ("否", "否", "no")}
_DATE_WORDS = {"lt": "before", "gt": "after", "le": "not_after", "ge": "not_before"}
_UNITS = {
    "year": ("年", "年", "year"), "quarter": ("季度", "季度", "quarter"), "month": ("月", "月", "month"),
    "week": ("周", "週", "week"), "day": ("天", "天", "day"), "hour": ("小时", "小時", "hour"),
    "minute": ("分钟", "分鐘", "minute"),
}  # fmt: skip
_BINDING = {"or": 1, "and": 2}
_DAYS = ("days_ago", "days_later")


def sentence(node: Node, world: World, language: str) -> str:
    """What the expression says, in the reader's language."""
    return _Speaker(world, language).say(node, 0)


class _Speaker:
    def __init__(self, world: World, language: str) -> None:
        self.names = index_of(world)
        self.language = language if language in LANGUAGES else "en"
        self.column = LANGUAGES.index(self.language)

    def say(self, node: Node, binding: int) -> str:
        if isinstance(node, Const):
            return self._const(node)
        if isinstance(node, (Field, Setting, Follow)):
            return self._read(node)
        if isinstance(node, Parent):
            inner = self.say(node.body, binding)
            return (
                self.one(_PARENT).replace("{0}", inner) if isinstance(node.body, (Field, Follow)) else inner
            )
        if isinstance(node, Lines):
            return self._lines(node)
        if isinstance(node, Items):
            return self.listed(node.items)
        if isinstance(node, Aggregate):
            return self._aggregate(node)
        return self._call(node, binding)

    def one(self, forms: tuple[str, str, str]) -> str:
        return forms[self.column]

    def listed(self, nodes: tuple[Node, ...], *, is_or: bool = False) -> str:
        return self.one(_OR_LISTED if is_or else _LISTED).join(self.say(one, 9) for one in nodes)

    # --- leaves -------------------------------------------------------------------------------------

    def _const(self, node: Const) -> str:
        value = node.value
        if value is None:
            return self.one(_BLANK)
        if isinstance(value, bool):
            return self.one(_YES_NO[value])
        if node.kind.name == "choice":
            return self._option(value, node.kind)
        if isinstance(value, (int, Decimal)):
            return number_text(value)
        return value.isoformat() if isinstance(value, date) else f"“{value}”"

    def _option(self, value: object, kind: Kind) -> str:
        found = next((one for one in kind.choices if one.id == value), None)
        return option_label(found, self.language) if found is not None else str(value)

    def _read(self, node: Node) -> str:
        if isinstance(node, Field):
            return self._label(self.names.world.forms.get(node.form), node.field)
        if isinstance(node, Follow):
            return f"{self._read(node.link)} · {self._read(node.body)}"
        return self._setting(node) if isinstance(node, Setting) else ""

    def _setting(self, node: Setting) -> str:
        form = self.names.world.forms.get(node.form)
        name = dict(form.labels).get(self.language, form.key) if form is not None else node.form
        return f"{name} · {self._label(form, node.field)}"

    def _label(self, form: FormInfo | None, field: str) -> str:
        info = form.by_id.get(field) if form is not None else None
        if info is None:
            return field
        labels = dict(info.labels)
        return (
            labels.get(self.language)
            or (labels.get("zh-CN") if self.language == "zh-TW" else None)
            or info.key
        )

    def _lines(self, node: Lines) -> str:
        owner = next((one for one in self.names.world.forms.values() if node.subform in one.by_id), None)
        name = self._label(owner, node.subform)
        if isinstance(node.body, Const):
            return name
        return f"{name} · {self.say(node.body, 9)}"

    # --- what has parts -----------------------------------------------------------------------------

    def _aggregate(self, node: Aggregate) -> str:
        if node.argument is None:
            return self.one(PHRASES["rows"])
        items = node.argument.items if isinstance(node.argument, Items) else (node.argument,)
        phrase = PHRASES["distinct" if node.is_distinct else node.function]
        return self.one(phrase).replace("{*}", self.listed(items))

    def _call(self, node: Call, binding: int) -> str:
        name = node.function.lower() if node.function in ("AND", "OR") else node.function
        if name in ("LABEL", "TODATE", "ASTEXT"):
            return self.say(node.arguments[0], binding)
        if name in _JOINTS:
            own = _BINDING[name]
            text = self.one(_JOINTS[name]).join(self.say(one, own + 1) for one in node.arguments)
            return self.bracketed(text) if own < binding else text
        text = self._phrase(name, node)
        is_loose = name in _LOOSE and self._variant(name, node) not in _DAYS
        return self.bracketed(text) if binding > 3 and is_loose else text

    def bracketed(self, text: str) -> str:
        return f"({text})" if self.language == "en" else f"（{text}）"

    def _phrase(self, name: str, node: Call) -> str:
        phrase = PHRASES.get(self._variant(name, node))
        if phrase is None:
            return self._unnamed(node)
        text = self.one(phrase)
        arguments = self._arguments(name, node)
        if len(arguments) > 2 and name in ("add", "mul", "concat"):
            joint = text.replace("{0}", "").replace("{1}", "")
            return joint.join(arguments)
        for position in range(3):
            shown = arguments[position] if position < len(arguments) else self.one(_BLANK)
            text = text.replace("{" + str(position) + "}", shown)
        return text

    def _variant(self, name: str, node: Call) -> str:
        """A more natural phrase where the kinds allow one."""
        if name in _DATE_WORDS and node.arguments[0].kind.name in ("date", "datetime"):
            return _DATE_WORDS[name]
        if name in ("in", "INLIST") and not isinstance(node.arguments[1], Items):
            return "has"
        if (
            name in ("sub", "add")
            and isinstance(node.arguments[0], Call)
            and node.arguments[0].function == "TODAY"
        ):
            return "days_ago" if name == "sub" else "days_later"
        return name

    def _arguments(self, name: str, node: Call) -> list[str]:
        variant = self._variant(name, node)
        if variant in _DAYS:
            return [self.say(node.arguments[1], 9)]
        if name in ("in", "INLIST") and isinstance(node.arguments[1], Items):
            return [self.say(node.arguments[0], 9), self.listed(node.arguments[1].items, is_or=True)]
        if name == "ROUND" and len(node.arguments) == 1:
            return [self.say(node.arguments[0], 9), "0"]
        inner = 0 if name in ("not", "IF") else 9
        return [self._unit(one) or self.say(one, inner) for one in node.arguments]

    def _unit(self, node: Node) -> str | None:
        is_unit = isinstance(node, Const) and isinstance(node.value, str) and node.value in _UNITS
        return self.one(_UNITS[node.value]) if is_unit and isinstance(node, Const) else None  # type: ignore[index]

    def _unnamed(self, node: Call) -> str:
        function = REGISTRY[node.function]
        name = function.zh if self.language != "en" and function.zh else function.name
        return f"{name}({self.listed(node.arguments)})"


_LOOSE = frozenset(
    {
        "eq",
        "ne",
        "lt",
        "le",
        "gt",
        "ge",
        "in",
        "add",
        "sub",
        "mul",
        "div",
        "mod",
        "pow",
        "concat",
        "BETWEEN",
        "IF",
    }
)
