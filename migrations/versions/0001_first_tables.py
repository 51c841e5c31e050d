"""first tables"""

import sqlalchemy as sa
from alembic import op

# Events are written once: the database itself refuses to change or remove one, whoever asks.
# The personal part beside an event may be erased (the law asks for it), but not rewritten.
SQLITE = (
    """CREATE TRIGGER event_no_update BEFORE UPDATE ON event
       BEGIN SELECT RAISE(ABORT, 'events are written once'); END""",
    """CREATE TRIGGER event_no_delete BEFORE DELETE ON event
       BEGIN SELECT RAISE(ABORT, 'events are written once'); END""",
    """CREATE TRIGGER office_event_no_update BEFORE UPDATE ON office_event
       BEGIN SELECT RAISE(ABORT, 'events are written once'); END""",
    """CREATE TRIGGER office_event_no_delete BEFORE DELETE ON office_event
       BEGIN SELECT RAISE(ABORT, 'events are written once'); END""",
    """CREATE TRIGGER event_personal_no_update BEFORE UPDATE ON event_personal
       BEGIN SELECT RAISE(ABORT, 'the personal part of an event is erased, never changed'); END""",
    "CREATE VIRTUAL TABLE dossier_search USING fts5(words, detail=full, tokenize='unicode61 remove_diacritics 2')",
)
POSTGRESQL = (
    """CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
       $$ BEGIN RAISE EXCEPTION 'events are written once'; END $$""",
    """CREATE TRIGGER event_no_change BEFORE UPDATE OR DELETE ON event
       FOR EACH ROW EXECUTE FUNCTION refuse_change()""",
    """CREATE TRIGGER event_no_truncate BEFORE TRUNCATE ON event
       FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()""",
    """CREATE TRIGGER office_event_no_change BEFORE UPDATE OR DELETE ON office_event
       FOR EACH ROW EXECUTE FUNCTION refuse_change()""",
    """CREATE TRIGGER office_event_no_truncate BEFORE TRUNCATE ON office_event
       FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()""",
    """CREATE TRIGGER event_personal_no_update BEFORE UPDATE ON event_personal
       FOR EACH ROW EXECUTE FUNCTION refuse_change()""",
    "CREATE TABLE dossier_search (dossier_id INTEGER PRIMARY KEY REFERENCES dossier (id), words tsvector NOT NULL)",
    "CREATE INDEX ix_dossier_search_words ON dossier_search USING gin (words)",
)

revision = '0001'
down_revision = None


def upgrade() -> None:
    op.create_table('account',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('email', sa.String(length=120), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('password', sa.String(length=255), nullable=True),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('fs_uniquifier', sa.String(length=64), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=True),
    sa.Column('demo_label', sa.String(length=60), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_account')),
    sa.UniqueConstraint('email', name=op.f('uq_account_email')),
    sa.UniqueConstraint('fs_uniquifier', name=op.f('uq_account_fs_uniquifier'))
    )
    op.create_table('calendar_day',
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('working', sa.Boolean(), nullable=False),
    sa.Column('note', sa.String(length=200), nullable=False),
    sa.PrimaryKeyConstraint('day', name=op.f('pk_calendar_day'))
    )
    op.create_table('checkpoint',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('made_at', sa.String(length=32), nullable=False),
    sa.Column('dossiers', sa.Integer(), nullable=False),
    sa.Column('events', sa.Integer(), nullable=False),
    sa.Column('root', sa.String(length=64), nullable=False),
    sa.Column('signature', sa.String(length=128), nullable=False),
    sa.Column('public_key', sa.String(length=64), nullable=False),
    sa.Column('versions', sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_checkpoint'))
    )
    op.create_table('instance_value',
    sa.Column('key', sa.String(length=40), nullable=False),
    sa.Column('value', sa.String(length=200), nullable=False),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_instance_value'))
    )
    op.create_table('person',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('full_name', sa.String(length=120), nullable=False),
    sa.Column('birth_date', sa.Date(), nullable=False),
    sa.Column('sex', sa.String(length=10), nullable=False),
    sa.Column('contact', sa.String(length=120), server_default='', nullable=False),
    sa.Column('other_names', sa.String(length=120), server_default='', nullable=False),
    sa.Column('birth_place', sa.String(length=200), server_default='', nullable=False),
    sa.Column('home_town', sa.String(length=200), server_default='', nullable=False),
    sa.Column('residence', sa.String(length=200), server_default='', nullable=False),
    sa.Column('occupation', sa.String(length=120), server_default='', nullable=False),
    sa.Column('employer', sa.String(length=200), server_default='', nullable=False),
    sa.Column('sector', sa.String(length=30), server_default='', nullable=False),
    sa.Column('professional_level', sa.String(length=120), server_default='', nullable=False),
    sa.Column('theory_level', sa.String(length=120), server_default='', nullable=False),
    sa.Column('languages', sa.String(length=120), server_default='', nullable=False),
    sa.Column('youth_joined_on', sa.Date(), nullable=True),
    sa.Column('union_joined_on', sa.Date(), nullable=True),
    sa.Column('ethnic_group', sa.String(), nullable=True),
    sa.Column('religion', sa.String(), nullable=True),
    sa.Column('identity_number', sa.String(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_person'))
    )
    op.create_table('unit',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=20), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('kind', sa.String(length=30), nullable=False),
    sa.Column('may_decide', sa.Boolean(), nullable=False),
    sa.Column('parent_id', sa.Integer(), nullable=True),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('valid_to', sa.Date(), nullable=True),
    sa.ForeignKeyConstraint(['parent_id'], ['unit.id'], name=op.f('fk_unit_parent_id'), initially='IMMEDIATE', deferrable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_unit')),
    sa.UniqueConstraint('code', name=op.f('uq_unit_code'))
    )
    with op.batch_alter_table('unit', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_unit_parent_id'), ['parent_id'], unique=False)

    op.create_table('body_member',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=False),
    sa.Column('body', sa.String(length=30), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.Column('exempt', sa.Boolean(), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('valid_to', sa.Date(), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_body_member_account_id')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_body_member_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_body_member'))
    )
    with op.batch_alter_table('body_member', schema=None) as batch_op:
        batch_op.create_index('ix_body_member_unit_id_body', ['unit_id', 'body'], unique=False)

    op.create_table('course_class',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=20), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('centre_id', sa.Integer(), nullable=False),
    sa.Column('starts_on', sa.Date(), nullable=False),
    sa.Column('ends_on', sa.Date(), nullable=False),
    sa.ForeignKeyConstraint(['centre_id'], ['unit.id'], name=op.f('fk_course_class_centre_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_course_class')),
    sa.UniqueConstraint('code', name=op.f('uq_course_class_code'))
    )
    op.create_table('office_event',
    sa.Column('seq', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('topic', sa.String(length=40), nullable=False),
    sa.Column('recorded_at', sa.String(length=32), nullable=False),
    sa.Column('actor_id', sa.Integer(), nullable=True),
    sa.Column('unit_id', sa.Integer(), nullable=True),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('prev_hash', sa.String(length=64), nullable=False),
    sa.Column('hash', sa.String(length=64), nullable=False),
    sa.ForeignKeyConstraint(['actor_id'], ['account.id'], name=op.f('fk_office_event_actor_id')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_office_event_unit_id')),
    sa.PrimaryKeyConstraint('seq', name=op.f('pk_office_event'))
    )
    with op.batch_alter_table('office_event', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_office_event_unit_id'), ['unit_id'], unique=False)

    op.create_table('quota',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('amount', sa.Integer(), nullable=False),
    sa.Column('decision_number', sa.String(length=60), nullable=False),
    sa.Column('decided_on', sa.Date(), nullable=False),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_quota_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_quota')),
    sa.UniqueConstraint('unit_id', 'year', name=op.f('uq_quota_unit_id_year'))
    )
    op.create_table('role_assignment',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('role', sa.String(length=30), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('valid_to', sa.Date(), nullable=True),
    sa.Column('delegated_by_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_role_assignment_account_id')),
    sa.ForeignKeyConstraint(['delegated_by_id'], ['account.id'], name=op.f('fk_role_assignment_delegated_by_id')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_role_assignment_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_role_assignment'))
    )
    with op.batch_alter_table('role_assignment', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_role_assignment_account_id'), ['account_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_role_assignment_unit_id'), ['unit_id'], unique=False)

    op.create_table('rule_value',
    sa.Column('rulebook', sa.String(length=20), nullable=False),
    sa.Column('key', sa.String(length=60), nullable=False),
    sa.Column('value', sa.Text(), nullable=False),
    sa.Column('changed_at', sa.String(length=32), nullable=False),
    sa.Column('changed_by_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['changed_by_id'], ['account.id'], name=op.f('fk_rule_value_changed_by_id')),
    sa.PrimaryKeyConstraint('rulebook', 'key', name=op.f('pk_rule_value'))
    )
    op.create_table('unit_ancestor',
    sa.Column('unit_id', sa.Integer(), nullable=False),
    sa.Column('ancestor_id', sa.Integer(), nullable=False),
    sa.Column('depth', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['ancestor_id'], ['unit.id'], name=op.f('fk_unit_ancestor_ancestor_id')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_unit_ancestor_unit_id')),
    sa.PrimaryKeyConstraint('unit_id', 'ancestor_id', name=op.f('pk_unit_ancestor'))
    )
    with op.batch_alter_table('unit_ancestor', schema=None) as batch_op:
        batch_op.create_index('ix_unit_ancestor_ancestor_id', ['ancestor_id', 'unit_id'], unique=False)

    op.create_table('unit_placement',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=False),
    sa.Column('parent_id', sa.Integer(), nullable=True),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('valid_to', sa.Date(), nullable=True),
    sa.ForeignKeyConstraint(['parent_id'], ['unit.id'], name=op.f('fk_unit_placement_parent_id')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_unit_placement_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_unit_placement'))
    )
    with op.batch_alter_table('unit_placement', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_unit_placement_unit_id'), ['unit_id'], unique=False)

    op.create_table('dossier',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=20), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=False),
    sa.Column('nominator_id', sa.Integer(), nullable=True),
    sa.Column('class_id', sa.Integer(), nullable=True),
    sa.Column('previous_id', sa.Integer(), nullable=True),
    sa.Column('state', sa.String(length=40), nullable=False),
    sa.Column('since', sa.Date(), nullable=False),
    sa.Column('rulebook', sa.String(length=20), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('head_hash', sa.String(length=64), nullable=False),
    sa.Column('facts', sa.Text(), nullable=False),
    sa.Column('turn', sa.String(length=30), nullable=True),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('admitted_on', sa.Date(), nullable=True),
    sa.ForeignKeyConstraint(['class_id'], ['course_class.id'], name=op.f('fk_dossier_class_id')),
    sa.ForeignKeyConstraint(['nominator_id'], ['unit.id'], name=op.f('fk_dossier_nominator_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_dossier_person_id')),
    sa.ForeignKeyConstraint(['previous_id'], ['dossier.id'], name=op.f('fk_dossier_previous_id'), initially='IMMEDIATE', deferrable=True),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_dossier_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_dossier')),
    sa.UniqueConstraint('code', name=op.f('uq_dossier_code'))
    )
    with op.batch_alter_table('dossier', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_dossier_class_id'), ['class_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_dossier_nominator_id'), ['nominator_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_dossier_person_id'), ['person_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_dossier_previous_id'), ['previous_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_dossier_unit_id'), ['unit_id'], unique=False)

    op.create_table('companion',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('dossier_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('ref', sa.String(length=64), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('since', sa.Date(), nullable=False),
    sa.Column('until', sa.Date(), nullable=True),
    sa.ForeignKeyConstraint(['dossier_id'], ['dossier.id'], name=op.f('fk_companion_dossier_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_companion'))
    )
    with op.batch_alter_table('companion', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_companion_dossier_id'), ['dossier_id'], unique=False)

    op.create_table('deadline_record',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('dossier_id', sa.Integer(), nullable=False),
    sa.Column('rule', sa.String(length=40), nullable=False),
    sa.Column('starts_on', sa.Date(), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('extended_by', sa.Integer(), nullable=False),
    sa.Column('ended_on', sa.Date(), nullable=True),
    sa.ForeignKeyConstraint(['dossier_id'], ['dossier.id'], name=op.f('fk_deadline_record_dossier_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_deadline_record')),
    sa.UniqueConstraint('dossier_id', 'rule', 'starts_on', name=op.f('uq_deadline_record_dossier_id_rule_starts_on'))
    )
    op.create_table('event',
    sa.Column('dossier_id', sa.Integer(), nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('trigger', sa.String(length=40), nullable=False),
    sa.Column('from_state', sa.String(length=40), nullable=True),
    sa.Column('to_state', sa.String(length=40), nullable=False),
    sa.Column('happened_on', sa.Date(), nullable=False),
    sa.Column('recorded_at', sa.String(length=32), nullable=False),
    sa.Column('actor_id', sa.Integer(), nullable=False),
    sa.Column('actor_role', sa.String(length=30), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=False),
    sa.Column('rulebook', sa.String(length=20), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('commitment', sa.String(length=64), nullable=False),
    sa.Column('prev_hash', sa.String(length=64), nullable=False),
    sa.Column('hash', sa.String(length=64), nullable=False),
    sa.Column('act_key', sa.String(length=64), nullable=True),
    sa.ForeignKeyConstraint(['actor_id'], ['account.id'], name=op.f('fk_event_actor_id')),
    sa.ForeignKeyConstraint(['dossier_id'], ['dossier.id'], name=op.f('fk_event_dossier_id')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_event_unit_id')),
    sa.PrimaryKeyConstraint('dossier_id', 'seq', name=op.f('pk_event')),
    sa.UniqueConstraint('act_key', name=op.f('uq_event_act_key'))
    )
    with op.batch_alter_table('event', schema=None) as batch_op:
        batch_op.create_index('ix_event_actor_id', ['actor_id', 'recorded_at'], unique=False)
        batch_op.create_index('ix_event_recorded_at', ['recorded_at', 'dossier_id', 'seq'], unique=False)

    op.create_table('outbox',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('topic', sa.String(length=60), nullable=False),
    sa.Column('dossier_id', sa.Integer(), nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.String(length=32), nullable=False),
    sa.Column('done_at', sa.String(length=32), nullable=True),
    sa.ForeignKeyConstraint(['dossier_id'], ['dossier.id'], name=op.f('fk_outbox_dossier_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outbox'))
    )
    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_outbox_done_at'), ['done_at'], unique=False)

    op.create_table('paper_record',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('dossier_id', sa.Integer(), nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('form', sa.String(length=20), nullable=False),
    sa.Column('number', sa.String(length=200), nullable=False),
    sa.Column('issued_on', sa.Date(), nullable=False),
    sa.Column('issuer', sa.String(length=200), nullable=False),
    sa.Column('number_key', sa.String(length=300), nullable=True),
    sa.ForeignKeyConstraint(['dossier_id'], ['dossier.id'], name=op.f('fk_paper_record_dossier_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_paper_record')),
    sa.UniqueConstraint('number_key', name=op.f('uq_paper_record_number_key'))
    )
    with op.batch_alter_table('paper_record', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_paper_record_dossier_id'), ['dossier_id'], unique=False)

    op.create_table('relative',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('dossier_id', sa.Integer(), nullable=False),
    sa.Column('ref', sa.String(length=20), nullable=False),
    sa.Column('relation', sa.String(length=20), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('birth_year', sa.Integer(), nullable=True),
    sa.Column('place', sa.String(), nullable=True),
    sa.Column('occupation', sa.String(), nullable=True),
    sa.Column('result', sa.String(), nullable=True),
    sa.Column('verified_on', sa.Date(), nullable=True),
    sa.ForeignKeyConstraint(['dossier_id'], ['dossier.id'], name=op.f('fk_relative_dossier_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_relative')),
    sa.UniqueConstraint('dossier_id', 'ref', name=op.f('uq_relative_dossier_id_ref'))
    )
    op.create_table('scope',
    sa.Column('ancestor_id', sa.Integer(), nullable=False),
    sa.Column('dossier_id', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=40), nullable=False),
    sa.Column('since', sa.Date(), nullable=False),
    sa.Column('source', sa.String(length=20), nullable=False),
    sa.Column('turn', sa.String(length=30), nullable=True),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('admitted_on', sa.Date(), nullable=True),
    sa.Column('sort_key', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['ancestor_id'], ['unit.id'], name=op.f('fk_scope_ancestor_id')),
    sa.ForeignKeyConstraint(['dossier_id'], ['dossier.id'], name=op.f('fk_scope_dossier_id')),
    sa.PrimaryKeyConstraint('ancestor_id', 'dossier_id', name=op.f('pk_scope'))
    )
    with op.batch_alter_table('scope', schema=None) as batch_op:
        batch_op.create_index('ix_scope_admitted', ['ancestor_id', 'admitted_on'], unique=False)
        batch_op.create_index('ix_scope_dossier_id', ['dossier_id'], unique=False)
        batch_op.create_index('ix_scope_due', ['ancestor_id', 'due_on', 'dossier_id'], unique=False)
        batch_op.create_index('ix_scope_name', ['ancestor_id', 'sort_key', 'dossier_id'], unique=False)
        batch_op.create_index('ix_scope_since', ['ancestor_id', 'since', 'dossier_id'], unique=False)
        batch_op.create_index('ix_scope_state', ['ancestor_id', 'state', 'since', 'dossier_id'], unique=False)
        batch_op.create_index('ix_scope_turn', ['ancestor_id', 'turn', 'due_on', 'dossier_id'], unique=False)

    op.create_table('vote_record',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('dossier_id', sa.Integer(), nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('body', sa.String(length=30), nullable=False),
    sa.Column('purpose', sa.String(length=20), nullable=False),
    sa.Column('held_on', sa.Date(), nullable=False),
    sa.Column('entitled', sa.Integer(), nullable=False),
    sa.Column('present', sa.Integer(), nullable=False),
    sa.Column('in_favour', sa.Integer(), nullable=False),
    sa.Column('against', sa.Integer(), nullable=False),
    sa.Column('passed', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['dossier_id'], ['dossier.id'], name=op.f('fk_vote_record_dossier_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_vote_record'))
    )
    with op.batch_alter_table('vote_record', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_vote_record_dossier_id'), ['dossier_id'], unique=False)

    op.create_table('event_personal',
    sa.Column('dossier_id', sa.Integer(), nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('salt', sa.String(length=32), nullable=False),
    sa.Column('content', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['dossier_id', 'seq'], ['event.dossier_id', 'event.seq'], name=op.f('fk_event_personal_dossier_id_seq')),
    sa.PrimaryKeyConstraint('dossier_id', 'seq', name=op.f('pk_event_personal'))
    )
    statements = POSTGRESQL if op.get_bind().dialect.name == "postgresql" else SQLITE
    for statement in statements:
        op.execute(statement)


def downgrade() -> None:
    """There is nothing before the first tables: drop the database instead."""
    raise SystemExit("0001 is the first migration; remove the database to go back")
