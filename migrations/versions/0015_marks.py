"""The program's marks on the ends of all chains (`flask upgrade-log` makes those of what is there already).

Revision ID: 0015
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

TABLES = ("dossier", "office_event")


def upgrade() -> None:
    for table in TABLES:
        op.add_column(table, sa.Column("mark", sa.String(64), nullable=False, server_default=""))


def downgrade() -> None:
    raise NotImplementedError(
        "an earlier program would leave the ends of chains without marks: restore a backup instead"
    )
