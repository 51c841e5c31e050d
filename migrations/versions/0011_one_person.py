"""One person of the organisation for seats and accounts; roles given by two; votes name their register.

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

from dossiers.names import words

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Every account and every seat begins with a person of its own: which of them are one, people say."""
    op.create_table(
        "org_person",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("name_key", sa.String(120), nullable=False),
        sa.Column("birth_date", sa.Date()),
        sa.Column("phone", sa.String(30), nullable=False, server_default=""),
    )
    op.create_index("ix_org_person_name_key", "org_person", ["name_key"])
    op.create_table(
        "role_request",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("account_id", sa.Integer(), sa.ForeignKey("account.id"), nullable=False),
        sa.Column("role", sa.String(30), nullable=False),
        sa.Column("unit_id", sa.Integer(), sa.ForeignKey("unit.id"), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date()),
        sa.Column("asked_by_id", sa.Integer(), sa.ForeignKey("account.id"), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("outcome", sa.String(20), nullable=False, server_default=""),
        sa.Column("decided_by_id", sa.Integer(), sa.ForeignKey("account.id")),
        sa.Column("decided_on", sa.Date()),
    )
    op.create_index("ix_role_request_account_id", "role_request", ["account_id"])
    op.create_index("ix_role_request_unit_id", "role_request", ["unit_id", "outcome"])
    # SQLite adds a column with its key only in this way, and so does PostgreSQL.
    for table, column, to in (
        ("account", "person_id", "org_person (id)"),
        ("role_assignment", "request_id", "role_request (id)"),
        ("vote_record", "register_unit_id", "unit (id)"),
    ):
        op.execute(f"ALTER TABLE {table} ADD COLUMN {column} INTEGER CONSTRAINT fk_{table}_{column} REFERENCES {to}")
    op.add_column("account", sa.Column("password_by_id", sa.Integer()))
    op.add_column("account", sa.Column("password_given_at", sa.BigInteger()))
    op.add_column("account", sa.Column("ground", sa.String(500), nullable=False, server_default=""))
    op.create_index("ix_account_person_id", "account", ["person_id"])
    _seats()
    _persons()
    op.create_index("ix_body_member_person_id", "body_member", ["person_id"])
    op.add_column("vote_record", sa.Column("register_hash", sa.String(64), nullable=False, server_default=""))
    op.create_index("ix_vote_record_register", "vote_record", ["register_unit_id", "body", "held_on"])
    _votes()


def _seats() -> None:
    """`account_id`, which nothing ever set, goes; `person_id` comes, and is filled by `_persons`."""
    bind = op.get_bind()
    bind.execute(sa.text("INSERT INTO org_person (id, name, name_key) SELECT id, name, '' FROM body_member"))
    if bind.dialect.name == "postgresql":
        op.drop_column("body_member", "account_id")
        op.execute(
            "ALTER TABLE body_member ADD COLUMN person_id INTEGER CONSTRAINT fk_body_member_person_id "
            "REFERENCES org_person (id)"
        )
        op.execute("UPDATE body_member SET person_id = id")
        op.alter_column("body_member", "person_id", existing_type=sa.Integer(), nullable=False)
        return
    # A table that others refer to is made anew without them: SQLite drops no column that is a key.
    op.execute("CREATE TABLE kept_status AS SELECT * FROM seat_status")
    op.drop_table("seat_status")
    op.drop_index("ix_body_member_unit_id_body", "body_member")
    op.rename_table("body_member", "kept_member")
    op.create_table(
        "body_member",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("unit_id", sa.Integer(), sa.ForeignKey("unit.id"), nullable=False),
        sa.Column("body", sa.String(30), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("org_person.id"), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date()),
    )
    op.execute(
        "INSERT INTO body_member (id, unit_id, body, name, person_id, valid_from, valid_to) "
        "SELECT id, unit_id, body, name, id, valid_from, valid_to FROM kept_member"
    )
    op.drop_table("kept_member")
    op.create_index("ix_body_member_unit_id_body", "body_member", ["unit_id", "body"])
    op.create_table(
        "seat_status",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("seat_id", sa.Integer(), sa.ForeignKey("body_member.id"), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date()),
    )
    op.execute(
        "INSERT INTO seat_status (id, seat_id, status, valid_from, valid_to) "
        "SELECT id, seat_id, status, valid_from, valid_to FROM kept_status"
    )
    op.drop_table("kept_status")
    op.create_index("ix_seat_status_seat_id", "seat_status", ["seat_id"])


def _persons() -> None:
    bind = op.get_bind()
    last = bind.execute(sa.text("SELECT coalesce(max(id), 0) FROM org_person")).scalar_one()
    bind.execute(
        sa.text("INSERT INTO org_person (id, name, name_key) SELECT id + :last, name, '' FROM account"), {"last": last}
    )
    bind.execute(sa.text("UPDATE account SET person_id = id + :last"), {"last": last})
    found = bind.execute(sa.text("SELECT id, name FROM org_person")).all()
    keys = [{"row": row.id, "key": " ".join(words(row.name))[:120]} for row in found]
    if keys:
        bind.execute(sa.text("UPDATE org_person SET name_key = :key WHERE id = :row"), keys)
    if bind.dialect.name == "postgresql":
        op.execute("SELECT setval('org_person_id_seq', (SELECT coalesce(max(id), 0) + 1 FROM org_person), false)")


def _votes() -> None:
    """The unit stands in the events of votes; which seats its register had was not kept."""
    if op.get_bind().dialect.name == "postgresql":
        unit = "CAST(CAST(e.body AS json) -> 'brought' ->> 'register' AS INTEGER)"
    else:
        unit = "json_extract(e.body, '$.brought.register')"
    op.execute(
        f"UPDATE vote_record SET register_unit_id = (SELECT {unit} FROM event e "
        "WHERE e.dossier_id = vote_record.dossier_id AND e.seq = vote_record.seq)"
    )


def downgrade() -> None:
    raise NotImplementedError("roles asked for would be lost, and who is one person: restore a backup instead")
