"""Values of rules in words: what stands in a rulebook as a code, as people read it."""

from workflow.facts import RELATION_LABELS, SCHOOLING_LABELS, Control
from workflow.guards import CONTROL_LABELS, LEAVING_GROUNDS, REMOVAL_GROUNDS, SCHOOLING_GROUNDS
from workflow.rulebook import Rule
from workflow.text import Text


def _pair(first: Control, second: Control) -> Text:
    one, other = CONTROL_LABELS[first], CONTROL_LABELS[second]
    return Text(f"{one.vi} – {other.vi}", f"{one.en} – {other.en}")


_WORDS: dict[str, Text] = {
    **{str(code): text for code, text in SCHOOLING_LABELS.items()},
    **{str(code): text for code, text in RELATION_LABELS.items()},
    **SCHOOLING_GROUNDS,
    **LEAVING_GROUNDS,
    **REMOVAL_GROUNDS,
    **{f"{a}-{b}": _pair(a, b) for a in Control for b in Control},
    "month": Text("theo tháng", "by month"),
    "day": Text("theo ngày", "by day"),
    "next_working_day": Text("ngày làm việc kế tiếp", "the next working day"),
    "same_day": Text("đúng ngày đó", "that very day"),
    "probation_end": Text("ngày hết thời gian dự bị", "the day probation ends"),
    "decision": Text("ngày quyết định", "the day of the decision"),
}


def value_text(rule: Rule) -> Text:
    """A rule's value as people read it: yes and no, numbers, shares, and codes in words."""
    if rule.value is None:
        return Text("nguyên tắc", "principle")
    if isinstance(rule.value, bool):
        return Text("có", "yes") if rule.value else Text("không", "no")
    parts = rule.value if isinstance(rule.value, tuple) else (str(rule.value),)
    words = [_WORDS.get(part, Text(part, part)) for part in parts]
    return Text(", ".join(word.vi for word in words), ", ".join(word.en for word in words))
