"""What stands around a list: the heads of its columns with the order each leads to, its parts, its filter in words."""

from dataclasses import dataclass, replace
from functools import lru_cache
from urllib.parse import urlencode

from flask import url_for

from dossiers.formatters import day, source, stage, state
from dossiers.languages import gettext as _
from dossiers.languages import language, message
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


@dataclass(frozen=True)
class Frame:
    """What stands around a list: `query` is its filter in an address; `words` says it, a phrase each; `parts` are those
    that run, those that are done, all: (label, address, whether it is what is shown) each; `orders` what it sorts by.
    """

    query: str
    orders: frozenset[str]
    heads: tuple[Head, ...]
    words: tuple[str, ...]
    parts: tuple[tuple[str, str, bool], ...]


def frame(f: Filter) -> Frame:
    """What stands around the list of a filter, in the language of this request."""
    return _frame(replace(f, after=""), url_for("lists.worklist"), language())


@lru_cache(maxsize=512)
def _frame(f: Filter, address: str, _language: str) -> Frame:
    return Frame(
        query=urlencode(f.parameters()),
        orders=frozenset(sign + order for order in f.orders for sign in ("", "-")),
        heads=tuple(_heads(f, address)),
        words=tuple(_words(f)),
        parts=tuple(_parts(f, address)),
    )


def _heads(f: Filter, address: str) -> list[Head]:
    """The columns of the work-list. A second click turns the order round."""
    found = []
    for order, label in _LABELS.items():
        now = f.order if f.order.lstrip("-") == order else ""
        shown = "descending" if now.startswith("-") else "ascending" if now else ""
        wanted = f"-{order}" if shown == "ascending" else order
        leads = f"{address}?{urlencode(f.parameters(sort=wanted))}" if order in f.orders else ""
        found.append(Head(_(label), leads, shown))
    return found


def _words(f: Filter) -> list[str]:
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


def _parts(f: Filter, address: str) -> list[tuple[str, str, bool]]:
    labels = {RUNNING: _("Đang giải quyết"), FINISHED: _("Đã xong"), EVERY: _("Tất cả")}
    found = []
    for part, label in labels.items():
        bare = replace(f, state="", ended="")
        query = urlencode(bare.parameters(ended="" if bare.part == part else part))
        found.append((label, f"{address}?{query}" if query else address, f.part == part))
    return found
