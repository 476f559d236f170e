"""Improvement actions: what somebody will do about a finding of a flow, who, and until when."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision: str | None = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table of actions."""
    op.create_table(
        "action",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("flow_key", sa.String(200), nullable=False),
        sa.Column("answers", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("created", sa.DateTime(), nullable=False),
        sa.Column("created_by", sa.Integer(), sa.ForeignKey("key.id"), nullable=True),
        sa.Column("changed", sa.DateTime(), nullable=False),
    )
    op.create_index("ix_action_flow_key", "action", ["flow_key"])


def downgrade() -> None:
    """Remove it."""
    op.drop_table("action")
