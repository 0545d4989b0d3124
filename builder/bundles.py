"""A bundle: an app as a folder or zip of JSON documents, ready to be cloned. Untrusted input.

In: a folder, the path of a zip, or a zip's bytes. Out: `Bundle` or every problem (its `field` is
"forms/customer.json#/properties/…"); `bundle_files`, `write_bundle`, `zip_bundle`. Called by
`runtime.bundles` and the command line. Documents are copied unchanged, never remapped, and written by
one writer: writing what was read gives the same bytes. There is no code in a bundle, and no other
file than these:

    bundle.json                     what it is: key, version, names, forms in their order
    app.json                        the app: navigation
    forms/<form>.json               one form each
    views/<form>.<view>.json        one shared view each
    demo/<form>.json                {"columns": […], "rows": [[…], …]}
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from builder.apps import AppDocuments, ordered_forms, read_app, write_app
from builder.check_form import check_form
from builder.check_view import check_view
from builder.definitions import check_document
from builder.documents import ordered_labels, read_form, write_form
from builder.forms import Form, Labels
from builder.json_text import compact, read_json, write_json
from builder.problems import Problem, shown
from builder.views import View, read_view, write_view

FORMAT = 1
MOST_FILES = 1000
MOST_BYTES = 20_000_000  # of one file, unpacked
MOST_BYTES_IN_ALL = 60_000_000
MOST_PACKED = 20_000_000
MOST_DEMO_ROWS = 100_000
_KEY = r"[a-z][a-z0-9_]{0,39}"
_NAMES = re.compile(
    rf"(?:bundle\.json|app\.json|forms/{_KEY}\.json|views/{_KEY}\.{_KEY}\.json|demo/{_KEY}\.json)\Z", re.ASCII
)
_ZIP_DATE = (1980, 1, 1, 0, 0, 0)  # the same bundle is the same zip, whenever it is made
# What zipfile raises on broken, encrypted or foreign archives.
BROKEN = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError)

Files = Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class Manifest:
    id: str
    key: str
    version: str
    labels: Labels
    description: Labels = field(default_factory=dict)
    icon: str = "apps"
    color: str = "blue"
    seed: tuple[str, ...] = ()  # forms whose rows come along even without demo data: settings, dictionaries


@dataclass(frozen=True, slots=True)
class Demo:
    """Rows of one form; what the cells mean is the cloner's business."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


@dataclass(frozen=True, slots=True)
class Bundle:
    manifest: Manifest
    documents: AppDocuments
    demo: Mapping[str, Demo] = field(default_factory=dict)  # by form key, in the order of the forms

    @property
    def key(self) -> str:
        return self.manifest.key


class _RefusedError(Exception):
    """The archive is hostile or broken; carries the problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


# --- reading --------------------------------------------------------------------------------------


def read_bundle(source: Path | bytes) -> Bundle | tuple[Problem, ...]:
    """The bundle in a folder or zip, checked to the last expression; or everything that is wrong."""
    try:
        files = _read_folder(source) if isinstance(source, Path) and source.is_dir() else _read_zip(source)
    except _RefusedError as refused:
        return (refused.problem,)
    return read_files(files)


def _read_folder(folder: Path) -> dict[str, bytes]:
    """Only files of a bundle's own names are looked at: people keep a README beside them."""
    files: dict[str, bytes] = {}
    for path in sorted(folder.rglob("*.json")):
        name = path.relative_to(folder).as_posix()
        if not _NAMES.match(name) or path.is_symlink():
            raise _RefusedError(Problem("bundle.unknown_file", {"given": shown(name)}, shown(name)))
        if path.stat().st_size > MOST_BYTES or len(files) >= MOST_FILES:
            raise _RefusedError(Problem("bundle.too_big", {"most": MOST_BYTES}, name))
        files[name] = path.read_bytes()
    return files


def _read_zip(source: Path | bytes) -> dict[str, bytes]:
    """Every file within the caps; counted while unpacking, whatever the archive claims."""
    data = source.read_bytes() if isinstance(source, Path) and source.is_file() else source
    if not isinstance(data, bytes):
        raise _RefusedError(Problem("bundle.not_there", {"given": shown(source)}))
    if len(data) > MOST_PACKED:
        raise _RefusedError(Problem("bundle.too_big", {"most": MOST_PACKED}))
    files: dict[str, bytes] = {}
    total = 0
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for entry in _entries(archive):
                content = _unpacked(archive, entry, MOST_BYTES_IN_ALL - total)
                total += len(content)
                if entry.filename in files:
                    raise _RefusedError(Problem("bundle.file_twice", {"given": shown(entry.filename)}))
                files[entry.filename] = content
    except BROKEN as error:
        raise _RefusedError(Problem("bundle.not_a_zip")) from error
    return files


def _entries(archive: zipfile.ZipFile) -> Iterator[zipfile.ZipInfo]:
    entries = archive.infolist()
    if len(entries) > MOST_FILES:
        raise _RefusedError(Problem("bundle.too_many_files", {"given": len(entries), "most": MOST_FILES}))
    for entry in entries:
        if entry.is_dir() and re.fullmatch(r"(?:forms|views|demo)/", entry.filename):
            continue
        is_link = (entry.external_attr >> 16) & 0o170000 == 0o120000
        if is_link or not _NAMES.match(entry.filename):
            given = shown(entry.filename)
            raise _RefusedError(Problem("bundle.unknown_file", {"given": given}, given))
        yield entry


def _unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, left: int) -> bytes:
    most = min(MOST_BYTES, left)
    with archive.open(entry) as stream:
        content = stream.read(most + 1)
    if len(content) > most:
        raise _RefusedError(Problem("bundle.too_big", {"most": MOST_BYTES}, entry.filename))
    return content


def read_files(files: Files) -> Bundle | tuple[Problem, ...]:
    """The bundle that these files are, by name."""
    documents: dict[str, Any] = {}
    problems: list[Problem] = []
    for name, content in files.items():
        found = read_json(content, MOST_BYTES)
        if isinstance(found, Problem):
            problems.append(found.at(name))
            continue
        documents[name] = found
        problems += [one.at(f"{name}#{one.field or ''}") for one in _check_file(name, found)]
    for name in ("bundle.json", "app.json"):
        if name not in files:
            problems.append(Problem("bundle.file_missing", {"wanted": name}, name))
    problems = problems or [*_check_names(documents), *_check_seed(documents)]
    if problems:
        return tuple(problems)
    bundle = _assembled(documents)
    return tuple(_check_whole(bundle)) or bundle


def _check_file(name: str, document: object) -> tuple[Problem, ...]:
    room = name.partition("/")[0]
    kinds = {"bundle.json": "bundle", "app.json": "app", "forms": "form", "views": "view"}
    return check_document(kinds[room], document) if room in kinds else tuple(_check_demo(document))


def _check_demo(document: object) -> Iterator[Problem]:
    if not isinstance(document, dict) or set(document) != {"columns", "rows"}:
        yield Problem("bundle.demo_shape")
        return
    columns, rows = document["columns"], document["rows"]
    if not isinstance(columns, list) or not all(isinstance(one, str) for one in columns):
        yield Problem("bundle.demo_shape", {}, "/columns")
    elif not isinstance(rows, list) or len(rows) > MOST_DEMO_ROWS:
        yield Problem("bundle.demo_shape", {}, "/rows")
    else:
        for place, row in enumerate(rows):
            if not isinstance(row, list) or len(row) != len(columns):
                yield Problem("bundle.demo_row", {"wanted": len(columns)}, f"/rows/{place}")
                return


def _check_names(documents: Mapping[str, Any]) -> Iterator[Problem]:
    """Files are named by keys, and the manifest lists exactly the forms that are there."""
    forms = {name: one for name, one in documents.items() if name.startswith("forms/")}
    keys = {one["x-id"]: one["x-key"] for one in forms.values()}
    for name, one in forms.items():
        if name != f"forms/{one['x-key']}.json":
            yield Problem("bundle.name_differs", {"wanted": f"forms/{one['x-key']}.json"}, name)
    for name, one in documents.items():
        if name.startswith("views/"):
            form = keys.get(one["form"])
            if form is None:
                yield Problem("bundle.unknown_form", {"given": one["form"]}, name)
            elif name != f"views/{form}.{one['key']}.json":
                yield Problem("bundle.name_differs", {"wanted": f"views/{form}.{one['key']}.json"}, name)
        elif name.startswith("demo/") and name[5:-5] not in keys.values():
            yield Problem("bundle.unknown_form", {"given": name[5:-5]}, name)
    listed = documents["bundle.json"]["forms"]
    for key in sorted(set(listed) ^ set(keys.values())):
        yield Problem("bundle.forms_differ", {"given": key}, "bundle.json#/forms")
    for group in documents["app.json"].get("groups", ()):
        for form_id in group["forms"]:
            if form_id not in keys:
                yield Problem("bundle.unknown_form", {"given": form_id}, "app.json#/groups")


def _check_seed(documents: Mapping[str, Any]) -> Iterator[Problem]:
    """Forms whose rows always come along have rows."""
    for place, key in enumerate(documents["bundle.json"].get("seed", ())):
        if f"demo/{key}.json" not in documents:
            yield Problem("bundle.unknown_form", {"given": key}, f"bundle.json#/seed/{place}")


def _assembled(documents: Mapping[str, Any]) -> Bundle:
    words = documents["bundle.json"]
    manifest = Manifest(
        words["id"],
        words["key"],
        words["version"],
        dict(words["labels"]),
        dict(words.get("description", {})),
        words.get("icon", "apps"),
        words.get("color", "blue"),
        tuple(words.get("seed", ())),
    )
    forms = tuple(read_form(documents[f"forms/{key}.json"]) for key in words["forms"])
    names = sorted(name for name in documents if name.startswith("views/"))
    order = {form.key: place for place, form in enumerate(forms)}
    names.sort(key=lambda name: order[name.removeprefix("views/").split(".")[0]])
    views = tuple(read_view(documents[name]) for name in names)
    demo = {}
    for key in words["forms"]:
        if (found := documents.get(f"demo/{key}.json")) is not None:
            demo[key] = Demo(tuple(found["columns"]), tuple(tuple(row) for row in found["rows"]))
    return Bundle(manifest, AppDocuments(read_app(documents["app.json"]), forms, views), demo)


def _check_whole(bundle: Bundle) -> Iterator[Problem]:
    """Each form within the app, expressions and links included; views name what is there."""
    documents = bundle.documents
    for form in documents.forms:
        for problem in check_form(form, documents):
            yield problem.at(f"forms/{form.key}.json#{problem.field or ''}")
    forms = {form.id: form for form in documents.forms}
    for view in documents.views:
        yield from _check_view(view, forms[view.form], documents)


def _check_view(view: View, form: Form, documents: AppDocuments) -> Iterator[Problem]:
    for problem in check_view(view, documents):
        yield problem.at(f"views/{form.key}.{view.key}.json#{problem.field or ''}")


# --- writing --------------------------------------------------------------------------------------


def bundle_files(bundle: Bundle) -> dict[str, bytes]:
    """Every file of the bundle by its name, the names sorted."""
    documents = bundle.documents
    keys = {form.id: form.key for form in documents.forms}
    texts = {"bundle.json": write_json(_manifest(bundle)), "app.json": write_json(write_app(documents.app))}
    texts.update({f"forms/{form.key}.json": write_json(write_form(form)) for form in documents.forms})
    for view in documents.views:
        if view.owner_member is None:
            texts[f"views/{keys[view.form]}.{view.key}.json"] = write_json(write_view(view))
    texts.update({f"demo/{key}.json": _demo_text(demo) for key, demo in bundle.demo.items()})
    return {name: texts[name].encode() for name in sorted(texts)}


def _manifest(bundle: Bundle) -> dict[str, Any]:
    manifest = bundle.manifest
    words: dict[str, Any] = {"kind": "bundle", "format": FORMAT, "id": manifest.id, "key": manifest.key}
    words["version"] = manifest.version
    words["labels"] = ordered_labels(manifest.labels)
    if manifest.description:
        words["description"] = ordered_labels(manifest.description)
    words["icon"] = manifest.icon
    words["color"] = manifest.color
    words["forms"] = [form.key for form in bundle.documents.forms]
    if manifest.seed:
        words["seed"] = list(manifest.seed)
    return words


def _demo_text(demo: Demo) -> str:
    """One row a line: a diff of demo data reads like one of a spreadsheet."""
    rows = ",\n".join(compact(list(row)) for row in demo.rows)
    body = f"\n{rows}\n" if rows else ""
    return f'{{\n"columns": {compact(list(demo.columns))},\n"rows": [{body}]\n}}\n'


def write_bundle(bundle: Bundle, folder: Path) -> None:
    """Writes the bundle into `folder`; files of it from before that are no part of it any more go."""
    files = bundle_files(bundle)
    for path in folder.rglob("*.json"):
        name = path.relative_to(folder).as_posix()
        if _NAMES.match(name) and name not in files:
            path.unlink()
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def zip_bundle(bundle: Bundle) -> bytes:
    """The bundle as one zip; the same bundle gives the same bytes."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, content in bundle_files(bundle).items():
            entry = zipfile.ZipInfo(name, _ZIP_DATE)
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return target.getvalue()


def in_order(documents: AppDocuments) -> AppDocuments:
    """The documents with their forms in the order of the navigation: how an app is exported."""
    return replace(documents, forms=ordered_forms(documents.app, documents.forms))
