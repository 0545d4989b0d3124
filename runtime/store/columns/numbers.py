"""Exact numbers: a scaled integer on SQLite, NUMERIC on PostgreSQL.

In and out: `int` (scale 0) or `Decimal`. More than 18 digits, or more decimals than the scale, are
refused, never rounded (docs/decisions, "Numbers"); rounding is the business of whoever computes.
"""

from __future__ import annotations

from decimal import Context, Decimal, Inexact, InvalidOperation, Overflow
from typing import Any

from sqlalchemy import BigInteger, Dialect, Numeric
from sqlalchemy.types import TypeDecorator, TypeEngine

from runtime.store.errors import OutOfRangeError

MOST_DIGITS = 18
_LARGEST = 10**MOST_DIGITS - 1
_EXACT = Context(prec=40, Emax=60, Emin=-60, traps=[Inexact, InvalidOperation, Overflow])


class ScaledNumber(TypeDecorator[Any]):
    """A number of at most 18 digits, `scale` of them after the point."""

    impl = BigInteger
    cache_ok = True

    def __init__(self, scale: int) -> None:
        super().__init__()
        self.scale = scale

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(Numeric(MOST_DIGITS, self.scale))
        return dialect.type_descriptor(BigInteger())

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        if value is None:
            return None
        if dialect.name == "postgresql":
            scaled = scale_up(value, self.scale)
            return scaled if self.scale == 0 else Decimal(scaled).scaleb(-self.scale)
        return scale_up(value, self.scale)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        if value is None:
            return None
        if self.scale == 0:
            return int(value)
        if dialect.name == "postgresql":
            return value if isinstance(value, Decimal) else Decimal(value)
        return Decimal(value).scaleb(-self.scale)

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        """On SQLite without the wrapper of a decorated type: a page reads hundreds of these."""
        if dialect.name != "sqlite":
            return super().result_processor(dialect, coltype)
        if self.scale == 0:
            return None  # an INTEGER column gives int
        places = -self.scale

        def read(value: int | None) -> Decimal | None:
            return None if value is None else Decimal(value).scaleb(places)

        return read

    @property
    def python_type(self) -> type[Any]:
        return int if self.scale == 0 else Decimal


def scale_up(value: int | Decimal, scale: int) -> int:
    """The integer that stands for `value` with `scale` decimals; raises when it is not exact."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise TypeError(f"not a number: {value!r}")
    if isinstance(value, int):
        scaled: int = value * 10**scale
    else:
        try:
            scaled = int(_EXACT.to_integral_exact(_EXACT.scaleb(value, scale)))
        except (ArithmeticError, ValueError) as error:
            raise OutOfRangeError(f"{value} does not fit {MOST_DIGITS} digits, {scale} decimals") from error
    if -_LARGEST <= scaled <= _LARGEST:
        return scaled
    raise OutOfRangeError(f"{value} does not fit {MOST_DIGITS} digits, {scale} decimals")
