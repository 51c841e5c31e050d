"""Pages of a meeting's texts: as files, one or all; many are drawn up while the page says how far it is."""

from base64 import b64encode
from collections.abc import Iterator, Sequence
from typing import Any

from flask import Blueprint, Response, abort, render_template, request, stream_with_context, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from dossiers import wire
from dossiers.casework.act import NotFound
from dossiers.documents import rendering, services
from dossiers.documents.composing import Composed
from dossiers.documents.gathered import MOST
from dossiers.fields import whole
from dossiers.languages import gettext as _
from dossiers.languages import lazy as _l
from dossiers.meetings import minutes, texts
from dossiers.meetings import services as meetings
from dossiers.meetings.closing import Outcome
from dossiers.meetings.models import Meeting
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
    made = services.drawn(_composed(meeting, what), suffix)
    return wire.named_file(made, services.MIMETYPES[suffix], _file_name(meeting, what, suffix), saved=suffix != "pdf")


_HERE = Markup("<!--here-->")


@blueprint.get("/hop/<int:number>/van-ban/<any('nghi-quyet', trich):what>/<any(pdf, docx):suffix>")
@permits("meeting.read")
@contents
def progress(number: int, what: str, suffix: str) -> ResponseReturnValue:
    """The same of all dossiers, while the page says how far it is; the file stands on the page once it is made."""
    meeting = meetings.load(number, signed())
    found = _composed(meeting, what)
    page = render_template(
        "meetings/progress.html", meeting=meeting, title=meetings.title(meeting), what=_LABELS[what], here=_HERE,
        back=url_for("meetings.meeting", number=number),
    )  # fmt: skip
    name = _file_name(meeting, what, suffix)
    answer = Response(stream_with_context(_told(page, found, suffix, name)), mimetype="text/html")
    answer.headers["X-Accel-Buffering"] = "no"  # a proxy passes on what it gets
    return answer


def _told(page: str, found: Sequence[Composed], suffix: str, name: str) -> Iterator[str]:
    """The page piece by piece: its head, how far it is, the file, its foot."""
    head, foot = page.split(str(_HERE))
    yield head
    steps = rendering.steps(found, suffix)
    for nr in range(1, len(found) + 1):
        next(steps)
        if nr % FEW == 0 or nr == len(found):
            yield Markup("<li>{}</li>\n").format(_("%(n)s trên %(all)s văn bản", n=nr, all=len(found)))
    made = services.marked(next(steps), found, suffix)
    address = f"data:{services.MIMETYPES[suffix]};base64,{b64encode(made).decode()}"
    done = _("Xong. Lưu tệp %(name)s", name=name)
    yield Markup('</ol><p><a class="button primary" download="{}" href="{}">{}</a></p>').format(name, address, done)
    yield foot
