"""The page of a correction: choose the act, put it right in the form it was recorded with, see what changes, record it.

Nothing is written before the page has shown what the correction changes and which later acts the rules would not allow
any more. What touches a decision is proposed here by one person and recorded by another.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import msgspec
from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import HiddenField
from wtforms.validators import Optional

from dossiers import clock, profile
from dossiers.acting.forms import ActForm, Recorded
from dossiers.acting.planned import Difference, proposer, stays_passed, votes_differ
from dossiers.acting.road import already, done_text, form_of, sent_here_before
from dossiers.acting.sent import sent_key
from dossiers.casework import correcting, loading
from dossiers.casework.act import Act, Duplicate, VersionConflict
from dossiers.casework.advance import advance
from dossiers.casework.case import Case
from dossiers.casework.correcting import PROPOSAL, NoSuchAct, Plan, Proposal
from dossiers.casework.helping import roles_over
from dossiers.casework.replaying import Counted, Projection
from dossiers.casework.store import DatabaseStore
from dossiers.fields import LineField, NumberWords, ParagraphField, Words, choice, required, whole, with_empty
from dossiers.formatters import body, day, role, say
from dossiers.forms import FlaskForm
from dossiers.languages import gettext as _
from dossiers.languages import lazy as _l
from dossiers.languages import message
from dossiers.papers.numbers import PaperRow
from dossiers.people.personal import REASONS, sees_file
from dossiers.people.rows import person_row
from dossiers.privacy import services as privacy
from dossiers.privacy.services import Part
from dossiers.reading.evidence import evidence
from dossiers.reading.page import dossier_page
from dossiers.security import permits, signed
from dossiers.units import tree
from workflow import replay
from workflow.facts import Evidence
from workflow.guards import Refusal, Situation
from workflow.machine import Refused
from workflow.replay import CORRECTION
from workflow.roles import Role
from workflow.rulebook import Rulebook
from workflow.text import Text
from workflow.triggers import TRIGGERS


class ChooseForm(FlaskForm):
    """Which act was recorded wrongly."""

    event = choice(_l("Việc được đính chính"))


class GroundsForm(FlaskForm):
    """Why an act is corrected, by which paper, and why later acts stay although the rules would now refuse them."""

    class Meta(FlaskForm.Meta):
        """The token stands on the page itself."""

        csrf = False

    reason = ParagraphField(_l("Ghi sai gì, đúng là gì"), [required, Words(2000)])
    number = LineField(_l("Theo văn bản số"), [Optional(), NumberWords()])
    kept_because = ParagraphField(_l("Căn cứ giữ nguyên các việc sau"), [Optional(), Words(2000)])
    seen = HiddenField()


@dataclass(frozen=True)
class Choice:
    """An act that may be chosen: its number, day and label, or why it is not corrected."""

    seq: int
    day: date
    label: str
    why_not: str


@permits("dossier.act")
def correct(code: str) -> ResponseReturnValue:
    """Choose an act (GET), correct it in its form (GET with `event`), see what changes and record it (POST)."""
    who = signed()
    case = loading.load_case(code, who)
    seq = whole(request.args.get("event", ""))
    if seq is None:
        return _choose(case, CORRECTION if request.path.endswith(CORRECTION) else PROPOSAL)
    if request.method == "POST" and sent_here_before(code, CORRECTION):
        return already(code)
    try:
        target = correcting.target_of(case.id, seq)
    except NoSuchAct:
        abort(404)
    if profile.is_register() and target.event.trigger in profile.WITH_CONTENTS:
        abort(404)
    about = correcting.about(case, target, correcting.is_erased(case.id))
    held = set(roles_over(who, case))
    if not (held & set(about.proposers) and (sees_file(held) or target.event.actor_role in held)):
        return _not_yours(case, target, about.roles)
    return _Page(case, target, about.never).answer()


def _not_yours(case: Case, target: Counted, roles: tuple[Role, ...]) -> ResponseReturnValue:
    """Who may not do the act does not see what it brought; the page says who may."""
    privacy.note(case.id, signed().account_id, Part.FORM)
    page = render_template(
        "acting/correct.html",
        page=dossier_page(case, signed()),
        trigger=TRIGGERS[CORRECTION],
        target=target,
        target_trigger=TRIGGERS[target.event.trigger],
        theirs=[role(str(one)) for one in roles],
    )
    return page, 403


def _choose(case: Case, trigger: str) -> ResponseReturnValue:
    privacy.note(case.id, signed().account_id, Part.FORM)
    choices, form = list(_choices(case)), ChooseForm()
    form.event.choices = with_empty(
        [(str(c.seq), f"{c.seq}. {day(c.day)} {c.label}") for c in choices if not c.why_not]
    )
    if form.validate_on_submit():
        return redirect(url_for("acting.correct_record", code=case.code, event=form.event.data), 303)
    page = render_template(
        "acting/choose_act.html",
        page=dossier_page(case, signed()),
        form=form,
        never=[choice for choice in choices if choice.why_not],
        waiting=case.facts.correction,
        trigger=TRIGGERS[trigger],
    )
    return page, 422 if form.is_submitted() else 200


def _choices(case: Case) -> Iterator[Choice]:
    is_erased = correcting.is_erased(case.id)
    for act in reversed(correcting.acts_of(case.id)):
        never = correcting.about(case, act, is_erased).never
        why = say(never) if never else ""
        label = say(TRIGGERS[act.event.trigger].label)
        yield Choice(act.event.seq, act.recorded.evidence.happened_on, label, why)


class _Page:
    """One act being corrected."""

    def __init__(self, case: Case, target: Counted, never: Text | None) -> None:
        self.case, self.target, self.never = case, target, never
        self.trigger = target.event.trigger
        then, situation = _then(case, target)
        # Asked as who corrects: a form shows what they may read, whoever did the act.
        roles = roles_over(signed(), case)
        asking = msgspec.structs.replace(situation.actor, roles=roles)
        self.then, self.situation = then, msgspec.structs.replace(situation, actor=asking)
        self.sees = sees_file(roles)
        form_class = form_of(self.trigger)
        self.form: ActForm | None = form_class() if form_class is not None else None
        self.grounds = GroundsForm(prefix="correction-")
        self.refusals: tuple[Refusal, ...] = ()
        self.plan: Plan | None = None
        waiting = case.facts.correction
        is_this = waiting is not None and waiting.event == target.event.seq
        self.proposal = correcting.proposed(case) if is_this else None

    def answer(self) -> ResponseReturnValue:
        """The page, or where it leads."""
        if self.form is None or self.never is not None:
            return self._shown(200)
        self.form.prepare(self.then, self.situation, self.trigger)
        self.form.recall(self._recalled())
        if not self.sees:
            self.form.withhold(REASONS)
        if self.form.version.data in (None, "", str(self.then.version)):
            self.form.version.data = str(self.case.version)
        if not self.form.is_submitted() and self.proposal is not None and self.sees:
            self._show_proposal(self.proposal)
        if not self.form.is_submitted() or self.form.lengthen(request.form.get("more")):
            return self._shown(200)
        fine = self.form.validate()
        if not (self.grounds.validate() and fine):
            return self._shown(422)
        act = self._act()
        try:
            self.plan = correcting.plan(DatabaseStore(), self.case, act)
        except NoSuchAct:
            abort(404)
        if self.plan.about.wrong:
            self.refusals, self.plan = self.plan.about.wrong, None
            return self._shown(422)
        if request.form.get("step") != "record" or self.grounds.seen.data != self.plan.seen:
            self.grounds.seen.data = self.plan.seen
            # Read anew: what the plan saw may have been recorded after the dossier was read.
            return self._shown_from(loading.load_case(self.case.code, signed()))
        return self._record(act)

    def _shown_from(self, case: Case) -> ResponseReturnValue:
        """The page, going on from the dossier as it is now; it says so if somebody recorded something since."""
        assert self.form is not None
        seen, self.case = self.form.seen_version(), case
        self.form.version.data = str(case.version)
        return self._shown(200 if seen == case.version else 409)

    def _recalled(self) -> Recorded:
        """What stands in the form first: what a proposal says is right, else what counts now."""
        if self.proposal is not None:
            act = self.proposal.act
            return Recorded(act.evidence, act.relatives, act.companions, act.person, act.was, act.class_id)
        personal = self.target.personal
        return Recorded(
            self.target.recorded.evidence,
            personal.relatives,
            personal.companions,
            person_row(personal.after or personal.person),
            person_row(personal.before),
            self.target.brought.course,
        )

    def _show_proposal(self, proposal: Proposal) -> None:
        """The second person sees at once what was proposed, why, and what it would change."""
        grounds = proposal.grounds
        self.grounds.reason.data, self.grounds.number.data = grounds.reason, grounds.number
        self.grounds.kept_because.data = grounds.kept_because
        why = msgspec.structs.replace(grounds, happened_on=clock.today(), event=self.target.event.seq, content="")
        self.plan = correcting.plan(DatabaseStore(), self.case, Act(CORRECTION, why, corrected=proposal.act))
        self.grounds.seen.data = self.plan.seen

    def _act(self) -> Act:
        assert self.form is not None
        why = Evidence(
            clock.today(),
            number=self.grounds.number.data or "",
            reason=self.grounds.reason.data,
            kept_because=self.grounds.kept_because.data or "",
            event=self.target.event.seq,
        )
        right = replace(self.form.act(self.trigger, self.then), key=None)
        return Act(CORRECTION, why, sent_key(self.form.act_key.data, self.case.code, CORRECTION), corrected=right)

    def _record(self, act: Act) -> ResponseReturnValue:
        assert self.form is not None
        assert self.plan is not None
        who, waiting = signed(), self.case.facts.correction
        proposing = self.plan.about.touches_decision and (
            waiting is None or (waiting.event, waiting.content) != (self.target.event.seq, self.plan.digest)
        )
        if proposing:
            act = replace(act, trigger=PROPOSAL)
        try:
            done = advance(self.case.code, act, who, self.form.seen_version(), self.case)
        except Duplicate:
            return already(self.case.code)
        except VersionConflict as conflict:
            return self._shown_from(conflict.case)
        except Refused as refused:
            self.refusals = refused.refusals
            return self._shown(422)
        flash(done_text(act.trigger, done.case, moved=False), "done")
        return redirect(url_for("reading.dossier", code=self.case.code), 303)

    def _field_of(self, name: str) -> str:
        """At which field of the act's form a refusal stands; "" for the page. What the grounds lack is theirs."""
        return self.form.field_of(name) if self.form is not None and self.plan is None else ""

    def _shown(self, status: int) -> ResponseReturnValue:
        plan = self.plan
        privacy.note(self.case.id, signed().account_id, Part.FORM)
        if plan is not None and plan.about.refused:
            self.grounds.kept_because.flags.required = True
        stands = [(self._field_of(r.field), r) for r in self.refusals if r.field != "kept_because"]
        shown = dossier_page(self.case, signed())
        is_judged = self.form is not None and self.never is None and replay.move_of(self.target.recorded).judges
        page = render_template(
            "acting/correct.html",
            page=shown,
            evidence=evidence(self.case, shown) if is_judged else None,
            trigger=TRIGGERS[CORRECTION],
            target=self.target,
            target_trigger=TRIGGERS[self.trigger],
            never=self.never,
            form=self.form,
            grounds=self.grounds,
            differences=[*votes_differ(plan), *differences(plan, self.situation.rulebook, self.sees)] if plan else [],
            plan=plan,
            stays=stays_passed(plan, self.situation) if plan else None,
            proposer=proposer(self.proposal) if self.proposal is not None and self.sees else "",
            is_own=self.proposal is not None and self.proposal.by == signed().account_id,
            waiting=self.case.facts.correction,
            refusals=[r for name, r in stands if not name],
            at_field={name: r for name, r in stands if name},
            at_grounds={r.field: r for r in self.refusals if r.field == "kept_because"},
            overtaken=status == 409,
        )
        return page, status


def _then(case: Case, target: Counted) -> tuple[Case, Situation]:
    """The dossier as it stood before an act, and where, as its form wants it."""
    standing, known = correcting.before(case.id, target.event.seq)
    situation = replay.situation(standing, target.recorded, known)
    then = replace(
        case,
        state=target.recorded.from_state,
        facts=situation.facts,
        rulebook=situation.rulebook.code,
        unit_id=target.event.body.cell,
        place=tree.current().place(target.event.body.cell),
    )
    return then, situation


_DAYS: dict[str, str] = {
    "course_proposed_on": message("Ngày đề nghị cử đi học"), "course_ends_on": message("Ngày bế giảng"),
    "dossier_made_on": message("Ngày lập hồ sơ"), "cell_resolution_on": message("Ngày nghị quyết của chi bộ"),
    "admitted_on": message("Ngày quyết định kết nạp"), "received_on": message("Ngày nhận quyết định"),
    "ceremony_on": message("Ngày lễ kết nạp"),
    "recognition_resolution_on": message("Ngày nghị quyết công nhận của chi bộ"),
    "recognised_on": message("Ngày quyết định công nhận"), "effective_on": message("Chính thức từ ngày"),
    "left_on": message("Ngày ra khỏi Đảng"),
}  # fmt: skip


def differences(plan: Plan, book: Rulebook, sees: bool) -> Iterator[Difference]:
    """What a correction changes, in words: dates, deadlines, papers, votes; people for who `sees` the file."""
    before, after = plan.before, plan.after
    old, new = before.standing, after.standing
    for name, label in _DAYS.items():
        was, now = getattr(old.facts, name), getattr(new.facts, name)
        if was != now:
            yield Difference(_(label), day(was), day(now))
    if old.since != new.since:
        yield Difference(_("Ở bước hiện tại từ ngày"), day(old.since), day(new.since))
    yield from _deadlines(before, after, book)
    yield from _rows(before, after)
    if sees:
        yield from _people(before, after)


def _deadlines(before: Projection, after: Projection, book: Rulebook) -> Iterator[Difference]:
    def by_rule(made: Projection) -> dict[str, str]:
        found: dict[str, str] = {d.rule: day(d.due_on) for d in made.standing.deadlines}
        for (rule, _start), ended in made.standing.ended.items():
            found.setdefault(
                f"{rule}/", _("%(due)s, xong %(end)s", due=day(ended.deadline.due_on), end=day(ended.ended_on))
            )
        return found

    was, now = by_rule(before), by_rule(after)
    for key in sorted({*was, *now}):
        if was.get(key) != now.get(key):
            label = _("Thời hạn: %(rule)s", rule=say(book.rule(key.removesuffix("/")).title))
            yield Difference(label, was.get(key, "–"), now.get(key, "–"))


def _rows(before: Projection, after: Projection) -> Iterator[Difference]:
    yield from _pairs(
        _("Giấy tờ %(what)s"),
        {(r["seq"], r["nr"]): (r["form"], _paper(r)) for r in before.papers},
        {(r["seq"], r["nr"]): (r["form"], _paper(r)) for r in after.papers},
    )
    yield from _pairs(
        _("Biểu quyết: %(what)s"),
        {seq: (body(str(v.body)), f"{v.in_favour}/{v.entitled}, {day(v.held_on)}") for seq, v in before.votes},
        {seq: (body(str(v.body)), f"{v.in_favour}/{v.entitled}, {day(v.held_on)}") for seq, v in after.votes},
    )


def _people(before: Projection, after: Projection) -> Iterator[Difference]:
    yield from _pairs(
        _("Thân nhân: %(what)s"),
        {ref: (r.name, f"{r.result or '–'}, {day(r.verified_on)}") for ref, r in before.relatives.items()},
        {ref: (r.name, f"{r.result or '–'}, {day(r.verified_on)}") for ref, r in after.relatives.items()},
    )
    yield from _pairs(
        _("Người giới thiệu, giúp đỡ %(what)s"),
        {(seq, nr): ("", f"{row.name}, {day(row.since)}") for seq, nr, row in before.companions},
        {(seq, nr): ("", f"{row.name}, {day(row.since)}") for seq, nr, row in after.companions},
    )


def _paper(row: PaperRow) -> str:
    return " ".join(part for part in (row["number"], day(row["issued_on"]), row["issuer"]) if part)


def _pairs(label: str, before: dict[Any, tuple[str, str]], after: dict[Any, tuple[str, str]]) -> Iterator[Difference]:
    keys: Iterable[Any] = [*before, *(key for key in after if key not in before)]
    for key in keys:
        was, now = before.get(key), after.get(key)
        if was != now:
            what = (now or was or ("", ""))[0]
            yield Difference(label % {"what": what}, was[1] if was else "–", now[1] if now else "–")
