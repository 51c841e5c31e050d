"""rows on file are keyed by the event that made them; sealed values are bound to their place; states of the rules"""

import base64
import hashlib
import os

import sqlalchemy as sa
from alembic import op
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import current_app

revision = '0005'
down_revision = '0004'

SEALED = (
    ("person", ("id",), ("ethnic_group", "religion", "identity_number")),
    ("relative", ("dossier_id", "ref"), ("name", "place", "occupation", "result")),
    ("event_personal", ("dossier_id", "seq"), ("content",)),
)

PERSONAL_GUARD = """CREATE TRIGGER event_personal_no_update BEFORE UPDATE ON event_personal
   BEGIN SELECT RAISE(ABORT, 'the personal part of an event is erased, never changed'); END"""

# SQLite: REPLACE removes the row that stands in the way without asking the triggers on DELETE; checkpoints are
# written once like events, and so are states of the rules.
SQLITE = (
    """CREATE TRIGGER event_no_replace BEFORE INSERT ON event
       WHEN EXISTS (SELECT 1 FROM event WHERE dossier_id = NEW.dossier_id AND seq = NEW.seq)
         OR (NEW.act_key IS NOT NULL AND EXISTS (SELECT 1 FROM event WHERE act_key = NEW.act_key))
       BEGIN SELECT RAISE(ABORT, 'UNIQUE: events are written once'); END""",
    """CREATE TRIGGER event_personal_no_replace BEFORE INSERT ON event_personal
       WHEN EXISTS (SELECT 1 FROM event_personal WHERE dossier_id = NEW.dossier_id AND seq = NEW.seq)
       BEGIN SELECT RAISE(ABORT, 'the personal part of an event is erased, never changed'); END""",
    """CREATE TRIGGER office_event_no_replace BEFORE INSERT ON office_event
       WHEN EXISTS (SELECT 1 FROM office_event WHERE seq = NEW.seq)
       BEGIN SELECT RAISE(ABORT, 'events are written once'); END""",
    """CREATE TRIGGER office_personal_no_replace BEFORE INSERT ON office_personal
       WHEN EXISTS (SELECT 1 FROM office_personal WHERE seq = NEW.seq)
       BEGIN SELECT RAISE(ABORT, 'the personal part of an event is erased, never changed'); END""",
    """CREATE TRIGGER checkpoint_no_replace BEFORE INSERT ON checkpoint
       WHEN EXISTS (SELECT 1 FROM checkpoint WHERE id = NEW.id)
       BEGIN SELECT RAISE(ABORT, 'checkpoints are written once'); END""",
    """CREATE TRIGGER checkpoint_no_update BEFORE UPDATE ON checkpoint
       BEGIN SELECT RAISE(ABORT, 'checkpoints are written once'); END""",
    """CREATE TRIGGER checkpoint_no_delete BEFORE DELETE ON checkpoint
       BEGIN SELECT RAISE(ABORT, 'checkpoints are written once'); END""",
    """CREATE TRIGGER rule_state_no_update BEFORE UPDATE ON rule_state
       BEGIN SELECT RAISE(ABORT, 'states of the rules are written once'); END""",
    """CREATE TRIGGER rule_state_no_delete BEFORE DELETE ON rule_state
       BEGIN SELECT RAISE(ABORT, 'states of the rules are written once'); END""",
)
POSTGRESQL = (
    """CREATE TRIGGER checkpoint_no_change BEFORE UPDATE OR DELETE ON checkpoint
       FOR EACH ROW EXECUTE FUNCTION refuse_change()""",
    """CREATE TRIGGER checkpoint_no_truncate BEFORE TRUNCATE ON checkpoint
       FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()""",
    """CREATE TRIGGER rule_state_no_change BEFORE UPDATE OR DELETE ON rule_state
       FOR EACH ROW EXECUTE FUNCTION refuse_change()""",
    """CREATE TRIGGER rule_state_no_truncate BEFORE TRUNCATE ON rule_state
       FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()""",
)


def _keyed(name: str, columns: tuple[sa.Column, ...], key: tuple[str, ...], fill: str, unique: str | None = None) -> None:
    """Make a table anew with another key and fill it from the old one."""
    old = f"old_{name}"
    for index in sa.inspect(op.get_bind()).get_indexes(name):
        if not index.get("duplicates_constraint"):
            op.drop_index(index["name"], table_name=name)
    op.rename_table(name, old)
    if op.get_bind().dialect.name == "postgresql":  # names of constraints are the schema's there
        for kind, constraint in op.get_bind().execute(sa.text(
            "SELECT contype, conname FROM pg_constraint WHERE conrelid = CAST(:old AS regclass) "
            "AND contype IN ('p', 'u', 'f')"
        ), {"old": old}).all():
            op.execute(f'ALTER TABLE {old} RENAME CONSTRAINT "{constraint}" TO "old_{constraint}"')
    parts = [
        *columns,
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"], name=op.f(f"fk_{name}_dossier_id")),
        sa.PrimaryKeyConstraint(*key, name=op.f(f"pk_{name}")),
    ]
    if unique:
        parts.append(sa.UniqueConstraint(unique, name=op.f(f"uq_{name}_{unique}")))
    op.create_table(name, *parts)
    op.execute(fill)
    op.drop_table(old)


def _cipher() -> AESGCM:
    key = current_app.config["DATA_KEY"].encode()
    return AESGCM(hashlib.scrypt(key, salt=b"dossiers.field", n=2**12, r=8, p=1, dklen=32))


def _reseal(to_place: bool) -> None:
    """Open what is sealed and seal it again, bound to its place or (going back) to none."""
    bind, cipher = op.get_bind(), _cipher()
    for table, key, columns in SEALED:
        for column in columns:
            where = " AND ".join(f"{name} = :{name}" for name in key)
            rows = bind.execute(sa.text(
                f"SELECT {', '.join(key)}, {column} AS value FROM {table} WHERE {column} IS NOT NULL AND {column} <> ''"
            )).mappings().all()
            changed = []
            for row in rows:
                place = ":".join((table, column, *(str(row[name]) for name in key))).encode()
                raw = base64.b64decode(row["value"])
                plain = cipher.decrypt(raw[:12], raw[12:], None if to_place else place)
                nonce = os.urandom(12)
                sealed = cipher.encrypt(nonce, plain, place if to_place else None)
                changed.append({**{n: row[n] for n in key}, "value": base64.b64encode(nonce + sealed).decode()})
            if changed:
                bind.execute(sa.text(f"UPDATE {table} SET {column} = :value WHERE {where}"), changed)


def _without_guard(work) -> None:
    """Change personal parts while the trigger that forbids it is away."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE event_personal DISABLE TRIGGER event_personal_no_update")
        work()
        op.execute("ALTER TABLE event_personal ENABLE TRIGGER event_personal_no_update")
    else:
        op.execute("DROP TRIGGER event_personal_no_update")
        work()
        op.execute(PERSONAL_GUARD)


def upgrade() -> None:
    op.create_table(
        "rule_state",
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_rule_state")),
    )
    dossier, seq, nr = (sa.Column(name, sa.Integer(), nullable=False) for name in ("dossier_id", "seq", "nr"))
    _keyed(
        "paper_record",
        (
            dossier.copy(), seq.copy(), nr.copy(),
            sa.Column("form", sa.String(20), nullable=False), sa.Column("number", sa.String(200), nullable=False),
            sa.Column("issued_on", sa.Date(), nullable=False), sa.Column("issuer", sa.String(200), nullable=False),
            sa.Column("number_key", sa.String(300)),
        ),
        ("dossier_id", "seq", "nr"),
        """INSERT INTO paper_record (dossier_id, seq, nr, form, number, issued_on, issuer, number_key)
           SELECT dossier_id, seq, row_number() OVER (PARTITION BY dossier_id, seq ORDER BY id) - 1,
                  form, number, issued_on, issuer, number_key FROM old_paper_record""",
        "number_key",
    )
    _keyed(
        "vote_record",
        (
            dossier.copy(), seq.copy(),
            sa.Column("body", sa.String(30), nullable=False), sa.Column("purpose", sa.String(20), nullable=False),
            sa.Column("held_on", sa.Date(), nullable=False), sa.Column("entitled", sa.Integer(), nullable=False),
            sa.Column("present", sa.Integer(), nullable=False), sa.Column("in_favour", sa.Integer(), nullable=False),
            sa.Column("against", sa.Integer(), nullable=False), sa.Column("passed", sa.Boolean(), nullable=False),
        ),
        ("dossier_id", "seq"),
        """INSERT INTO vote_record (dossier_id, seq, body, purpose, held_on, entitled, present, in_favour, against, passed)
           SELECT dossier_id, seq, body, purpose, held_on, entitled, present, in_favour, against, passed
           FROM old_vote_record""",
    )
    _keyed(
        "deadline_record",
        (
            dossier.copy(),
            sa.Column("rule", sa.String(40), nullable=False), sa.Column("starts_on", sa.Date(), nullable=False),
            sa.Column("due_on", sa.Date(), nullable=False), sa.Column("extended_by", sa.Integer(), nullable=False),
            sa.Column("ended_on", sa.Date()),
        ),
        ("dossier_id", "rule", "starts_on"),
        """INSERT INTO deadline_record (dossier_id, rule, starts_on, due_on, extended_by, ended_on)
           SELECT dossier_id, rule, starts_on, due_on, extended_by, ended_on FROM old_deadline_record""",
    )
    _keyed(
        "relative",
        (
            dossier.copy(),
            sa.Column("ref", sa.String(20), nullable=False), nr.copy(), sa.Column("relation", sa.String(20), nullable=False),
            sa.Column("name", sa.String(), nullable=False), sa.Column("birth_year", sa.Integer()),
            sa.Column("place", sa.String()), sa.Column("occupation", sa.String()), sa.Column("result", sa.String()),
            sa.Column("verified_on", sa.Date()),
        ),
        ("dossier_id", "ref"),
        """INSERT INTO relative
             (dossier_id, ref, nr, relation, name, birth_year, place, occupation, result, verified_on)
           SELECT dossier_id, ref, row_number() OVER (PARTITION BY dossier_id ORDER BY id) - 1,
                  relation, name, birth_year, place, occupation, result, verified_on FROM old_relative""",
    )
    _keyed(
        "companion",
        (
            dossier.copy(), seq.copy(), nr.copy(),
            sa.Column("kind", sa.String(20), nullable=False), sa.Column("ref", sa.String(64), nullable=False),
            sa.Column("name", sa.String(120), nullable=False), sa.Column("since", sa.Date(), nullable=False),
            sa.Column("until", sa.Date()),
        ),
        ("dossier_id", "seq", "nr"),
        # Which event named them was not kept: they stand under none, in their order, until the log is begun anew.
        """INSERT INTO companion (dossier_id, seq, nr, kind, ref, name, since, until)
           SELECT dossier_id, 0, row_number() OVER (PARTITION BY dossier_id ORDER BY id) - 1,
                  kind, ref, name, since, until FROM old_companion""",
    )
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("person", "birth_date", existing_type=sa.Date(), nullable=True)
    else:  # making the table anew would leave the dossiers without their persons for a moment, which keys forbid
        op.execute("ALTER TABLE person RENAME COLUMN birth_date TO old_birth_date")
        op.execute("ALTER TABLE person ADD COLUMN birth_date DATE")
        op.execute("UPDATE person SET birth_date = old_birth_date")
        op.execute("ALTER TABLE person DROP COLUMN old_birth_date")
    _without_guard(lambda: _reseal(True))
    for statement in POSTGRESQL if op.get_bind().dialect.name == "postgresql" else SQLITE:
        op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("events of format 2 are not read by earlier versions: restore a backup instead")
