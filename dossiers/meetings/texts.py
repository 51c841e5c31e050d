"""The texts of a meeting: the notice that calls it, minutes, extracts, resolutions and decisions."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dossiers.accounts.grants import Signed
from dossiers.casework.amended import Amended
from dossiers.casework.case import Case
from dossiers.casework.loading import load_cases
from dossiers.documents import gathered, services
from dossiers.documents.composing import Beside, Composed
from dossiers.documents.fields import body_of, day_written
from dossiers.meetings import minutes, results
from dossiers.meetings.attendance import Attended, Came, Person, attended
from dossiers.meetings.closing import Outcome
from dossiers.meetings.models import Meeting
from dossiers.meetings.services import SHORT, title
from dossiers.rules import services as rules
from dossiers.units import tree
from workflow.facts import Source
from workflow.guards import REMOVAL_GROUNDS
from workflow.papers import Kind
from workflow.route import Decider, UnitKind
from workflow.votes import PURPOSE_LABELS, Body, Purpose

_KINDS: Mapping[tuple[str, str], Kind] = {
    ("pass_cell_vote", Purpose.ADMISSION): Kind.CELL_RESOLUTION,
    ("pass_cell_vote", Purpose.RECOGNITION): Kind.RECOGNITION_CELL_RESOLUTION,
    ("pass_committee_vote", Purpose.ADMISSION): Kind.COMMITTEE_RESOLUTION,
    ("pass_committee_vote", Purpose.RECOGNITION): Kind.RECOGNITION_COMMITTEE_RESOLUTION,
    ("decide_admission", Purpose.ADMISSION): Kind.ADMISSION,
    ("decide_recognition", Purpose.RECOGNITION): Kind.RECOGNITION,
}
"""Which paper of the bundle a vote of a meeting makes; other votes have a text of their own."""

_OTHER_FORMS: Mapping[tuple[Kind, Decider], Beside] = {
    (Kind.ADMISSION, Decider.OWN_COMMITTEE): Beside.ADMISSION_BY_COMMITTEE,
    (Kind.ADMISSION, Decider.OWN_STANDING): Beside.ADMISSION_BY_STANDING,
    (Kind.RECOGNITION, Decider.OWN_COMMITTEE): Beside.RECOGNITION_BY_COMMITTEE,
    (Kind.RECOGNITION, Decider.OWN_STANDING): Beside.RECOGNITION_BY_STANDING,
}

_OUTCOMES = {Outcome.PASSED: "đạt", Outcome.FAILED: "không đạt", Outcome.LEFT: "chưa ghi, để lại"}

_AUTHORITIES = {
    Body.CELL: "T/M CHI BỘ",
    Body.COMMITTEE: "T/M ĐẢNG ỦY",
    Body.STANDING_COMMITTEE: "T/M BAN THƯỜNG VỤ",
    Body.UNION_EXECUTIVE: "T/M BAN CHẤP HÀNH",
}

_BANNERS = {
    UnitKind.YOUTH_UNION: "ĐOÀN TNCS HỒ CHÍ MINH",
    UnitKind.TRADE_UNION: "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập – Tự do – Hạnh phúc",
}
"""What stands top right of the texts of those who are not the Party's."""


def _values(meeting: Meeting) -> dict[str, Any]:
    """What every text of a meeting may name."""
    units, body = tree.current(), Body(meeting.body)
    unit = units[meeting.unit_id]
    names = minutes.names_of([meeting.chair_id, meeting.secretary_id])
    speaks = body_of(unit.name)
    is_partys = unit.kind not in _BANNERS
    above = body_of(units.name(unit.parent_id)) if unit.parent_id is not None and is_partys else ""
    found = {
        "body": f"Ban Thường vụ {speaks}" if body is Body.STANDING_COMMITTEE else speaks,
        "body_above": "" if unit.kind == UnitKind.UPPER_COMMITTEE else above,
        "title": _lower(title(meeting).vi),
        "members": _lower(SHORT[body].vi),
        "time": meeting.begins_at,
        "day": day_written(meeting.held_on),
        "where": meeting.place,
        "chair": names.get(meeting.chair_id or 0, ""),
        "secretary": names.get(meeting.secretary_id or 0, ""),
        "authority": _AUTHORITIES[body],
        "banner": _BANNERS.get(UnitKind(unit.kind), ""),
    }
    return {name: value for name, value in found.items() if value}


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _mark(meeting: Meeting, what: str) -> str:
    return f"HOP-{meeting.id} · {what}"


def notice(meeting: Meeting, grade: str = "") -> Composed:
    """The notice that calls a meeting, with its agenda."""
    units = tree.current()
    agenda = [
        f"{nr}. {line.full_name}, {units.name(line.unit_id)}: về việc {_matter(line)}."
        for nr, line in enumerate(minutes.kept(meeting.id), start=1)
    ]
    if meeting.other:
        agenda.append(f"{len(agenda) + 1}. {meeting.other}")
    values = {**_values(meeting), "agenda": tuple(agenda)}
    return gathered.gathered("notice", values, _mark(meeting, "GM"), grade=grade)


_STEPS_OF_REMOVAL = {"propose_removal": "đề nghị xóa tên", "endorse_removal": "đồng ý đề nghị xóa tên"}
"""A removal goes through three bodies, and only the last removes."""


def _matter(line: Any) -> str:
    """What the vote on a line is about."""
    return _STEPS_OF_REMOVAL.get(line.act) or PURPOSE_LABELS[Purpose(line.purpose)].vi


def _because(line: Any, reasons: Mapping[int, str]) -> tuple[str, ...]:
    """On which ground somebody is removed, for which reason somebody is refused."""
    if line.ground:
        return (f"Căn cứ: {REMOVAL_GROUNDS[line.ground].vi}.",)
    reason = reasons.get(line.dossier_id, "")
    return (f"Lý do: {reason}",) if reason else ()


def _said(line: Any, right: Mapping[int, Amended]) -> str:
    """The votes on a line, as they count now, and what came of it; what was put right since is told."""
    if not line.entitled:
        return f"{_OUTCOMES.get(line.outcome, 'chưa biểu quyết').capitalize()}."
    amended = right.get(line.dossier_id)
    counted = amended.ballot if amended and amended.ballot else line
    needed = f"; cần {line.needed}" if counted.entitled == line.entitled else ""
    mark = ""
    if amended:
        mark = f" (đã đính chính ở #{amended.seq})" if amended.evidence else f" (đã hoàn tác ở #{amended.seq})"
    number = _number(line, right)
    return (
        f"Về việc {_matter(line)}: có quyền biểu quyết {counted.entitled}, có mặt {counted.present}; "
        f"tán thành {counted.in_favour}, không tán thành {counted.against or 0}, phiếu trắng {counted.blank or 0}, "
        f"không hợp lệ {counted.invalid or 0}{needed}{mark}. Kết quả: {_OUTCOMES[Outcome(line.outcome)]}"
        f"{f', số {number}' if number else ''}."
    )


def _number(line: Any, right: Mapping[int, Amended]) -> str:
    amended = right.get(line.dossier_id)
    return str(amended.evidence.number if amended and amended.evidence and amended.evidence.number else line.number)


def record(meeting: Meeting, grade: str = "") -> Composed:
    """The minutes of a closed meeting."""
    lines, came, units = minutes.kept(meeting.id), attended(meeting), tree.current()
    right = minutes.put_right(lines)
    reasons = minutes.reasons_of(lines, right)
    names = minutes.names_of(sorted({seat for line in lines for seat in results.abstainers(line.abstained)}))
    said = []
    for nr, line in enumerate(lines, start=1):
        apart = [names[seat] for seat in results.abstainers(line.abstained)]
        without = f" Không tham gia biểu quyết: {', '.join(apart)}." if apart else ""
        who = f"{nr}. {line.full_name}, sinh ngày {day_written(line.birth_date)}, {units.name(line.unit_id)}."
        said.append(" ".join((who, _said(line, right), *_because(line, reasons))) + without)
    values = {
        **_values(meeting),
        "attendance": _attendance(came),
        "votes": tuple(said),
        "other": ("III. Nội dung khác", meeting.other) if meeting.other else (),
    }
    return gathered.gathered("minutes", _signed(values), _mark(meeting, "BB"), day=meeting.held_on, grade=grade)


def _signed(values: dict[str, Any]) -> dict[str, Any]:
    return {**values, "signer": values.get("chair", ""), "beside_signer": values.get("secretary", "")}


def _attendance(came: Attended) -> tuple[str, ...]:
    counted = [
        f"{label}: tổng số {came.count(status)}, có mặt {came.count(status, Came.PRESENT)}."
        for status, label in (
            ("official", "Chính thức"), ("probationary", "Dự bị"), ("exempt", "Được miễn công tác, sinh hoạt"),
        )
        if status == "official" or came.count(status)
    ]  # fmt: skip
    absent = (("Vắng có lý do", came.absent(Came.LEAVE)), ("Vắng không lý do", came.absent(Came.ABSENT)))
    return (*counted, *(f"{label}: {', '.join(map(_absent, people)) or 'không có'}." for label, people in absent))


def _absent(person: Person) -> str:
    return f"{person.seat.name} ({person.reason})" if person.reason else person.seat.name


def extracts(meeting: Meeting, lines: Sequence[Any], grade: str = "") -> list[Composed]:
    """Extracts of the minutes, one about each of these lines."""
    right, values = minutes.put_right(lines), _signed(_values(meeting))
    reasons = minutes.reasons_of(lines, right)
    return [
        gathered.gathered(
            "extract", {**values, **_about(line), "votes": (_said(line, right), *_because(line, reasons))},
            f"{_mark(meeting, 'TBB')} · {line.code}", day=meeting.held_on, grade=grade,
        )
        for line in lines
    ]  # fmt: skip


def _about(line: Any) -> dict[str, str]:
    return {
        "candidate": line.full_name,
        "birth_date": day_written(line.birth_date),
        "cell": tree.current().name(line.unit_id),
        "matter": _matter(line),
    }


def resolutions(meeting: Meeting, lines: Sequence[Any], signed: Signed, grade: str = "") -> list[Composed]:
    """The resolutions or decisions these lines made, in their order; those that were taken back since are left out.

    Where it is a paper of the bundle and still the one on file, it is the text of that paper.
    """
    found = list(_resolved(meeting, lines, signed, grade).values())
    of_bundle = iter(
        services.composed_all([one for one in found if not isinstance(one, Composed)], sensitive=False, grade=grade)
    )
    return [one if isinstance(one, Composed) else next(of_bundle) for one in found]


def resolutions_apart(
    meeting: Meeting, lines: Sequence[Any], signed: Signed, suffix: str, grade: str = ""
) -> Iterator[tuple[str, bytes]] | None:
    """The same as a file each, with its name, where templates of one's own make any of them; else None."""
    return services.each_made(_resolved(meeting, lines, signed, grade), suffix, sensitive=False, grade=grade)


def _resolved(
    meeting: Meeting, lines: Sequence[Any], signed: Signed, grade: str
) -> dict[str, tuple[Case, Kind | Beside] | Composed]:
    """By the name of a file: the paper of the bundle, or the text of its own."""
    right = minutes.put_right(lines)
    stand = [line for line in lines if line.dossier_id not in right or right[line.dossier_id].evidence is not None]
    cases, reasons = load_cases([line.code for line in stand], signed), minutes.reasons_of(stand, right)
    values = _values(meeting)
    found: dict[str, tuple[Case, Kind | Beside] | Composed] = {}
    for nr, line in enumerate(stand, start=1):
        name, one = f"{nr:02d} {line.full_name}", _paper(cases.get(line.code), line, _number(line, right))
        if one:
            found[name] = one
            continue
        decides = line.act.startswith("decide_") or line.act == "remove"
        said = {**values, **_about(line), "votes": (_said(line, right), *_because(line, reasons))}
        mark, day = f"{_mark(meeting, 'NQ')} · {line.code}", meeting.issued_on or meeting.held_on
        found[name] = gathered.gathered(
            "meeting_decision" if decides else "meeting_resolution",
            said, mark, _number(line, right), day, grade=grade,
        )  # fmt: skip
    return found


def _paper(case: Case | None, line: Any, number: str) -> tuple[Case, Kind | Beside] | None:
    """The paper of the bundle a line made, if it is the one on file and somebody may see its dossier."""
    kind = _KINDS.get((line.act, line.purpose))
    if case is not None and line.act == "nominate":
        kind = Kind.YOUTH_RESOLUTION if case.facts.source is Source.YOUTH_UNION else Kind.UNION_RESOLUTION
    if case is None or kind is None:
        return None
    paper = case.facts.paper(rules.books()[case.rulebook].form(kind))
    if paper is None or paper.number != number:
        return None
    return case, _OTHER_FORMS.get((kind, case.route.decider), kind)
