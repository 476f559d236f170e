"""Live logs that are closed part by part, that know which events count, and whose cases can be idle."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision: str | None = "0004"
branch_labels = None
depends_on = None

EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - the database keeps moments in UTC without saying so


def upgrade() -> None:
    """Add them; of live logs that are there every event counts, as it did until now."""
    with op.batch_alter_table("log") as table:
        table.add_column(sa.Column("closing", sa.Boolean(), nullable=False, server_default=sa.false()))
        table.add_column(sa.Column("lifecycle", sa.String(16), nullable=False, server_default=""))
        table.add_column(sa.Column("recounts", sa.Integer(), nullable=False, server_default="0"))
    op.execute(sa.text("UPDATE log SET lifecycle = 'all' WHERE file IS NULL"))
    op.create_index("ix_event_case_closed", "event_case", ["log", "closed", "first"])
    with op.batch_alter_table("live_case") as table:
        table.add_column(sa.Column("latest", sa.DateTime(), nullable=True))
    op.create_index("ix_live_case_latest", "live_case", ["log", "flow", "latest"])
    op.create_table(
        "transition",
        sa.Column("log", sa.Integer(), sa.ForeignKey("log.id"), primary_key=True),
        sa.Column("activity", sa.String(), primary_key=True),
        sa.Column("kind", sa.String(8), primary_key=True),
    )
    _find_latest()


def downgrade() -> None:
    """Remove them."""
    op.drop_table("transition")
    op.drop_index("ix_live_case_latest", "live_case")
    with op.batch_alter_table("live_case") as table:
        table.drop_column("latest")
    op.drop_index("ix_event_case_closed", "event_case")
    with op.batch_alter_table("log") as table:
        table.drop_column("recounts")
        table.drop_column("lifecycle")
        table.drop_column("closing")


def _find_latest() -> None:
    """When something last happened in each open case: its last time, or its first where nothing judges it."""
    names = sa.table(
        "live_case",
        sa.column("log", sa.Integer()),
        sa.column("case", sa.String()),
        sa.column("began", sa.DateTime()),
        sa.column("state", sa.LargeBinary()),
        sa.column("latest", sa.DateTime()),
    )
    cases = sa.table("event_case", sa.column("log"), sa.column("case"), sa.column("closed"))
    is_open = (cases.c.log == names.c.log) & (cases.c.case == names.c.case) & cases.c.closed.is_(None)
    connection = op.get_bind()
    found = connection.execute(
        sa.select(names.c.log, names.c.case, names.c.began, names.c.state).join(cases, is_open)
    ).all()
    for log, case, began, state in found:
        times = json.loads(state)["times"] if state is not None else []
        latest = EPOCH + timedelta(microseconds=times[-1]) if times else began
        where = (names.c.log == log) & (names.c.case == case)
        connection.execute(sa.update(names).where(where).values(latest=latest))
