"""The query object: every read of records, by whatever page, goes through here (ARCHITECTURE.md).

In: a unit of work (its actor), a form handle that `access` opened, a `Selection`. Out: pages, counts,
figures, titles. The actor's scope is compiled into every statement; a field that he may not see cannot be
selected, filtered, sorted, grouped or searched by. Called by screens, the API, exports and pickers.
"""

from runtime.queries.figures import Figure, Group, aggregate
from runtime.queries.finding import (
    Title,
    count_related,
    get_record,
    link_titles,
    pick,
    related,
    reverse_links,
    titles,
)
from runtime.queries.paging import Count, Page, count, page, stream
from runtime.queries.selection import Selection, SelectionError, check_selection

__all__ = [
    "Count",
    "Figure",
    "Group",
    "Page",
    "Selection",
    "SelectionError",
    "Title",
    "aggregate",
    "check_selection",
    "count",
    "count_related",
    "get_record",
    "link_titles",
    "page",
    "pick",
    "related",
    "reverse_links",
    "stream",
    "titles",
]
