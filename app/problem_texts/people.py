"""Words of problems about accounts, members, workspaces, keys and signing in."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

PEOPLE: Mapping[str, LazyString] = {
    "account.not_found": _l("There is no account with the address %(email)s."),
    "apikey.bad_scopes": _l("Choose at least one thing that the key may do; unknown: %(raw)s."),
    "apikey.by_key": _l("A key cannot make or end keys. Sign in to do it."),
    "email.not_valid": _l("This is no e-mail address. It looks like name@example.com."),
    "language.unknown": _l("Choose one of the languages in the list."),
    "member.already_there": _l("%(email)s is a member already."),
    "member.last_owner": _l("%(name)s is the last owner. Make somebody else owner first."),
    "name.missing": _l("Type a name."),
    "name.too_long": _l("The name may have at most %(most)s characters."),
    "password.is_the_email": _l("The password may not be the e-mail address itself."),
    "password.too_long": _l("A password may have at most %(most)s characters."),
    "password.too_short": _l("A password has at least %(least)s characters."),
    "password.wrong": _l("This is not your password."),
    "role.owners_only": _l("Only an owner makes or unmakes owners."),
    "role.unknown": _l("Choose one of the roles in the list."),
    "setup.already_done": _l("This site is set up already. Sign in."),
    "sign_in.too_many": _l("Too many attempts. Try again in %(seconds)s seconds."),
    "sign_in.wrong": _l("E-mail and password do not match. Check both and try again."),
    "workspace.bad_slug": _l("The address part may have small letters, digits and hyphens, at most 40."),
    "workspace.slug_taken": _l("The address part “%(slug)s” is taken. Choose another."),
    "zone.unknown": _l("Choose one of the time zones in the list."),
}
