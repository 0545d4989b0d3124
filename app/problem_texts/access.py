"""Words of refusals: what a role or key does not include."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

ACCESS: Mapping[str, LazyString] = {
    "access.admins_only": _l("Only owners and admins may do this."),
    "access.designers_only": _l("Only owners and admins may design apps."),
    "access.may_not_add": _l("You may not add records here."),
    "access.may_not_delete": _l("You may not delete records here."),
    "access.may_not_design": _l("Only owners and admins may design this form."),
    "access.may_not_edit": _l("You may not change records here."),
    "access.may_not_export": _l("You may not export from this form."),
    "access.may_not_import": _l("You may not import into this form."),
    "access.may_not_view": _l("You may not see this."),
    "access.members_only": _l("Only a member can do this, no key and no command."),
}
