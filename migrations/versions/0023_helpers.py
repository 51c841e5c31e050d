"""Dossiers are found by who introduces or helps.

Revision ID: 0023
Revises: 0017
"""

from alembic import op

revision = "0023"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_companion_ref", "companion", ["ref"])


def downgrade() -> None:
    op.drop_index("ix_companion_ref", "companion")
