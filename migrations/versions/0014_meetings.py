"""Meetings of the bodies that vote, who came, and how they voted.

Revision ID: 0014
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "meeting",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("unit_id", sa.Integer(), sa.ForeignKey("unit.id"), nullable=False),
        sa.Column("body", sa.String(30), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("begins_at", sa.String(5), nullable=False),
        sa.Column("place", sa.String(200), nullable=False),
        sa.Column("chair_id", sa.Integer(), sa.ForeignKey("body_member.id")),
        sa.Column("secretary_id", sa.Integer(), sa.ForeignKey("body_member.id")),
        sa.Column("other", sa.Text(), nullable=False),
        sa.Column("first_number", sa.String(60), nullable=False),
        sa.Column("issued_on", sa.Date()),
        sa.Column("called_by", sa.Integer(), sa.ForeignKey("account.id"), nullable=False),
        sa.Column("called_at", sa.String(32), nullable=False),
        sa.Column("cancelled_at", sa.String(32)),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.Column("closed_by", sa.Integer(), sa.ForeignKey("account.id")),
        sa.Column("closed_at", sa.String(32)),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_index("ix_meeting_unit_id", "meeting", ["unit_id", "held_on"])
    op.create_table(
        "meeting_attendance",
        sa.Column("meeting_id", sa.Integer(), sa.ForeignKey("meeting.id"), primary_key=True),
        sa.Column("seat_id", sa.Integer(), sa.ForeignKey("body_member.id"), primary_key=True),
        sa.Column("came", sa.String(10), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_by", sa.Integer(), sa.ForeignKey("account.id"), nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
    )
    op.create_table(
        "meeting_line",
        sa.Column("meeting_id", sa.Integer(), sa.ForeignKey("meeting.id"), primary_key=True),
        sa.Column("dossier_id", sa.Integer(), sa.ForeignKey("dossier.id"), primary_key=True),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("in_favour", sa.Integer()),
        sa.Column("against", sa.Integer()),
        sa.Column("blank", sa.Integer()),
        sa.Column("invalid", sa.Integer()),
        sa.Column("number", sa.String(60), nullable=False),
        sa.Column("abstained", sa.String(400), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_by", sa.Integer(), sa.ForeignKey("account.id")),
        sa.Column("changed_at", sa.String(32)),
        sa.Column("outcome", sa.String(10), nullable=False),
        sa.Column("act", sa.String(40), nullable=False),
        sa.Column("event_seq", sa.Integer()),
        sa.Column("present", sa.Integer()),
        sa.Column("entitled", sa.Integer()),
        sa.Column("needed", sa.Integer()),
        sa.Column("closed", sa.Boolean(), nullable=False),
    )
    op.create_index("ix_meeting_line_dossier_id", "meeting_line", ["dossier_id"])


def downgrade() -> None:
    op.drop_table("meeting_line")
    op.drop_table("meeting_attendance")
    op.drop_table("meeting")
