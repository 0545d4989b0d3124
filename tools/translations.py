"""The catalogues of visible words: gathered from Python and Jinja, compared, completed, compiled.

In: `check`, `update`, `compile` or `missing LOCALE`. Out: messages.po and messages.mo below
app/locale/<locale>/LC_MESSAGES/. `check` changes nothing and fails when a word in the code has no
translation, or a catalogue keeps one that the code no longer has. `update` adds new words empty and drops
old ones. Ids are English text.
Called by `make translations`, `make update-translations` and tools/prepare.py.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "app" / "locale"
LOCALES = ("zh_Hans_CN", "zh_Hant_TW")
PACKAGES = ("app", "builder", "expressions", "runtime", "templates")
METHODS = [("app/assets/**", "ignore"), ("**.py", "python"), ("templates/**.html", "jinja2")]
OPTIONS = {"templates/**.html": {"trimmed": "true", "silent": "false"}}
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "_l": None,
    "_n": (1, 2),
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
}
PLACEHOLDER = re.compile(r"%\((\w+)\)|\{(\w+)\}")


def gather() -> Catalog:
    """Every word of the code, with the places it stands at."""
    catalogue = Catalog(charset="utf-8")
    for package in PACKAGES:
        found = extract_from_dir(
            ROOT / package,
            _relative(package, METHODS),
            _relative(package, OPTIONS),
            KEYWORDS,
            comment_tags=("Translators:",),
        )
        for file, line, message, comments, context in found:
            catalogue.add(
                message, None, [(f"{package}/{file}", line)], auto_comments=comments, context=context
            )
    return catalogue


def _relative(package: str, patterns):  # type: ignore[no-untyped-def]
    """The patterns of one package, seen from inside it."""

    def inside(pattern: str) -> str:
        return pattern.removeprefix(f"{package}/")

    if isinstance(patterns, dict):
        return {inside(pattern): value for pattern, value in patterns.items()}
    return [(inside(pattern), value) for pattern, value in patterns]


def path_of(locale: str) -> Path:
    return LOCALE / locale / "LC_MESSAGES" / "messages.po"


def read(locale: str) -> Catalog:
    if not path_of(locale).exists():
        return Catalog(locale=locale, charset="utf-8")
    with path_of(locale).open("rb") as file:
        return read_po(file, locale=locale)


def problems_of(wanted: Catalog, translated: Catalog) -> Iterator[str]:
    """What keeps a catalogue from being complete: one sentence each."""
    for message in _words(wanted):
        translation = translated.get(message.id, message.context)
        shown = _shown(message)
        if translation is None:
            yield f"not in the catalogue: {shown} ({_place(message)})"
        elif translation.fuzzy:
            yield f"still marked fuzzy: {shown}"
        elif not _texts(translation.string) or not all(_texts(translation.string)):
            yield f"not translated: {shown} ({_place(message)})"
        elif _placeholders(message.id) != _placeholders(translation.string):
            yield f"other placeholders than the English: {shown}"
    for message in _words(translated):
        if wanted.get(message.id, message.context) is None:
            yield f"no longer in the code: {_shown(message)}"


def _words(catalogue: Catalog) -> Iterator[Message]:
    return (message for message in catalogue if message.id)


Words = str | tuple[str, ...] | list[str] | None


def _texts(value: Words) -> list[str]:
    return [value] if isinstance(value, str) else list(value or ())


def _placeholders(value: Words) -> set[str]:
    """By name; a plural may drop a count that its wording makes plain, so forms are taken together."""
    return {name for text in _texts(value) for pair in PLACEHOLDER.findall(text) for name in pair if name}


def _shown(message: Message) -> str:
    return repr(_texts(message.id)[0])


def _place(message: Message) -> str:
    return ", ".join(f"{file}:{line}" for file, line in message.locations[:2])


def check() -> int:
    wanted = gather()
    found = [(locale, sentence) for locale in LOCALES for sentence in problems_of(wanted, read(locale))]
    for locale, sentence in found:
        print(f"{locale}: {sentence}")
    print(f"translations: {len(list(_words(wanted)))} words, {len(found)} problems")
    return 1 if found else 0


def update() -> int:
    wanted = gather()
    for locale in LOCALES:
        catalogue = read(locale)
        catalogue.update(wanted, no_fuzzy_matching=True, update_header_comment=False)
        catalogue.obsolete.clear()
        _save(locale, catalogue)
    return 0


def _save(locale: str, catalogue: Catalog) -> None:
    """By id and without places or dates, so that a diff shows words and nothing else."""
    tidy = Catalog(locale=locale, charset="utf-8", project="Formloom", version="", header_comment="")
    for message in sorted(_words(catalogue), key=lambda one: (_texts(one.id), one.context or "")):
        tidy.add(message.id, message.string, user_comments=message.user_comments, context=message.context)
    path_of(locale).parent.mkdir(parents=True, exist_ok=True)
    with path_of(locale).open("wb") as file:
        write_po(file, tidy, omit_header=False, width=110, no_location=True)
    text = path_of(locale).read_text(encoding="utf-8")
    kept = re.sub(
        r'^"(POT-Creation-Date|PO-Revision-Date|Last-Translator|Language-Team|Report-Msgid-Bugs-To|Generated-By).*\n',
        "",
        text,
        flags=re.MULTILINE,
    )
    path_of(locale).write_text(kept, encoding="utf-8")


def compile_all() -> int:
    for locale in LOCALES:
        target = path_of(locale).with_suffix(".mo")
        part = target.with_suffix(".part")
        part.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as file:
            write_mo(file, read(locale))
        part.replace(target)
    return 0


def missing(locale: str) -> int:
    """Prints the English of what is still to be translated, one a line, for whoever translates."""
    wanted, translated = gather(), read(locale)
    for message in _words(wanted):
        translation = translated.get(message.id, message.context)
        if translation is None or not all(_texts(translation.string)):
            print("\t".join(_texts(message.id)))
    return 0


def main(arguments: list[str]) -> int:
    match arguments:
        case ["check"]:
            return check()
        case ["update"]:
            return update()
        case ["compile"]:
            return compile_all()
        case ["missing", locale] if locale in LOCALES:
            return missing(locale)
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
