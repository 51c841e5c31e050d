"""Flask-Security, and what of it is used: finding accounts, hashing passwords, signing in with a form, signing out.

Everything else it and Flask-Login bring is off by name; `tests/dossiers/accounts/test_library.py` compares the names
with those the installed version knows, so that a new one is decided on before it is used.
"""

from datetime import timedelta
from typing import Any

from flask import Flask, abort
from flask_principal import Principal
from flask_security import LoginForm

from dossiers.accounts import services, sessions, throttle
from dossiers.accounts.datastore import Accounts
from dossiers.accounts.models import Account, RoleAssignment
from dossiers.extensions import db, security
from dossiers.languages import gettext as _
from dossiers.languages import lazy as _l

OFF: dict[str, Any] = {
    # other ways to sign in, and to get an account or a password
    "PASSWORDLESS": False, "UNIFIED_SIGNIN": False, "US_SIGNIN_REPLACES_LOGIN": False, "WEBAUTHN": False,
    "WAN_ALLOW_AS_FIRST_FACTOR": False, "WAN_ALLOW_AS_MULTI_FACTOR": False, "WAN_ALLOW_USER_HINTS": False,
    "OAUTH_ENABLE": False, "OAUTH_BUILTIN_PROVIDERS": [], "USERNAME_ENABLE": False, "USERNAME_REQUIRED": False,
    "REGISTERABLE": False, "USE_REGISTER_V2": True, "CONFIRMABLE": False, "LOGIN_WITHOUT_CONFIRMATION": False,
    "AUTO_LOGIN_AFTER_CONFIRM": False, "AUTO_LOGIN_AFTER_RESET": False, "RECOVERABLE": False, "CHANGEABLE": False,
    "CHANGE_EMAIL": False, "CHANGE_USERNAME": False, "USERNAME_RECOVERY": False,
    "TWO_FACTOR": False, "TWO_FACTOR_REQUIRED": False, "TWO_FACTOR_IMPLEMENTATIONS": {},
    "TWO_FACTOR_ALWAYS_VALIDATE": True, "MULTI_FACTOR_RECOVERY_CODES": False,
    # staying signed in beside the session: remembering, tokens, asking for the password again
    "DEFAULT_REMEMBER_ME": False, "API_ENABLED_METHODS": ["session"], "BACKWARDS_COMPAT_AUTH_TOKEN": False,
    "FRESHNESS": timedelta(-1), "FRESHNESS_ALLOW_AUTH_TOKEN": False, "REFRESH_TOKEN": False,
    "REFRESH_TOKEN_CLEANUP_EXPIRED": False, "REFRESH_TOKEN_CLEANUP_REVOKED": False,
    # letters, messages, files, commands, counters
    "SEND_REGISTER_EMAIL": False, "SEND_PASSWORD_CHANGE_EMAIL": False, "SEND_PASSWORD_RESET_EMAIL": False,
    "SEND_PASSWORD_RESET_NOTICE_EMAIL": False, "SEND_USERNAME_CHANGE_EMAIL": False, "TWO_FACTOR_RESCUE_EMAIL": False,
    "EMAIL_PLAINTEXT": False, "EMAIL_HTML": False, "FLASH_MESSAGES": False, "STATIC_FOLDER": None, "TRACKABLE": False,
    "CLI_USERS_NAME": False, "CLI_ROLES_NAME": False,  # accounts are changed by our commands, which the log tells of
    # roles that are held everywhere; ours are held in units
    "JOIN_USER_ROLES": False,
    # asking other servers about passwords, leading to other hosts, forms without a token
    "PASSWORD_CHECK_BREACHED": False, "REDIRECT_ALLOW_SUBDOMAINS": False, "CSRF_IGNORE_UNAUTH_ENDPOINTS": False,
    "CSRF_COOKIE_NAME": None, "CSRF_COOKIE_REFRESH_EACH_REQUEST": False, "CSRF_HEADER": None,
}  # fmt: skip
"""Settings of Flask-Security, without their prefix, that keep what we do not use from doing anything."""

_LOGIN_OFF: dict[str, Any] = {
    "REMEMBER_COOKIE_DURATION": 0,
    "REMEMBER_COOKIE_HTTPONLY": True,
    "REMEMBER_COOKIE_SAMESITE": "Strict",
    "REMEMBER_COOKIE_REFRESH_EACH_REQUEST": False,
    "SESSION_PROTECTION": None,  # compares address and browser, which change for honest people
}
"""The same of Flask-Login, in full."""

_WRONG = _l("Địa chỉ hoặc mật khẩu không đúng.")
_MESSAGES = {
    "USER_DOES_NOT_EXIST": _WRONG,
    "INVALID_PASSWORD": _WRONG,
    "PASSWORD_NOT_SET": _WRONG,
    "DISABLED_ACCOUNT": _WRONG,
    "GENERIC_AUTHN_FAILED": _WRONG,
    "INVALID_EMAIL_ADDRESS": _WRONG,
    "EMAIL_NOT_PROVIDED": _l("Chưa ghi thư điện tử."),
    "PASSWORD_NOT_PROVIDED": _l("Chưa ghi mật khẩu."),
}


class SignInForm(LoginForm):
    """Address and password, nothing to be remembered by. Each try counts before the password is looked at."""

    remember = None  # type: ignore[assignment] # how WTForms is told to leave a field away

    def validate(self, **kwargs: Any) -> bool:
        """Whether this is somebody who may come in. Aborts with 429 after too many tries."""
        self.email.data = services.address(self.email.data or "") or self.email.data
        found = services.by_email(self.email.data or "")
        if not throttle.admits(self.email.data or "", found.id if found else None):
            abort(429)
        self.user, self.ifield = found, self.email
        if not super().validate(**kwargs):
            return False
        assert found is not None
        if found.password_until is not None and found.password_until <= sessions.now():
            self.form_errors = [_("Mật khẩu dùng một lần đã hết hạn. Nhờ người quản trị đặt lại.")]
            return False
        return True


def init_app(app: Flask) -> None:
    """Bind Flask-Security to our accounts, with everything off that we do not use."""
    app.config.update({f"SECURITY_{name}": value for name, value in OFF.items()})
    app.config.update({f"SECURITY_MSG_{name}": (text, "error") for name, text in _MESSAGES.items()})
    app.config.update(_LOGIN_OFF, REMEMBER_COOKIE_SECURE=app.config["SESSION_COOKIE_SECURE"])
    roles: Any = RoleAssignment  # Flask-Security means roles that are held everywhere; it never asks for one
    security.init_app(app, Accounts(db, Account, roles), login_form=SignInForm)
    security.want_json(lambda _request: False)
    # It hashes address and browser at each request, also where SESSION_PROTECTION is off and nobody looks at that.
    security.login_manager._session_identifier_generator = str
    security.login_manager.request_loader(None)  # it takes tokens from headers, JSON and the address
    _without_principal(app)
    sessions.init_app(app)


def _without_principal(app: Flask) -> None:
    """Flask-Security brings Flask-Principal, which works out everybody's needs before each request.

    Nothing here asks for them, as roles are held in units (dossiers.security).
    """
    hooks = app.before_request_funcs[None]
    hooks[:] = [hook for hook in hooks if not isinstance(getattr(hook, "__self__", None), Principal)]
