"""The baseline's engine and the page of its list. Called by tests/bench/baseline.py."""

from __future__ import annotations

from typing import Any

from jinja2 import Environment
from sqlalchemy import Connection, Engine, create_engine, event

LIST = Environment(autoescape=True).from_string("""<!doctype html><html lang="en"><head><meta charset="utf-8">
<title>Deals</title><link rel="stylesheet" href="/static/deals.css"></head><body><nav><a href="/">Home</a>
<a href="/deals.html">Deals</a></nav><main><h1>Deals</h1><form><input name="stage" value="{{ stage or "" }}">
</form><table><thead><tr><th>Name<th>Code<th>Phone<th>Stage<th>Region<th>Amount<th>Quantity<th>Close date
<th>Active<th>Weighted</tr></thead><tbody>{% for row in rows %}
<tr><td><a href="/deals/{{ row.id }}.html">{{ row.name }}</a></td><td>{{ row.code or "" }}</td>
<td>{{ row.phone or "" }}</td><td><span class="badge {{ row.stage }}">{{ row.stage }}</span></td>
<td>{{ row.region or "" }}</td><td class="number">
{{ "{:,.2f}".format(row.amount) if row.amount is not none }}</td>
<td class="number">{{ "{:,}".format(row.quantity) if row.quantity is not none }}</td>
<td>{{ row.close_date or "" }}</td><td>{{ "Yes" if row.active else "No" }}</td>
<td class="number">{{ "{:,.2f}".format(row.weighted) if row.weighted is not none }}</td></tr>{% endfor %}
</tbody></table>{% if next %}<a href="?stage={{ stage }}&amp;cursor={{ next }}">Next</a>{% endif %}</main>
</body></html>""")


def open_engine(url: str) -> Engine:
    """An engine with Formloom's own settings for durability and isolation."""
    engine = create_engine(url, pool_size=8) if not url.startswith("sqlite") else create_engine(url)
    if url.startswith("sqlite"):

        @event.listens_for(engine, "connect")
        def _connect(connection: Any, _record: Any) -> None:
            connection.isolation_level = None
            for pragma in (
                "journal_mode=WAL",
                "synchronous=FULL",
                "foreign_keys=ON",
                "busy_timeout=5000",
                "cache_size=-16000",
            ):
                connection.execute(f"PRAGMA {pragma}")

        @event.listens_for(engine, "begin")
        def _begin(connection: Connection) -> None:
            connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN"))

    return engine


def writer(engine: Engine) -> Any:
    """A write transaction: the lock is taken at once."""
    return engine.execution_options(begin="BEGIN IMMEDIATE").begin()
