"""The one table of navigation: what stands in the menu, for whom."""

from dataclasses import dataclass
from functools import lru_cache

from flask import request

from dossiers.fields import whole
from dossiers.languages import gettext_in, message
from dossiers.security import PERMISSIONS
from workflow.roles import Role


@dataclass(frozen=True)
class Entry:
    """A link of the menu; `also` names endpoints (or blueprints, with a dot at the end) that light it."""

    endpoint: str
    label: str
    permission: str
    also: tuple[str, ...] = ()
    unless: str = ""
    """A permission whose holders find it on another page."""


_OF_RULES = (
    "acting.loaded", "acting.load_file", "acting.loaded_one", "acting.dry_run", "acting.change_rulebook",
    "acting.change_many", "documents.texts", "documents.text_template", "documents.version",
)  # fmt: skip
"""Pages about rules, and about templates of texts, that stand in other rooms."""

ENTRIES: tuple[Entry, ...] = (
    Entry("lists.inbox", message("Việc của tôi"), "inbox.read"),
    Entry("lists.worklist", message("Hồ sơ"), "list.read", ("reading.dossier",)),
    Entry("sourcing.stage", message("Tạo nguồn"), "list.read", ("sourcing.",)),
    Entry("training.stage", message("Bồi dưỡng"), "list.read", ("training.",)),
    Entry("verification.stage", message("Thẩm tra"), "list.read", ("verification.",)),
    Entry("admission.stage", message("Xét kết nạp"), "list.read", ("admission.",)),
    Entry("monitoring.stage", message("Sau kết nạp"), "list.read", ("monitoring.",)),
    Entry("meetings.meetings", message("Họp, biểu quyết"), "meeting.read", ("meetings.",)),
    Entry("decisions.desk", message("Ra quyết định"), "decision.prepare", ("decisions.",)),
    Entry("decisions.registers", message("Sổ văn bản"), "numbers.read", ("decisions.",), unless="decision.prepare"),
    Entry("quotas.report", message("Chỉ tiêu"), "quota.read", ("quotas.",)),
    Entry("reports.report", message("Báo cáo"), "quota.read"),
    Entry("audit.log", message("Nhật ký"), "audit.read", ("audit.",)),
    Entry("audit.reads", message("Lượt xem"), "reads.watch", unless="audit.read"),
    Entry("units.tree", message("Đơn vị"), "signed_in", ("units.", "registers.", "reorganising.")),
    # Others find it at every page's foot.
    Entry("rules.rulebooks", message("Quy tắc"), "administration", ("rules.", *_OF_RULES)),
    Entry("accounts.accounts", message("Tài khoản"), "administration", ("accounts.",)),
    Entry("roles.roles", message("Vai trò"), "roles.read"),
)


@lru_cache(maxsize=512)
def menu(roles: frozenset[Role], endpoint: str | None, language: str) -> tuple[tuple[str, str, bool], ...]:
    """What the menu shows people with these roles on a page: (endpoint, label, whether it is lit)."""

    def holds(permission: str) -> bool:
        return not roles.isdisjoint(PERMISSIONS[permission] or ())

    shown = [entry for entry in ENTRIES if holds(entry.permission) and not (entry.unless and holds(entry.unless))]
    return tuple((entry.endpoint, gettext_in(language, entry.label), is_current(entry, endpoint)) for entry in shown)


def is_current(entry: Entry, endpoint: str | None) -> bool:
    """Whether the menu lights this entry on a page."""
    if endpoint is None:
        return False
    return endpoint == entry.endpoint or any(
        endpoint.startswith(other) if other.endswith(".") else endpoint == other for other in entry.also
    )


OWN_WORK: dict[Role, str] = {
    Role.INSPECTOR: "audit.log",
    Role.TRAINING_OFFICER: "training.stage",
    Role.ADMINISTRATOR: "accounts.accounts",
}
"""Where a role begins that no dossier waits for."""


def first_page(held: frozenset[Role]) -> str:
    """The endpoint somebody with these roles begins at: their inbox, or their own work if that is all they have."""
    if not held:
        return "rules.rulebooks"
    if held <= OWN_WORK.keys():
        return next(endpoint for role, endpoint in OWN_WORK.items() if role in held)
    return "lists.inbox"


def page_number() -> int:
    """The page of a long table that the address asks for by `trang`, from 1; the first for what is none."""
    return whole(request.args.get("trang", ""), 4) or 1
