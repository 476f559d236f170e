"""Alembic's way in. Migrations run on a connection that they are given; there is no offline mode."""

from __future__ import annotations

from alembic import context

from engine.storage import acceptances, account_tables, actions, event_tables, idempotency, live_tables
from engine.storage.tables import METADATA

EVERY_TABLE = (METADATA, acceptances, account_tables, actions, event_tables, idempotency, live_tables)
"""The files of tables, so that all of them are known."""


def run() -> None:
    """Run the migrations that Alembic was asked for."""
    connection = context.config.attributes["connection"]
    context.configure(connection=connection, target_metadata=METADATA, render_as_batch=True, transactional_ddl=True)
    with context.begin_transaction():
        context.run_migrations()


if __name__ != "engine.storage.migrations.env":  # Alembic loads this file under a name of its own
    run()
