"""Every read: searches, logs, prints, foreign codes, and what was opened for a purpose. Numbers typed under a name
count among what the unit of whoever filed them filed.

Revision ID: 0012
Revises: 0010
"""

import re

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

OLD = "uq_dossier_read_dossier_id_account_id_part_slot"
NEW = "uq_dossier_read_dossier_id_account_id_part_slot_address"


def upgrade() -> None:
    with op.batch_alter_table("dossier_read") as table:
        table.alter_column("dossier_id", existing_type=sa.Integer(), nullable=True)
        table.alter_column("account_id", existing_type=sa.Integer(), nullable=True)
        table.add_column(sa.Column("address", sa.String(60), nullable=False, server_default=""))
        table.add_column(sa.Column("about", sa.String(120), nullable=False, server_default=""))
        table.add_column(sa.Column("mark", sa.String(16)))
        table.add_column(sa.Column("purpose", sa.String(1000)))
        table.add_column(sa.Column("until", sa.BigInteger()))
        table.drop_constraint(OLD, type_="unique")
        table.create_unique_constraint(op.f(NEW), ["dossier_id", "account_id", "part", "slot", "address"])
    op.create_index("ix_dossier_read_mark", "dossier_read", ["mark"])
    op.create_index("ix_dossier_read_account_id_at", "dossier_read", ["account_id", "at"])
    some = sa.text("until IS NOT NULL")
    op.create_index(
        "ix_dossier_read_dossier_id_until", "dossier_read", ["dossier_id", "until"], sqlite_where=some, postgresql_where=some
    )
    _filed_by(op.get_bind())


def _filed_by(connection: sa.Connection) -> None:
    """Numbers under a typed name stand with the unit of who filed them. What a log begun anew tells stays as told."""
    rows = connection.execute(
        sa.text(
            "SELECT p.dossier_id, p.seq, p.nr, p.number_key, e.unit_id FROM paper_record p "
            "JOIN event e ON e.dossier_id = p.dossier_id AND e.seq = p.seq "
            "WHERE p.number_key IS NOT NULL AND p.issuer <> '' AND NOT EXISTS (SELECT 1 FROM event r "
            "WHERE r.dossier_id = p.dossier_id AND r.trigger = 'rebase' AND r.seq >= p.seq)"
        )
    ).all()
    new = [
        {"dossier": row.dossier_id, "seq": row.seq, "nr": row.nr, "key": f"b{row.unit_id}:{row.number_key}"}
        for row in rows
        if not re.match(r"u\d+/|b\d+:", row.number_key)  # of a unit's own series, or put right already
    ]
    if new:
        connection.execute(
            sa.text("UPDATE paper_record SET number_key = :key WHERE dossier_id = :dossier AND seq = :seq AND nr = :nr"),
            new,
        )


def downgrade() -> None:
    connection = op.get_bind()
    for row in connection.execute(sa.text("SELECT dossier_id, seq, nr, number_key FROM paper_record WHERE number_key LIKE 'b%:%'")).all():
        connection.execute(
            sa.text("UPDATE paper_record SET number_key = :key WHERE dossier_id = :dossier AND seq = :seq AND nr = :nr"),
            {"key": row.number_key.split(":", 1)[1], "dossier": row.dossier_id, "seq": row.seq, "nr": row.nr},
        )
    connection.execute(sa.text("DELETE FROM dossier_read WHERE dossier_id IS NULL OR account_id IS NULL OR address <> ''"))
    op.drop_index("ix_dossier_read_dossier_id_until", "dossier_read")
    op.drop_index("ix_dossier_read_account_id_at", "dossier_read")
    op.drop_index("ix_dossier_read_mark", "dossier_read")
    with op.batch_alter_table("dossier_read") as table:
        table.drop_constraint(op.f(NEW), type_="unique")
        table.create_unique_constraint(op.f(OLD), ["dossier_id", "account_id", "part", "slot"])
        for name in ("until", "purpose", "mark", "about", "address"):
            table.drop_column(name)
        table.alter_column("account_id", existing_type=sa.Integer(), nullable=False)
        table.alter_column("dossier_id", existing_type=sa.Integer(), nullable=False)
