"""Nobody takes two steps of control on one dossier: pairs of steps are a value of the rulebook.

It is the person who is meant, whatever account or seat of a register names them.
"""

from workflow.facts import Control
from workflow.guards.base import Refusal, Situation
from workflow.text import Text

_DONE: dict[Control, Text] = {
    Control.INTRODUCE: Text("giới thiệu người này", "introduced the candidate"),
    Control.VERIFY: Text("thẩm tra", "verified"),
    Control.RESULTS: Text("ghi kết quả thẩm tra", "recorded results"),
    Control.CONCLUDE: Text("kết luận thẩm tra", "concluded the verification"),
    Control.PREPARE: Text("trình quyết định", "prepared a decision"),
    Control.SIGN: Text("ký quyết định", "signed a decision"),
}
CONTROL_LABELS = _DONE


def controllers(step: Control, s: Situation) -> tuple[str, ...]:
    """Who takes a step of control with the evidence at hand: the introducers who are named, else the actor."""
    e = s.evidence
    if step is Control.INTRODUCE:
        return tuple(person.ref for person in e.introducers) if e else ()
    if step is Control.RESULTS and e is not None and all(relative.verified_on is None for relative in e.relatives):
        return ()
    if step is Control.VERIFY and e is not None and e.request is not None and e.request.giver is not None:
        return ()  # an opinion is gathered by the cell, and verifies nobody
    return (s.actor.ref,) if s.actor.ref else ()


def _took(step: Control, s: Situation) -> set[str]:
    """Everybody who ever took a step on the dossier."""
    found = {one.by for one in s.facts.controls if one.step is step}
    if step is Control.INTRODUCE:
        found |= {person.ref for person in s.facts.introducers}
    elif step is Control.VERIFY and s.facts.verifier:
        found.add(s.facts.verifier)
    elif step is Control.PREPARE and s.facts.preparer:
        found.add(s.facts.preparer)
    return found


def separated(s: Situation) -> Refusal | None:
    """Who took one step of a pair does not take the other, over the whole dossier (rule `separation_pairs`)."""
    if s.control is None:
        return None
    mine = {s.who(ref) for ref in controllers(s.control, s)}
    if not mine:
        return None
    for pair in s.rulebook.words("separation_pairs"):
        first, _, second = pair.partition("-")
        if s.control not in (first, second):
            continue
        other = Control(second if s.control == first else first)
        if mine & {s.who(ref) for ref in _took(other, s)}:
            done, doing = _DONE[other], _DONE[s.control]
            return s.no(
                "separation_of_duties",
                f"Người đã {done.vi} không {doing.vi} trên cùng hồ sơ.",
                f"Who {done.en} on this dossier is not who {doing.en}.",
                "Một người khác có thẩm quyền làm việc này.",
                "Another competent person does this.",
                "introducers" if s.control is Control.INTRODUCE else "",
            )
    return None
