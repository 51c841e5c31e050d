"""Runs the migrations inside the application, on SQLite and PostgreSQL alike (flask db upgrade)."""

from alembic import context
from flask import current_app

database = current_app.extensions["migrate"].db


def _is_ours(_object, name, kind, _reflected, _compare_to):
    """The search index is made by hand: SQLite's full-text tables are no tables Alembic knows."""
    return not (kind == "table" and name.startswith("dossier_search"))


def run() -> None:
    """Migrate in one transaction, so that a failing step leaves nothing half done."""
    with database.engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=database.metadata,
            include_object=_is_ours,
            render_as_batch=True,
            compare_type=True,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
