"""Assessments that are attempted again and can be cancelled, and schedules that ask for them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision: str | None = "0007"
branch_labels = None
depends_on = None

BEFORE = "status IN ('queued', 'running', 'done', 'failed')"
AFTER = "status IN ('queued', 'running', 'done', 'failed', 'cancelled')"
NAME = "assessment_status"


def upgrade() -> None:
    """Add a table of schedules, count attempts, name the schedule, and let an assessment be cancelled."""
    op.create_table(
        "schedule",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("settings", sa.Text(), nullable=False),
        sa.Column("due", sa.DateTime(), nullable=False),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("last", sa.DateTime(), nullable=True),
        sa.Column("failure", sa.Text(), nullable=False),
        sa.Column("created", sa.DateTime(), nullable=False),
        sa.Column("created_by", sa.Integer(), sa.ForeignKey("key.id"), nullable=True),
    )
    op.create_index("ix_schedule_due", "schedule", ["due"])
    with op.batch_alter_table("assessment") as table:
        table.add_column(sa.Column("attempts", sa.Integer(), nullable=False, server_default="0"))
        table.add_column(sa.Column("schedule", sa.Integer(), nullable=True))
        table.create_foreign_key("fk_assessment_schedule", "schedule", ["schedule"], ["id"])
        table.create_index("ix_assessment_schedule", ["schedule"])
        table.drop_constraint(NAME, type_="check")
        table.create_check_constraint(NAME, AFTER)


def downgrade() -> None:
    """Remove them; what was cancelled has failed."""
    op.execute("UPDATE assessment SET status = 'failed' WHERE status = 'cancelled'")
    with op.batch_alter_table("assessment") as table:
        table.drop_constraint(NAME, type_="check")
        table.create_check_constraint(NAME, BEFORE)
        table.drop_index("ix_assessment_schedule")
        table.drop_constraint("fk_assessment_schedule", type_="foreignkey")
        table.drop_column("schedule")
        table.drop_column("attempts")
    op.drop_table("schedule")
