"""Rules of the papers themselves: their scans, and what of them is kept at all."""

from workflow.facts import Control
from workflow.guards.base import Refusal, Situation

ON_PAPER = "Lưu ở hồ sơ giấy."
"""What is recorded of a text where the program keeps none."""


def contents_allowed(s: Situation) -> Refusal | None:
    """Where contents are not kept (profile `register`), nobody records relatives, scans or a text of the verification."""
    if s.rulebook.flag("contents_kept") or s.evidence is None:
        return None
    e = s.evidence
    text = e.reason if s.control in (Control.CONCLUDE, Control.RESULTS) else ""
    if not (e.relatives or e.scan or text not in ("", ON_PAPER)):
        return None
    return s.no(
        "contents_kept",
        "Nơi này chỉ lập sổ theo dõi: không lưu thân nhân, bản chụp, kết luận thẩm tra.",
        "This is a register: no relatives, scans or texts of the verification are kept.",
        "Giữ ở hồ sơ giấy.",
        "Keep it in the file on paper.",
        "relatives" if e.relatives else "scan" if e.scan else "reason",
    )


def scan_of_a_paper(s: Situation) -> Refusal | None:
    """A scan is of a paper that is on file, and each of its pages is in one of its files."""
    forms = {paper.form for paper in s.facts.papers}
    scan = None if s.evidence is None else s.evidence.scan
    if not forms or (scan is not None and scan.form not in forms):
        return s.no(
            "evidence",
            "Trên hồ sơ chưa có giấy tờ này.",
            "This paper is not on file.",
            "Ghi giấy tờ trước, rồi lưu bản chụp.",
            "Record the paper first, then attach its scan.",
            "scan",
            "record_papers",
        )
    if scan is None or {leaf.file for leaf in scan.leaves} == set(range(len(scan.files))):
        return None
    return s.no(
        "evidence",
        "Trang của bản chụp không khớp với các tệp.",
        "The pages of the scan do not fit its files.",
        "Tải lại các trang.",
        "Send the pages again.",
        "scan",
    )
