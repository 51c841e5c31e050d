"""Sessions as rows, and passwords that are good once.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Everybody signs in once more: the sessions of before stand in no row."""
    op.add_column("account", sa.Column("password_until", sa.BigInteger()))
    op.create_table(
        "account_session",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("account_id", sa.Integer(), sa.ForeignKey("account.id"), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("device", sa.String(40), nullable=False),
        sa.UniqueConstraint("key", name="uq_account_session_key"),
    )
    op.create_index("ix_account_session_account_id", "account_session", ["account_id"])


def downgrade() -> None:
    raise NotImplementedError("one-time passwords would be passwords like others: restore a backup instead")
