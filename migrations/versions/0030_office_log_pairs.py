"""The log of administration, narrowed by who and by what or where, is read in the order of an index.

Revision ID: 0030
Revises: 0029
"""

from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

_INDEXES = {
    "ix_office_event_actor_topic": ["actor_id", "topic", "recorded_at", "seq"],
    "ix_office_event_actor_unit": ["actor_id", "unit_id", "recorded_at", "seq"],
    "ix_office_event_actor_topic_unit": ["actor_id", "topic", "unit_id", "recorded_at", "seq"],
}


def upgrade() -> None:
    for name, columns in _INDEXES.items():
        op.create_index(name, "office_event", columns)


def downgrade() -> None:
    for name in _INDEXES:
        op.drop_index(name, "office_event")
