"""Live cases: where each stands, what was said of it, and who is told."""

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
    op.create_table(
        "hook",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("log", sa.Integer(), sa.ForeignKey("log.id"), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("secret", sa.String(64), nullable=False),
        sa.Column("kinds", sa.Text(), nullable=False),
        sa.Column("created", sa.DateTime(), nullable=False),
    )
    op.create_index("ix_hook_log", "hook", ["log"])
    op.create_table(
        "delivery",
        sa.Column("hook", sa.Integer(), sa.ForeignKey("hook.id"), primary_key=True),
        sa.Column("number", sa.BigInteger(), primary_key=True),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due", sa.DateTime(), nullable=False),
        sa.Column("failure", sa.Text(), nullable=False),
        sa.CheckConstraint("status IN ('waiting', 'delivered', 'failed')", name="delivery_status"),
    )
    op.create_index("ix_delivery_status", "delivery", ["status", "hook", "number"])


def downgrade() -> None:
    """Remove them."""
    for name in ("delivery", "hook", "told", "notice", "live_case"):
        op.drop_table(name)
    with op.batch_alter_table("log") as table:
        table.drop_column("notices")


def _log() -> sa.Column[int]:
    return sa.Column("log", sa.Integer(), sa.ForeignKey("log.id"), primary_key=True)
