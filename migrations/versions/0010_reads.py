"""Who looked at which dossier.

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "dossier_read",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("dossier_id", sa.Integer(), sa.ForeignKey("dossier.id"), nullable=False),
        sa.Column("account_id", sa.Integer(), sa.ForeignKey("account.id"), nullable=False),
        sa.Column("part", sa.String(20), nullable=False),
        sa.Column("slot", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.UniqueConstraint(
            "dossier_id", "account_id", "part", "slot", name=op.f("uq_dossier_read_dossier_id_account_id_part_slot")
        ),
    )
    op.create_index("ix_dossier_read_at", "dossier_read", ["at"])
    op.create_index("ix_dossier_read_dossier_id_id", "dossier_read", ["dossier_id", "id"])


def downgrade() -> None:
    op.drop_table("dossier_read")
