"""Rules of the papers themselves: their scans, and what of them is kept at all."""

from workflow.cv import PAGES, Written
from workflow.facts import Control
from workflow.guards.base import Refusal, Situation

ON_PAPER = "Lưu ở hồ sơ giấy."
"""What is recorded of a text where the program keeps none."""


def contents_allowed(s: Situation) -> Refusal | None:
    """Where contents are not kept (profile `register`), nobody records relatives, scans, a CV or a text of the
    verification.
    """
    if s.evidence is None or s.rulebook.flag("contents_kept"):
        return None
    e = s.evidence
    text = e.reason if s.control in (Control.CONCLUDE, Control.RESULTS) else ""
    if not (e.relatives or e.scan or e.cv or text not in ("", ON_PAPER)):
        return None
    return s.no(
        "contents_kept",
        "Nơi này chỉ lập sổ theo dõi: không lưu thân nhân, bản chụp, kết luận thẩm tra.",
        "This is a register: no relatives, scans or texts of the verification are kept.",
        "Giữ ở hồ sơ giấy.",
        "Keep it in the file on paper.",
        "relatives" if e.relatives else "scan" if e.scan else "cv" if e.cv else "reason",
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


LONGEST = 4000
"""Characters of a field of the CV."""


def _belongs(written: Written) -> bool:
    page = PAGES[written.section]
    return all(page.knows(key) and len(text) <= LONGEST for key, text in written.values)


def cv_fits(s: Situation) -> Refusal | None:
    """What is written into a section of the CV belongs to it. Of an event without its words there is nothing to ask."""
    written = None if s.evidence is None else s.evidence.cv
    if written is None or _belongs(written):
        return None
    return s.no(
        "evidence",
        "Có điều ghi không thuộc mục này của lý lịch.",
        "Something written does not belong to this section of the CV.",
        "Mở lại mục và ghi lại.",
        "Open the section again and write it anew.",
        "cv",
    )


def _differs(s: Situation) -> Refusal | None:
    if not s.cv_differs:
        return None
    return s.no(
        "cv_agreement",
        f"Lý lịch ghi khác hồ sơ: {', '.join(text.vi for text in s.cv_differs)}.",
        f"The CV says other than the dossier: {', '.join(text.en for text in s.cv_differs)}.",
        "Đối chiếu với giấy tờ gốc, rồi sửa lý lịch hoặc đính chính thông tin.",
        "Compare with the original papers, then mend the CV or the candidate's data.",
        mend="write_cv",
    )


def cv_agrees(s: Situation) -> Refusal | None:
    """What the CV says of the person is what the dossier says, where the rulebook refuses otherwise."""
    return _differs(s) if s.rulebook.word("cv_agreement") == "refuse" else None


def cv_warning(s: Situation) -> Refusal | None:
    """What is said of a CV that differs, where the rulebook only warns."""
    asks = s.control is Control.VERIFY and s.dest is not None
    return _differs(s) if asks and s.rulebook.word("cv_agreement") == "warn" else None
