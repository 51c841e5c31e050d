"""Who may open which page: every route names its permission, and one that names none is refused."""

import re
from collections.abc import Callable
from functools import wraps
from time import perf_counter
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, Request, abort, current_app, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user
from werkzeug.routing import IntegerConverter
from werkzeug.wrappers import Response

from dossiers import clock, engines, incoming, profile, wire
from dossiers.accounts import grants
from dossiers.accounts.grants import Signed
from dossiers.drafts.sent import keep_sent
from dossiers.languages import gettext as _
from dossiers.rules import instance
from dossiers.units import tree
from workflow.roles import Role

View = TypeVar("View", bound=Callable[..., Any])

READERS = frozenset(Role) - grants.BLIND
OFFICES = frozenset({Role.COMMITTEE_OFFICER, Role.COMMITTEE_SECRETARY, Role.UPPER_OFFICER, Role.UPPER_SECRETARY})
NUMBERING = OFFICES | {Role.CELL_SECRETARY, Role.SECTION_OFFICER}
ANSWERING = OFFICES | {Role.YOUTH_OFFICER, Role.UNION_OFFICER, Role.CELL_SECRETARY}
"""Who answers requests to their units."""
MEETING = OFFICES | {Role.CELL_SECRETARY, Role.YOUTH_OFFICER, Role.UNION_OFFICER}
"""Whose bodies meet and vote."""
PERMISSIONS: dict[str, frozenset[Role] | None] = {
    "public": None,
    "demo": None,
    "own_account": frozenset(Role),
    "signed_in": frozenset(Role),
    "dossier.read": READERS,
    "inbox.read": READERS | grants.CONFIRMING,
    "list.read": READERS - grants.BOUND,
    "dossier.act": frozenset(Role) - grants.IDLE,
    "dossier.create": frozenset({Role.YOUTH_OFFICER, Role.UNION_OFFICER, Role.CELL_SECRETARY}),
    "dossier.take_over": OFFICES | {Role.CELL_SECRETARY},
    "year.read": READERS - {Role.TRAINING_OFFICER, Role.YOUTH_OFFICER, Role.UNION_OFFICER},
    "board.read": READERS - {Role.TRAINING_OFFICER, Role.YOUTH_OFFICER, Role.UNION_OFFICER} - grants.BOUND,
    "month.record": frozenset({Role.CELL_SECRETARY}),
    "class.manage": OFFICES | {Role.TRAINING_OFFICER},
    "meeting.hold": MEETING,
    "meeting.read": MEETING | {Role.INSPECTOR},
    "decision.prepare": OFFICES,
    "numbers.keep": NUMBERING,
    "numbers.read": NUMBERING | {Role.INSPECTOR},
    "request.send": OFFICES,
    "request.answer": ANSWERING,
    "register.manage": OFFICES | {Role.CELL_SECRETARY, Role.YOUTH_OFFICER, Role.UNION_OFFICER},
    "quota.read": READERS - {Role.TRAINING_OFFICER, Role.CELL_MEMBER_HELPER},
    "quota.give": frozenset({Role.UPPER_OFFICER}),
    "audit.read": frozenset({Role.INSPECTOR}),
    "reads.watch": frozenset(
        {Role.INSPECTOR, Role.CELL_SECRETARY, Role.COMMITTEE_SECRETARY, Role.UPPER_SECRETARY, Role.ADMINISTRATOR}
    ),
    "administration": grants.GIVING,
    "rulebook.confirm": grants.CONFIRMING,
    "templates.confirm": grants.CONFIRMING,
    "units.confirm": grants.CONFIRMING,
    "roles.read": grants.SECRETARIES | grants.GIVING,
    "roles.confirm": grants.CONFIRMING,
    "delegation.read": grants.LENT | grants.IDLE,
    "delegation.give": grants.LENT,
}
"""Each permission and the roles that hold it (None: nobody has to sign in)."""

_WITHOUT_ROLE = frozenset({"own_account"})
"""Permissions of whoever is signed in, also with no role left, and with a one-time password."""

_IN_PERSON = frozenset({"roles.confirm", "delegation.give"})
"""Permissions of roles that are held in person: by a role that was lent none is given, and none lent on."""

FOREIGN: dict[str, str] = {
    "static": "public",
    "security.login": "public",
    "security.logout": "own_account",
}
"""Routes of extensions, which cannot name their permission themselves. Others of theirs stay shut."""


def permits(permission: str) -> Callable[[View], View]:
    """Name the permission a view needs; it is checked before every request."""
    if permission not in PERMISSIONS:  # a slip of the programmer, seen at start
        raise ValueError(permission)

    def mark(view: View) -> View:
        view.__dict__["permission"] = permission
        return view

    return mark


def permission_of(app: Flask, endpoint: str) -> str | None:
    """The permission of a route; None when it names none and is therefore shut."""
    view = app.view_functions[endpoint]
    return getattr(view, "permission", None) or FOREIGN.get(endpoint)


def has_contents(app: Flask, endpoint: str) -> bool:
    """Whether a route shows or takes what a register does not keep."""
    return bool(getattr(app.view_functions[endpoint], "contents", False))


def signed() -> Signed:
    """The signed-in person with today's grants; loaded once a request. Aborts with 401 when nobody is."""
    own = vars(g._get_current_object())
    found: Signed | None = own.get("signed")
    if found is None:
        who = current_user._get_current_object()
        if not who.is_authenticated:
            abort(401)
        found = own["signed"] = grants.load(who.id, clock.today())
    return found


def may(permission: str) -> bool:
    """Whether the signed-in person holds a permission anywhere; for showing links. What is done in a unit asks
    `permitted`, or looks for the unit among `units_with`.
    """
    if permission in _WITHOUT_ROLE and _is_signed_in():
        return True
    if permission in _IN_PERSON:
        return _is_signed_in() and held_by(permission, frozenset(role for role, _unit in signed().own))
    return held_by(permission, held())


def held_by(permission: str, roles: frozenset[Role]) -> bool:
    """Whether people with these roles hold a permission somewhere."""
    wanted = PERMISSIONS[permission]
    return wanted is None or not wanted.isdisjoint(roles)


def units_with(permission: str) -> tuple[int, ...]:
    """The units in which whoever asks holds a permission, each with all that stands below it."""
    roles = PERMISSIONS[permission]
    if roles is None:
        return signed().units
    return signed().units_as(roles, in_person=permission in _IN_PERSON)


def permitted(permission: str, unit_id: int) -> bool:
    """Whether whoever asks holds a permission for a unit: by a role held there or above, not one held elsewhere."""
    return tree.current()[unit_id].lies_in(units_with(permission))


def on_behalf(permission: str, unit_id: int) -> int | None:
    """The account for which whoever asks does an act of the office in a unit, when the role they do it by was lent to
    them; None when it is their own.
    """
    return signed().lender(PERMISSIONS[permission] or (), tree.current()[unit_id].chain)


def held() -> frozenset[Role]:
    """The roles of whoever asks, anywhere; none when nobody is signed in. Found once a request."""
    own = vars(g._get_current_object())
    found: frozenset[Role] | None = own.get("held")
    if found is None:
        found = own["held"] = signed().roles if _is_signed_in() else frozenset()
    return found


def _check() -> ResponseReturnValue | None:
    # Each look through the proxy is four calls.
    came: Request = request._get_current_object()  # type: ignore[attr-defined] # of the proxy
    endpoint = came.endpoint
    if "\x00" in came.path or any("\x00" in value for _name, value in came.args.items(multi=True)):
        abort(400)  # no text the databases could hold
    if endpoint is None:
        return None
    if came.is_json:
        abort(415)  # pages are sent forms; what reads JSON as if it were one belongs to a library
    permission = permission_of(current_app, endpoint)
    if permission is None or (has_contents(current_app, endpoint) and profile.is_register()):
        abort(404)
    asked = [to for to in came.values.getlist("next") if to] if endpoint == "security.login" else []
    if not all(map(_OURS.fullmatch, asked)):
        return redirect(url_for("security.login"), 303)  # the library would lead there
    if PERMISSIONS[permission] is None:
        return None
    who = current_user._get_current_object()
    if not who.is_authenticated:
        return keep_sent() or to_sign_in()
    if permission not in _WITHOUT_ROLE and who.must_change:
        return redirect(url_for("own.account"), 303)
    if not may(permission):
        abort(403)
    return None


def _is_signed_in() -> bool:
    return bool(current_user.is_authenticated)


def to_sign_in() -> Response:
    """Lead to the sign-in page, and from there back to the page that was asked for, or whose form was sent."""
    return redirect(url_for("security.login", next=_wanted()))


def _wanted() -> str | None:
    if request.url_rule is not None and "GET" in (request.url_rule.methods or ()):
        return request.full_path.rstrip("?")
    came = urlsplit(request.referrer or "")
    return f"{came.path}?{came.query}".rstrip("?") if came.netloc == request.host else None


_SIGNING_IN = ("security.login", "demo.sign_in")


def after_stale_token() -> Response | None:
    """Where a form leads whose token is of another session: to signing in, if nobody is signed in; and from signing in
    twice, in two tabs, to where the first one led. None: its sender is told.
    """
    if request.endpoint in _SIGNING_IN:
        if _is_signed_in():
            return redirect(way_back(request.args.get("next")), 303)
        flash(_("Trang đăng nhập mở quá lâu; hãy nhập lại."), "info")
        return redirect(url_for("security.login", next=request.args.get("next")), 303)
    assert request.endpoint is not None  # else nobody looked for a token
    permission = permission_of(current_app, request.endpoint)
    is_open = permission is None or PERMISSIONS[permission] is None
    return None if is_open or _is_signed_in() else to_sign_in()


_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; font-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'; connect-src 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


WITH_FRAME = f"{_HEADERS['Content-Security-Policy']}; frame-src 'self'"
"""The policy of a page that shows a file of ours in a frame."""


def shown_alone(response: Response) -> None:
    """A file people sent: it loads nothing, runs nothing, and only a page of ours may frame it."""
    response.headers["Content-Security-Policy"] = "default-src 'none'; object-src 'self'; frame-ancestors 'self'"
    response.headers["X-Frame-Options"] = "SAMEORIGIN"


def init_app(app: Flask) -> None:
    """Guard every route and dress every answer with the security headers."""
    app.before_request(_check)

    @app.after_request
    def dress(response: Any) -> Any:
        if "Content-Security-Policy" in response.headers:  # what shows a file has a policy of its own
            for name, value in _HEADERS.items():
                response.headers.setdefault(name, value)
        else:
            response.headers.extend(_HEADERS)
        response.headers["Cache-Control"] = wire.kept(response)
        if request.is_secure:
            response.headers["Strict-Transport-Security"] = "max-age=31536000"
        return response


_READ = frozenset({"GET", "HEAD", "OPTIONS"})


def limit_time(app: Flask) -> None:
    """Let no request keep the database busy for longer than DOSSIERS_REQUEST_SECONDS, and say which only read."""

    @app.before_request
    def hurry() -> None:
        seconds = int(app.config["REQUEST_SECONDS"])
        engines.patience.set((seconds, perf_counter() + seconds))
        engines.only_reads.set(request.method in _READ)

    @app.teardown_request
    def rest(_error: BaseException | None) -> None:
        engines.patience.set(None)
        engines.only_reads.set(False)


def way_back(named: str | None = None) -> str:
    """Where a small form of the layout leads back to: the page it `named`, if that is one of ours; else the first."""
    target = named or request.form.get("next", "/")
    return target if _OURS.fullmatch(target) else "/"


_OURS = re.compile(r"/(?:[^/\\\s\x00-\x1f\x7f][^\\\s\x00-\x1f\x7f]*)?")
"""An address on this server. Browsers read “\\” as “/” and leave tabs and breaks out, wherever they stand in it: with
either, what begins with one slash leads to another server.
"""


class Number(IntegerConverter):
    """A number in an address: digits 0 to 9, and no more of them than a number of a row can have."""

    regex = r"[0-9]{1,9}"


def is_near() -> bool:
    """Whether the request comes from this machine, by its own name, not through a proxy."""
    return incoming.is_near(request.environ)


def loopback_only(view: View) -> View:
    """Refuse (404) a view to anybody who is not on this machine, or outside a demo."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if not is_near() or not instance.is_demo():
            abort(404)
        return view(*args, **kwargs)

    guarded.__dict__.update(view.__dict__)
    return guarded  # type: ignore[return-value] # wraps keeps the shape, which Any hides
