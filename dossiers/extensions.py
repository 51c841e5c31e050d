"""The extensions, made once and bound to the application in create_app."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, overload

from flask import Flask
from flask_babel import Babel
from flask_security import Security
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as DatabaseSession
from flask_wtf import CSRFProtect
from sqlalchemy import Connection, CursorResult, Executable, MetaData, event
from sqlalchemy.orm import DeclarativeBase, declared_attr

from dossiers import engines
from dossiers.asking import Answer, Question, Together, Writing


class Model(DeclarativeBase):
    """Base of all tables; constraints carry names so that migrations can speak of them.

    Flask-SQLAlchemy would make another base of it, db.Model, which no type checker sees through.
    """

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )

    @declared_attr.directive
    def __tablename__(cls) -> str:
        """The name of the class in small letters: OfficeEvent stands in office_event."""
        return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", cls.__name__).lower()


db = SQLAlchemy(model_class=Model, disable_autonaming=True, session_options={"expire_on_commit": False})
csrf = CSRFProtect()
babel = Babel()
security = Security()


@overload
def run(statement: Question, parameters: Mapping[str, Any] | None = None) -> Answer: ...
@overload
def run(statement: Writing, parameters: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> int: ...
@overload
def run(statement: Together, parameters: Sequence[Mapping[str, Any] | None]) -> int: ...
@overload
def run(
    statement: Executable, parameters: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None
) -> CursorResult[*tuple[Any, ...]]: ...
def run(statement: Any, parameters: Any = None) -> Any:
    """Execute a statement in the current transaction; rows come back plain, objects of the session are not flushed.

    Fit for what every page asks: a statement that is built once then costs a fifth of a query through the session, a
    question or a writing (dossiers.asking) a fifth of that; a writing gives the number of rows it changed. A page that
    only reads asks its questions outside any transaction, until it begins one for something else.
    """
    if engines.only_reads.get() and isinstance(statement, Question) and not db.session.registry.has():
        answer = statement.ask_reading(db.engine, parameters)
        if answer is not None:
            return answer
    session = db.session()
    connection: Connection = session.info.get("connection") or session.connection()
    if isinstance(statement, Question):
        return statement.ask(connection, parameters)
    if isinstance(statement, Writing | Together):
        return statement.write(connection, parameters)
    return connection.execute(statement, parameters)


@event.listens_for(DatabaseSession, "after_begin")
def _keep(session: DatabaseSession, _transaction: Any, connection: Connection) -> None:
    """Asking a session for its connection takes longer than many a statement."""
    session.info["connection"] = connection


@event.listens_for(DatabaseSession, "after_transaction_end")
def _let_go(session: DatabaseSession, _transaction: Any) -> None:
    session.info.pop("connection", None)


class Migrations:
    """Stands in for Flask-Migrate until a command asks for it: it brings Alembic along, which no page wants."""

    def __init__(self, app: Flask, directory: str) -> None:
        self._app, self._directory = app, directory
        app.extensions["migrate"] = self

    def __getattr__(self, name: str) -> Any:
        from flask_migrate import Migrate  # and with it Alembic

        Migrate(self._app, db, directory=self._directory)
        return getattr(self._app.extensions["migrate"], name)


@contextmanager
def write_transaction() -> Iterator[None]:
    """One transaction that writes: waits for its turn where there is one, commits or rolls back."""
    with engines.turn_to_write(db):
        try:
            engines.begin_to_write(db)
            yield
            db.session.commit()
        except BaseException:
            db.session.rollback()
            raise
