"""The words of the bill: what publishing a form means for people, programs and other definitions.

In: nothing. Out: `IMPACT`, code → sentence with the parameters of `builder.impact`. Used by the publish page
and by the API.
"""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

IMPACT: Mapping[str, LazyString] = {
    "impact.conditions_changed": _l("“%(label)s”: other rules or another default value"),
    "impact.field_added": _l("New field “%(label)s”"),
    "impact.field_lost": _l("“%(label)s” would vanish with its data. Remove it in the designer instead."),
    "impact.field_removed": _l("“%(label)s” is removed. Its data is kept and can be restored."),
    "impact.field_restored": _l("“%(label)s” comes back with its data"),
    "impact.form_added": _l("New form “%(label)s”"),
    "impact.form_key_renamed": _l(
        "The key of “%(label)s” changes from %(old)s to %(new)s: programs should follow."
    ),
    "impact.form_key_retired": _l("Programs can no longer use the old key %(old)s."),
    "impact.form_renamed": _l("“%(old)s” is now called “%(label)s”"),
    "impact.key_renamed": _l(
        "The key of “%(label)s” changes from %(old)s to %(new)s: programs should follow."
    ),
    "impact.key_retired": _l("Programs can no longer use the old key %(old)s of “%(label)s”."),
    "impact.moved_across": _l("“%(label)s” would move between the form and a subform and lose its data."),
    "impact.option_key_renamed": _l("An option of “%(label)s” has another key: %(old)s is now %(new)s."),
    "impact.option_lost": _l("The option “%(option)s” of “%(label)s” would be lost. Retire it instead."),
    "impact.option_retired": _l("“%(option)s” can no longer be chosen in “%(label)s”; records keep it."),
    "impact.option_still_used": _l("“%(user)s” of “%(form)s” still uses an option of “%(label)s” that goes."),
    "impact.recomputed": _l("“%(label)s” is computed anew for all records"),
    "impact.renamed": _l("“%(old)s” is now called “%(label)s”"),
    "impact.required_added": _l(
        "“%(label)s” must be filled in from now on; old records when they are edited next."
    ),
    "impact.rule_added": _l("New validation “%(message)s”: records that break it cannot be saved."),
    "impact.rule_changed": _l("The validation “%(message)s” refuses other records than before."),
    "impact.rule_removed": _l("The validation “%(message)s” no longer refuses anything"),
    "impact.scope_narrowed": _l("Members no longer see other people’s records of “%(label)s”."),
    "impact.scope_widened": _l("All members see all records of “%(label)s”."),
    "impact.settings_changed": _l("“%(label)s”: other settings"),
    "impact.single_changed": _l("“%(label)s” changes between one record and many."),
    "impact.still_used": _l("“%(user)s” of “%(form)s” still uses “%(label)s”."),
    "impact.type_changed": _l(
        "“%(label)s” would change its kind. Add a new field and move the values instead."
    ),
    "impact.unique_added": _l("“%(label)s” allows no duplicates any more; existing ones stop publishing."),
}
