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
    Control.APPROVE: Text("duyệt dự thảo quyết định", "approved a draft decision"),
    Control.SIGN: Text("ký quyết định", "signed a decision"),
}
CONTROL_LABELS = _DONE


def controllers(step: Control, s: Situation) -> tuple[str, ...]:
    """Who takes a step of control with the evidence at hand: the introducers who are named, else the actor, and whoever
    the actor stands in for: what is done in somebody's name is that person's step too.
    """
    e = s.evidence
    if step is Control.INTRODUCE:
        return tuple(person.ref for person in e.introducers) if e else ()
    if step is Control.RESULTS and e is not None and all(relative.verified_on is None for relative in e.relatives):
        return ()
    if step is Control.VERIFY and e is not None and e.request is not None and e.request.giver is not None:
        return ()  # an opinion is gathered by the cell, and verifies nobody
    return tuple(ref for ref in (s.actor.ref, s.behalf) if ref)


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
        both = mine & {s.who(ref) for ref in _took(other, s)}
        if both:
            done, doing = _DONE[other], _DONE[s.control]
            if s.behalf and s.control is not Control.INTRODUCE:
                return _in_anothers_name(s, done, doing, own=s.who(s.actor.ref) in both)
            return s.no(
                "separation_of_duties",
                f"Người đã {done.vi} không {doing.vi} trên cùng hồ sơ.",
                f"Who {done.en} on this dossier is not who {doing.en}.",
                "Một người khác có thẩm quyền làm việc này.",
                "Another competent person does this.",
                "introducers" if s.control is Control.INTRODUCE else "",
            )
    return None


def _in_anothers_name(s: Situation, done: Text, doing: Text, own: bool) -> Refusal:
    """A stand-in is refused over a step of their own (`own`), or over one of the person they stand in for."""
    if own:
        vi, en = f"Chính bạn đã {done.vi}", f"You yourself {done.en} on this dossier"
    else:
        vi, en = f"Người bạn làm thay đã {done.vi}", f"The person you stand in for {done.en} on this dossier"
    return s.no(
        "separation_of_duties",
        f"{vi} trên hồ sơ này; không {doing.vi} thay mặt ai trên cùng hồ sơ.",
        f"{en}; so you are not who {doing.en} on anybody's behalf.",
        "Một người khác có thẩm quyền làm việc này.",
        "Another competent person does this.",
    )
