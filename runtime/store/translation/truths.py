"""Yes and no in SQL, where there is also NULL: what all of logic stands on.

In: `Part`s. Out: conditions. A blank condition does not hold; a failed one makes its whole fail.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, case, false, func, not_

from expressions.kinds import BOOL
from runtime.store.translation.parts import Flag, Part, Sql, flag_size, size_of

Bool = ColumnElement[bool]


def truth(part: Part) -> Bool:
    """The condition, blank (and failed) being false; never NULL."""
    if not part.is_nullable and part.error is None:
        return part.value
    if part.is_blank_constant:
        return false()
    return func.coalesce(part.value, false())


def unless_failed(value: Sql, flag: Flag | None) -> Sql:
    """NULL when failed: for operators that would make a value of a failed operand."""
    return value if flag is None else case((not_(flag.build()), value))


def boolean(value: Sql, parts: Sequence[Part], error: Flag | None, *, is_nullable: bool = False) -> Part:
    value = unless_failed(value, error)
    size = size_of(parts) + flag_size(error)
    return Part(value, BOOL, None, is_nullable or error is not None, error, size=size)
