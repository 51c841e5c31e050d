"""The heads of a list's columns with the order each leads to, and what a list is narrowed by in words."""

from dataclasses import dataclass, replace
from urllib.parse import urlencode

from flask import url_for

from dossiers.formatters import day, source, stage, state
from dossiers.languages import gettext as _
from dossiers.languages import message
from dossiers.lists.worklist import EVERY, FINISHED, RUNNING, Filter

_LABELS = {
    "name": message("Họ và tên"), "unit": message("Đơn vị"), "state": message("Bước"), "since": message("Từ ngày"),
    "turn": message("Đến lượt"), "due": message("Hạn"),
}  # fmt: skip


@dataclass(frozen=True)
class Head:
    """A column: its label, where a click leads ("" where it sorts nothing), and how it is sorted now ("" if not)."""

    label: str
    address: str = ""
    sorted: str = ""


def heads(f: Filter) -> list[Head]:
    """The columns of the work-list. A second click turns the order round."""
    found = []
    for order, label in _LABELS.items():
        now = f.order if f.order.lstrip("-") == order else ""
        shown = "descending" if now.startswith("-") else "ascending" if now else ""
        wanted = f"-{order}" if shown == "ascending" else order
        leads = order in f.orders and f"{url_for('lists.worklist')}?{urlencode(f.parameters(sort=wanted))}"
        found.append(Head(_(label), leads or "", shown))
    return found


def in_words(f: Filter) -> list[str]:
    """What a list is narrowed by, a phrase each; [] for nothing."""
    found = []
    if f.state:
        found.append(_("bước: %(what)s", what=state(f.state)))
    elif f.stage:
        found.append(_("giai đoạn: %(what)s", what=stage(f.stage)))
    if f.unit:
        found.append(_("đơn vị: %(what)s", what=f.unit))
    if f.source:
        found.append(_("nguồn: %(what)s", what=source(f.source)))
    if f.overdue:
        found.append(_("chỉ hồ sơ quá hạn"))
    if f.by_admission:
        found.append(_("quyết định kết nạp từ %(a)s đến %(b)s", a=day(f.admitted_from), b=day(f.admitted_to)))
    if f.part == FINISHED and not f.state:
        found.append(_("đã xong"))
    elif f.part == EVERY and f.ended:
        found.append(_("cả hồ sơ đã xong"))
    return found


def parts(f: Filter) -> list[tuple[str, str, bool]]:
    """Those that run, those that are done, all: (label, address, whether it is what is shown) each."""
    labels = {RUNNING: _("Đang giải quyết"), FINISHED: _("Đã xong"), EVERY: _("Tất cả")}
    found = []
    for part, label in labels.items():
        bare = replace(f, state="", ended="")
        query = urlencode(bare.parameters(ended="" if bare.part == part else part))
        found.append((label, url_for("lists.worklist") + (f"?{query}" if query else ""), f.part == part))
    return found
