"""Lists in every order, those that are done apart; papers found by number, persons by year and last digits; saved filters.

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

from dossiers.casework.search import Told, content
from dossiers.encryption import place, unseal
from dossiers.papers.numbers import number_words

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

DONE = ("official", "withdrawn", "not_admitted", "removed", "transferred_out", "deceased", "annulled")
INDEXES = {
    "ix_scope_since": ("done", "since"),
    "ix_scope_name": ("done", "sort_key"),
    "ix_scope_unit": ("done", "unit_code", "sort_key"),
    "ix_scope_due": ("done", "due_on"),
    "ix_scope_turn": ("done", "turn", "due_on"),
    "ix_scope_state": ("state", "since"),
    "ix_scope_state_name": ("state", "sort_key"),
    "ix_scope_state_unit": ("state", "unit_code", "sort_key"),
    "ix_scope_state_due": ("state", "due_on"),
    "ix_scope_admitted": ("admitted_on",),
}
BATCH = 2000


def upgrade() -> None:
    plain = {"postgresql": {"collation": "C"}, "sqlite": {}}[op.get_bind().dialect.name]
    op.add_column("scope", sa.Column("unit_code", sa.String(20, **plain), nullable=False, server_default=""))
    op.add_column("scope", sa.Column("done", sa.Boolean(), nullable=False, server_default=sa.false()))
    done = ", ".join(f"'{state}'" for state in DONE)
    op.execute(
        "UPDATE scope SET unit_code = (SELECT u.code FROM dossier d JOIN unit u ON u.id = d.unit_id "
        f"WHERE d.id = scope.dossier_id), done = (state IN ({done}))"
    )
    for name in ("since", "name", "due", "turn", "state", "admitted"):
        op.drop_index(f"ix_scope_{name}", "scope")
    with op.batch_alter_table("scope") as scope:
        scope.alter_column("unit_code", server_default=None)
        scope.alter_column("done", server_default=None)
    for name, columns in INDEXES.items():
        last = ["source"] if name in ("ix_scope_turn", "ix_scope_state") else []
        op.create_index(name, "scope", ["ancestor_id", *columns, "dossier_id", *last])
    op.add_column("paper_record", sa.Column("number_words", sa.String(220, **plain), nullable=False, server_default=""))
    _papers()
    op.create_index("ix_paper_record_number_words", "paper_record", ["number_words", "dossier_id"])
    op.create_table(
        "saved_filter",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("account_id", sa.Integer(), sa.ForeignKey("account.id"), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("query", sa.String(400), nullable=False),
        sa.UniqueConstraint("account_id", "name", name="uq_saved_filter_account_id_name"),
    )
    _index()


def _papers() -> None:
    connection = op.get_bind()
    numbers = connection.execute(sa.text("SELECT DISTINCT number FROM paper_record WHERE number <> ''")).scalars().all()
    put = sa.text("UPDATE paper_record SET number_words = :words WHERE dossier_id = :dossier AND seq = :seq AND nr = :nr")
    known = {number: number_words(number) for number in numbers}
    after = 0
    while True:
        rows = connection.execute(
            sa.text(
                "SELECT dossier_id, seq, nr, number FROM paper_record WHERE dossier_id > :low AND dossier_id <= :high"
            ), {"low": after, "high": after + BATCH}
        ).all()
        told = [
            {"dossier": row.dossier_id, "seq": row.seq, "nr": row.nr, "words": known[row.number]}
            for row in rows if row.number
        ]
        if told:
            connection.execute(put, told)
        after += BATCH
        if after > (connection.execute(sa.text("SELECT max(dossier_id) FROM paper_record")).scalar() or 0):
            return


def _index() -> None:
    """Fill the index of words anew: years and last digits are in it now, and units are written otherwise."""
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        add = "INSERT INTO dossier_search (dossier_id, words) VALUES (:id, to_tsvector('simple', :words))"
    else:
        add = "INSERT INTO dossier_search (rowid, words) VALUES (:id, :words)"
    connection.execute(sa.text("DELETE FROM dossier_search"))
    last, after = connection.execute(sa.text("SELECT max(id) FROM dossier")).scalar() or 0, 0
    persons = sa.text(
        "SELECT d.id, d.person_id, p.full_name, p.birth_date, p.contact, p.identity_number FROM dossier d "
        "JOIN person p ON p.id = d.person_id WHERE d.id > :low AND d.id <= :high"
    ).columns(birth_date=sa.Date)
    seen = sa.text("SELECT dossier_id, ancestor_id FROM scope WHERE dossier_id > :low AND dossier_id <= :high")
    while after < last:
        asked = {"low": after, "high": after + BATCH}
        units: dict[int, list[int]] = {}
        for dossier_id, unit in connection.execute(seen, asked):
            units.setdefault(dossier_id, []).append(unit)
        rows = []
        for row in connection.execute(persons, asked):
            sealed = row.identity_number
            number = unseal(sealed, place("person", "identity_number", row.person_id)) if sealed else None
            told = Told(row.full_name, row.birth_date, row.contact, number)
            rows.append({"id": row.id, "words": content(told, units.get(row.id, ()))})
        if rows:
            connection.execute(sa.text(add), rows)
        after += BATCH


def downgrade() -> None:
    raise NotImplementedError("earlier versions find units under other words: restore a backup instead")
