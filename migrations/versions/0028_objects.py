"""Where the pieces of a file are, when they are not in the database.

Revision ID: 0028
Revises: 0027
"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("stored_file", sa.Column("object", sa.String(120), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("stored_file", "object")
