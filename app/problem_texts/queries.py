"""Words of problems with lists: filters, sorting, paging, exact places in them."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

QUERIES: Mapping[str, LazyString] = {
    "changeset.being_reverted": _l("This is being undone already. Wait until that is finished."),
    "changeset.is_open": _l("This is still going on. Wait until it is finished, then undo it."),
    "changeset.is_reverted": _l("This is undone already. Undo the undoing to have it back."),
    "query.bad_cursor": _l("This place in the list is no longer known. Start again from its beginning."),
    "query.cannot_group": _l("The list cannot be grouped by “%(given)s”."),
    "query.cannot_sort": _l("The list cannot be sorted by “%(label)s”."),
    "query.hidden_records": _l("This needs records of “%(label)s” that you may not see."),
    "query.no_such_field": _l("The form has no field “%(given)s”."),
    "query.not_in_sql": _l("This condition cannot be used for a list. Use one without that function."),
    "query.too_many_groups": _l("At most %(groups)s groupings and %(measures)s figures at once."),
    "query.too_many_sorts": _l("A list can be sorted by at most %(most)s fields."),
}
