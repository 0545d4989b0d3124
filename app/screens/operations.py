"""For operators: is it alive, is it ready, what are its figures. Outside any workspace, no session.

In: nothing. Out: /healthz (the process answers), /readyz (the database does too), /metrics.
"""

from __future__ import annotations

from flask import Blueprint, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from app.wiring import current_platform

screen = Blueprint("operations", __name__)


@screen.get("/healthz")
def show_health() -> Response:
    return Response("ok\n", mimetype="text/plain")


@screen.get("/readyz")
def show_readiness() -> Response:
    with current_platform().database.reading():
        return Response("ready\n", mimetype="text/plain")


@screen.get("/metrics")
def show_metrics() -> Response:
    return Response(generate_latest(), content_type=CONTENT_TYPE_LATEST)
