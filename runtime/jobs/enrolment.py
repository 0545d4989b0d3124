"""Which modules hold handlers: named here, so that a worker knows every job whoever started it.

In: nothing. Out: `enrolled()`, the registry with every handler in it. Called by `Worker`. The modules are
imported when a worker is made, since they import the jobs themselves. A test finds every `@handles`.
"""

from __future__ import annotations

from importlib import import_module

from runtime.jobs.handlers import HANDLERS, Handlers

MODULES = (
    "runtime.bundles.demo",
    "runtime.undoing.slices",
    "runtime.filling",
    "runtime.imports.filling",
    "runtime.view_indexes",
)


def enrolled() -> Handlers:
    """All handlers of the product."""
    for name in MODULES:
        import_module(name)
    return HANDLERS
