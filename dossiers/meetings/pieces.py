"""The rows of the results, made in one go: a template would take most of the page's time. What comes from outside is
escaped here.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache, partial
from html import escape
from typing import Any

from markupsafe import Markup

from dossiers.languages import gettext_in, language
from dossiers.meetings.matters import MATTER_LABELS, Matter
from dossiers.meetings.results import NUMBERS, Line, Results
from dossiers.units import tree
from workflow.guards import REMOVAL_GROUNDS
from workflow.stages import STATE_LABELS
from workflow.votes import Purpose


@lru_cache(maxsize=8)
def _words(code: str) -> dict[str, str]:
    found = {
        "in_favour": gettext_in(code, "Tán thành"), "against": gettext_in(code, "Không tán thành"),
        "blank": gettext_in(code, "Phiếu trắng"), "invalid": gettext_in(code, "Không hợp lệ"),
        "number": gettext_in(code, "Số văn bản"), "result": gettext_in(code, "Kết quả"),
        "dossier": gettext_in(code, "Hồ sơ"), "of": gettext_in(code, "%(what)s của %(name)s"),
        "takes_no_part": gettext_in(code, "%(name)s (người giới thiệu) không biểu quyết"),
        "others": gettext_in(code, "người không biểu quyết…"),
        "relatives": gettext_in(code, "%(n)s người thân không biểu quyết"),
    }  # fmt: skip
    return {name: escape(text) for name, text in found.items()}


@lru_cache(maxsize=8)
def _said(code: str) -> dict[str, str]:
    return {
        "needs": gettext_in(code, "cần %(n)s/%(e)s"),
        "passed": gettext_in(code, "Đạt"),
        "failed": gettext_in(code, "Không đạt"),
        "tie": gettext_in(code, "Ngang phiếu, không đạt"),
        "attempt": gettext_in(code, "lần biểu quyết thứ %(n)s"),
        "third": gettext_in(code, "không đạt nữa thì báo cáo cấp trên quyết định"),
    }


def verdict(line: Line, code: str) -> tuple[str, str]:
    """(its class, in words) how the vote on a dossier stands."""
    if line.wrong or line.trigger is None:
        return "wrong", ""
    word = _said(code)
    needs = word["needs"] % {"n": line.needed, "e": line.entitled}
    if line.attempt > 1:
        needs += f" · {word['attempt'] % {'n': line.attempt}}"
        limit = line.s.rulebook.number("three_failed_votes")
        if line.attempt == limit and line.purpose in (Purpose.RECOGNITION, Purpose.REMOVAL) and not line.passed:
            needs += f" · {word['third']}"
    if not line.is_voted:
        return "", needs
    if line.passed:
        return "passed", f"{word['passed']} · {needs}"
    is_tie = line.values["in_favour"] == (line.values["against"] or 0) and line.values["in_favour"] > 0
    return "failed", f"{word['tie' if is_tie else 'failed']} · {needs}"


def in_numbers(now: Results) -> dict[str, Any]:
    """The lines as they stand, for the script of a page that is open."""
    code = language()
    return {
        "head": {"was": now.head_sign, **now.head_kept, "wrong": bool(now.head_wrong)},
        "lines": {
            str(line.dossier_id): {
                "was": line.sign,
                **{name: _shown(line.values[name]) for name in NUMBERS},
                "number": line.values["number"],
                "next": now.numbers.get(line.dossier_id, ""),
                "introducers": [seat for seat, why in line.abstained.items() if why == "i"],
                "look": verdict(line, code)[0],
                "said": verdict(line, code)[1],
                "problem": line.wrong,
                "disputed": bool(line.problem),
                "voting": line.voting,
                "by": line.by,
            }
            for line in now.lines
        },
    }


def _shown(value: Any) -> str:
    return "" if value is None else str(value)


def result_rows(now: Results, checked: Any, address: str, dossiers: str, code: str) -> Markup:
    """The rows of the form of results; `address` is the meeting's, `dossiers` that of the list of dossiers."""
    left: Mapping[int, tuple[str, ...]] = checked.left if checked else {}
    warned: Mapping[int, tuple[str, ...]] = checked.warned if checked else {}
    return Markup(  # noqa: S704 - every part is escaped below
        "".join(
            _row(
                line, nr, now.numbers.get(line.dossier_id, ""), left.get(line.dossier_id, ()),
                warned.get(line.dossier_id, ()), address, dossiers, code,
            )
            for nr, line in enumerate(now.lines, start=1)
        )
    )  # fmt: skip


def _row(
    line: Line, nr: int, following: str, left: tuple[str, ...], warned: tuple[str, ...], address: str, dossiers: str,
    code: str,
) -> str:  # fmt: skip
    word, number, name = _words(code), line.dossier_id, escape(line.case.full_name)
    look, said = verdict(line, code)
    wrong = [line.wrong] if line.wrong and line.wrong not in left else []
    problems = "".join(f"<p>{escape(text)}</p>" for text in (*wrong, *left))
    hints = "".join(f'<p class="sub">{escape(text)}</p>' for text in warned)
    state = STATE_LABELS[line.case.state].in_(code) if line.case.state else ""
    if line.about.matter is not Matter.STEP:
        ground = REMOVAL_GROUNDS.get(line.about.ground)
        why = ground.in_(code) if ground else line.about.reason
        state = " · ".join(part for part in (MATTER_LABELS[line.about.matter].in_(code), why) if part)
    dossier = escape(line.case.code)
    cells = "".join(_cells(line, number, name, word, bool(problems)))
    own = escape(line.values["number"])
    return (
        f'<tr class="vote {look}" id="r-{number}" data-voting="{line.voting}" data-needed="{line.needed or 0}"'
        f' data-entitled="{line.entitled}">'
        f'<td class="num">{nr}<input type="hidden" name="was-{number}" value="{escape(line.sign)}"></td>'
        f'<td><a class="name" href="{dossiers}/{dossier}">{name}</a>'
        f' <span class="sub">{escape(tree.current().name(line.case.unit_id))} · {escape(state)}</span>'
        f"{''.join(_who_abstains(line, word, address, dossier))}</td>{cells}"
        f'<td data-label="{word["number"]}"><input name="number-{number}" size="9" maxlength="60" autocomplete="off"'
        f' aria-label="{word["of"] % {"what": word["number"], "name": name}}" value="{own}"'
        f' placeholder="{"" if own else escape(following)}"></td>'
        f'<td class="verdict" data-label="{word["result"]}"><span class="said">{escape(said)}</span>'
        f'<div class="errors" id="e-{number}">{problems}</div>{hints}</td></tr>\n'
    )


def _cells(line: Line, number: int, name: str, word: Mapping[str, str], bad: bool) -> Iterator[str]:
    for field in NUMBERS:
        value = escape(_shown(line.values[field]))
        label = word["of"] % {"what": word[field], "name": name}
        at = f' aria-describedby="e-{number}" aria-invalid="true"' if bad and field == "in_favour" else ""
        yield (
            f'<td data-label="{word[field]}"><input class="{field}" name="{field}-{number}" size="3" maxlength="6"'
            f' inputmode="numeric" autocomplete="off" aria-label="{label}" value="{value}"{at}></td>'
        )


def _who_abstains(line: Line, word: Mapping[str, str], address: str, dossier: str) -> Iterator[str]:
    """The introducers who came, each with a box; how many relatives; where others are named."""
    if line.trigger is None:
        return
    for person in line.introducers:
        ticked = " checked" if line.abstained.get(person.seat.id) == "i" else ""
        yield (
            '<label class="tick sub"><input type="checkbox"'
            f' name="introducer-{line.dossier_id}-{person.seat.id}" value="1"{ticked}> '
            f"{word['takes_no_part'] % {'name': escape(person.seat.name)}}</label>"
        )
    relatives = sum(why == "r" for why in line.abstained.values())
    text = word["relatives"] % {"n": relatives} if relatives else word["others"]
    yield f'<span class="sub no-part"><a href="{address}/khong-bieu-quyet/{dossier}">{text}</a></span>'


def filters(code: str) -> dict[str, Callable[..., Any]]:
    """The filters that make these pieces, for the templates of a language."""
    return {"result_rows": partial(result_rows, code=code)}
