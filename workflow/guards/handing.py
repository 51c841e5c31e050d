"""Rules of handing a dossier over: what stands on the cover list is there, and is received whole."""

from collections import Counter

from workflow.guards.base import Refusal, Situation, day_text

RULE = "handing_over"


def cover_list_right(s: Situation) -> Refusal | None:
    """What is handed over are papers on file, each once."""
    listed = () if s.evidence is None else s.evidence.handed
    there = Counter(paper.form for paper in s.facts.papers)
    wanted = Counter(paper.form for paper in listed)
    if there and not wanted - there and len({(paper.seq, paper.nr) for paper in listed}) == len(listed):
        return None
    return s.no(
        RULE,
        "Bản kê có giấy tờ không có trong hồ sơ, hoặc hồ sơ chưa có giấy tờ nào.",
        "The cover list names a paper that is not on file, or nothing is on file.",
        "Tải lại trang và chọn giấy tờ bàn giao.",
        "Load the page again and choose what is handed over.",
        "listed",
    )


def not_received_yet(s: Situation) -> Refusal | None:
    """What was received is not handed over again."""
    handed = s.facts.handed
    if handed is None or handed.received_on is None:
        return None
    return s.no(
        RULE,
        f"Hồ sơ đã được nhận ngày {day_text(handed.received_on)}.",
        f"The dossier was received on {day_text(handed.received_on)}.",
        "Không phải bàn giao lại; giấy tờ ghi thêm đã nằm trong hồ sơ.",
        "It need not be handed over again; papers recorded since are on file.",
    )


def is_handed(s: Situation) -> Refusal | None:
    """Only what was handed over is received, once."""
    if s.facts.handed is None:
        return s.no(
            RULE,
            "Hồ sơ chưa được bàn giao ở bước này.",
            "The dossier was not handed over at this step.",
            "Cấp dưới bàn giao hồ sơ kèm bản kê.",
            "The level below hands it over with a cover list.",
        )
    if s.facts.handed.received_on is not None:
        return not_received_yet(s)
    if s.evidence is not None and s.on < s.facts.handed.on:
        return s.no(
            RULE,
            f"Ngày nhận {day_text(s.on)} trước ngày bàn giao {day_text(s.facts.handed.on)}.",
            f"The day of receipt {day_text(s.on)} is before the handing over on {day_text(s.facts.handed.on)}.",
            "Ghi lại ngày nhận.",
            "Enter the day of receipt again.",
            "happened_on",
        )
    return None


def all_ticked(s: Situation) -> Refusal | None:
    """Everything on the cover list is ticked; where something is missing the dossier is sent back."""
    handed = s.facts.handed
    if handed is None or s.evidence is None:
        return None
    lacking = [paper for paper in handed.papers if paper not in s.evidence.handed]
    if not lacking and len(s.evidence.handed) == len(handed.papers):
        return None
    names = ", ".join(dict.fromkeys(paper.form for paper in lacking)) or "–"
    return s.no(
        RULE,
        f"Chưa đánh dấu đủ bản kê: {names}.",
        f"Not everything on the cover list is ticked: {names}.",
        "Nếu thiếu giấy tờ, trả hồ sơ để sửa và nêu điểm còn thiếu.",
        "If a paper is missing, return the dossier and name what lacks.",
        "listed",
        "return_for_correction",
    )


def received_first(s: Situation) -> Refusal | None:
    """Where the rulebook asks for it, a level acts on what it has received."""
    if s.rulebook.word(RULE) != "required":
        return None
    if s.facts.handed is not None and s.facts.handed.received_on is not None:
        return None
    return s.no(
        RULE,
        "Chưa ghi nhận hồ sơ được bàn giao.",
        "Receipt of the dossier is not recorded.",
        "Cấp dưới bàn giao kèm bản kê; nơi nhận đánh dấu từng giấy tờ.",
        "The level below hands it over with a cover list; who receives it ticks each paper.",
        mend="hand_over" if s.facts.handed is None else "receive_dossier",
    )
