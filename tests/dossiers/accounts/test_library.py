"""What Flask-Security and Flask-Login bring and we do not use is off; a new version's news is decided on first."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask_security.core import _default_config

from dossiers import config
from dossiers.accounts.library import OFF

USED = {name.removeprefix("SECURITY_") for name in config.load() if name.startswith("SECURITY_")}

LEFT = {
    # how something works that is off
    *(name for name in _default_config if name.startswith((
        "CHANGE_", "CONFIRM_", "EMAIL_", "LOGIN_", "MULTI_FACTOR_", "OAUTH_", "POST_", "RECOVERY_", "REFRESH_TOKEN_",
        "REGISTER_", "RESET_", "SMS_", "TOKEN_", "TOTP_", "TWO_FACTOR_", "USERNAME_", "US_", "WAN_", "CSRF_COOKIE",
    ))),
    "CLI_ROLES_NAME", "DEFAULT_HTTP_AUTH_REALM", "FORGOT_PASSWORD_TEMPLATE", "FRESHNESS_GRACE_PERIOD",
    "HASHING_SCHEMES", "DEPRECATED_HASHING_SCHEMES", "INPUT_NORMALIZE_FORM", "PASSWORD_BREACHED_COUNT",
    "PASSWORD_COMPLEXITY_CHECKER", "PASSWORD_CONFIRM_REQUIRED", "PASSWORD_LENGTH_MIN", "PHONE_REGION_DEFAULT",
    "REMEMBER_SALT", "REQUIRES_CONFIRMATION_ERROR_VIEW", "SEND_CONFIRMATION_TEMPLATE", "SEND_LOGIN_TEMPLATE",
    "STATIC_FOLDER_URL", "VERIFY_ERROR_VIEW", "VERIFY_TEMPLATE", "VERIFY_URL", "ZXCVBN_MINIMUM_SCORE",
    "LOGOUT_USER_TEMPLATE", "REDIRECT_ALLOWED_SUBDOMAINS", "REDIRECT_BASE_DOMAIN", "REDIRECT_BEHAVIOR",
    "REDIRECT_HOST",
    # how what we use works, and is right so
    "ANONYMOUS_USER_DISABLED", "BLUEPRINT_NAME", "CACHE_CONTROL", "CSRF_PROTECT_MECHANISMS", "DATETIME_FACTORY",
    "DEPRECATED_PASSWORD_SCHEMES", "I18N_DIRNAME", "I18N_DOMAIN", "LOGOUT_CSRF", "PASSWORD_HASH_OPTIONS",
    "PASSWORD_HASH_PASSLIB_OPTIONS", "PASSWORD_NORMALIZE_FORM", "PASSWORD_REQUIRED", "PASSWORD_SINGLE_HASH",
    "SUBDOMAIN", "URL_PREFIX", "USER_IDENTITY_ATTRIBUTES",
}  # fmt: skip
"""Settings that stay as the library has them."""

MAY_BE_TRUE = {"PASSWORD_REQUIRED", "PASSWORD_CONFIRM_REQUIRED"}
"""Switches that stay on as they come."""


def test_every_setting_of_the_library_is_used_off_or_left_on_purpose() -> None:
    known = set(_default_config)
    assert known - USED - set(OFF) - LEFT == set(), "decide: is it used, or off?"
    assert set(OFF) - known == set(), "the library does not know these any more"
    assert USED - known == set(), "nor these"
    assert not USED & set(OFF)


def test_no_switch_that_comes_on_is_left_on_unseen() -> None:
    on = {name for name, value in _default_config.items() if value is True}
    assert on - set(OFF) - USED == MAY_BE_TRUE


@pytest.mark.parametrize(("name", "value"), OFF.items())
def test_what_is_off_is_off_in_the_running_application(app: Flask, name: str, value: Any) -> None:
    assert app.config[f"SECURITY_{name}"] == value
    inert = {"USE_REGISTER_V2", "TWO_FACTOR_ALWAYS_VALIDATE", "API_ENABLED_METHODS", "FRESHNESS"}
    assert not value or name in inert


def test_only_signing_in_and_out_is_routed(app: Flask) -> None:
    theirs = {rule.endpoint for rule in app.url_map.iter_rules() if rule.endpoint.startswith("security.")}
    assert theirs == {"security.login", "security.logout"}


def test_remembering_is_off_and_harmless_if_it_came_on(app: Flask) -> None:
    form = app.extensions["security"].forms["login_form"].cls
    assert form.remember is None
    assert app.config["REMEMBER_COOKIE_DURATION"] == 0
    assert app.config["REMEMBER_COOKIE_SAMESITE"] == "Strict"
    assert app.config["REMEMBER_COOKIE_HTTPONLY"] is True
    assert app.extensions["security"].login_manager.request_callback is None
    assert OFF["FRESHNESS"] < timedelta(0)


def test_no_password_is_kept_or_taken_in_the_clear(app: Flask) -> None:
    assert app.config["SECURITY_PASSWORD_SCHEMES"] == ["argon2", "pbkdf2_sha512"]
