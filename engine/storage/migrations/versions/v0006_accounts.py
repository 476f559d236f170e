"""Accounts: whose a key is and what it may do, who made what, who is signed in, who changed what."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision: str | None = "0005"
branch_labels = None
depends_on = None

ROLES = "role IN ('reviewer', 'operator', 'designer', 'administrator')"
OWNED = ("flow", "log", "assessment", "hook")


def upgrade() -> None:
    """Make the key that is there the console's, an administrator's, and let rows say by which key they came."""
    with op.batch_alter_table("key") as table:
        table.add_column(sa.Column("name", sa.String(200), nullable=False, server_default="console"))
        table.add_column(sa.Column("role", sa.String(16), nullable=False, server_default="administrator"))
        table.add_column(sa.Column("created_by", sa.Integer(), nullable=True))
        for name in ("expires", "revoked", "used"):
            table.add_column(sa.Column(name, sa.DateTime(), nullable=True))
        table.create_foreign_key("fk_key_created_by", "key", ["created_by"], ["id"])
        table.create_check_constraint("key_role", ROLES)
        table.create_index("ix_key_hash", ["hash"], unique=True)
    for owned in OWNED:
        with op.batch_alter_table(owned) as table:
            table.add_column(sa.Column("created_by", sa.Integer(), nullable=True))
            table.create_foreign_key(f"fk_{owned}_created_by", "key", ["created_by"], ["id"])
    op.create_table(
        "sign_in",
        sa.Column("hash", sa.String(64), primary_key=True),
        sa.Column("key", sa.Integer(), sa.ForeignKey("key.id"), nullable=False),
        sa.Column("created", sa.DateTime(), nullable=False),
        sa.Column("expires", sa.DateTime(), nullable=False),
        sa.Column("seen", sa.DateTime(), nullable=False),
    )
    op.create_index("ix_sign_in_key", "sign_in", ["key"])
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("key", sa.Integer(), sa.ForeignKey("key.id"), nullable=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("how", sa.String(16), nullable=False),
        sa.Column("method", sa.String(16), nullable=False),
        sa.Column("action", sa.String(40), nullable=False),
        sa.Column("resource", sa.String(40), nullable=False),
        sa.Column("resource_id", sa.String(200), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Text(), nullable=False),
    )
    op.create_index("ix_audit_at", "audit", ["at"])
    op.create_index("ix_audit_key", "audit", ["key", "id"])
    op.create_index("ix_audit_resource", "audit", ["resource", "resource_id", "id"])


def downgrade() -> None:
    """Remove them. Keys that may do less than everything have no place in the older tables."""
    op.drop_table("audit")
    op.drop_table("sign_in")
    for owned in reversed(OWNED):
        with op.batch_alter_table(owned) as table:
            table.drop_constraint(f"fk_{owned}_created_by", type_="foreignkey")
            table.drop_column("created_by")
    with op.batch_alter_table("key") as table:
        table.drop_constraint("fk_key_created_by", type_="foreignkey")
    op.execute("DELETE FROM key WHERE role <> 'administrator' OR revoked IS NOT NULL OR expires IS NOT NULL")
    with op.batch_alter_table("key") as table:
        table.drop_index("ix_key_hash")
        table.drop_constraint("key_role", type_="check")
        for name in ("used", "revoked", "expires", "created_by", "role", "name"):
            table.drop_column(name)
