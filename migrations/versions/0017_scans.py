"""Scans of papers, and the files of these.

Revision ID: 0017
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "paper_scan",
        sa.Column("dossier_id", sa.Integer(), sa.ForeignKey("dossier.id"), primary_key=True),
        sa.Column("seq", sa.Integer(), primary_key=True),
        sa.Column("paper_seq", sa.Integer(), nullable=False),
        sa.Column("paper_nr", sa.Integer(), nullable=False),
        sa.Column("form", sa.String(20), nullable=False),
        sa.Column("leaves", sa.Text(), nullable=False),
    )
    op.create_table(
        "scan_file",
        sa.Column("dossier_id", sa.Integer(), sa.ForeignKey("dossier.id"), primary_key=True),
        sa.Column("seq", sa.Integer(), primary_key=True),
        sa.Column("nr", sa.Integer(), primary_key=True),
        sa.Column("address", sa.String(64), nullable=False),
    )
    op.create_index("ix_scan_file_address", "scan_file", ["address"])
    op.create_table(
        "stored_file",
        sa.Column("address", sa.String(64), primary_key=True),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.String(10), nullable=False),
        sa.Column("sealed_key", sa.String(200), nullable=False),
    )
    op.create_index("ix_stored_file_verdict", "stored_file", ["verdict"])
    op.create_table(
        "file_chunk",
        sa.Column("address", sa.String(64), sa.ForeignKey("stored_file.address"), primary_key=True),
        sa.Column("nr", sa.Integer(), primary_key=True),
        sa.Column("content", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "file_key",
        sa.Column("name", sa.String(20), primary_key=True),
        sa.Column("sealed", sa.String(200), nullable=False),
    )


def downgrade() -> None:
    for table in ("file_key", "file_chunk", "stored_file", "scan_file", "paper_scan"):
        op.drop_table(table)
