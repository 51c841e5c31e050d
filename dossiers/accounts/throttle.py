"""Few tries of a password a minute, for one account, known or not, and for one address, whichever process answers.

They are counted in the database, which all processes share; libraries for this count in memory or in a server more.
"""

import hashlib
import hmac
import unicodedata
from time import time

from flask import current_app, request
from sqlalchemy import delete, func, insert, select

from dossiers.accounts.models import SignInTry
from dossiers.extensions import run, write_transaction

WINDOW = 60
"""Seconds."""


def admits(name: str, account_id: int | None) -> bool:
    """Count a try; False, and nothing counted, when there were too many.

    `account_id` is what the look-up found for `name`: whatever other spelling finds it is the same account. The name
    counts as well, folded at least as far as the look-up folds it: an unknown one must answer as a known one does.
    """
    tries = int(current_app.config["SIGN_IN_TRIES"])
    folded = unicodedata.normalize("NFKC", name.strip()).casefold()[:200]
    limits = {_key("name", folded): tries, _key("address", request.remote_addr or ""): 5 * tries}
    if account_id is not None:
        limits[_key("account", str(account_id))] = tries
    return _counted(limits)


def _key(kind: str, who: str) -> str:
    secret = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.new(secret, f"{kind}:{who}".encode(), hashlib.sha256).hexdigest()


def _counted(limits: dict[str, int]) -> bool:
    """Count a try under each key; False, and nothing counted, when one of them has reached its limit."""
    now = time()
    with write_transaction():
        run(delete(SignInTry).where(SignInTry.at < now - WINDOW))
        found = run(select(SignInTry.key, func.count()).where(SignInTry.key.in_(limits)).group_by(SignInTry.key))
        if any(count >= limits[key] for key, count in found.all()):
            return False
        run(insert(SignInTry), [{"key": key, "at": now} for key in limits])
    return True
