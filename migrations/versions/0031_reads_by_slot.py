"""Unusual reading is found in one index: who, in which quarter of an hour, which dossiers.

Revision ID: 0031
Revises: 0030
"""

from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_dossier_read_account_id_slot", "dossier_read", ["account_id", "slot", "dossier_id", "part"])
    op.drop_index("ix_dossier_read_account_id_at", "dossier_read")


def downgrade() -> None:
    op.create_index("ix_dossier_read_account_id_at", "dossier_read", ["account_id", "at"])
    op.drop_index("ix_dossier_read_account_id_slot", "dossier_read")
