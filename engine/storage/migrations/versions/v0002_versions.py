"""Versions of flows: what they mean, from when they are in force."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision: str | None = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the hash of the meaning and the day of the file, and a table of what was put into force."""
    op.add_column("flow", sa.Column("content_hash", sa.String(64), nullable=False, server_default=""))
    op.add_column("flow", sa.Column("effective", sa.Date(), nullable=True))
    op.create_table(
        "activation",
        sa.Column("key", sa.String(200), primary_key=True),
        sa.Column("effective", sa.Date(), primary_key=True),
        sa.Column("flow", sa.Integer(), sa.ForeignKey("flow.id"), nullable=False),
        sa.Column("created", sa.DateTime(), nullable=False),
    )
    op.create_index("ix_activation_flow", "activation", ["flow"])


def downgrade() -> None:
    """Remove them."""
    op.drop_table("activation")
    op.drop_column("flow", "effective")
    op.drop_column("flow", "content_hash")
