"""The one table of navigation: what stands in the menu, for whom."""

from dataclasses import dataclass

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l


@dataclass(frozen=True)
class Entry:
    """A link of the menu; `also` names endpoints (or blueprints, with a dot at the end) that light it."""

    endpoint: str
    label: LazyString
    permission: str
    also: tuple[str, ...] = ()


ENTRIES: tuple[Entry, ...] = (
    Entry("casework.inbox", _l("Việc của tôi"), "dossier.read"),
    Entry("casework.worklist", _l("Hồ sơ"), "dossier.read", ("casework.dossier",)),
    Entry("sourcing.stage", _l("Tạo nguồn"), "dossier.read", ("sourcing.",)),
    Entry("training.stage", _l("Bồi dưỡng"), "dossier.read", ("training.",)),
    Entry("verification.stage", _l("Thẩm tra"), "dossier.read", ("verification.",)),
    Entry("admission.stage", _l("Xét kết nạp"), "dossier.read", ("admission.",)),
    Entry("monitoring.stage", _l("Sau kết nạp"), "dossier.read", ("monitoring.",)),
    Entry("quotas.report", _l("Chỉ tiêu"), "quota.read", ("quotas.",)),
    Entry("reports.report", _l("Báo cáo"), "quota.read"),
    Entry("audit.log", _l("Nhật ký"), "audit.read", ("audit.",)),
    Entry("units.tree", _l("Đơn vị"), "signed_in", ("units.",)),
    Entry("rules.rulebooks", _l("Quy tắc"), "signed_in", ("rules.",)),
    Entry("accounts.accounts", _l("Tài khoản"), "administration", ("accounts.",)),
)


def is_current(entry: Entry, endpoint: str | None) -> bool:
    """Whether the menu lights this entry on a page."""
    if endpoint is None:
        return False
    return endpoint == entry.endpoint or any(
        endpoint.startswith(other) if other.endswith(".") else endpoint == other for other in entry.also
    )
