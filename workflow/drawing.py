"""Pictures and tables drawn from the definition, for the docs."""

from collections.abc import Iterable

from workflow.guards import CONTROL_LABELS
from workflow.matrix import roads
from workflow.procedure.move import Correction, Issuer, Line, Voter
from workflow.procedure.steps import STEPS
from workflow.procedure.table import LINES, MOVES, route_knows
from workflow.roles import ROLE_LABELS, Part, Role
from workflow.route import ROUTES
from workflow.rulebook import CONFIDENCES, Rulebook
from workflow.stages import ENDS, STAGE_LABELS, STAGE_STATES, STATE_LABELS, Stage
from workflow.triggers import TRIGGERS
from workflow.votes import PURPOSE_LABELS
from workflow.words import value_text

_PART_LABELS = {
    Part.ORGANISATION_OFFICER: "văn phòng cấp ủy cơ sở (chi bộ cơ sở: ban tổ chức cấp trên)",
    Part.ORGANISATION_SECRETARY: "bí thư đảng ủy cơ sở (chi bộ cơ sở: bí thư chi bộ)",
    Part.DECIDING_OFFICER: "ban tổ chức của cấp quyết định",
    Part.DECIDING_SECRETARY: "bí thư của cấp quyết định",
}
_VOTER_LABELS = {
    Voter.EXECUTIVE: "ban chấp hành đoàn thể",
    Voter.CELL: "chi bộ",
    Voter.COMMITTEE: "đảng ủy cơ sở",
    Voter.DECIDING: "cấp quyết định (đảng ủy được ủy quyền, hoặc Ban Thường vụ)",
    Voter.NEXT_ON_REMOVAL: "chi bộ; khi chi bộ đã đề nghị thì đảng ủy cơ sở, nếu có",
}
_ISSUER_LABELS = {
    Issuer.NOMINATOR: "đoàn thể giới thiệu",
    Issuer.CENTRE: "trung tâm chính trị",
    Issuer.CELL: "chi bộ",
    Issuer.SECTION: "đảng ủy bộ phận",
    Issuer.COMMITTEE: "đảng ủy cơ sở",
    Issuer.DECIDING: "cấp quyết định",
}
_CORRECTION_LABELS = {
    Correction.FREE: "được",
    Correction.SECOND_PERSON: "cần người thứ hai",
    Correction.NEVER: "không",
}


def part_label(part: Role | Part) -> str:
    """A role or part in Vietnamese."""
    return ROLE_LABELS[part].vi if isinstance(part, Role) else _PART_LABELS[part]


def pictures(books: Iterable[Rulebook]) -> str:
    """The state machine of each rulebook on its most usual road (who decides where nobody was named) and section."""
    found: dict[str, list[Rulebook]] = {}
    for book in books:
        found.setdefault(mermaid(book), []).append(book)
    return "\n".join(
        f"### {', '.join(book.code for book in alike)}\n\n```mermaid\n{picture}```\n"
        for picture, alike in found.items()
    )


def mermaid(book: Rulebook | None = None) -> str:
    """The state machine as a Mermaid state diagram: the main road in full, each end once.

    Under a rulebook only the roads of the body that decides where nobody named another, with and without the level
    between; else all roads there are.
    """
    usual = list(ROUTES.values())
    if book is not None:
        usual = [road for road in roads(book) if road.decider == book.words("deciding_bodies")[0]]
    lines = ["stateDiagram-v2"]
    for stage in Stage:
        lines.append(f'  state "{STAGE_LABELS[stage].vi}" as stage_{stage} {{')
        states = [state for state in STAGE_STATES[stage] if any(route_knows(road, state) for road in usual)]
        lines += [f'    state "{STATE_LABELS[state].vi}" as {state}' for state in states]
        lines.append("  }")
    seen: set[tuple[str, str, str]] = set()
    on_road = {line.trigger for line in STEPS}
    for move in MOVES:
        if move.dest is None or move.trigger == "return_for_correction" or move.trigger == "follow_new_road":
            continue
        if not any(move.fits(road) and (move.source is None or route_knows(road, move.source)) for road in usual):
            continue
        if move.source is None and move.trigger != "create":
            continue  # what comes along enters anywhere: see the table
        start = str(move.source) if move.source else "[*]"
        if move.dest in ENDS and move.trigger not in on_road:
            continue
        key = (start, str(move.dest), move.trigger)
        if key not in seen:
            seen.add(key)
            lines.append(f"  {start} --> {move.dest}: {TRIGGERS[move.trigger].label.vi}")
    for end in ENDS:
        triggers = sorted({TRIGGERS[m.trigger].label.vi for m in MOVES if m.dest is end and m.trigger not in on_road})
        if triggers:
            lines.append(f"  note right of {end}: {', '.join(triggers)}")
        lines.append(f"  {end} --> [*]")
    return "\n".join(lines) + "\n"


def moves_table() -> str:
    """Every line of the state machine as a Markdown table; lines that say the same of other states are one row."""
    grouped: dict[tuple[str, ...], list[str]] = {}
    for line in LINES:
        sources = grouped.setdefault(tuple(_columns(line).values()), [])
        sources += [f"`{source}`" if source else "(mới)" for source in line.sources]
    names = list(_columns(LINES[0]))
    rows = [[*names[:2], "từ", *names[2:]], ["---"] * (len(names) + 1)]
    rows += [[*said[:2], ", ".join(dict.fromkeys(sources)), *said[2:]] for said, sources in grouped.items()]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _columns(line: Line) -> dict[str, str]:
    """What a line says beside its sources, column by column, in words."""
    return {
        "trigger": f"`{line.trigger}`",
        "nhãn": TRIGGERS[line.trigger].label.vi,
        "đến": f"`{line.dest}`" if line.dest else "(giữ nguyên)",
        "ai": ", ".join(part_label(part) for part in line.parts),
        "cần": ", ".join(line.needs) or "–",
        "nhận thêm": ", ".join(line.takes) or "–",
        "biểu quyết": _vote(line),
        "giấy tờ": ", ".join(line.forms.values()) or line.form or "–",
        "số theo sổ của": _ISSUER_LABELS[line.issuer] if line.issuer else "–",
        "là quyết định": "có" if line.decides else "–",
        "khâu kiểm soát": CONTROL_LABELS[line.control].vi if line.control else "–",
        "khi tạm dừng": "được" if line.suspended_ok else "không",
        "rút lại trong ngày": "được" if line.undoable else "không",
        "đính chính": _CORRECTION_LABELS[line.correction],
    }


def _vote(line: Line) -> str:
    """Whose vote a line records, about what, and whether it counts as passed."""
    if line.body is None:
        return "–"
    about = f", về {PURPOSE_LABELS[line.purpose].vi}" if line.purpose else ""
    return f"{_VOTER_LABELS[line.body]}{about}: {'đạt' if line.passes else 'không đạt'}"


def rules_table(book: Rulebook) -> str:
    """The rules of a rulebook as a Markdown table."""
    lines = [
        f"## {book.code}: {book.title.vi} (từ {book.in_force_from:%d/%m/%Y})",
        "",
        "| khóa | quy tắc | giá trị | nguồn | trạng thái |",
        "|---|---|---|---|---|",
    ]
    for rule in book.rules.values():
        state = CONFIDENCES[rule.state].vi
        lines.append(f"| `{rule.key}` | {rule.title.vi} | {value_text(rule).vi} | {rule.source} | {state} |")
    return "\n".join(lines) + "\n"
