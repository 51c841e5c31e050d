"""Rules of the papers themselves: their scans."""

from workflow.guards.base import Refusal, Situation


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
