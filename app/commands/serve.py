"""`formloom serve`: the pages and the API with the in-process worker, until SIGTERM or SIGINT.

In: settings. Out: a running server; the first lines say what it is, where it is, and who may sign in. One
process with threads on SQLite and, in this version, on PostgreSQL too.
"""

from __future__ import annotations

import signal
from collections.abc import Sequence
from typing import Any

import click
from waitress import create_server

from app import VERSION
from app.commands.console import opened, settings_or_exit
from app.config import Settings
from app.demo import DemoSignIn, ensure_first_run
from app.factory import FormloomApp, create_app
from app.logs import configure_logs
from app.wiring import database_version, upgrade_database
from runtime.jobs import WorkerThread
from runtime.platform import Platform


@click.command()
def serve() -> None:
    """Serves the pages and the API, and works on jobs, until it is stopped."""
    settings = settings_or_exit()
    configure_logs()
    with opened(settings) as (platform, _settings):
        upgrade_database(platform)
        sign_ins = ensure_first_run(platform, settings)
        server = _listen(create_app(settings, platform), settings)
        _announce(settings, platform, sign_ins)
        _run(server, platform)


def _listen(face: FormloomApp, settings: Settings) -> Any:
    """The server, its port taken: what is announced afterwards is true."""
    try:
        return _create_server(face, settings)
    except OSError as taken:
        raise click.ClickException(
            f"{settings.host}:{settings.port} cannot be used ({taken.strerror}). Choose another PORT."
        ) from taken


def _create_server(face: FormloomApp, settings: Settings) -> Any:
    return create_server(
        face,
        host=settings.host,
        port=settings.port,
        threads=settings.threads,
        ident=None,
        max_request_body_size=settings.largest_upload,
        # behind TRUSTED_PROXIES werkzeug's ProxyFix reads these headers; otherwise nobody may send them
        clear_untrusted_proxy_headers=settings.trusted_proxies == 0,
    )


def _run(server: Any, platform: Platform) -> None:
    worker = WorkerThread(platform)
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, _stop)
    worker.start()
    try:
        server.run()  # ends on SystemExit, after the requests at hand
    finally:
        server.close()
        worker.stop()
        click.echo("formloom: stopped")


def _stop(_number: int, _frame: object) -> None:
    raise SystemExit(0)


def _announce(settings: Settings, platform: Platform, sign_ins: Sequence[DemoSignIn]) -> None:
    address = settings.public_url or f"http://{_shown_host(settings.host)}:{settings.port}"
    click.echo(f"formloom {VERSION} · {database_version(platform)} · {settings.data_dir}")
    if sign_ins:
        click.echo(f"Demo sign-ins, all with the password {sign_ins[0].password}")
        for one in sign_ins:
            click.echo(f"  {one.email:<28} {one.role:<8} {one.name}")
    click.echo(f"Open {address}")


def _shown_host(host: str) -> str:
    if host in ("0.0.0.0", "::"):  # noqa: S104 — shown, not bound
        return "localhost"
    return f"[{host}]" if ":" in host else host
