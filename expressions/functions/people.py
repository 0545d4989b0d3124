"""People: who is looking or acting.

In: the actor of the evaluation. Out: `ENTRIES`.
"""

from __future__ import annotations

from expressions.evaluation import Env
from expressions.functions.entry import Function, always
from expressions.kinds import USER


def current_user(env: Env) -> int | None:
    return env.actor_member


ENTRIES = (
    Function(
        "CURRENTUSER",
        "当前用户",
        "people",
        (),
        always(USER),
        "正在操作的成员；系统自己运行时为空",
        "The member who is acting; blank when the system acts by itself",
        python=current_user,
        aliases=("ME", "当前成员"),
        takes_env=True,
        may_be_blank=True,
    ),
)
