"""What the member database calls a unit (the log takes it up with `flask upgrade-log`).

Revision ID: 0025
Revises: 0017
"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("unit", sa.Column("organisation_code", sa.String(18), nullable=True))
    op.create_index("uq_unit_organisation_code", "unit", ["organisation_code"], unique=True)


def downgrade() -> None:
    op.drop_index("uq_unit_organisation_code", "unit")
    op.drop_column("unit", "organisation_code")
