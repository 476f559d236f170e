"""Live cases: where each stands, and what was said of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision: str | None = "0003"
branch_labels = None
depends_on = None

KINDS = "kind IN ('verdict', 'closed', 'deadline-near', 'deadline-passed')"


def upgrade() -> None:
    """Number what is said of a log, and keep it."""
    with op.batch_alter_table("log") as table:
        table.add_column(sa.Column("notices", sa.BigInteger(), nullable=False, server_default="0"))
    op.create_table(
        "live_case",
        _log(),
        sa.Column("case", sa.String(), primary_key=True),
        sa.Column("flow", sa.Integer(), sa.ForeignKey("flow.id"), nullable=True),
        sa.Column("first", sa.BigInteger(), nullable=False),
        sa.Column("began", sa.DateTime(), nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=True),
        sa.Column("cost", sa.BigInteger(), nullable=False),
        sa.Column("deviations", sa.Integer(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
    )
    op.create_index("ix_live_case_first", "live_case", ["log", "first"])
    op.create_table(
        "notice",
        _log(),
        sa.Column("number", sa.BigInteger(), primary_key=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("case", sa.String(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created", sa.DateTime(), nullable=False),
        sa.CheckConstraint(KINDS, name="notice_kind"),
    )
    op.create_index("ix_notice_sequence", "notice", ["log", "sequence"])
    op.create_index("ix_notice_case", "notice", ["log", "case", "number"])
    op.create_table(
        "told",
        _log(),
        sa.Column("case", sa.String(), primary_key=True),
        sa.Column("key", sa.String(), primary_key=True),
    )


def downgrade() -> None:
    """Remove them."""
    for name in ("told", "notice", "live_case"):
        op.drop_table(name)
    with op.batch_alter_table("log") as table:
        table.drop_column("notices")


def _log() -> sa.Column[int]:
    return sa.Column("log", sa.Integer(), sa.ForeignKey("log.id"), primary_key=True)
