"""What alembic runs for each upgrade: the migrations on the connection that `upgrade` opened.

In: the configuration with a connection that is in a transaction already. Called by alembic only.
"""

from __future__ import annotations

from alembic import context

from runtime.store.schema import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    transactional_ddl=False,  # the caller's transaction holds it all
    render_item=context.config.attributes.get("render_item"),
)
context.run_migrations()
