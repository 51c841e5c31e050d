"""Keeping what was typed into a form, and giving it back to who typed it.

Each form carries a sign (`sign`): who it was made for, and where it stands. So what was typed can be kept even when the
session is over by the time the form is sent, and nobody else's form is ever filled with it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from time import time

import msgspec
from cryptography.exceptions import InvalidTag
from flask import current_app
from itsdangerous import BadData, URLSafeTimedSerializer
from sqlalchemy import bindparam, delete, func, select
from werkzeug.datastructures import ImmutableMultiDict, MultiDict

from dossiers import engines
from dossiers.asking import Question
from dossiers.drafts.models import Draft
from dossiers.encryption import place, seal, unseal
from dossiers.extensions import db, run, write_transaction

SIGN = "draft_of"
"""The field of a form that says whose it is and where."""

BESIDE = frozenset({SIGN, "csrf_token", "confirmed", "step", "more", "next"})
"""What a form sends beside what was typed."""

LONGEST = 100_000
"""Characters of a draft, sealed in JSON; longer ones are not kept."""

MOST = 30
"""Drafts a person has at most; the oldest give way."""

_table = Draft.__table__
_MINE = (_table.c.account_id == bindparam("account")) & (_table.c.path == bindparam("at"))
_ONE = Question(select(_table.c.sealed, _table.c.saved_at).where(_MINE, _table.c.saved_at >= bindparam("since")))
_WHEN = Question(select(_table.c.saved_at).where(_MINE, _table.c.saved_at >= bindparam("since")))
_DROP = delete(Draft).where(_MINE)
_OLD = delete(Draft).where(_table.c.saved_at < bindparam("since"))
_OF_DOSSIER = delete(Draft).where(_table.c.path.like(bindparam("under")))
_EXTRA = Question(
    select(_table.c.path)
    .where(_table.c.account_id == bindparam("account"))
    .order_by(_table.c.saved_at.desc())
    .offset(MOST)
)


@dataclass(frozen=True)
class Kept:
    """Whose draft, and of the form at which address."""

    account_id: int
    path: str


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="draft")


def _since() -> float:
    """Drafts saved before this are forgotten (setting DRAFT_DAYS)."""
    return time() - 86400 * int(current_app.config["DRAFT_DAYS"])


def sign(account_id: int, path: str) -> str:
    """The sign of a form made for a person."""
    return str(_signer().dumps([account_id, path]))


def signed_by(sent: MultiDict[str, str]) -> Kept | None:
    """Whose form it is that was sent; None when it carries no sign of ours, or one that is too old."""
    try:
        account_id, path = _signer().loads(
            sent.get(SIGN, ""), max_age=86400 * max(1, int(current_app.config["DRAFT_DAYS"]))
        )
    except (BadData, ValueError, TypeError):
        return None
    return Kept(account_id, path)


def keep(sent: MultiDict[str, str]) -> Kept | None:
    """Keep what was typed into a form; whose it is, or None when it is no form of ours or nothing can be kept."""
    of = signed_by(sent)
    typed = [(name, value) for name, value in sent.items(multi=True) if name not in BESIDE and "password" not in name]
    if of is None or not typed or int(current_app.config["DRAFT_DAYS"]) == 0:
        return None
    text = msgspec.json.encode(typed).decode()
    if len(text) > LONGEST or len(of.path) > 200:
        return None
    row = {
        "account_id": of.account_id,
        "path": of.path,
        "sealed": seal(text, _place(of)),
        "saved_at": time(),
    }
    statement = engines.upsert(db, _table)
    statement = statement.values(row).on_conflict_do_update(
        index_elements=["account_id", "path"], set_={"sealed": row["sealed"], "saved_at": row["saved_at"]}
    )
    with write_transaction():
        run(_OLD, {"since": _since()})
        run(statement)
        extra = list(run(_EXTRA, {"account": of.account_id}).scalars())
        if extra:
            run(delete(Draft).where(_table.c.account_id == of.account_id, _table.c.path.in_(extra)))
    return of


def saved_at(account_id: int, path: str) -> float | None:
    """When the draft of a form was saved, in seconds since 1970; None when there is none."""
    found: float | None = run(_WHEN, {"account": account_id, "at": path, "since": _since()}).scalar()
    return found


def typed(account_id: int, path: str) -> MultiDict[str, str] | None:
    """What a person had typed into the form at an address; None when nothing is kept, or it cannot be read."""
    row = run(_ONE, {"account": account_id, "at": path, "since": _since()}).first()
    if row is None:
        return None
    try:
        pairs = msgspec.json.decode(unseal(row.sealed, _place(Kept(account_id, path))), type=list[tuple[str, str]])
    except (InvalidTag, ValueError):
        return None  # another key, or no longer what was sealed: a draft is not worth an error
    return ImmutableMultiDict(pairs)


def drop(account_id: int, path: str) -> None:
    """Forget the draft of a form, if there is one."""
    if run(select(func.count()).select_from(Draft).where(_MINE), {"account": account_id, "at": path}).scalar():
        with write_transaction():
            run(_DROP, {"account": account_id, "at": path})


def forget_dossiers(codes: Iterable[str]) -> None:
    """Forget all that anybody typed about these dossiers, in the transaction that runs: what they hold was erased."""
    for code in codes:
        run(_OF_DOSSIER, {"under": f"/ho-so/{code}/%"})


def _place(of: Kept) -> str:
    return place("draft", "sealed", of.account_id, of.path)
