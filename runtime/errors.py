"""The broken promises of runtime: exceptions that its callers may catch by name.

In: nothing. Out: the `…Error` classes below. A person's mistake is never one of these: it is a
`Problem` (builder.problems). Caught at the two doors, `app/errors.py` and the job worker.
"""

from __future__ import annotations


class FormloomError(Exception):
    """Everything that runtime raises on purpose."""


class NotFoundError(FormloomError):
    """There is no such thing, or it is not yours: the two look the same on purpose."""

    def __init__(self, kind: str, ref: object = "") -> None:
        super().__init__(f"{kind} {ref!r} not found")
        self.kind = kind
        self.ref = ref


class ForbiddenError(FormloomError):
    """Known to exist for this actor, but this may not be done to it. `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class StaleFormError(FormloomError):
    """The form was published anew between reading its version and writing under it: try again."""

    def __init__(self, form_id: str, had: int, now: int) -> None:
        super().__init__(f"form {form_id} is at version {now}, not {had}")
        self.form_id = form_id


class FencedError(FormloomError):
    """A job's lease went to somebody else: what this worker was doing must not be committed."""


class ReadOnlyWorkError(FormloomError):
    """A write was asked of a unit of work that only reads: a programming mistake."""


class UnknownReasonError(FormloomError):
    """The system acted with a reason that is not on the list of `runtime.actors`."""


class UndoneError(FormloomError):
    """Ends a unit of work that was only tried, so that it is rolled back. Never seen outside."""
