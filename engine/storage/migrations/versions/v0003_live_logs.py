"""Live logs: events one by one, known ids, cases, attributes, sealed files. Sizes and counts past 2³¹."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision: str | None = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Let a log have no file, and add what live logs are made of."""
    with op.batch_alter_table("file") as table:
        table.alter_column("size", existing_type=sa.Integer(), type_=sa.BigInteger(), existing_nullable=False)
    with op.batch_alter_table("log") as table:
        table.alter_column("file", existing_type=sa.String(64), nullable=True)
        for name in ("cases", "events"):
            table.alter_column(name, existing_type=sa.Integer(), type_=sa.BigInteger(), existing_nullable=False)
        table.add_column(sa.Column("flow", sa.Integer(), nullable=True))
        table.create_foreign_key("fk_log_flow", "flow", ["flow"], ["id"])
        table.add_column(sa.Column("digest", sa.String(64), nullable=False, server_default=""))
        table.add_column(sa.Column("sealed", sa.BigInteger(), nullable=False, server_default="0"))
        table.add_column(sa.Column("closed", sa.DateTime(), nullable=True))
    op.create_table(
        "event",
        _log(),
        sa.Column("sequence", sa.BigInteger(), primary_key=True),
        sa.Column("case", sa.String(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
    )
    op.create_index("ix_event_case", "event", ["log", "case", "sequence"])
    op.create_table(
        "event_id",
        _log(),
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "event_case",
        _log(),
        sa.Column("case", sa.String(), primary_key=True),
        sa.Column("events", sa.BigInteger(), nullable=False),
        sa.Column("first", sa.BigInteger(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.Column("closed", sa.DateTime(), nullable=True),
    )
    op.create_index("ix_event_case_first", "event_case", ["log", "first"])
    op.create_table(
        "event_attribute",
        _log(),
        sa.Column("key", sa.String(), primary_key=True),
        sa.Column("kind", sa.String(16), nullable=False),
    )
    op.create_table(
        "sealed",
        _log(),
        sa.Column("first", sa.BigInteger(), primary_key=True),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.Column("file", sa.String(64), sa.ForeignKey("file.hash"), nullable=False),
    )
    op.create_table("sealing", sa.Column("hash", sa.String(64), primary_key=True))


def downgrade() -> None:
    """Remove them. Logs that are live have no place in the older tables."""
    for name in ("sealing", "sealed", "event_attribute", "event_case", "event_id", "event"):
        op.drop_table(name)
    with op.batch_alter_table("log") as table:
        table.drop_constraint("fk_log_flow", type_="foreignkey")
        for name in ("closed", "sealed", "digest", "flow"):
            table.drop_column(name)
        for name in ("cases", "events"):
            table.alter_column(name, existing_type=sa.BigInteger(), type_=sa.Integer(), existing_nullable=False)
        table.alter_column("file", existing_type=sa.String(64), nullable=False)
    with op.batch_alter_table("file") as table:
        table.alter_column("size", existing_type=sa.BigInteger(), type_=sa.Integer(), existing_nullable=False)


def _log() -> sa.Column[int]:
    return sa.Column("log", sa.Integer(), sa.ForeignKey("log.id"), primary_key=True)
