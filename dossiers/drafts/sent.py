"""What pages and forms need of drafts: the sign in a form, what is offered, and forms that cannot be taken as sent."""

from urllib.parse import urlencode

from flask import Flask, Response, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user
from markupsafe import Markup

from dossiers.drafts import services
from dossiers.languages import gettext as _

ASKED = "ban-nhap"
"""The word in an address that asks for the form as it was typed."""


def keep_sent() -> ResponseReturnValue | None:
    """Keep a form that was sent and cannot be taken: the session is over, or another one began meanwhile.

    Where to go on: to sign in, and then to the form as it was typed. None when it is no form whose content is kept.
    """
    kept = services.keep(request.form) if request.method == "POST" else None
    if kept is None:
        return None
    g.draft_stays = True
    back = as_typed(kept.path)
    if not current_user.is_authenticated:
        flash(_("Phiên làm việc đã hết hạn. Những gì bạn gõ đã được giữ; đăng nhập để làm tiếp."), "warn")
        return redirect(url_for("security.login", next=back), 303)
    if current_user.id != kept.account_id:
        flash(_("Bạn đang đăng nhập với tài khoản khác; những gì đã gõ được giữ cho người đã gõ."), "warn")
        return redirect(url_for("lists.home"), 303)
    flash(_("Phiên làm việc đã đổi. Những gì bạn gõ vẫn còn; kiểm tra rồi gửi lại."), "warn")
    return redirect(back, 303)


def keep_while_switching() -> str | None:
    """Keep the form on the page that is left for a moment (another language); where it stands as typed."""
    kept = services.keep(request.form)
    if kept is None or not current_user.is_authenticated or kept.account_id != current_user.id:
        return None
    g.draft_stays = True
    return as_typed(kept.path)


def as_typed(path: str) -> str:
    """The address of a form filled with its draft."""
    return f"{path}{'&' if '?' in path else '?'}{ASKED}=1"


def _here() -> str:
    """The address of this form, with what its query says of it, such as the act that is corrected."""
    query = urlencode([(name, value) for name, value in request.args.items(multi=True) if name != ASKED])
    return f"{request.path}?{query}" if query else request.path


def _restore() -> None:
    """The form is asked for as it was typed: FlaskForm (dossiers.forms) fills itself from this."""
    if request.method == "GET" and ASKED in request.args and current_user.is_authenticated:
        found = services.typed(current_user.id, _here())
        if found is not None:
            g.restored = found


def _sent(response: Response) -> Response:
    """A form that was taken needs no draft any more."""
    if (
        request.method == "POST"
        and response.status_code in (302, 303)
        and services.SIGN in request.form
        and not g.get("draft_stays")
        and request.blueprint != "drafts"
        and (of := services.signed_by(request.form)) is not None
        and of.path == _here()
    ):
        services.drop(of.account_id, of.path)
    return response


def sign() -> Markup:
    """The hidden field that lets what is typed into a form be kept."""
    if not current_user.is_authenticated:
        return Markup("")
    value = services.sign(current_user.id, _here())
    return Markup('<input type="hidden" name="{}" value="{}" data-keep="{}" data-kept="{}">').format(
        services.SIGN, value, url_for("drafts.keep"), _("Đã giữ bản nháp lúc")
    )


def offered() -> dict[str, object] | None:
    """What a form's page says of a draft: when it was saved, and whether the form shows it. Said once a page."""
    if g.get("draft_said") or request.method != "GET" or not current_user.is_authenticated:
        return None
    g.draft_said = True
    when = services.saved_at(current_user.id, _here())
    if when is None:
        return None
    return {"at": when, "shown": g.get("restored") is not None, "address": as_typed(_here())}


def init_app(app: Flask) -> None:
    """Restore before a request's view, and forget after a form was taken."""
    app.jinja_env.globals.update(draft_sign=sign, draft_offered=offered)
    app.before_request(_restore)
    app.after_request(_sent)
