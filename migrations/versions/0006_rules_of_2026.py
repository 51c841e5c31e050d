"""Relatives who are Party members; who decides, by period; what the holder of a seat is, by period.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

def upgrade() -> None:
    op.add_column("relative", sa.Column("exempt", sa.Boolean(), nullable=False, server_default=sa.false()))
    for table in ("unit", "unit_placement"):
        op.add_column(table, sa.Column("deciding_body", sa.String(30)))
    op.execute("UPDATE unit SET deciding_body = 'own_committee' WHERE may_decide")
    op.execute(
        "UPDATE unit_placement SET deciding_body = 'own_committee' "
        "WHERE unit_id IN (SELECT id FROM unit WHERE deciding_body IS NOT NULL)"
    )
    op.drop_column("unit", "may_decide")
    op.create_table(
        "seat_status",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("seat_id", sa.Integer(), sa.ForeignKey("body_member.id"), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date()),
    )
    op.create_index("ix_seat_status_seat_id", "seat_status", ["seat_id"])
    op.execute(
        "INSERT INTO seat_status (seat_id, status, valid_from) "
        "SELECT id, CASE WHEN exempt THEN 'exempt' ELSE 'official' END, valid_from FROM body_member ORDER BY id"
    )
    op.drop_column("body_member", "exempt")


def downgrade() -> None:
    raise NotImplementedError("events of format 3 are not read by earlier versions: restore a backup instead")
