"""The language of a request, found once, and messages in it, without asking the locale again for each."""

import re
from collections.abc import Callable, MutableMapping
from functools import lru_cache
from gettext import NullTranslations
from typing import Any

from babel import Locale
from babel.support import Translations
from flask import Flask, current_app, g, has_request_context, request, session
from flask.templating import Environment
from flask_babel import lazy_gettext
from jinja2.ext import Extension

LANGUAGES = ("vi", "en")


def language() -> str:
    """The language of this request: "vi" or "en"; the instance's own outside a request."""
    if not has_request_context():
        return str(current_app.config["BABEL_DEFAULT_LOCALE"])
    own = vars(g._get_current_object())
    found: str | None = own.get("language")
    if found is None:
        chosen = session.get("language")
        found = chosen if chosen in LANGUAGES else str(current_app.config["BABEL_DEFAULT_LOCALE"])
        own["language"] = found
    return found


@lru_cache(maxsize=4)
def _locale(code: str) -> Locale:
    return Locale.parse(code)


def locale() -> Locale:
    """The language of this request as Babel wants it."""
    return _locale(language())


@lru_cache(maxsize=4)
def _catalogue(folder: str, code: str) -> NullTranslations:
    return Translations.load(folder, [code]) if code != "vi" else NullTranslations()


def gettext(message: str, **values: object) -> str:
    """A message in the language of this request, with values in its places; Vietnamese is the message itself."""
    code = language()
    found = message if code == "vi" else gettext_in(code, message)
    return found % values if values else found


def lazy(message: str) -> str:
    """A message for forms and settings, which are made before anybody asks: it is looked up when it is shown."""
    shown: str = lazy_gettext(message)
    return shown


def message(text: str) -> str:
    """Marks a message that is only looked up later; see `gettext_in`."""
    return text


def gettext_in(code: str, message: str) -> str:
    """A message in a language."""
    return _catalogue(current_app.config["BABEL_TRANSLATION_DIRECTORIES"], code).gettext(message)


def ngettext(one: str, many: str, number: int, code: str = "") -> str:
    """A message that depends on a number, in a language or in that of this request."""
    code = code or language()
    return _catalogue(current_app.config["BABEL_TRANSLATION_DIRECTORIES"], code).ngettext(one, many, number)


_MESSAGE = re.compile(r"""(?<![\w.])_\((?:"([^"\\]*)"|'([^'\\]*)')\)""")


class FoldMessages(Extension):
    """Puts messages without arguments into the template when it is compiled, once for each language.

    A page has hundreds of them; looking each up while it is rendered would cost more than its queries.
    """

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """The template's source with its plain messages in the environment's language."""
        code = getattr(self.environment, "language", "vi")
        catalogue = _catalogue(current_app.config["BABEL_TRANSLATION_DIRECTORIES"], code)
        return _MESSAGE.sub(lambda found: repr(catalogue.gettext(found.group(1) or found.group(2) or "")), source)


class _Templates(Environment):
    """Each template has its global names as one dictionary. A chain of two would be gone through, name by name and in
    Python, for each template that imports a macro.
    """

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """What every template of this application knows, with `d`; no more is added once templates are loaded."""
        return {**self.globals, **(d or {})}


_CODE = re.compile("[A-Z]{2}[0-9]{4}-[0-9]+", re.ASCII)
"""Of a dossier: nothing in it is written otherwise in an address."""

_PLACE = "CODE-OF-A-DOSSIER"


class Application(Flask):
    """Flask with an environment of compiled templates for each language, with filters that know theirs."""

    jinja_environment = _Templates

    filters_of: Callable[[str], dict[str, Callable[..., Any]]]

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Nothing here is a coroutine; two dozen functions a request would each be asked whether they are."""
        return func

    def url_for(
        self,
        endpoint: str,
        *,
        _anchor: str | None = None,
        _method: str | None = None,
        _scheme: str | None = None,
        _external: bool | None = None,
        **values: Any,
    ) -> str:
        """The address of a page; those that need nothing but a dossier's code are put together once, as each page has a
        dozen of them.
        """
        code = values.get("code", "")
        is_plain = not values or (len(values) == 1 and isinstance(code, str) and _CODE.fullmatch(code))
        more = {"_anchor": _anchor, "_method": _method, "_scheme": _scheme, "_external": _external}
        if not is_plain or any(more.values()) or endpoint.startswith(".") or not has_request_context():
            return super().url_for(endpoint, **more, **values)  # type: ignore[arg-type] # each as it came
        known: dict[tuple[str, str, bool], str] = self.__dict__.setdefault("_addresses", {})
        key = endpoint, request.environ.get("SCRIPT_NAME", ""), bool(values)
        if key not in known:
            known[key] = super().url_for(endpoint, code=_PLACE) if values else super().url_for(endpoint)
        return known[key].replace(_PLACE, code) if values else known[key]

    @property
    def jinja_env(self) -> Environment:
        """The environment of the request's language; outside a request the one that extensions set up."""
        environments: dict[str, Environment] = self.__dict__.setdefault("_environments", {})
        if "" not in environments:
            environments[""] = self.create_jinja_environment()
        if not has_request_context():
            return environments[""]
        code = language()
        if code not in environments:
            made = environments[""].overlay(extensions=[FoldMessages])
            made.language = code  # type: ignore[attr-defined] # ours, for FoldMessages
            made.filters = {**made.filters, **self.filters_of(code)}
            environments[code] = made
        return environments[code]


def init_app(app: Flask) -> None:
    """Let templates use these instead of looking the locale up for each message."""
    app.jinja_env.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined] # of jinja2.ext.i18n
