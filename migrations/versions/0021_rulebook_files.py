"""Rulebooks loaded as files, and their dry runs.

Revision ID: 0021
Revises: 0017
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rulebook_file",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("code", sa.String(20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("in_force_from", sa.Date(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("ground", sa.String(300), nullable=False),
        sa.Column("loaded_by_id", sa.Integer(), sa.ForeignKey("account.id"), nullable=False),
        sa.Column("loaded_at", sa.String(32), nullable=False),
        sa.Column("outcome", sa.String(20), nullable=False, server_default=""),
        sa.Column("decided_by_id", sa.Integer(), sa.ForeignKey("account.id")),
        sa.Column("decided_at", sa.String(32)),
        sa.UniqueConstraint("code", "version"),
    )
    op.create_table(
        "rulebook_trial",
        sa.Column("file_id", sa.Integer(), sa.ForeignKey("rulebook_file.id"), primary_key=True),
        sa.Column("version", sa.String(40), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("begun_at", sa.String(32), nullable=False),
        *(
            sa.Column(name, sa.Integer(), nullable=False)
            for name in ("last_id", "looked", "total", "affected", "refused", "deadlines", "needs", "routes")
        ),
        sa.Column("done", sa.Boolean(), nullable=False),
    )
    op.create_table(
        "trial_finding",
        sa.Column("file_id", sa.Integer(), sa.ForeignKey("rulebook_trial.file_id"), primary_key=True),
        sa.Column("dossier_id", sa.Integer(), sa.ForeignKey("dossier.id"), primary_key=True),
        sa.Column("refused", sa.Boolean(), nullable=False),
        sa.Column("found", sa.Text(), nullable=False),
    )


def downgrade() -> None:
    for table in ("trial_finding", "rulebook_trial", "rulebook_file"):
        op.drop_table(table)
