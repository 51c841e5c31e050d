"""Sessions: a row each, so that one can be ended for good; the signed cookie holds a word whose hash finds the row.

What every request asks of it comes with the question who asks (dossiers.accounts.datastore).
"""

import hashlib
import secrets
from collections.abc import Sequence
from time import time
from typing import Any

import structlog
from flask import Flask, Response, current_app, g, request, session
from flask_login import user_logged_in, user_logged_out
from sqlalchemy import and_, bindparam, delete, insert, not_, select, update

from dossiers.accounts.models import Account, AccountSession
from dossiers.asking import Question, Writing
from dossiers.extensions import db, run, write_transaction
from dossiers.later import write_later

log = structlog.get_logger()

_BROWSERS = (
    ("Edg", "Edge"), ("OPR/", "Opera"), ("coc_coc", "Cốc Cốc"), ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"), ("FxiOS", "Firefox"), ("CriOS", "Chrome"), ("Chrome", "Chrome"), ("Safari", "Safari"),
)  # fmt: skip
_SYSTEMS = (
    ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS", "macOS"),
    ("CrOS", "ChromeOS"), ("Linux", "Linux"),
)  # fmt: skip
"""What a user agent says, the first that fits; several name each other."""

_SEEN = Writing(
    update(AccountSession)
    .where(AccountSession.id == bindparam("row"), AccountSession.seen_at < bindparam("before"))
    .values(seen_at=bindparam("now"))
)


def now() -> int:
    """This moment in seconds; the real one, also in a demo."""
    return int(time())


def key_of(word: str) -> str:
    """The hash by which a session is found. The word is 256 bits of chance: it needs no salt."""
    return hashlib.sha256(word.encode()).hexdigest()


def oldest() -> dict[str, int]:
    """Since when a session must have been seen, and opened, to go on: parameters of `is_open`."""
    moment, config = now(), current_app.config
    return {
        "seen_since": moment - 3600 * int(config["SESSION_HOURS"]),
        "opened_since": moment - 86_400 * int(config["SESSION_DAYS"]),
    }


is_open = (AccountSession.seen_at > bindparam("seen_since"), AccountSession.opened_at > bindparam("opened_since"))
"""That a session goes on, for statements that are given `oldest()`."""

_UNCHANGED = (
    select(Account.active, Account.password).where(Account.id == bindparam("account")).with_for_update(read=True)
)
"""Waits for whoever is changing the account, who ends its sessions: none may come to be unseen."""

_OF_ACCOUNT = Question(
    select(AccountSession.id, AccountSession.opened_at, AccountSession.seen_at, AccountSession.device)
    .where(AccountSession.account_id == bindparam("account"), *is_open)
    .order_by(AccountSession.seen_at.desc(), AccountSession.id.desc())
)


def device_of(agent: str) -> str:
    """What people recognise of a user agent, such as “Firefox · Windows”; empty when nothing is."""
    found = (next((name for sign, name in signs if sign in agent), "") for signs in (_BROWSERS, _SYSTEMS))
    return " · ".join(name for name in found if name)


def begin(account: Account) -> None:
    """Sign this browser in: a new session, and forms get a new token. What the cookie held before opens nothing more.

    Writes in a transaction of its own. Nobody is signed in if the account was shut, or got another password, since
    `account` was read.
    """
    word, moment = secrets.token_urlsafe(32), now()
    row = {
        "key": key_of(word), "account_id": account.id, "opened_at": moment, "seen_at": moment,
        "device": device_of(request.user_agent.string),
    }  # fmt: skip
    session.pop("_user_id", None)
    session.pop("csrf_token", None)
    g.pop("csrf_token", None)  # Flask-WTF keeps it for the rest of the request
    with write_transaction():
        if tuple(run(_UNCHANGED, {"account": account.id}).one()) == (True, account.password):
            run(insert(AccountSession), row)
            session["_user_id"] = word


def of(account_id: int) -> Sequence[Any]:
    """The sessions of an account that go on, seen last first: id, opened_at, seen_at, device."""
    return run(_OF_ACCOUNT, {"account": account_id, **oldest()}).all()


def end(session_id: int, account_id: int) -> bool:
    """End one session of an account; whether there was such a one."""
    wanted = (AccountSession.id == session_id, AccountSession.account_id == account_id)
    with write_transaction():
        return run(delete(AccountSession).where(*wanted)).rowcount > 0


def end_all(account_id: int, but: int | None = None) -> int:
    """End the sessions of an account, in the current transaction (all `but` one); how many there were.

    What is to be written of the account is written first, so that a sign-in at the same moment sees it.
    """
    db.session.flush()
    wanted = delete(AccountSession).where(AccountSession.account_id == account_id)
    return run(wanted if but is None else wanted.where(AccountSession.id != but)).rowcount


def forget() -> int:
    """Take away the rows of sessions whose time is over; how many."""
    with write_transaction():
        return run(delete(AccountSession).where(not_(and_(*is_open))), oldest()).rowcount


def _every(app: Flask) -> int:
    return 60 * int(app.config["SEEN_MINUTES"])


def init_app(app: Flask) -> None:
    """Open a session whenever somebody is signed in, end it at sign-out, and note now and then that it is in use."""

    def opened(_app: Flask, user: Account) -> None:
        begin(user)

    def closed(_app: Flask, user: Any) -> None:
        if user.is_authenticated:
            end(user.session_id, user.id)

    user_logged_in.connect(opened, app, weak=False)
    user_logged_out.connect(closed, app, weak=False)

    @app.after_request
    def note(response: Response) -> Response:
        row, seen_at = g.get("session_seen", (0, 0))
        moment = now()
        if row and moment - seen_at > _every(app):
            seen = {"row": row, "now": moment, "before": moment - _every(app)}
            write_later(
                app,
                response,
                _SEEN,
                [seen],
                lambda error: log.warning("session_not_noted", exc_info=error),
            )
        return response
