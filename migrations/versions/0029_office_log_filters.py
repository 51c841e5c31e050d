"""The log of administration is searched by who, what, where and when.

Revision ID: 0029
Revises: 0028
"""

from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

_INDEXES = {
    "ix_office_event_recorded": ["recorded_at", "seq"],
    "ix_office_event_topic": ["topic", "recorded_at", "seq"],
    "ix_office_event_actor": ["actor_id", "recorded_at", "seq"],
    "ix_office_event_topic_unit": ["topic", "unit_id", "recorded_at", "seq"],
    "ix_office_event_unit": ["unit_id", "recorded_at", "seq"],
}


def upgrade() -> None:
    for name, columns in _INDEXES.items():
        op.create_index(name, "office_event", columns)
    op.drop_index("ix_office_event_unit_id", "office_event")


def downgrade() -> None:
    op.create_index("ix_office_event_unit_id", "office_event", ["unit_id"])
    for name in _INDEXES:
        op.drop_index(name, "office_event")
