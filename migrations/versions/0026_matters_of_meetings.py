"""A meeting votes on removals and refusals too: what a line is about; removals are found by the register that voted.

Revision ID: 0026
Revises: 0025
"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

REMOVAL = sa.text("purpose = 'removal'")


def upgrade() -> None:
    op.add_column("meeting_line", sa.Column("matter", sa.String(20), nullable=False, server_default="step"))
    op.add_column("meeting_line", sa.Column("ground", sa.String(40), nullable=False, server_default=""))
    op.add_column("meeting_line", sa.Column("reason", sa.Text(), nullable=False, server_default=""))
    op.create_index(
        "ix_vote_record_removal",
        "vote_record",
        ["register_unit_id", "held_on", "dossier_id"],
        sqlite_where=REMOVAL,
        postgresql_where=REMOVAL,
    )


def downgrade() -> None:
    op.drop_index("ix_vote_record_removal", "vote_record")
    for name in ("reason", "ground", "matter"):
        op.drop_column("meeting_line", name)
