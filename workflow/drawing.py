"""Pictures and tables drawn from the definition, for the docs."""

from workflow.definition import MOVES, STEPS
from workflow.roles import ROLE_LABELS, Part, Role
from workflow.rulebook import Rulebook
from workflow.stages import ENDS, STAGE_LABELS, STAGE_STATES, STATE_LABELS, Stage
from workflow.triggers import TRIGGERS
from workflow.words import value_text

_PART_LABELS = {
    Part.ORGANISATION_OFFICER: "văn phòng cấp ủy cơ sở (chi bộ cơ sở: ban tổ chức cấp trên)",
    Part.ORGANISATION_SECRETARY: "bí thư đảng ủy cơ sở (chi bộ cơ sở: bí thư chi bộ)",
    Part.DECIDING_OFFICER: "ban tổ chức của cấp quyết định",
    Part.DECIDING_SECRETARY: "bí thư của cấp quyết định",
}


def part_label(part: Role | Part) -> str:
    """A role or part in Vietnamese."""
    return ROLE_LABELS[part].vi if isinstance(part, Role) else _PART_LABELS[part]


def mermaid() -> str:
    """The state machine as a Mermaid state diagram: the main road in full, each end once."""
    lines = ["stateDiagram-v2"]
    for stage in Stage:
        lines.append(f'  state "{STAGE_LABELS[stage].vi}" as stage_{stage} {{')
        lines += [f'    state "{STATE_LABELS[state].vi}" as {state}' for state in STAGE_STATES[stage]]
        lines.append("  }")
    seen: set[tuple[str, str, str]] = set()
    for move in MOVES:
        if move.dest is None or move.trigger == "return_for_correction":
            continue
        start = str(move.source) if move.source else "[*]"
        if move.dest in ENDS and move not in STEPS:
            continue
        key = (start, str(move.dest), move.trigger)
        if key not in seen:
            seen.add(key)
            lines.append(f"  {start} --> {move.dest}: {TRIGGERS[move.trigger].label.vi}")
    for end in ENDS:
        triggers = sorted({TRIGGERS[m.trigger].label.vi for m in MOVES if m.dest is end and m not in STEPS})
        if triggers:
            lines.append(f"  note right of {end}: {', '.join(triggers)}")
        lines.append(f"  {end} --> [*]")
    return "\n".join(lines) + "\n"


def moves_table() -> str:
    """Every line of the state machine as a Markdown table."""
    lines = ["| trigger | nhãn | từ | đến | ai | cần | giấy tờ |", "|---|---|---|---|---|---|---|"]
    grouped: dict[tuple[str, str, str, str, str, str], list[str]] = {}
    for move in MOVES:
        row = (
            f"`{move.trigger}`",
            TRIGGERS[move.trigger].label.vi,
            f"`{move.dest}`" if move.dest else "(giữ nguyên)",
            ", ".join(part_label(part) for part in move.parts),
            ", ".join(move.needs) or "–",
            move.form or "–",
        )
        grouped.setdefault(row, []).append(f"`{move.source}`" if move.source else "(mới)")
    for row, sources in grouped.items():
        trigger, label, dest, who, needs, form = row
        lines.append(
            f"| {trigger} | {label} | {', '.join(dict.fromkeys(sources))} | {dest} | {who} | {needs} | {form} |"
        )
    return "\n".join(lines) + "\n"


def rules_table(book: Rulebook) -> str:
    """The rules of a rulebook as a Markdown table."""
    lines = [
        f"## {book.code}: {book.title.vi} (từ {book.in_force_from:%d/%m/%Y})",
        "",
        "| khóa | quy tắc | giá trị | đơn vị | nguồn | trạng thái |",
        "|---|---|---|---|---|---|",
    ]
    for rule in book.rules.values():
        state = "đã đối chiếu" if rule.state == "checked" else "cần xác nhận"
        lines.append(
            f"| `{rule.key}` | {rule.title.vi} | {value_text(rule).vi} | {rule.unit.vi} | {rule.source} | {state} |"
        )
    return "\n".join(lines) + "\n"
