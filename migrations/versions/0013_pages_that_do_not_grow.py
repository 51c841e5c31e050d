"""Indexes for what grew with the data: the log by act and by account, the inbox where few dossiers have a deadline,
those proposed for a class.

Revision ID: 0013
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

PARTIAL = (
    ("ix_scope_undated", ["ancestor_id", "done", "turn", "since", "dossier_id"], "due_on IS NULL AND turn IS NOT NULL"),
    ("ix_scope_listed", ["ancestor_id", "turn", "sort_key", "dossier_id"], "state = 'listed' AND turn IS NOT NULL"),
)
NEWEST = ("recorded_at", "dossier_id", "seq")


def upgrade() -> None:
    op.drop_index("ix_event_actor_id", "event")
    op.create_index("ix_event_actor_id", "event", ["actor_id", *NEWEST])
    op.create_index("ix_event_trigger", "event", ["trigger", *NEWEST])
    op.create_index("ix_event_actor_trigger", "event", ["actor_id", "trigger", *NEWEST])
    for name, columns, condition in PARTIAL:
        where = sa.text(condition)
        op.create_index(name, "scope", columns, sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    for name, _columns, _condition in PARTIAL:
        op.drop_index(name, "scope")
    op.drop_index("ix_event_actor_trigger", "event")
    op.drop_index("ix_event_trigger", "event")
    op.drop_index("ix_event_actor_id", "event")
    op.create_index("ix_event_actor_id", "event", ["actor_id", "recorded_at"])
