"""The demo's app: the CRM, cloned on a first run; the worker loads its rows. Without the bundle: none.

In: the new workspace's owner. Out: nothing; a bundle that is refused is logged. Called by `app.demo`.
"""

from __future__ import annotations

import structlog

from app.shipped_bundles import shipped_bundles
from runtime import bundles
from runtime.actors import Actor
from runtime.platform import Platform

log = structlog.get_logger(__name__)
DEMO_BUNDLE = "crm"


def clone_demo_app(platform: Platform, actor: Actor) -> None:
    bundle = next((one for one in shipped_bundles() if one.key == DEMO_BUNDLE), None)
    if bundle is None:
        log.warning("demo_without_bundle", key=DEMO_BUNDLE)
        return
    outcome = platform.run(actor, lambda work: bundles.clone(work, bundle, with_demo=True))
    if outcome.problems:
        log.error("demo_bundle_refused", problems=[(one.code, one.field) for one in outcome.problems])
