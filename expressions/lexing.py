"""Text into tokens, by positions of the original text; full-width punctuation counts as half-width.

In: the source text. Out: `lex(text) -> Lexed(tokens, problems)`. Called by the parser only. Brackets
are balanced here (what is missing is put in, what is too many left out, each with a problem), so that
the parser reads on and all problems come at once.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from expressions.errors import ExpressionProblem, Fix
from expressions.nodes import Span

MAX_NUMBER_DIGITS = 30
MAX_EXPONENT = 20
MAX_DEPTH = 64  # nodes below one another
MAX_BRACKETS = 2 * MAX_DEPTH

_TOKEN = re.compile(
    r"""
    (?P<space>\s+)
  | (?P<comment>(?://|／／)[^\n]*|/\*.*?(?:\*/|\Z))
  | (?P<text>"(?:[^"]|"")*"|'(?:[^']|'')*'|[“”„〝][^“”〝〞]*[”“〞]|[‘’][^‘’]*[’‘]|「[^」]*」|＂[^＂]*＂)
  | (?P<open_text>["'“”‘’「＂].*\Z)
  | (?P<date>\#\d{4}-\d{1,2}-\d{1,2}\#)
  | (?P<option>[{｛]\s*@[^}｝]*[}｝])
  | (?P<brace>[{｛][^{}｛｝]*[}｝])
  | (?P<number>(?:[0-9０-９]+(?:[.．][0-9０-９]+)?|[.．][0-9０-９]+)(?:[eEｅＥ][-+－＋]?[0-9０-９]+)?)
  | (?P<word>[^\W\d]\w*)
  | (?P<sign>===?|=<|=>|<=|>=|<>|!=|&&|\|\||[-+*/%^&=<>!(),;.\[\]|]
      |[＝！＜＞]＝|＝[＜＞]|＜＞|＆＆|｜｜|[－＋＊／％＾＆＝＜＞！（），；．【】［］｜、。·−×÷≠≤≥–—])
    """,
    re.VERBOSE | re.DOTALL,
)
_NAME = re.compile(r"\s*#?\w+")
_SIGNS = {
    "==": "=", "===": "=", "<>": "!=", "≠": "!=", "≤": "<=", "≥": ">=", "&&": "and", "||": "or",
    "−": "-", "–": "-", "—": "-", "×": "*", "÷": "/", "·": ".", "。": ".", "、": ",", ";": ",", "【": "[",
    "】": "]",
}  # fmt: skip
_TYPES = {
    "and": "AND", "or": "OR", "=": "COMPARE", "!=": "COMPARE", "<": "COMPARE", "<=": "COMPARE",
    ">": "COMPARE",
    ">=": "COMPARE", "&": "AMP", "+": "PLUS", "-": "MINUS", "*": "STAR", "/": "SLASH", "%": "PERCENT",
    "^": "CARET",
    "!": "BANG", "(": "LPAR", ")": "RPAR", "[": "LSQB", "]": "RSQB", ",": "COMMA", ".": "DOT",
}  # fmt: skip
_LITERALS: dict[str, tuple[str, object]] = {
    "TRUE": ("BOOL", True), "真": ("BOOL", True), "FALSE": ("BOOL", False), "假": ("BOOL", False),
    "BLANK": ("BLANK", None), "NULL": ("BLANK", None), "空": ("BLANK", None), "空值": ("BLANK", None),
}  # fmt: skip
_BETWEEN_WORDS = {  # between two operands
    "OR": ("OR", "or"), "或": ("OR", "or"), "或者": ("OR", "or"),
    "AND": ("AND", "and"), "且": ("AND", "and"), "并且": ("AND", "and"), "並且": ("AND", "and"),
    "IN": ("IN", "in"), "属于": ("IN", "in"), "屬於": ("IN", "in"), "NOT": ("NOT", "not"), "不": ("NOT",
    "not"),
    "等于": ("COMPARE", "="), "等於": ("COMPARE", "="), "不等于": ("COMPARE", "!="), "不等於": ("COMPARE",
    "!="),
    "大于": ("COMPARE", ">"), "大於": ("COMPARE", ">"), "小于": ("COMPARE", "<"), "小於": ("COMPARE", "<"),
    "大于等于": ("COMPARE", ">="), "小于等于": ("COMPARE", "<="), "不小于": ("COMPARE", ">="),
    "不大于": ("COMPARE", "<="),
}  # fmt: skip
_BEFORE_WORDS = {"NOT": ("NOT", "not"), "非": ("NOT", "not")}
_DISTINCT = ("DISTINCT", "去重", "不重复")
ENDS_OPERAND = frozenset({"NUMBER", "TEXT", "BOOL", "BLANK", "DATE", "OPTION", "NAME", "RPAR", "RSQB"})
_CLOSERS = {"LPAR": "RPAR", "LSQB": "RSQB"}
_CLOSING_SIGNS = {"RPAR": ")", "RSQB": "]"}


@dataclass(frozen=True, slots=True)
class Lexeme:
    """One token: `value` is what it stands for, `written` what was written."""

    type: str
    value: object
    span: Span
    written: str


@dataclass(slots=True)
class Lexed:
    """The tokens and what was wrong with them. Not `is_readable`: reading on makes no sense."""

    tokens: list[Lexeme] = field(default_factory=list)
    problems: list[ExpressionProblem] = field(default_factory=list)
    is_readable: bool = True


def lex(text: str) -> Lexed:
    found = Lexed()
    position = len(text) - len(text.lstrip())
    if text[position : position + 1] in ("=", "＝"):
        position += 1  # people start a formula with "=" as in a spreadsheet
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            position = _skip_unknown(text, position, found)
            continue
        position = _take(match, text, found)
    _balance(text, found)
    return found


def _take(match: re.Match[str], text: str, found: Lexed) -> int:
    group, span = match.lastgroup or "", match.span()
    if group == "comment" and match.group().startswith("/*") and not match.group().endswith("*/"):
        fix = Fix("insert", {"text": "*/"}, (len(text), len(text)), "*/")
        found.problems.append(ExpressionProblem("comment.unclosed", (span[0], span[0] + 2), {}, (fix,)))
    if group not in ("space", "comment"):
        _READERS[group](match.group(), span, text, found)
    return _percent_end(match.end(), group, text, found)


def _percent_end(end: int, group: str, text: str, found: Lexed) -> int:
    """`10%` is 0.1 unless an operand follows (then `%` is the remainder, as in `10 % 3`)."""
    if group != "number" or text[end : end + 1] not in ("%", "％") or not found.tokens:
        return end
    rest = text[end + 1 :].lstrip()
    if rest[:1].isalnum() or rest[:1] in tuple("_{｛(（\"'“‘[【#"):
        return end
    number = found.tokens[-1]
    if isinstance(number.value, Decimal):
        span = (number.span[0], end + 1)
        found.tokens[-1] = Lexeme("NUMBER", number.value.scaleb(-2), span, number.written + "%")
    return end + 1


def _skip_unknown(text: str, position: int, found: Lexed) -> int:
    sign = text[position]
    fixes = [Fix("remove", {"text": sign}, (position, position + 1), "")]
    code, params = "character.unknown", {"text": sign}
    if sign in "{｛":
        return _open_brace(text, position, found)
    if sign in "?？":
        code, fixes = "ternary", []
    found.is_readable = found.is_readable and sign not in "?？:："
    found.problems.append(ExpressionProblem(code, (position, position + 1), params, tuple(fixes)))
    return position + 1


def _open_brace(text: str, position: int, found: Lexed) -> int:
    """`{金额 + 1`: the name ends with its word."""
    name = _NAME.match(text, position + 1)
    end = name.end() if name is not None else len(text)
    fix = Fix("insert", {"text": "}"}, (end, end), "}")
    found.problems.append(
        ExpressionProblem("brace.unclosed", (position, end), {"text": text[position]}, (fix,))
    )
    if name is None:
        found.is_readable = False
    else:
        found.tokens.append(Lexeme("NAME", name.group().strip(), (position, end), text[position:end]))
    return end


# --- readers: one for each group of the pattern -----------------------------------------------


def _read_text(written: str, span: Span, _text: str, found: Lexed) -> None:
    inner = written[1:-1]
    if written[0] in "\"'":
        inner = inner.replace(written[0] * 2, written[0])
    found.tokens.append(Lexeme("TEXT", unicodedata.normalize("NFC", inner), span, written))


def _read_open_text(written: str, span: Span, text: str, found: Lexed) -> None:
    closing = {"“": "”", "‘": "’", "「": "」"}.get(written[0], written[0])
    fix = Fix("insert", {"text": closing}, (len(text), len(text)), closing)
    found.problems.append(ExpressionProblem("text.unclosed", span, {"text": written[0]}, (fix,)))
    found.tokens.append(Lexeme("TEXT", written[1:], span, written))


def _read_date(written: str, span: Span, _text: str, found: Lexed) -> None:
    year, month, day = (int(part) for part in written.strip("#").split("-"))
    try:
        found.tokens.append(Lexeme("DATE", date(year, month, day), span, written))
    except ValueError:
        found.problems.append(ExpressionProblem("date.impossible", span, {"text": written}))
        found.tokens.append(Lexeme("MISSING", None, span, written))


def _read_option(written: str, span: Span, _text: str, found: Lexed) -> None:
    found.tokens.append(Lexeme("OPTION", written[1:-1].strip()[1:].strip(), span, written))


def _read_brace(written: str, span: Span, _text: str, found: Lexed) -> None:
    inner = written[1:-1].strip()
    if inner:
        found.tokens.append(Lexeme("NAME", inner, span, written))
        return
    found.problems.append(ExpressionProblem("brace.empty", span))
    found.tokens.append(Lexeme("MISSING", None, span, written))


def _read_number(written: str, span: Span, _text: str, found: Lexed) -> None:
    plain = unicodedata.normalize("NFKC", written).lower()
    mantissa, _, exponent = plain.partition("e")
    digits = mantissa.replace(".", "")
    if len(digits) > MAX_NUMBER_DIGITS or len(exponent) > 3 or abs(int(exponent or "0")) > MAX_EXPONENT:
        params = {"most": MAX_NUMBER_DIGITS, "exponent": MAX_EXPONENT}
        found.problems.append(ExpressionProblem("number.too_long", span, params))
        found.tokens.append(Lexeme("MISSING", None, span, written))
        return
    found.tokens.append(Lexeme("NUMBER", Decimal(plain), span, written))


def _read_word(written: str, span: Span, text: str, found: Lexed) -> None:
    plain = unicodedata.normalize("NFKC", written)
    upper = plain.upper()
    before = found.tokens[-1].type if found.tokens else ""
    rest = text[span[1] :].lstrip()
    is_call = rest[:1] in ("(", "（")
    if before == "DOT":
        found.tokens.append(Lexeme("NAME", plain, span, written))
    elif before in ENDS_OPERAND and upper in ("不属于", "不屬於"):
        found.tokens.append(Lexeme("NOT", "not", (span[0], span[0] + 1), written[:1]))
        found.tokens.append(Lexeme("IN", "in", (span[0] + 1, span[1]), written[1:]))
    elif before in ENDS_OPERAND and upper in _BETWEEN_WORDS:
        kind, value = _BETWEEN_WORDS[upper]
        found.tokens.append(Lexeme(kind, value, span, written))
    elif before == "NOT" and upper in ("IN", "属于", "屬於"):
        found.tokens.append(Lexeme("IN", "in", span, written))
    elif upper in _LITERALS:
        found.tokens.append(Lexeme(*_LITERALS[upper], span, written))
    elif (
        before == "LPAR"
        and _is_in_call(found)
        and upper in _DISTINCT
        and rest[:1] not in (*".．·)）,，、=＝<>+*/&^%", "")
    ):
        found.tokens.append(Lexeme("DISTINCT", "DISTINCT", span, written))
    elif is_call:
        found.tokens.append(Lexeme("FUNCTION", plain, span, written))
    elif upper in _BEFORE_WORDS:
        found.tokens.append(Lexeme("NOT", "not", span, written))
    else:
        found.tokens.append(Lexeme("NAME", plain, span, written))


def _is_in_call(found: Lexed) -> bool:
    return len(found.tokens) > 1 and found.tokens[-2].type == "FUNCTION"


def _read_sign(written: str, span: Span, _text: str, found: Lexed) -> None:
    plain = _SIGNS.get(written) or unicodedata.normalize("NFKC", written)
    plain = _SIGNS.get(plain, plain)
    if plain in ("=<", "=>"):
        right = {"=<": "<=", "=>": ">="}[plain]
        fix = Fix("replace", {"text": right}, span, right)
        found.problems.append(
            ExpressionProblem("operator.order", span, {"text": written, "right": right}, (fix,))
        )
        plain = right
    if plain == "|":
        fix = Fix("replace", {"text": "||"}, span, "||")
        found.problems.append(ExpressionProblem("operator.single_bar", span, {"text": written}, (fix,)))
        plain = "or"
    found.tokens.append(Lexeme(_TYPES[plain], plain, span, written))


_READERS = {
    "text": _read_text, "open_text": _read_open_text, "date": _read_date, "option": _read_option,
    "brace": _read_brace,
    "number": _read_number, "word": _read_word, "sign": _read_sign,
}  # fmt: skip


# --- brackets -----------------------------------------------------------------------------------


def _balance(text: str, found: Lexed) -> None:
    """Close what is open at the end, leave out what closes nothing."""
    kept: list[Lexeme] = []
    opened: list[Lexeme] = []
    for token in found.tokens:
        if token.type in _CLOSERS:
            opened.append(token)
            if len(opened) > MAX_BRACKETS:
                found.problems.append(ExpressionProblem("limit.depth", token.span, {"most": MAX_DEPTH}))
                found.is_readable = False
                return
        elif token.type in _CLOSING_SIGNS:
            if not opened:
                fix = Fix("remove", {"text": token.written}, token.span, "")
                problem = ExpressionProblem("bracket.unopened", token.span, {"text": token.written}, (fix,))
                found.problems.append(problem)
                continue
            if any(_CLOSERS[one.type] == token.type for one in opened):
                while _CLOSERS[opened[-1].type] != token.type:  # `[(1, 2]`: the inner one is open
                    kept.append(_close(opened.pop(), token.span[0], found))
                opened.pop()
            else:
                token = _mismatched(token, _CLOSERS[opened.pop().type], found)
        kept.append(token)
    place = len(text.rstrip())
    kept.extend(_close(token, place, found) for token in reversed(opened))
    found.tokens = kept


def _close(opening: Lexeme, place: int, found: Lexed) -> Lexeme:
    closing = _CLOSING_SIGNS[_CLOSERS[opening.type]]
    fix = Fix("insert", {"text": closing}, (place, place), closing)
    params = {"text": opening.written, "closing": closing}
    found.problems.append(ExpressionProblem("bracket.unclosed", opening.span, params, (fix,)))
    return Lexeme(_CLOSERS[opening.type], closing, (place, place), "")


def _mismatched(token: Lexeme, wanted: str, found: Lexed) -> Lexeme:
    right = _CLOSING_SIGNS[wanted]
    fix = Fix("replace", {"text": right}, token.span, right)
    params = {"text": token.written, "right": right}
    found.problems.append(ExpressionProblem("bracket.mismatched", token.span, params, (fix,)))
    return Lexeme(wanted, right, token.span, token.written)
