"""The bundles that come with the product, as the template centre shows them.

In: `runtime.bundles.list_bundles`. Out: `shipped_bundles`, `BundleCard`, `card_of`. Called by the template
centre, home and the command line. A bundle that does not pass its own checks is left out and logged.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import structlog

from builder.bundles import Bundle
from builder.forms import Form, pick_label
from runtime import bundles
from runtime.bundles.cloning import BrokenBundleError
from runtime.catalogue import AppVersion

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class FormCard:
    """One form of a bundle."""

    label: str
    icon: str
    color: str
    fields: int


@dataclass(frozen=True, slots=True)
class BundleCard:
    """A bundle in the reader's language, and how many copies this workspace has."""

    key: str
    label: str
    description: str
    icon: str
    color: str
    version: str
    forms: tuple[FormCard, ...]
    views: int
    rows: int
    copies: int

    @property
    def fields(self) -> int:
        return sum(form.fields for form in self.forms)


def shipped_bundles() -> list[Bundle]:
    try:
        return bundles.list_bundles()
    except BrokenBundleError:
        log.exception("bundle_refused")
        return []


def card_of(bundle: Bundle, language: str, apps: Iterable[AppVersion]) -> BundleCard:
    """What people see of it. A copy has the same logical id as the bundle's own app."""
    manifest, documents = bundle.manifest, bundle.documents
    return BundleCard(
        manifest.key,
        pick_label(manifest.labels, language) or manifest.key,
        pick_label(manifest.description, language),
        manifest.icon,
        manifest.color,
        manifest.version,
        tuple(_form_card(form, language) for form in documents.forms),
        len(documents.views),
        sum(len(demo.rows) for demo in bundle.demo.values()),
        sum(1 for app in apps if app.document.get("id") == documents.app.id),
    )


def _form_card(form: Form, language: str) -> FormCard:
    return FormCard(form.label(language), form.icon, form.color, len(form.fields))
