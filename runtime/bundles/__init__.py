"""Bundles: apps as JSON documents, shipped or sent as a zip; cloned into a workspace and out again.

In: a bundle (builder.bundles) and a unit of work. Out: a new app with every document unchanged, its demo
data by a background job as one changeset, and zips that are what came in. Called by the template
centre, the API, the command line and the first run. A bundle is untrusted input: it is checked to the last
expression before anything is written, and what it defines can do no more than who clones it.
"""

from runtime.bundles.cloning import (
    CloneOutcome,
    ImportPlan,
    PlanItem,
    clone,
    import_zip,
    list_bundles,
    open_bundle,
)
from runtime.bundles.demo import DemoState, clear_demo, demo_state
from runtime.bundles.exporting import bundle_of, export_app

__all__ = [
    "CloneOutcome",
    "DemoState",
    "ImportPlan",
    "PlanItem",
    "bundle_of",
    "clear_demo",
    "clone",
    "demo_state",
    "export_app",
    "import_zip",
    "list_bundles",
    "open_bundle",
]
