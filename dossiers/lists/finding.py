"""Finding dossiers by name or code."""

from typing import Any

from sqlalchemy import bindparam, select

from dossiers import names
from dossiers.accounts.grants import Signed
from dossiers.casework import search
from dossiers.casework.models import Dossier, Scope
from dossiers.extensions import run
from dossiers.lists.worklist import Item, _item, _lines, scope_of
from dossiers.units import tree

_BY_CODE = select(Dossier.id).where(Dossier.code == bindparam("code"))


_FOUND = _lines(Scope).where(
    Scope.ancestor_id.in_(bindparam("units", expanding=True)), Scope.dossier_id.in_(bindparam("found", expanding=True))
)


def find(query: str, signed: Signed, size: int = 50) -> tuple[list[Item], bool]:
    """Dossiers by name (accents not needed, exact accents first) or by code; and whether there are more.

    Names are ranked first, with nothing but names in hand; only a page of them is then read whole.
    """
    units = scope_of(signed, "")
    query = " ".join(query.split())[:120]
    if not query or not units:
        return [], False
    matches = search.find(query, units)
    by_code = run(_BY_CODE, {"code": query.upper()}).scalar()
    typed, folded = query.lower(), names.fold(query)

    def rank(match: Any) -> tuple[int, int, str]:
        name = match.full_name.lower()
        exact = 0 if name == typed else 1 if typed in name else 2
        return exact, 0 if folded in match.folded else 1, match.folded

    found = [match.id for match in sorted(matches, key=rank)[: size + 1]]
    if by_code is not None and by_code not in found:
        found.insert(0, by_code)
    rows = run(_FOUND, {"units": units, "found": found})
    unique = {row.dossier_id: row for row in rows}
    ordered = [unique[dossier_id] for dossier_id in found if dossier_id in unique]
    names_of = tree.current()
    return [_item(row, names_of) for row in ordered[:size]], len(matches) > size
