"""Error pages in the product's dress; each carries a reference that stands in the log, and no detail."""

import secrets
from collections.abc import Sequence

import structlog
from flask import Flask, render_template, request
from flask.typing import ResponseReturnValue
from flask_security import current_user
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import IntegrityError, OperationalError
from werkzeug.exceptions import HTTPException

from dossiers import engines, security
from dossiers.accounts import delegating
from dossiers.acting.road import form_of, typed_into
from dossiers.casework.act import NotFound
from dossiers.drafts.sent import keep_sent
from dossiers.extensions import db
from dossiers.languages import gettext as _
from dossiers.papers.objects import Unreachable

log = structlog.get_logger()


def _page(status: int, title: str, text: str, typed: Sequence[tuple[str, str]] = ()) -> tuple[str, int]:
    reference = secrets.token_hex(4).upper()
    log.warning("error_page", status=status, reference=reference, endpoint=request.endpoint, method=request.method)
    page = render_template("error.html", status=status, title=title, text=text, reference=reference, typed=typed)
    return page, status


def _known(error: Exception) -> ResponseReturnValue:
    status = error.code if isinstance(error, HTTPException) else 404
    if isinstance(error, CSRFError):
        return (
            keep_sent()
            or security.after_stale_token()
            or _page(
                400,
                _("Phiên làm việc đã hết hạn"),
                _("Trang mở quá lâu hoặc bạn đã đăng xuất. Tải lại trang rồi gửi lại."),
            )
        )
    texts = {
        400: (_("Yêu cầu không hợp lệ"), _("Máy chủ không hiểu yêu cầu này. Quay lại trang trước và thử lại.")),
        401: (_("Cần đăng nhập"), _("Hãy đăng nhập rồi mở lại trang.")),
        403: (_("Không có quyền"), _("Vai trò của bạn không mở được trang này.")),
        404: (_("Không tìm thấy"), _("Trang hoặc hồ sơ không có, hoặc không thuộc phạm vi của bạn.")),
        405: (_("Không dùng được như vậy"), _("Địa chỉ này không nhận cách gọi đó.")),
        429: (_("Thử quá nhiều lần"), _("Đợi một phút rồi đăng nhập lại. Quên mật khẩu thì báo người quản trị.")),
        413: (_("Gửi quá nhiều"), _("Nội dung gửi lên lớn hơn mức cho phép.")),
    }
    if status in (403, 404) and (told := _not_in_their_place()):
        return _page(status, _("Việc này chưa được ghi"), " ".join(told), _typed())
    title, text = texts.get(status or 500, (_("Có lỗi"), _("Không thực hiện được yêu cầu.")))
    return _page(status or 500, title, text)


def _not_in_their_place() -> list[str]:
    """What is said to whoever sends a form of a role that was lent to them and is over."""
    if request.method != "POST" or not current_user.is_authenticated or request.url_rule is None:
        return []
    return delegating.told_over(security.signed())


def _typed() -> list[tuple[str, str]]:
    """What was sent with the form of an act, by its labels."""
    form = form_of(str(request.endpoint).rpartition(".")[2])
    return typed_into(form()) if form is not None else []


def _unknown(error: Exception) -> tuple[str, int]:
    db.session.rollback()
    reference = secrets.token_hex(4).upper()
    log.error("unexpected", reference=reference, endpoint=request.endpoint, exc_info=error)
    text = _("Việc vừa rồi chưa được ghi. Thử lại; nếu vẫn lỗi, báo người quản trị mã tham chiếu.")
    try:
        page = render_template("error.html", status=500, title=_("Có lỗi ở máy chủ"), text=text, reference=reference)
    except Exception as again:
        # The page itself needs the database; when that is what failed, plain words with the reference must do.
        log.error("error_page_failed", reference=reference, exc_info=again)
        page = f"<!doctype html><html lang=vi><meta charset=utf-8><title>Lỗi</title><p>Có lỗi ở máy chủ. {reference}"
    return page, 500


def _stopped(error: OperationalError) -> tuple[str, int]:
    why = engines.why_stopped(error)
    if why is None:
        return _unknown(error)
    db.session.rollback()
    engines.patience.set(None)  # the page is to be made
    if why == "busy":
        title, text = (
            _("Máy chủ đang bận"),
            _("Nhiều người đang ghi cùng lúc; việc vừa rồi chưa được ghi. Gửi lại sau ít phút."),
        )
    else:
        title, text = _("Mất quá nhiều thời gian"), _("Đã dừng lại, chưa ghi gì. Chọn ít đơn vị hơn hoặc thử lại sau.")
    return _page(503, title, text)


def _without_scans(error: Unreachable) -> tuple[str, int]:
    """The store of scans is away: all else goes on."""
    db.session.rollback()
    log.error("scan_store", why=str(error))
    if request.method == "POST":
        text = _(
            "Việc vừa rồi chưa được ghi, chưa lưu tệp nào. Gửi lại sau ít phút; "
            "nếu vẫn lỗi, báo người quản trị mã tham chiếu."
        )
    else:
        text = _(
            "Bản chụp tạm thời chưa xem được, không mất gì. Thử lại sau ít phút; "
            "nếu vẫn lỗi, báo người quản trị mã tham chiếu."
        )
    return _page(503, _("Kho lưu bản chụp không trả lời"), text, _typed() if request.method == "POST" else ())


def _broken(error: IntegrityError) -> tuple[str, int]:
    """Two wrote the same at once, and no form said so at its field."""
    if engines.broken_unique(error) is None:
        return _unknown(error)
    db.session.rollback()
    text = _("Cùng lúc đó có người vừa ghi đúng mục này; việc của bạn chưa được ghi. Mở lại trang để xem rồi gửi lại.")
    return _page(409, _("Vừa có người khác ghi"), text)


def init_app(app: Flask) -> None:
    """Answer every error with a page."""
    app.register_error_handler(OperationalError, _stopped)
    app.register_error_handler(IntegrityError, _broken)
    app.register_error_handler(Unreachable, _without_scans)
    app.register_error_handler(HTTPException, _known)
    app.register_error_handler(NotFound, _known)
    app.register_error_handler(Exception, _unknown)
