"""Completion: what may be written at the cursor, in the reader's language.

In: the text so far, the cursor, the world and the form. Out: `complete`, at most 50 `Completion`s, best
first: fields (behind a dot those of the linked form, the subform, the settings), functions with their
signature and help, options after a comparison with a choice. Called by the expression editor.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from expressions.errors import Words
from expressions.functions import REGISTRY, Function, find_function
from expressions.kinds import Kind
from expressions.lexing import ENDS_OPERAND, Lexeme, lex
from expressions.names import index_of, option_label
from expressions.nodes import Name, Span
from expressions.resolver import Line, Resolver, Scope, brace, subform_id
from expressions.suggestions import Suggestions, fold, spellings
from expressions.world import FieldInfo, FormInfo, World

MOST = 50
_OPEN_TEXT = re.compile(r"[\"“][^\"“”]*\Z")
_OPEN_BRACE = re.compile(r"[{｛][^{}｛｝]*\Z")
_WORD = re.compile(r"[^\W\d]\w*\Z")


@dataclass(frozen=True, slots=True)
class Completion:
    """Put `text` in place of `span`; show `label`, beside it `detail`, and `docs` when asked."""

    what: Literal["field", "function", "option", "form", "word"]
    text: str
    label: str
    detail: str
    docs: str
    span: Span


def complete(
    text: str, position: int, world: World, form_id: str, language: str, *, parent_form: str | None = None
) -> list[Completion]:
    """What may stand at `position`."""
    return _Cursor(text[:position], world, form_id, language, parent_form).found()


@dataclass(frozen=True, slots=True)
class SignatureHelp:
    """The call that the cursor stands in: its signature, and which parameter is being written."""

    function: str
    signature: str
    parameter: int
    docs: str


def signature_at(text: str, position: int, language: str) -> SignatureHelp | None:
    """Help for the innermost call around `position`, if there is one."""
    open_calls: list[list[Any]] = []  # the name before each open bracket, and the commas since
    before: Lexeme | None = None
    for token in lex(text[:position]).tokens:
        if not token.written:
            break  # brackets that the lexer closed
        if token.type in ("LPAR", "LSQB"):
            open_calls.append([before.value if before and before.type == "FUNCTION" else None, 0])
        elif token.type in ("RPAR", "RSQB") and open_calls:
            open_calls.pop()
        elif token.type == "COMMA" and open_calls:
            open_calls[-1][1] += 1
        before = token
    for name, commas in reversed(open_calls):
        function = find_function(str(name)) if name else None
        if function is not None:
            last = max(len(function.parameters) - 1, 0)
            docs = function.docs_zh if language.startswith("zh") else function.docs_en
            return SignatureHelp(function.name, function.signature(language), min(commas, last), docs)
    return None


class _Cursor:
    """The text before the cursor, cut into what is finished and what is being written."""

    def __init__(self, text: str, world: World, form_id: str, language: str, parent_form: str | None) -> None:
        self.language = language
        self.names = index_of(world)
        form = world.get(form_id)
        above = parent_form or form.parent
        self.scope = Scope((form, world.get(above)) if above is not None else (form,))
        self.resolver = Resolver(self.names, lambda _problem: None, Suggestions())
        self.start, self.written, self.is_text = self._partial(text)
        self.before = lex(text[: self.start]).tokens
        while self.before and not self.before[-1].written:
            self.before.pop()  # brackets that the lexer closed
        self.span = (self.start, len(text))

    def _partial(self, text: str) -> tuple[int, str, bool]:
        if text.count('"') % 2 or text.rfind("“") > text.rfind("”"):
            found = _OPEN_TEXT.search(text)
            if found is not None:
                return found.start(), found.group()[1:], True
        for pattern, skipped in ((_OPEN_BRACE, 1), (_WORD, 0)):
            found = pattern.search(text)
            if found is not None:
                return found.start(), found.group()[skipped:], False
        return len(text), "", False

    def found(self) -> list[Completion]:
        scored = []
        for position, (names, one) in enumerate(self._candidates()):
            score = _score(fold(self.written), names)
            if score is not None:
                scored.append((*score, position, one))
        return [entry[-1] for entry in sorted(scored, key=lambda entry: entry[:3])[:MOST]]

    def _candidates(self) -> Iterator[tuple[tuple[str, ...], Completion]]:
        options = self._options_expected()
        if options is not None:
            yield from self._options(options)
            if self.is_text:
                return
        if self.is_text:
            return
        if self.before and self.before[-1].type == "DOT":
            yield from self._behind_dot()
        elif self.before and self.before[-1].type in ENDS_OPERAND:
            yield from self._joints()
        else:
            yield from self._fields(self.scope.chain[0])
            yield from self._beginnings()
            yield from self._functions()

    # --- what a place takes -------------------------------------------------------------------------

    def _options_expected(self) -> Kind | None:
        """The choice that stands before `=`, `!=`, `in [` … here."""
        at = len(self.before) - 1
        while at >= 0 and self.before[at].type in ("LSQB", "COMMA", "TEXT", "OPTION"):
            at -= 1
        if at < 1 or self.before[at].type not in ("COMPARE", "IN"):
            return None
        if self.before[at].type == "COMPARE" and at != len(self.before) - 1:
            return None
        kind = self._kind_of(self._path_ending(at - 1))
        return kind if kind is not None and kind.choices else None

    def _path_ending(self, at: int) -> Name | None:
        parts: list[Lexeme] = []
        while at >= 0 and self.before[at].type == "NAME":
            parts.insert(0, self.before[at])
            if at < 2 or self.before[at - 1].type != "DOT":
                break
            at -= 2
        if not parts:
            return None
        spans = tuple(one.span for one in parts)
        return Name(tuple(str(one.value) for one in parts), spans, (spans[0][0], spans[-1][1]))

    def _kind_of(self, name: Name | None) -> Kind | None:
        if name is None:
            return None
        line = self.resolver.subform_of(name, self.scope)
        scope = Scope(self.scope.chain, line) if line is not None else self.scope
        node = self.resolver.resolve(name, scope)
        if node is None:
            return None
        return node.kind.item if node.kind.is_list and node.kind.item is not None else node.kind

    def _behind_dot(self) -> Iterator[tuple[tuple[str, ...], Completion]]:
        name = self._path_ending(len(self.before) - 2)
        form = self._form_behind(name) if name is not None else None
        if form is not None:
            yield from self._fields(form)

    def _form_behind(self, name: Name) -> FormInfo | None:
        """The form whose fields follow the dot after `name`."""
        if len(name.parts) == 1 and name.parts[0].upper() == "PARENT" and len(self.scope.chain) > 1:
            return self.scope.chain[1]
        line = self.resolver.subform_of(name, self.scope)
        if line is not None and self._is_subform(name, line):
            return line.form
        single = self.names.single(name.parts[0]) if len(name.parts) == 1 else None
        if single is not None and not self.names.fields(self.scope.chain[0]).find(name.parts[0]):
            return single
        kind = self._kind_of(name)
        return (
            self.names.world.forms.get(kind.form or "")
            if kind is not None and kind.name == "record"
            else None
        )

    def _is_subform(self, name: Name, line: Line) -> bool:
        return fold(name.parts[-1]) in {fold(one) for one in _names_of(self._field_of(line))}

    def _field_of(self, line: Line) -> FieldInfo:
        return self.scope.chain[line.level].by_id[line.field]

    # --- candidates ---------------------------------------------------------------------------------

    def _fields(self, form: FormInfo) -> Iterator[tuple[tuple[str, ...], Completion]]:
        table = self.names.fields(form)
        for one in form.fields:
            label = dict(one.labels).get(self.language) or one.key
            is_plain = [other.id for other in table.find(label)] == [one.id]
            text = brace(label if is_plain else one.key)
            kind = "list" if subform_id(one) else one.kind.name
            detail = Words.of(kind).text(self.language)
            yield _names_of(one), Completion("field", text, label, detail, one.key, self.span)

    def _beginnings(self) -> Iterator[tuple[tuple[str, ...], Completion]]:
        for single in {one.id: one for one in self.names.singles.values()}.values():
            label = dict(single.labels).get(self.language) or single.key
            names = (single.key, *(text for _, text in single.labels))
            yield names, Completion("form", brace(label) + ".", label, single.key, "", self.span)
        if len(self.scope.chain) > 1:
            above = self.scope.chain[1]
            label = dict(above.labels).get(self.language) or above.key
            yield ("PARENT", label), Completion("form", "PARENT.", "PARENT", label, "", self.span)

    def _functions(self) -> Iterator[tuple[tuple[str, ...], Completion]]:
        for function in REGISTRY.values():
            if function.family in ("operator", "internal"):
                continue
            yield (function.name, function.zh, *function.aliases), self._function(function)

    def _function(self, function: Function) -> Completion:
        is_chinese = self.language.startswith("zh")
        docs = function.docs_zh if is_chinese else function.docs_en
        examples = "\n".join(f"{one.source} → {one.result}" for one in function.examples[:3])
        label = f"{function.name} {function.zh}" if is_chinese and function.zh else function.name
        text = function.name + ("(" if function.parameters else "()")
        docs = docs + ("\n" + examples if examples else "")
        return Completion("function", text, label, function.signature(self.language), docs, self.span)

    def _options(self, kind: Kind) -> Iterator[tuple[tuple[str, ...], Completion]]:
        for one in kind.choices:
            label = option_label(one, self.language)
            text = '"' + label.replace('"', '""') + '"'
            names = (one.key, *(text for _, text in one.labels))
            yield names, Completion("option", text, label, one.key, "", self.span)

    def _joints(self) -> Iterator[tuple[tuple[str, ...], Completion]]:
        words = ("且", "或", "in") if self.language.startswith("zh") else ("AND", "OR", "in")
        for word in words:
            yield (word,), Completion("word", f" {word} ", word, "", "", self.span)


def _names_of(one: FieldInfo) -> tuple[str, ...]:
    return (one.key, *(label for _, label in one.labels))


def _score(sought: str, names: Iterable[str]) -> tuple[int, int] | None:
    """How well the names fit, less is better: 0 for a beginning, 1 for a beginning of the pinyin, 2 for a
    part; then shorter names first. None when nothing fits."""
    if not sought:
        return 0, 0
    found = [(score, len(name)) for name in names if (score := _fit(sought, fold(name))) is not None]
    return min(found, default=None)


def _fit(sought: str, name: str) -> int | None:
    if name.startswith(sought):
        return 0
    if sought.isascii() and any(one.startswith(sought) for one in spellings(name)):
        return 1
    is_telling = len(sought) > 1 or not sought.isascii()
    return 2 if is_telling and sought in name else None
