"""Templates of texts, their versions and from when each is used.

Revision ID: 0027
Revises: 0026
"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "text_template",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("text", sa.String(60), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("names", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("loaded_by_id", sa.Integer(), sa.ForeignKey("account.id"), nullable=False),
        sa.Column("loaded_at", sa.String(32), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.UniqueConstraint("text", "version"),
    )
    op.create_table(
        "template_use",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("text", sa.String(60), nullable=False),
        sa.Column("template_id", sa.Integer(), sa.ForeignKey("text_template.id")),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("ground", sa.String(300), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), sa.ForeignKey("account.id"), nullable=False),
        sa.Column("asked_at", sa.String(32), nullable=False),
        sa.Column("outcome", sa.String(20), nullable=False, server_default=""),
        sa.Column("decided_by_id", sa.Integer(), sa.ForeignKey("account.id")),
        sa.Column("decided_at", sa.String(32)),
    )
    op.create_index("ix_template_use_text", "template_use", ["text", "outcome", "since", "id"])


def downgrade() -> None:
    for table in ("template_use", "text_template"):
        op.drop_table(table)
