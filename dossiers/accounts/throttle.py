"""Few tries to sign in a minute, for one account, known or not, and for one address, whichever process answers.

They are counted in the database, which all processes share; libraries for this count in memory or in a server more.
"""

import hashlib
import hmac
from time import time

from flask import Flask, abort, request
from sqlalchemy import delete, func, insert, select

from dossiers.accounts.models import SignInTry
from dossiers.extensions import run, write_transaction

WINDOW = 60
"""Seconds."""


def init_app(app: Flask) -> None:
    """Count each try before it is looked at; answer 429 to those that are too many."""
    tries = int(app.config["SIGN_IN_TRIES"])
    secret = str(app.config["SECRET_KEY"]).encode()

    def key(kind: str, who: str) -> str:
        return hmac.new(secret, f"{kind}:{who}".encode(), hashlib.sha256).hexdigest()

    @app.before_request
    def throttle() -> None:
        if request.endpoint != "security.login" or request.method != "POST":
            return
        account = request.form.get("email", "").strip().lower()[:200]
        if not _counted({key("account", account): tries, key("address", request.remote_addr or ""): 5 * tries}):
            abort(429)


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
