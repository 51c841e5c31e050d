"""What waits for a second person, in the inbox of whoever may really be it: who asked, since when, where to decide.

Each room that has such work gives a source of it (see SOURCES; rooms above this one give theirs in `init_app`). Who can
never confirm anything costs no query; for others one asks whether anything waits at all.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from flask import Flask, current_app, url_for
from sqlalchemy import ColumnElement, Select, bindparam, exists, select

from dossiers import clock
from dossiers.accounts import giving
from dossiers.accounts.giving import Second
from dossiers.accounts.grants import Signed
from dossiers.accounts.models import RoleRequest
from dossiers.casework import awaiting
from dossiers.casework.models import Dossier
from dossiers.documents import templates
from dossiers.documents.models import TemplateUse
from dossiers.extensions import run
from dossiers.formatters import day, moment, say
from dossiers.languages import gettext as _
from dossiers.rules import files
from dossiers.rules.models import RulebookFile
from dossiers.security import units_with
from dossiers.units import tree
from workflow.roles import ROLE_LABELS, Role

MOST = 20
"""So many lines of one kind are shown, those that wait longest."""


@dataclass(frozen=True)
class Asked:
    """A line: what is asked for and of what, by whom (`behalf`: in whose place, "" for themselves), since when, in
    words; the verb, and the page where it is confirmed or declined.
    """

    what: str
    about: str
    by: str
    since: str
    verb: str
    url: str
    behalf: str = ""


Lines = Callable[[Signed, tuple[int, ...], Second], Sequence[Asked]]


@dataclass(frozen=True, eq=False)
class Source:
    """A kind of work for a second person: in which units somebody may do it (none: never), whether any waits in the
    whole instance, and the lines for this person; a fixed number of queries.
    """

    units: Callable[[Signed], tuple[int, ...]]
    waits: ColumnElement[bool]
    lines: Lines


def _corrections(signed: Signed, _units: tuple[int, ...], _second: Second) -> list[Asked]:
    return [
        Asked(
            _("Đính chính “%(act)s”", act=say(one.act)), f"{one.case.full_name}, {one.case.code}", one.by,
            moment(one.since), _("Xem và ghi đính chính"),
            url_for("acting.correct_record", code=one.case.code, event=one.seq), one.behalf,
        )
        for one in awaiting.awaiting(signed, MOST)
    ]  # fmt: skip


def _roles(_signed: Signed, units: tuple[int, ...], second: Second) -> list[Asked]:
    return [
        Asked(
            _("Giao vai trò %(role)s", role=say(ROLE_LABELS[Role(one.request.role)])),
            f"{one.account.name}, {one.unit.name}", one.asked_by.name, day(one.request.asked_on),
            _("Xem và xác nhận"), f"{url_for('roles.roles')}?don-vi={one.unit.code}",
        )
        for one in giving.waiting_for(units, second)[:MOST]
    ]  # fmt: skip


def _rulebooks(_signed: Signed, _units: tuple[int, ...], second: Second) -> list[Asked]:
    return [
        Asked(
            _("Bộ quy tắc %(code)s, bản %(version)s", code=file.code, version=file.version),
            _("hiệu lực từ %(day)s", day=day(file.in_force_from)), loader.name, moment(file.loaded_at),
            _("Xem và xác nhận"), url_for("acting.loaded_one", number=file.id),
        )
        for file, loader in files.waiting(second)[:MOST]
    ]  # fmt: skip


def _templates(_signed: Signed, _units: tuple[int, ...], second: Second) -> list[Asked]:
    return [
        Asked(
            _("Mẫu văn bản, bản %(version)s", version=version) if version else _("Mẫu gốc của văn bản"),
            f"{templates.called(templates.known()[use.text])}, {_('dùng từ %(day)s', day=day(use.since))}",
            asker.name, moment(use.asked_at), _("Xem và xác nhận"),
            url_for("documents.version", text=use.text, number=version),
        )
        for use, version, asker in templates.waiting(second)[:MOST]
        if use.text in templates.known()
    ]  # fmt: skip


def _tops(permission: str) -> Callable[[Signed], tuple[int, ...]]:
    """What holds for all of the tree is confirmed by a role held at its top."""

    def tops(_signed: Signed) -> tuple[int, ...]:
        units = tree.current()
        return tuple(unit for unit in units_with(permission) if len(units[unit].chain) == 1)

    return tops


SOURCES = (
    Source(lambda signed: signed.units_as(awaiting.SIGNERS), exists().where(Dossier.correcting.is_not(None)),
           _corrections),
    Source(_tops("rulebook.confirm"), exists().where(RulebookFile.outcome == ""), _rulebooks),
    Source(_tops("templates.confirm"), exists().where(TemplateUse.outcome == ""), _templates),
    Source(lambda _signed: units_with("roles.confirm"),
           exists().where(RoleRequest.outcome == "", RoleRequest.expires_on >= bindparam("today")), _roles),
)  # fmt: skip
"""The sources of the rooms below."""


def init_app(app: Flask, above: Sequence[Source]) -> None:
    """Ask these sources, of rooms that stand above lists, as well."""
    app.extensions["second_person"] = (*above, *SOURCES)


@lru_cache(maxsize=64)
def _any(sources: tuple[Source, ...]) -> Select[Any]:
    columns: list[Any] = [source.waits.label(f"waits{nr}") for nr, source in enumerate(sources)]
    return select(*columns)


def waiting(signed: Signed) -> list[Asked]:
    """What this person may confirm or decline now as the second one; no query for who never may."""
    found = [(one, units) for one in current_app.extensions["second_person"] if (units := one.units(signed))]
    if not found:
        return []
    there = run(_any(tuple(one for one, _units in found)), {"today": clock.today()}).one()
    if not any(there):
        return []
    second = Second(signed)
    return [
        line
        for (one, units), waits in zip(found, there, strict=True)
        if waits
        for line in one.lines(signed, units, second)
    ]
