"""Indexes that saved views want: a job makes them in the background, after a view or a form was published.

In: the shared views of an app (or, for a form without any, the view that its list starts with). Out:
composite indexes: the fields that a filter compares with a constant, then the order, then the id. At most
`MOST_VIEW_INDEXES` a form; nothing is ever dropped. Called by `runtime.publishing` and
`runtime.definitions`; done by the worker, outside any transaction of people.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from builder.views import View, default_view
from expressions import check
from expressions.kinds import BOOL
from expressions.nodes import Call, Const, Field, Node
from runtime.actors import Actor
from runtime.jobs import Done, Job, enqueue, handles
from runtime.store import indexes

if TYPE_CHECKING:
    from runtime.catalogue import AppVersion, FormHandle
    from runtime.platform import Platform, Work

INDEX = "index.views"


def enqueue_indexing(work: Work, app_id: str) -> None:
    """Asks for the indexes of an app's views; once per revision, and done again does nothing."""
    enqueue(work, INDEX, {"app": app_id}, key=f"{INDEX}:{app_id}:{work.workspace.revision}")


@handles(INDEX)
def index_views(platform: Platform, job: Job) -> Done:
    """Makes what is missing: each index by itself, so that writers get their turn in between."""
    with platform.reading(Actor.system(job.workspace_id, "job_worker")) as work:
        app = work.catalogue.find_app(job.payload["app"])
        plans = [] if app is None else list(plans_of(work, app))
    indexes.ensure_indexes(platform.database, plans)
    return Done({"indexes": [plan.name for plan in plans]})


def plans_of(work: Work, app: AppVersion) -> Iterator[indexes.IndexPlan]:
    for handle in app.forms:
        if handle.form.is_single:
            continue
        views = work.catalogue.views(handle) or (default_view(handle.form),)
        found = {plan.name: plan for view in views if (plan := plan_of(handle, view)) is not None}
        yield from list(found.values())[: indexes.MOST_VIEW_INDEXES]


def plan_of(handle: FormHandle, view: View) -> indexes.IndexPlan | None:
    """The index that serves a view, or None where its fields have no column of their own."""
    ordered = {field for field, _ in view.sort}
    equal = [field for field in equal_fields(handle, view.filter) if field not in ordered]
    if not equal and not view.sort:
        return None
    return indexes.view_plan(handle.tables, equal, view.sort)


def equal_fields(handle: FormHandle, text: str | None) -> list[str]:
    """The fields that a filter compares with one constant, whatever else it asks."""
    if not text:
        return []
    checked = check(text, handle.world, handle.id, expect=BOOL, role="condition")
    return [] if checked.node is None else list(dict.fromkeys(_equal_in(checked.node)))


def _equal_in(node: Node) -> Iterator[str]:
    if not isinstance(node, Call):
        return
    if node.function == "and":
        for argument in node.arguments:
            yield from _equal_in(argument)
    elif node.function == "eq":
        sides = [one for one in node.arguments if isinstance(one, Field)]
        constants = [one for one in node.arguments if isinstance(one, Const) and one.value is not None]
        if len(sides) == len(constants) == 1:
            yield sides[0].field
