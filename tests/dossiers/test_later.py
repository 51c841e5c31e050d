"""What nobody waits for: written at once, or gathered by a server and written before it ends, whatever fails."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, insert, select

from dossiers import later
from dossiers.asking import Writing
from dossiers.extensions import db
from dossiers.privacy.models import DossierRead
from tests.people import Person, code_in

Maker = Callable[..., Person]


def reads(app: Flask, who: Person) -> int:
    with app.app_context():
        found = select(func.count()).select_from(DossierRead).where(DossierRead.account_id == who.id)
        return db.session.scalars(found).one()


def test_what_a_server_gathered_is_written_when_it_ends(
    app: Flask, person: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(later, "GATHERED", 60)
    code, secretary = code_in(app, "cell_review", "DB02-C3"), person("cell_secretary", "DB02-C3")
    with later.gathering(app):
        for part in ("", "/giay-to", "/than-nhan"):
            secretary.get(f"/ho-so/{code}{part}")
        assert reads(app, secretary) == 0
    assert reads(app, secretary) == 3
    secretary.get(f"/ho-so/{code}/bieu-quyet")
    assert reads(app, secretary) == 4


def test_what_cannot_be_written_is_told_and_takes_nothing_else_with_it(
    app: Flask, person: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(later, "GATHERED", 60)
    code = code_in(app, "cell_review", "DB02-C3")
    after, before = person("committee_officer", "DB02"), person("cell_secretary", "DB02-C3")
    with later.gathering(app):
        before.get(f"/ho-so/{code}")
        response = app.response_class()
        told: list[Exception] = []
        with app.app_context():
            later.write_later(
                app,
                response,
                Writing(insert(DossierRead.__table__)),
                [{"dossier_id": -1}],
                told.append,
            )
        response.close()
        after.get(f"/ho-so/{code}/giay-to")
    assert len(told) == 1
    assert (reads(app, before), reads(app, after)) == (1, 1)


def test_a_row_that_lacks_a_column_takes_nothing_else_with_it(
    app: Flask, person: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A slip of ours: what writes for all goes on."""
    monkeypatch.setattr(later, "GATHERED", 60)
    code, who = code_in(app, "cell_review", "DB02-C3"), person("cell_secretary", "DB02-C3")
    noting = Writing(insert(DossierRead.__table__))
    row = {"dossier_id": None, "account_id": who.id, "part": "search", "slot": 1, "at": 1}
    with later.gathering(app):
        told: list[Exception] = []
        with app.app_context():
            for rows in ([row], [{"dossier_id": None, "account_id": who.id}]):
                response = app.response_class()
                later.write_later(app, response, noting, rows, told.append)
                response.close()
        who.get(f"/ho-so/{code}")
    assert len(told) == 1
    assert reads(app, who) == 2
