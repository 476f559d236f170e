"""Acceptances: deviations that somebody has decided to accept."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision: str | None = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table of acceptances."""
    op.create_table(
        "acceptance",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("flow_key", sa.String(200), nullable=False),
        sa.Column("key", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("steps", sa.Text(), nullable=False),
        sa.Column("standard", sa.Text(), nullable=False),
        sa.Column("other_branch", sa.Boolean(), nullable=False),
        sa.Column("branch", sa.Text(), nullable=False),
        sa.Column("case", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("expires", sa.DateTime(), nullable=True),
        sa.Column("created", sa.DateTime(), nullable=False),
        sa.Column("created_by", sa.Integer(), sa.ForeignKey("key.id"), nullable=True),
        sa.Column("withdrawn", sa.DateTime(), nullable=True),
    )
    op.create_index("ix_acceptance_flow_key", "acceptance", ["flow_key"])


def downgrade() -> None:
    """Remove it."""
    op.drop_table("acceptance")
