"""Filters people keep under a name, each for themselves."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, bindparam, delete, func, insert, select, update

from dossiers.asking import Question
from dossiers.casework.rows import table_of
from dossiers.extensions import run, write_transaction
from dossiers.lists.models import SavedFilter

MOST = 20
"""So many filters a person keeps."""

_MINE = Question(
    select(SavedFilter.id, SavedFilter.name, SavedFilter.query)
    .where(SavedFilter.account_id == bindparam("account"))
    .order_by(SavedFilter.id)
)
_COUNT = Question(select(func.count()).where(SavedFilter.account_id == bindparam("account")))
_OF = (SavedFilter.account_id == bindparam("of"), SavedFilter.name == bindparam("called"))
_AGAIN = update(table_of(SavedFilter)).where(*_OF).values(query=bindparam("filter"))
_DROP = delete(table_of(SavedFilter)).where(
    SavedFilter.id == bindparam("which"), SavedFilter.account_id == bindparam("of")
)


class TooMany(ValueError):
    """The person keeps as many filters as fit."""


def kept(account_id: int) -> Sequence[Row[Any]]:
    """The filters of an account: (id, name, query) each; one query."""
    return run(_MINE, {"account": account_id}).all()


def keep(account_id: int, name: str, query: str) -> None:
    """Keep a filter under a name; one of the same name gives way. Raises TooMany."""
    with write_transaction():
        if run(_AGAIN, {"of": account_id, "called": name, "filter": query}).rowcount:
            return
        if (run(_COUNT, {"account": account_id}).scalar() or 0) >= MOST:
            raise TooMany
        run(insert(table_of(SavedFilter)), [{"account_id": account_id, "name": name, "query": query}])


def drop(account_id: int, number: int) -> bool:
    """Forget a filter of the account; whether there was one."""
    with write_transaction():
        return run(_DROP, {"which": number, "of": account_id}).rowcount == 1
