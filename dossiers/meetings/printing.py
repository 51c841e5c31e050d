"""Pages of a meeting's texts: as files, one or all; many are drawn up while the page says how far it is."""

import zipfile
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, stream_with_context, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from dossiers import wire
from dossiers.casework.act import NotFound
from dossiers.documents import rendering, services, templates
from dossiers.documents.composing import Composed
from dossiers.documents.gathered import MOST
from dossiers.fields import whole
from dossiers.languages import gettext as _
from dossiers.languages import lazy as _l
from dossiers.meetings import minutes, texts
from dossiers.meetings import services as meetings
from dossiers.meetings.closing import Outcome
from dossiers.meetings.models import Meeting
from dossiers.papers.judging import Unfit
from dossiers.privacy import services as privacy
from dossiers.privacy.services import Part
from dossiers.profile import contents
from dossiers.security import permits, signed

blueprint = Blueprint("meeting_texts", __name__)

_NAMES = {"giay-moi": "Giấy mời", "bien-ban": "Biên bản", "nghi-quyet": "Nghị quyết, quyết định",
          "trich": "Trích biên bản"}  # fmt: skip
_LABELS = {"nghi-quyet": _l("Nghị quyết, quyết định"), "trich": _l("Trích biên bản")}
_EACH = {"nghi-quyet": (Outcome.PASSED,), "trich": tuple(Outcome)}
"""The texts of which there is one a dossier, and after which outcomes."""

FEW = 10
"""So many texts nobody waits for."""


def _lines(meeting: Meeting, what: str) -> list[Any]:
    """The lines of a closed meeting a kind of text is made of; the one asked for, else a part of all."""
    code, part = request.args.get("ho-so", ""), whole(request.args.get("phan", "1")) or 1
    kept = [line for line in minutes.kept(meeting.id) if line.outcome in _EACH[what] and code in ("", line.code)]
    return kept[(part - 1) * MOST : part * MOST]


def _composed(meeting: Meeting, what: str) -> list[Composed]:
    """The texts of a kind, for whoever asks; that they are looked at is noted. Raises NotFound where there are none."""
    grade = request.args.get("do-mat", "")
    try:
        services.style(grade)
    except ValueError:
        abort(404)
    if what == "giay-moi":
        found, about = [texts.notice(meeting, grade)], minutes.kept(meeting.id)
    elif not meeting.closed:
        raise NotFound(str(meeting.id))
    elif what == "bien-ban":
        found, about = [texts.record(meeting, grade)], minutes.kept(meeting.id)
    else:
        about = _lines(meeting, what)
        extracts = what == "trich"
        found = (texts.extracts(meeting, about, grade) if extracts
                 else texts.resolutions(meeting, about, signed(), grade))  # fmt: skip
    if not found:
        raise NotFound(str(meeting.id))
    privacy.note_many([line.dossier_id for line in about], signed().account_id, Part.TEXT, "")
    return found


def _file_name(meeting: Meeting, what: str, suffix: str) -> str:
    part = whole(request.args.get("phan", ""))
    parts = (
        _NAMES[what],
        f"{meeting.held_on:%d-%m-%Y}",
        request.args.get("ho-so", "")[:20],
        f"phần {part}" if part else "",
    )
    return f"{' '.join(filter(None, parts))}.{suffix}"


_EVERY = "any('giay-moi', 'bien-ban', 'nghi-quyet', trich)"


@blueprint.get(f"/hop/<int:number>/van-ban/<{_EVERY}:what>.<any(pdf, docx):suffix>")
@permits("meeting.read")
@contents
def text(number: int, what: str, suffix: str) -> ResponseReturnValue:
    """A text of a meeting as a file; those there is one a dossier of: of the dossier asked for, else of all."""
    meeting = meetings.load(number, signed())
    apart = _apart(meeting, what, suffix)
    if apart is not None:
        try:
            files = dict(apart)
        except Unfit as error:
            flash(str(error), "error")
            return redirect(url_for("meetings.resolutions", number=number), 303)
        if len(files) > 1:
            return wire.named_file(_packed(files, suffix), ZIP, _file_name(meeting, what, "zip"), saved=True)
        made = next(iter(files.values()))
    else:
        made = services.drawn(_composed(meeting, what), suffix)
    return wire.named_file(made, services.MIMETYPES[suffix], _file_name(meeting, what, suffix), saved=suffix != "pdf")


def _apart(meeting: Meeting, what: str, suffix: str) -> Iterator[tuple[str, bytes]] | None:
    """The resolutions as a file each, where a template of one's own makes any of them: such files do not follow each
    other in one. Looking at them is noted. Else None.
    """
    if what != "nghi-quyet" or not services.can_be_own(suffix) or not templates.are_any_own():
        return None
    grade = request.args.get("do-mat", "")
    if not meeting.closed or grade not in ("", *services.GRADES):
        return None  # the other way says so
    about = _lines(meeting, what)
    found = texts.resolutions_apart(meeting, about, signed(), suffix, grade)
    if found is not None:
        privacy.note_many([line.dossier_id for line in about], signed().account_id, Part.TEXT, "")
    return found


ZIP = "application/zip"


def _packed(files: Mapping[str, bytes], suffix: str) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as pack:  # they are packed already
        for name, content in files.items():
            pack.writestr(f"{name}.{suffix}", content)
    return out.getvalue()


_HERE = Markup("<!--here-->")


@blueprint.get("/hop/<int:number>/van-ban/<any('nghi-quyet', trich):what>/<any(pdf, docx):suffix>")
@permits("meeting.read")
@contents
def progress(number: int, what: str, suffix: str) -> ResponseReturnValue:
    """The same of all dossiers, while the page says how far it is; the file stands on the page once it is made."""
    meeting = meetings.load(number, signed())
    apart = _apart(meeting, what, suffix)
    found = _composed(meeting, what) if apart is None else ()
    page = render_template(
        "meetings/progress.html", meeting=meeting, title=meetings.title(meeting), what=_LABELS[what], here=_HERE,
        back=url_for("meetings.meeting", number=number),
    )  # fmt: skip
    making = _told(meeting, what, found, suffix) if apart is None else _told_apart(meeting, what, apart, suffix)
    answer = Response(stream_with_context(_around(page, making)), mimetype="text/html")
    answer.headers["X-Accel-Buffering"] = "no"  # a proxy passes on what it gets
    return answer


def _around(page: str, making: Iterator[str]) -> Iterator[str]:
    head, foot = page.split(str(_HERE))
    yield head
    yield from making
    yield foot


def _told(meeting: Meeting, what: str, found: Sequence[Composed], suffix: str) -> Iterator[str]:
    """How far it is, and the file, piece by piece."""
    steps = rendering.steps(found, suffix)
    for nr in range(1, len(found) + 1):
        next(steps)
        if nr % FEW == 0 or nr == len(found):
            yield Markup("<li>{}</li>\n").format(_("%(n)s trên %(all)s văn bản", n=nr, all=len(found)))
    try:
        made = services.marked(next(steps), found, suffix)
    except Unfit as error:
        yield _not_made(error)
        return
    yield _saved(made, services.MIMETYPES[suffix], _file_name(meeting, what, suffix))


def _told_apart(meeting: Meeting, what: str, apart: Iterator[tuple[str, bytes]], suffix: str) -> Iterator[str]:
    """The same of files that stand by themselves, in a pack; or which could not be made, and why."""
    files: dict[str, bytes] = {}
    try:
        for name, content in apart:
            files[name] = content
            yield Markup("<li>{}</li>\n").format(name)
    except Unfit as error:
        yield _not_made(error)
        return
    yield _saved(_packed(files, suffix), ZIP, _file_name(meeting, what, "zip"))


def _not_made(error: Unfit) -> Markup:
    return Markup('</ol><p class="flash error" role="alert">{}</p>').format(str(error))


def _saved(made: bytes, kind: str, name: str) -> Markup:
    address = f"data:{kind};base64,{b64encode(made).decode()}"
    done = _("Xong. Lưu tệp %(name)s", name=name)
    return Markup('</ol><p><a class="button primary" download="{}" href="{}">{}</a></p>').format(name, address, done)
