"""counts of dossiers by unit and state, kept so that a report need not count them"""

import sqlalchemy as sa
from alembic import op

revision = '0002'
down_revision = '0001'

FILL = (
    """INSERT INTO state_count (unit_id, state, dossiers)
       SELECT unit_id, state, count(*) FROM dossier GROUP BY unit_id, state""",
    """INSERT INTO state_count (unit_id, state, dossiers)
       SELECT nominator_id, state, count(*) FROM dossier WHERE nominator_id IS NOT NULL GROUP BY nominator_id, state""",
    """INSERT INTO state_count (unit_id, state, dossiers)
       SELECT c.centre_id, d.state, count(*) FROM dossier d JOIN course_class c ON c.id = d.class_id
       WHERE d.state = 'enrolled' GROUP BY c.centre_id, d.state""",
)


def upgrade() -> None:
    """The table, and what stands in it today."""
    op.create_table('state_count',
    sa.Column('unit_id', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=40), nullable=False),
    sa.Column('dossiers', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_state_count_unit_id')),
    sa.PrimaryKeyConstraint('unit_id', 'state', name=op.f('pk_state_count'))
    )
    for statement in FILL:
        op.execute(statement)


def downgrade() -> None:
    """Counts can be counted again."""
    op.drop_table('state_count')
