"""What stands around every page: the same for all people of the same roles, so it is made once for them.

It has places for what is a request's own: who asks, the form token, the page's address, what was searched. Rendering it
with each page would take a fourth of the time of a list.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from flask import Flask, current_app, render_template, request
from flask_security import current_user
from markupsafe import Markup, escape

from dossiers import navigation, security, sessions, wire
from dossiers.languages import language
from dossiers.rules import instance
from workflow.roles import Role

_PLACE = re.compile("\x02([a-z]+)\x03")


@dataclass(frozen=True)
class _Place:
    """Where the frame takes something of the request, by its name; templates write it like any value."""

    name: str

    def __html__(self) -> str:
        return f"\x02{self.name}\x03"


@dataclass(frozen=True)
class _Kind:
    """All on which a frame depends but what has a place in it."""

    code: str
    root: str
    endpoint: str | None
    roles: frozenset[Role] | None
    """None: nobody is signed in."""
    is_led: bool
    """Whether the menu is shown: not before a one-time password is changed."""
    demo_day: date | None
    has_form: bool


@lru_cache(maxsize=512)
def _parts(kind: _Kind) -> tuple[str, ...]:
    """The frame, cut at its places: text, name of a place, text, …"""
    roles = kind.roles or frozenset()
    made = render_template(
        "frame.html",
        kind=kind,
        menu=navigation.menu(roles, kind.endpoint, kind.code) if kind.is_led else (),
        can_find=security.held_by("list.read", roles),
        **{name: _Place(name) for name in ("name", "token", "path", "query")},
    )
    return tuple(_PLACE.split(made))


@lru_cache(maxsize=8)
def _head(_root: str) -> Markup:
    return Markup(render_template("head.html"))  # noqa: S704 - a template escapes what it shows


def page_path() -> str:
    """The address of this page, for small forms that lead back to it."""
    return request.full_path.rstrip("?") if request.method == "GET" else request.path


def page_head() -> Markup:
    """The links of a page to its style and script."""
    return (_head.__wrapped__ if current_app.debug else _head)(request.script_root)


def page_frame(has_form: bool = False, query: str = "") -> Markup:
    """What stands above a page's content: header and menu, for who asks; `query` is what was searched.

    With `has_form`, switching the language sends the page's form along, so that nothing typed is lost.
    """
    who = current_user._get_current_object()
    is_led = who.is_authenticated and not who.must_change
    roles = security.held() if who.is_authenticated else None
    kind = _Kind(language(), request.script_root, request.endpoint, roles, is_led, instance.demo_day(), has_form)

    def filled() -> Iterator[str]:
        parts = iter(_parts(kind))
        yield next(parts)
        for name in parts:
            if name == "token":
                yield sessions.token()
            else:
                yield escape(who.name if name == "name" else page_path() if name == "path" else query)
            yield next(parts)

    return Markup("".join(filled()))  # noqa: S704 - the frame is a template's, what is put into it is escaped


def init_app(app: Flask) -> None:
    """Let templates ask for these."""
    app.jinja_env.globals.update(page_frame=page_frame, page_head=page_head, page_path=page_path, asset=wire.asset)
