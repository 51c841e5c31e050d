"""the personal part of the office's events, bound by a commitment: since then they hold rows"""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'

SQLITE = """CREATE TRIGGER office_personal_no_update BEFORE UPDATE ON office_personal
    BEGIN SELECT RAISE(ABORT, 'the personal part of an event is erased, never changed'); END"""
POSTGRESQL = """CREATE TRIGGER office_personal_no_update BEFORE UPDATE ON office_personal
    FOR EACH ROW EXECUTE FUNCTION refuse_change()"""


def upgrade() -> None:
    """Events written before have no personal part; their hash stays what it was."""
    op.add_column('office_event', sa.Column('commitment', sa.String(length=64), server_default='', nullable=False))
    op.create_table('office_personal',
    sa.Column('seq', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('salt', sa.String(length=32), nullable=False),
    sa.Column('content', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['seq'], ['office_event.seq'], name=op.f('fk_office_personal_seq')),
    sa.PrimaryKeyConstraint('seq', name=op.f('pk_office_personal'))
    )
    op.execute(POSTGRESQL if op.get_bind().dialect.name == "postgresql" else SQLITE)


def downgrade() -> None:
    """The names in the log are lost, and the hash of events that had some fits no more."""
    op.drop_table('office_personal')
    op.drop_column('office_event', 'commitment')
