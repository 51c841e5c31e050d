"""Registers of the numbers that bodies give their texts.

Revision ID: 0018
Revises: 0017
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "number_book",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("unit_id", sa.Integer(), sa.ForeignKey("unit.id"), nullable=False),
        sa.Column("series", sa.String(10), nullable=False),
        sa.Column("sign", sa.String(40), nullable=False),
        sa.Column("runs", sa.String(10), nullable=False),
        sa.Column("begins_on", sa.Date(), nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("ends_on", sa.Date()),
        sa.Column("opened_by", sa.Integer(), sa.ForeignKey("account.id"), nullable=False),
        sa.UniqueConstraint("unit_id", "series", "begins_on", name=op.f("uq_number_book_unit_id_series_begins_on")),
    )
    op.create_table(
        "registered_number",
        sa.Column("book_id", sa.Integer(), sa.ForeignKey("number_book.id"), primary_key=True),
        sa.Column("period", sa.String(10), primary_key=True),
        sa.Column("nr", sa.Integer(), primary_key=True),
        sa.Column("text", sa.String(200), nullable=False),
        sa.Column("form", sa.String(20), nullable=False),
        sa.Column("issued_on", sa.Date()),
        sa.Column("dossier_id", sa.Integer(), sa.ForeignKey("dossier.id")),
        sa.Column("seq", sa.Integer()),
        sa.Column("given_by", sa.Integer(), sa.ForeignKey("account.id"), nullable=False),
        sa.Column("given_at", sa.String(32), nullable=False),
        sa.Column("spoiled_on", sa.Date()),
        sa.Column("ground", sa.Text(), nullable=False),
    )
    op.create_index("ix_registered_number_dossier_id", "registered_number", ["dossier_id"])


def downgrade() -> None:
    op.drop_table("registered_number")
    op.drop_table("number_book")
