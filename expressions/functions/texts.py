"""Text: joining, cutting, searching, and numbers and dates as text.

In: `str` (never ''), numbers. Out: `ENTRIES`, `as_text`. Length counts code points. An empty result is
blank: the compiler makes None of ''. Text longer than 100,000 characters is `#LIMIT!`.
"""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache

from expressions.evaluation import MAX_TEXT, Env, Number, fail, number_text, whole, zone_of
from expressions.functions import formats
from expressions.functions.entry import Example, Function, Parameter, always
from expressions.kinds import BOOL, TEXT, number

_YES = {"zh-CN": ("是", "否"), "zh-TW": ("是", "否"), "en": ("Yes", "No")}


def as_text(env: Env, value: object) -> str:
    """A value as `&` writes it: 1.50 → "1.5", a date as 2024-02-29, an instant in the workspace's zone."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return _YES.get(env.language, _YES["en"])[0 if value else 1]
    if isinstance(value, datetime):
        return value.astimezone(zone_of(env.zone)).isoformat(" ", "minutes")[:16]
    if isinstance(value, date):
        return value.isoformat()
    return number_text(value)  # type: ignore[arg-type]


def join(*parts: str | None) -> str:
    text = "".join([part for part in parts if part is not None])
    return text if len(text) <= MAX_TEXT else fail("#LIMIT!")


def left(text: str, count: Number = 1) -> str:
    return text[: _count(count)]


def right(text: str, count: Number = 1) -> str:
    size = _count(count)
    return text[-size:] if size else ""


def middle(text: str, start: Number, count: Number) -> str:
    first = whole(start)
    return text[first - 1 : first - 1 + _count(count)] if first >= 1 else fail("#VALUE!")


@lru_cache(maxsize=4096)
def upper_letter(letter: str) -> str:
    """One letter for one (ß stays): so every back end changes the same letters."""
    changed = letter.upper()
    return changed if len(changed) == 1 else letter


@lru_cache(maxsize=4096)
def lower_letter(letter: str) -> str:
    changed = letter.lower()
    return changed if len(changed) == 1 else letter


def upper(text: str) -> str:
    return text.upper() if text.isascii() else "".join(map(upper_letter, text))


def lower(text: str) -> str:
    return text.lower() if text.isascii() else "".join(map(lower_letter, text))


def trim(text: str) -> str:
    """As spreadsheets: no outer spaces, inner runs become one; the full-width space counts too."""
    return " ".join(part for part in text.replace("　", " ").split(" ") if part)


def substitute(text: str | None, old: str | None, new: str | None, which: Number | None = None) -> str | None:
    if not text or not old:
        return text
    if which is None:
        return _limited(text, old, new or "")
    nth = whole(which)
    if nth < 1:
        fail("#VALUE!")
    position = -1
    for _ in range(nth):
        position = text.find(old, position + 1 if position < 0 else position + len(old))
        if position < 0:
            return text
    return text[:position] + (new or "") + text[position + len(old) :]


def find(needle: str, text: str, start: Number = 1) -> int | None:
    """1-based; blank when not there (spreadsheets give an error)."""
    first = whole(start)
    if first < 1:
        fail("#VALUE!")
    position = text.find(needle, first - 1)
    return position + 1 if position >= 0 else None


def contains(text: str, part: str) -> bool:
    return part in text


def starts_with(text: str, part: str) -> bool:
    return text.startswith(part)


def ends_with(text: str, part: str) -> bool:
    return text.endswith(part)


def value(text: str) -> Number:
    number = formats.as_decimal(text)
    return number if number is not None else fail("#VALUE!")


def formatted(env: Env, shown: object, pattern: str | None = None) -> str:
    if pattern is None:
        return as_text(env, shown)
    if isinstance(shown, datetime):
        text = formats.format_moment(shown.astimezone(zone_of(env.zone)), pattern)
    elif isinstance(shown, date):
        text = formats.format_moment(shown, pattern)
    elif isinstance(shown, (str, bool)):
        text = as_text(env, shown)
    else:
        text = formats.format_number(shown, pattern)  # type: ignore[arg-type]
    return text if text is not None else fail("#VALUE!")


def _count(count: Number) -> int:
    size = whole(count)
    return min(size, MAX_TEXT) if size >= 0 else fail("#VALUE!")


def _limited(text: str, old: str, new: str) -> str:
    grown = len(text) + text.count(old) * (len(new) - len(old))
    return text.replace(old, new) if grown <= MAX_TEXT else fail("#LIMIT!")


_TEXT = Parameter("text", "文本", "text")
_COUNT = Parameter("count", "个数", "number", is_optional=True, default="1")
_PART = Parameter("part", "部分", "text")
_START = Parameter("start", "起点", "number", is_optional=True, default="1")
_POSITION = number(6, 0)

ENTRIES = (
    Function(
        "CONCATENATE",
        "连接",
        "text",
        (Parameter("value", "值", "shown", is_repeated=True),),
        always(TEXT),
        "把各值连成一段文本；空当作没有",
        "Joins values into one text; blank adds nothing",
        (Example('CONCATENATE("a", 1.50, BLANK)', '"a1.5"'),),
        aliases=("CONCAT", "拼接"),
        python=join,
        blanks="own",
        may_fail=True,
        may_be_blank=True,
    ),
    Function(
        "LEFT",
        "左",
        "text",
        (_TEXT, _COUNT),
        always(TEXT),
        "开头几个字",
        "The first characters",
        (
            Example('LEFT("织表软件", 2)', '"织表"'),
            Example('LEFT("abc")', '"a"'),
            Example('LEFT("abc", -1)', "#VALUE!"),
        ),
        aliases=("取左",),
        python=left,
        may_fail=True,
        may_be_blank=True,
    ),
    Function(
        "RIGHT",
        "右",
        "text",
        (_TEXT, _COUNT),
        always(TEXT),
        "结尾几个字",
        "The last characters",
        (Example('RIGHT("abc", 2)', '"bc"'),),
        aliases=("取右",),
        python=right,
        may_fail=True,
        may_be_blank=True,
    ),
    Function(
        "MID",
        "取中间",
        "text",
        (_TEXT, Parameter("start", "起点", "number"), Parameter("count", "个数", "number")),
        always(TEXT),
        "从第几个字起取几个字",
        "Characters from a position, counted from 1",
        (
            Example('MID("abcd", 2, 2)', '"bc"'),
            Example('MID("abcd", 0, 2)', "#VALUE!"),
            Example('MID("abcd", 9, 2)', "BLANK"),
        ),
        python=middle,
        may_fail=True,
        may_be_blank=True,
    ),
    Function(
        "LEN",
        "长度",
        "text",
        (_TEXT,),
        always(_POSITION),
        "有几个字；空为 0",
        "How many characters; of a blank 0",
        (Example('LEN("𠮷野家")', "3"), Example("LEN(BLANK)", "0")),
        blanks="own",
    ),
    Function(
        "UPPER",
        "大写",
        "text",
        (_TEXT,),
        always(TEXT),
        "字母变大写",
        "In capital letters",
        (Example('UPPER("abC")', '"ABC"'),),
        python=upper,
        may_be_blank=True,
    ),
    Function(
        "LOWER",
        "小写",
        "text",
        (_TEXT,),
        always(TEXT),
        "字母变小写",
        "In small letters",
        (Example('LOWER("ABc")', '"abc"'),),
        python=lower,
        may_be_blank=True,
    ),
    Function(
        "TRIM",
        "去空格",
        "text",
        (_TEXT,),
        always(TEXT),
        "去掉首尾空格，中间连续空格并为一个",
        "No outer spaces; inner runs become one",
        (Example('TRIM("  a   b ")', '"a b"'), Example('TRIM("  ")', "BLANK")),
        python=trim,
        may_be_blank=True,
    ),
    Function(
        "SUBSTITUTE",
        "替换",
        "text",
        (
            _TEXT,
            Parameter("old", "旧文本", "text"),
            Parameter("new", "新文本", "text"),
            Parameter("which", "第几个", "number", is_optional=True),
        ),
        always(TEXT),
        "把旧文本换成新文本；可只换第几个",
        "Puts new text in place of old, everywhere or the nth only",
        (
            Example('SUBSTITUTE("a-b-c", "-", "+")', '"a+b+c"'),
            Example('SUBSTITUTE("a-b-c", "-", "+", 2)', '"a-b+c"'),
            Example('SUBSTITUTE("a-b", "-", "")', '"ab"'),
        ),
        python=substitute,
        blanks="own",
        may_fail=True,
        may_be_blank=True,
    ),
    Function(
        "FIND",
        "查找",
        "text",
        (_PART, _TEXT, _START),
        always(_POSITION),
        "在文本中的位置，从 1 数起；没有则为空",
        "Where it is in the text, from 1; blank when it is not there",
        (Example('FIND("c", "abc")', "3"), Example('FIND("z", "abc")', "BLANK")),
        python=find,
        may_fail=True,
        may_be_blank=True,
    ),
    Function(
        "CONTAINS",
        "包含",
        "text",
        (_TEXT, _PART),
        always(BOOL),
        "文本中有这部分；多选中有这一项",
        "The text has this part; the choices have this one",
        (Example('CONTAINS("销售总监", "总")', "TRUE"), Example('CONTAINS("abc", "B")', "FALSE")),
        python=contains,
        shape="contains",
    ),
    Function(
        "STARTSWITH",
        "开头是",
        "text",
        (_TEXT, _PART),
        always(BOOL),
        "文本以它开头",
        "The text begins with it",
        (Example('STARTSWITH("abc", "ab")', "TRUE"),),
        python=starts_with,
    ),
    Function(
        "ENDSWITH",
        "结尾是",
        "text",
        (_TEXT, _PART),
        always(BOOL),
        "文本以它结尾",
        "The text ends with it",
        (Example('ENDSWITH("abc", "bc")', "TRUE"),),
        python=ends_with,
    ),
    Function(
        "TEXT",
        "格式化",
        "text",
        (Parameter("value", "值", "scalar"), Parameter("format", "格式", "text", is_optional=True)),
        always(TEXT),
        "按格式写成文本：0.00、#,##0、0%、yyyy-mm-dd、yyyy年m月d日、hh:mm",
        "As text by a format: 0.00, #,##0, 0%, yyyy-mm-dd, hh:mm",
        (
            Example('TEXT(1234.5, "#,##0.00")', '"1,234.50"'),
            Example('TEXT(0.126, "0%")', '"13%"'),
            Example('TEXT(#2024-02-09#, "yyyy年m月d日")', '"2024年2月9日"'),
            Example("TEXT(1.50)", '"1.5"'),
        ),
        python=formatted,
        takes_env=True,
        may_fail=True,
        may_be_blank=True,
        shape="format",
    ),
    Function(
        "VALUE",
        "转数字",
        "text",
        (_TEXT,),
        always(number(28, 10)),
        "把文本读成数字；读不成是 #VALUE!",
        "Reads a number from text; #VALUE! when it is none",
        (
            Example('VALUE("1,234.5")', "1234.5"),
            Example('VALUE("12%")', "0.12"),
            Example('VALUE("abc")', "#VALUE!"),
        ),
        python=value,
        aliases=("NUMBERVALUE",),
        may_fail=True,
    ),
)
