"""A view inside its app: are its form, columns, order and filter there?

In: a view and the app's documents. Out: problems with JSON pointers. Called when views are saved,
imported and published.
"""

from __future__ import annotations

from builder.apps import AppDocuments
from builder.check_form import expression_problem
from builder.pointers import pointer
from builder.problems import Problem
from builder.views import View
from builder.world import build_world
from expressions import check
from expressions.kinds import BOOL
from expressions.world import World


def check_view(view: View, documents: AppDocuments, world: World | None = None) -> tuple[Problem, ...]:
    form = documents.find_form(view.form)
    if form is None or form.id != view.form:
        return (Problem("view.form_missing", {"given": view.form}, "/form"),)
    world = world or build_world(documents.forms)
    known = world.get(form.id).by_id
    problems = [
        Problem("view.field_missing", {"given": one}, pointer("columns", place))
        for place, one in enumerate(view.columns)
        if one not in known
    ]
    for place, (one, _) in enumerate(view.sort):
        info = known.get(one)
        if info is None:
            problems.append(Problem("view.field_missing", {"given": one}, pointer("sort", place)))
        elif info.kind.is_list:
            problems.append(Problem("view.cannot_sort", {"label": dict(info.labels)}, pointer("sort", place)))
    if view.filter:
        checked = check(view.filter, world, form.id, expect=BOOL, role="condition")
        problems += [expression_problem(one, "/filter") for one in checked.problems]
    return tuple(problems)
