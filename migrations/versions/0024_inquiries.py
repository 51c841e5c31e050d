"""Requests that went out about dossiers, and answers that wait to be recorded.

Revision ID: 0024
Revises: 0017
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "inquiry",
        sa.Column("dossier_id", sa.Integer(), sa.ForeignKey("dossier.id"), primary_key=True),
        sa.Column("nr", sa.Integer(), primary_key=True),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), sa.ForeignKey("unit.id")),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("closed_on", sa.Date()),
        sa.Column("number", sa.String(200), nullable=False),
        sa.Column("addressee", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
    )
    op.create_index(
        "ix_inquiry_unit",
        "inquiry",
        ["unit_id", "asked_on", "dossier_id", "nr"],
        sqlite_where=sa.text("closed_on IS NULL"),
        postgresql_where=sa.text("closed_on IS NULL"),
    )
    op.create_table(
        "inquiry_answer",
        sa.Column("dossier_id", sa.Integer(), primary_key=True),
        sa.Column("nr", sa.Integer(), primary_key=True),
        sa.Column("account_id", sa.Integer(), sa.ForeignKey("account.id"), nullable=False),
        sa.Column("answered_on", sa.Date(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
    )


def downgrade() -> None:
    for table in ("inquiry_answer", "inquiry"):
        op.drop_table(table)
