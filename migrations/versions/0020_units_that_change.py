"""Plans by which units change, what units were called, and their organisation codes.

Revision ID: 0020
Revises: 0017
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("unit", sa.Column("org_code", sa.String(18)))
    op.create_index("ix_unit_org_code", "unit", ["org_code"], unique=True)
    op.add_column("unit_placement", sa.Column("name", sa.String(200), nullable=False, server_default=""))
    op.create_table(
        "unit_plan",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("unit_id", sa.Integer(), sa.ForeignKey("unit.id"), nullable=False),
        sa.Column("number", sa.String(60), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("subject", sa.String(300), nullable=False),
        sa.Column("lines", sa.Text(), nullable=False),
        sa.Column("stage", sa.String(12), nullable=False),
        sa.Column("prepared_by", sa.Integer(), sa.ForeignKey("account.id"), nullable=False),
        sa.Column("prepared_at", sa.String(32), nullable=False),
        sa.Column("confirmed_by", sa.Integer(), sa.ForeignKey("account.id")),
        sa.Column("done_at", sa.String(32)),
        sa.Column("undo_by", sa.Integer(), sa.ForeignKey("account.id")),
        sa.Column("undo_reason", sa.String(500), nullable=False),
        sa.Column("undone_by", sa.Integer(), sa.ForeignKey("account.id")),
        sa.Column("undone_at", sa.String(32)),
        sa.Column("changes", sa.Text(), nullable=False),
        sa.Column("done", sa.Boolean(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
    )
    op.create_index("ix_unit_plan_unit_id", "unit_plan", ["unit_id"])


def downgrade() -> None:
    op.drop_table("unit_plan")
    op.drop_column("unit_placement", "name")
    op.drop_index("ix_unit_org_code", "unit")
    op.drop_column("unit", "org_code")
