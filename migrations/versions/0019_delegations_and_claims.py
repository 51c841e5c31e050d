"""Roles lent for a period, and who works on which dossier.

Revision ID: 0019
Revises: 0017
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A lent role is a row of role_assignment, as before; how it came to be lent stands beside it."""
    op.create_table(
        "delegation",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("assignment_id", sa.Integer(), sa.ForeignKey("role_assignment.id"), nullable=False),
        sa.Column("given_by_id", sa.Integer(), sa.ForeignKey("account.id"), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("ground", sa.String(500), nullable=False),
        sa.Column("ended_by_id", sa.Integer(), sa.ForeignKey("account.id")),
        sa.Column("ended_on", sa.Date()),
        sa.UniqueConstraint("assignment_id"),
    )
    op.create_index("ix_role_assignment_delegated_by_id", "role_assignment", ["delegated_by_id"])
    op.create_table(
        "claim",
        sa.Column("dossier_id", sa.Integer(), sa.ForeignKey("dossier.id"), primary_key=True),
        sa.Column("account_id", sa.Integer(), sa.ForeignKey("account.id"), nullable=False),
        sa.Column("turn", sa.String(30), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("taken_from_id", sa.Integer(), sa.ForeignKey("account.id")),
    )
    op.create_index("ix_claim_since", "claim", ["since"])
    op.create_index("ix_claim_taken_from_id", "claim", ["taken_from_id"])


def downgrade() -> None:
    op.drop_table("claim")
    op.drop_index("ix_role_assignment_delegated_by_id", "role_assignment")
    op.drop_table("delegation")
