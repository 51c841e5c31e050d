"""What waits for a second person is found by itself, and since when; in whose place a number was given.

Revision ID: 0025
Revises: 0024
"""

import json

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_WAITING = sa.text("correcting IS NOT NULL")


def upgrade() -> None:
    op.add_column("dossier", sa.Column("correcting", sa.Integer()))
    op.create_index("ix_dossier_correcting", "dossier", ["id"], sqlite_where=_WAITING, postgresql_where=_WAITING)
    op.add_column("registered_number", sa.Column("given_for", sa.Integer()))
    op.add_column("unit_plan", sa.Column("asked_at", sa.String(32)))
    dossiers = sa.table("dossier", *map(sa.column, ("id", "facts", "correcting")))
    maybe = sa.select(dossiers.c.id, dossiers.c.facts).where(dossiers.c.facts.like('%"correction":{%'))
    for number, facts in op.get_bind().execute(maybe).all():
        waits = json.loads(facts).get("correction")
        if waits:
            op.execute(dossiers.update().where(dossiers.c.id == number).values(correcting=waits["event"]))


def downgrade() -> None:
    op.drop_index("ix_dossier_correcting", "dossier")
    op.drop_column("dossier", "correcting")
    op.drop_column("registered_number", "given_for")
    op.drop_column("unit_plan", "asked_at")
