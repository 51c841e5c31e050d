"""tries to sign in, so that all processes count them together"""

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'


def upgrade() -> None:
    """The table; what stands in it is gone after a minute."""
    op.create_table('sign_in_try',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=64), nullable=False),
    sa.Column('at', sa.Float(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sign_in_try'))
    )
    op.create_index(op.f('ix_sign_in_try_key'), 'sign_in_try', ['key'])


def downgrade() -> None:
    """Nothing is lost."""
    op.drop_table('sign_in_try')
