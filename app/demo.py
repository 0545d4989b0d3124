"""The demo: a workspace with people who can sign in at once, and the CRM with its rows.

In: a platform on which nobody is yet. Out: `ensure_first_run`, `shown_sign_ins`. Called by `formloom
serve` and `formloom init`. On this machine alone the password is a stated one; where strangers can reach
the server it is random and stands only in DATA_DIR and in the terminal.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict, dataclass

import structlog

from app.config import Settings
from app.demo_apps import clone_demo_app
from builder.problems import Problem
from runtime import people
from runtime.actors import Actor, Member, RoleName
from runtime.people import NewPerson
from runtime.platform import Platform
from runtime.workspaces import NewWorkspace

log = structlog.get_logger(__name__)

LOOPBACK = ("127.0.0.1", "localhost", "::1")
STATED_PASSWORD = "formloom-demo"
SLUG = "demo"
OWNER = ("demo", "王建国", "owner")
COLLEAGUES: tuple[tuple[str, str, RoleName], ...] = (
    ("zhao.min", "赵敏", "admin"),
    ("li.na", "李娜", "member"),
    ("zhang.wei", "张伟", "member"),
    ("chen.yutong", "陈雨桐", "member"),
    ("liu.siyuan", "刘思远", "member"),
    ("sun.haoran", "孙浩然", "member"),
    ("zhou.xiaolin", "周晓琳", "member"),
)
WORKSPACE = NewWorkspace(
    SLUG,
    {"zh-CN": "杭州云织科技", "zh-TW": "杭州雲織科技", "en": "Cloudloom Hangzhou"},
    "Asia/Shanghai",
    "zh-CN",
)


@dataclass(frozen=True, slots=True)
class DemoSignIn:
    """One line of what the terminal and the sign-in page show."""

    email: str
    name: str
    role: str
    password: str


def ensure_first_run(platform: Platform, settings: Settings) -> tuple[DemoSignIn, ...]:
    """On an empty database: the owner from the environment, else the demo, else nothing (the browser
    asks). Answers the demo's sign-ins."""
    if not people.is_first_run(platform):
        return shown_sign_ins(settings)
    if settings.admin_email and settings.admin_password:
        _create_admin(platform, settings)
    elif settings.has_demo:
        return _create_demo(platform, settings)
    return ()


class FirstRunError(Exception):
    """The owner or the demo could not be made; the message says why."""


def _create_admin(platform: Platform, settings: Settings) -> None:
    email = settings.admin_email or ""
    person = NewPerson(email, email.split("@")[0], settings.admin_password)
    workspace = NewWorkspace("main", {"zh-CN": "我的企业", "zh-TW": "我的企業", "en": "My workspace"})
    member = _require(people.create_owner(platform, person, workspace))
    if settings.has_demo:
        clone_demo_app(platform, Actor.of_member(member))


def _create_demo(platform: Platform, settings: Settings) -> tuple[DemoSignIn, ...]:
    is_local = settings.host in LOOPBACK and settings.public_url is None
    password = STATED_PASSWORD if is_local else secrets.token_urlsafe(12)
    sign_ins = [_sign_in(OWNER, password)]
    owner = _require(
        people.create_owner(platform, NewPerson(sign_ins[0].email, OWNER[1], password), WORKSPACE)
    )
    with platform.writing(Actor.of_member(owner)) as work:
        for colleague in COLLEAGUES:
            one = _sign_in(colleague, password)
            _require(people.add_member(work, NewPerson(one.email, one.name, password), colleague[2]))
            sign_ins.append(one)
    clone_demo_app(platform, Actor.of_member(owner))
    path = settings.data_dir / "demo.json"
    path.touch(mode=0o600)
    path.write_text(json.dumps([asdict(one) for one in sign_ins], ensure_ascii=False), encoding="utf-8")
    return tuple(sign_ins)


def _sign_in(person: tuple[str, str, str], password: str) -> DemoSignIn:
    login, name, role = person
    return DemoSignIn(f"{login}@example.com", name, role, password)


def _require(made: Member | tuple[Problem, ...]) -> Member:
    if isinstance(made, tuple):
        raise FirstRunError(", ".join(one.code for one in made))
    return made


def shown_sign_ins(settings: Settings) -> tuple[DemoSignIn, ...]:
    """The demo's sign-ins, where only this machine can reach the server; else nothing."""
    path = settings.data_dir / "demo.json"
    if settings.host not in LOOPBACK or settings.public_url is not None or not path.exists():
        return ()
    return tuple(DemoSignIn(**one) for one in json.loads(path.read_text(encoding="utf-8")))
