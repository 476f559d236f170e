"""Answers to requests with an idempotency key."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision: str | None = "0009"
branch_labels = None
depends_on = None

TABLE = "idempotent_answer"


def upgrade() -> None:
    """Add the table of answers that are given again."""
    op.create_table(
        TABLE,
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("holder", sa.Integer(), sa.ForeignKey("key.id"), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("created", sa.DateTime(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("headers", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
    )
    op.create_index("ix_idempotent_answer_holder", TABLE, ["holder", "created"])
    op.create_index("ix_idempotent_answer_created", TABLE, ["created"])


def downgrade() -> None:
    """Remove it."""
    op.drop_table(TABLE)
