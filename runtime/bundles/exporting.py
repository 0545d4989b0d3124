"""Exporting an app: the zip of its bundle, the same bytes for the same definitions.

In: an app that the actor may design. Out: the bytes of a zip that `builder.bundles.read_bundle` reads. An
app that was cloned and not changed gives exactly the bundle it came from; one that was made here gets a
manifest of its own. Personal views stay where they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from builder.apps import AppDocuments
from builder.bundles import Bundle, Demo, Manifest, in_order, zip_bundle
from builder.forms import Form
from builder.views import read_view
from runtime import access, audit
from runtime.store import definition_rows

if TYPE_CHECKING:
    from runtime.catalogue import AppVersion, Head
    from runtime.platform import Work

FIRST_VERSION = "1"


def export_app(work: Work, app: AppVersion) -> bytes:
    """The app as a zip. For designers; the audit log hears of it."""
    access.require_designer(work)
    bundle = bundle_of(work, app)
    audit.note(work, "app.exported", app.key)
    return zip_bundle(bundle)


def bundle_of(work: Work, app: AppVersion) -> Bundle:
    """The app as the bundle that cloning it would take."""
    manifests = _read(work, app, "bundle")
    demos = {key: _demo(document) for key, document in _read(work, app, "demo").items()}
    views = tuple(read_view(document) for document in _read(work, app, "view").values())
    documents = in_order(AppDocuments(app.app, tuple(handle.form for handle in app.forms), views))
    manifest_words = next(iter(manifests.values()), None)
    if manifest_words is not None:
        documents = _in_order_of(documents, manifest_words["forms"])
    keys = [form.key for form in documents.forms]
    kept = {key: demos[key] for key in keys if key in demos}
    return Bundle(_manifest(app, manifest_words), documents, kept)


def _read(work: Work, app: AppVersion, kind: str) -> Mapping[str, Any]:
    """Published documents of a kind by key, or by "form.view"; shared ones only."""
    heads: list[Head] = [
        head
        for head in work.catalogue.heads
        if head.app == app.id and head.kind == kind and head.owner is None
    ]
    if not heads:
        return {}
    documents = definition_rows.read_versions(
        work.connection, work.workspace.id, app.id, [(head.kind, head.id, head.version) for head in heads]
    )
    ordered = sorted(heads, key=lambda head: (documents[head.id].get("form", ""), head.key))
    return {f"{head.id}" if kind == "view" else head.key: documents[head.id] for head in ordered}


def _in_order_of(documents: AppDocuments, keys: list[str]) -> AppDocuments:
    """As the bundle that the app came from lists its forms; forms made since come last."""
    place = {key: at for at, key in enumerate(keys)}

    def order(form: Form) -> int:
        names = [place[name] for name in (form.key, *form.aliases) if name in place]
        return min(names, default=len(place))

    return AppDocuments(documents.app, tuple(sorted(documents.forms, key=order)), documents.views)


def _manifest(app: AppVersion, words: Mapping[str, Any] | None) -> Manifest:
    if words is None:
        made = app.app
        return Manifest(
            made.id, made.key, FIRST_VERSION, made.labels, made.description, made.icon, made.color
        )
    return Manifest(
        words["id"],
        words["key"],
        words["version"],
        words["labels"],
        words.get("description", {}),
        words.get("icon", "apps"),
        words.get("color", "blue"),
        tuple(words.get("seed", ())),
    )


def _demo(document: Mapping[str, Any]) -> Demo:
    return Demo(tuple(document["columns"]), tuple(tuple(row) for row in document["rows"]))
