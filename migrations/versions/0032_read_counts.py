"""How much each account read in each quarter of an hour, counted once that is over; what was opened, by its time.

Revision ID: 0032
Revises: 0031
"""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

_OPENED = sa.text("until IS NOT NULL")
_NOTED = sa.text("noted IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "read_count",
        sa.Column("slot", sa.BigInteger(), primary_key=True),
        sa.Column("account_id", sa.Integer(), sa.ForeignKey("account.id"), primary_key=True),
        sa.Column("dossiers", sa.Integer(), nullable=False),
        sa.Column("tried", sa.Integer(), nullable=False),
        sa.Column("noted", sa.Integer()),
    )
    op.create_index("ix_read_count_account_id_slot", "read_count", ["account_id", "slot", "dossiers", "tried"])
    op.create_index(
        "ix_read_count_noted", "read_count", ["noted", "slot", "account_id"], sqlite_where=_NOTED, postgresql_where=_NOTED
    )
    op.create_index(
        "ix_dossier_read_opened", "dossier_read", ["at", "id"], sqlite_where=_OPENED, postgresql_where=_OPENED
    )


def downgrade() -> None:
    op.drop_index("ix_dossier_read_opened", "dossier_read")
    op.drop_table("read_count")
