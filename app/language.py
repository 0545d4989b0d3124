"""Languages: which one a request speaks, and the catalogues of words.

In: the account's language, the language cookie, Accept-Language. Out: `install(app)`,
`current_language` (BCP 47: zh-CN, zh-TW, en), `LANGUAGES`. Words live in `app/locale/<locale>/LC_MESSAGES/`,
with English text as ids; they are read as they are, so nothing has to be compiled first.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from babel.messages.pofile import read_po
from babel.support import NullTranslations
from flask import Flask, g, request
from flask_babel import Babel, Domain, get_locale

from app.preferences import remembered
from app.wiring import current_settings

LOCALE = Path(__file__).parent / "locale"
LANGUAGES = {"zh-CN": "简体中文", "zh-TW": "繁體中文", "en": "English"}
LOCALES = {"zh-CN": "zh_Hans_CN", "zh-TW": "zh_Hant_TW", "en": "en"}
PSEUDO = "pseudo"  # every translated word is wrapped in ⟦ ⟧: what stands outside them was forgotten
DEFAULT_LANGUAGE = "zh-CN"


class Words(NullTranslations):
    """The words of one language: all its .po files together. Chinese has one plural form."""

    def __init__(self, words: dict[str, str], *, is_pseudo: bool = False) -> None:
        super().__init__()
        self.words = words
        self.is_pseudo = is_pseudo

    def gettext(self, message: str) -> str:
        text = self.words.get(message, message)
        return f"⟦{text}⟧" if self.is_pseudo else text

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        text = self.words.get(singular) or (singular if n == 1 else plural)
        return f"⟦{text}⟧" if self.is_pseudo else text

    ugettext = gettext
    ungettext = ngettext  # type: ignore[assignment]  # babel names the parameters otherwise

    def upgettext(self, context: str, message: str) -> str:
        found = self.words.get(f"{context}\x04{message}")
        return self.gettext(message) if found is None else found

    def unpgettext(self, context: str, singular: str, plural: str, n: int) -> str:
        found = self.words.get(f"{context}\x04{singular}")
        return self.ngettext(singular, plural, n) if found is None else found


class Catalogues(Domain):
    """Gives Flask-Babel the words of the request's language."""

    def get_translations(self) -> Words:
        locale = get_locale()
        known: tuple[Any, Words] | None = g.get("words")
        if known is None or known[0] is not locale:  # kept for the request; force_locale changes it
            words = _pseudo_words() if is_pseudo() else words_of(str(locale))
            known = g.words = (locale, words)
        return known[1]


class FormloomBabel(Babel):
    domain_instance = Catalogues()


def install(app: Flask) -> None:
    """Gives the app its languages."""
    FormloomBabel().init_app(
        app,
        default_locale=LOCALES[DEFAULT_LANGUAGE],
        locale_selector=lambda: LOCALES[current_language()],
    )


@lru_cache(maxsize=8)
def words_of(locale: str) -> Words:
    """Every word of a locale: {English id: text}."""
    words: dict[str, str] = {}
    for path in sorted((LOCALE / locale / "LC_MESSAGES").glob("*.po")):
        with path.open("rb") as source:
            for message in read_po(source, locale=locale):
                key, text = _first(message.id), _first(message.string)
                if not key or not text or message.fuzzy:
                    continue
                words[f"{message.context}\x04{key}" if message.context else key] = text
    return Words(words)


def _first(text: str | Sequence[str] | None) -> str:
    """Of a word with a plural the one form that Chinese has."""
    if text is None or isinstance(text, str):
        return text or ""
    return text[0] if text else ""


@lru_cache(maxsize=1)
def _pseudo_words() -> Words:
    return Words({}, is_pseudo=True)


def is_pseudo() -> bool:
    """Whether this request speaks the test language; only where the setting allows it."""
    return current_settings().has_pseudo_language and remembered("language") == PSEUDO


def current_language() -> str:
    """The language of this request: account, then cookie, then what the browser asks for."""
    if "language" not in g:
        g.language = _choose()
    language: str = g.language
    return language


def use_language(language: str) -> None:
    """Sets the language of this request: the gate says it once it knows who is here."""
    if language in LANGUAGES and not is_pseudo():
        g.language = language
        babel: Any = g.get("_flask_babel")
        if babel is not None and hasattr(babel, "babel_locale"):
            del babel.babel_locale


def _choose() -> str:
    if is_pseudo():
        return "en"
    kept = remembered("language")
    if kept in LANGUAGES:
        return str(kept)
    for tag, _quality in request.accept_languages:
        found = match_language(tag)
        if found:
            return found
    return DEFAULT_LANGUAGE


def match_language(tag: str) -> str | None:
    """Ours for a browser's tag: zh-Hant, zh-HK and zh-MO read Traditional, other zh Simplified."""
    low = tag.lower().replace("_", "-")
    if low.startswith("zh"):
        traditional = any(part in ("hant", "tw", "hk", "mo") for part in low.split("-"))
        return "zh-TW" if traditional else "zh-CN"
    return "en" if low.split("-")[0] == "en" else None
