"""The rows of the desk, made in one go: a template would take most of the page's time. What comes from outside is
escaped here.
"""

from collections.abc import Callable, Iterable
from functools import lru_cache, partial
from html import escape
from typing import Any

from markupsafe import Markup

from dossiers.casework.case import Case
from dossiers.decisions.desk import File, Issued
from dossiers.formatters import day, due_class
from dossiers.languages import gettext_in
from dossiers.lists.pieces import badge
from dossiers.profile import is_register
from dossiers.units import tree


@lru_cache(maxsize=8)
def _words(code: str) -> dict[str, str]:
    found = {
        "pick": gettext_in(code, "Chọn"), "check": gettext_in(code, "Kiểm tra hồ sơ"),
        "note": gettext_in(code, "Ý kiến"), "note_on": gettext_in(code, "Ý kiến về %(name)s"),
        "since": gettext_in(code, "từ %(day)s"), "due": gettext_in(code, "hạn %(day)s"),
        "prepared": gettext_in(code, "trình ngày %(day)s"), "approved": gettext_in(code, "duyệt ngày %(day)s"),
        "there": gettext_in(code, "Giấy tờ: có %(n)s"), "missing": gettext_in(code, "còn thiếu %(n)s"),
        "list": gettext_in(code, "xem danh mục"), "draft": gettext_in(code, "Dự thảo %(form)s"),
        "word": gettext_in(code, "sửa bằng Word"), "back": gettext_in(code, "Trả lại, nêu điểm phải sửa"),
        "fine": gettext_in(code, "Ghi được."), "decided": gettext_in(code, "Ngày quyết định"),
        "ceremony": gettext_in(code, "Hạn lễ kết nạp"), "received": gettext_in(code, "tính từ ngày chi bộ nhận"),
    }  # fmt: skip
    return {name: escape(text) for name, text in found.items()}


def _who(case: Case, address: str) -> str:
    unit = escape(tree.current().name(case.unit_id))
    return (
        f'<a class="name" href="{address}">{escape(case.full_name)}</a>\n'
        f'<span class="sub">{case.code} · {unit}</span>'
    )  # fmt: skip


def _items(texts: Iterable[str]) -> str:
    items = "".join(f"<li>{escape(text)}</li>" for text in texts)
    return f'<ul class="plain">{items}</ul>' if items else ""


def _about(file: File, address: str, code: str) -> str:
    """What was found of the papers and the rules, the draft, and the way back."""
    word, blocking = _words(code), file.blocking
    lacks = f", <strong>{word['missing'] % {'n': len(blocking)}}</strong>" if blocking else ""
    form, draft = escape(file.form), ""
    if form and not is_register():
        text = f"{address}/van-ban/{form}"
        draft = (
            f'<a href="{text}.pdf">{word["draft"] % {"form": form}}</a>\n · <a href="{text}.docx">{word["word"]}</a> · '
        )
    return (
        f"<p>{word['there'] % {'n': file.on_file}}{lacks}\n"
        f' · <a href="{address}/giay-to">{word["list"]}</a></p>'
        f"{_items(f'{line.form} – {line.title.in_(code)}' for line in blocking)}{_items(file.lacks)}"
        f'<p>{draft}<a href="{address}/return_for_correction">{word["back"]}</a></p>'
    )


def _stands(case: Case, code: str) -> str:
    word, facts = _words(code), case.facts
    late = f'<span class="due {due_class(case.due_on)}">{word["due"] % {"day": day(case.due_on)}}</span>'
    due = f", {late}" if case.due_on else ""
    since = f'<span class="sub">{word["since"] % {"day": day(case.since)}}{due}</span>'
    found = f"<div>{badge(str(case.state), code)} {since}</div>"
    if facts.prepared_on:
        by = f", {word['approved'] % {'day': day(facts.approved_on)}}" if facts.approved_on else ""
        found += f'<span class="sub">{word["prepared"] % {"day": day(facts.prepared_on)}}{by}</span>'
    return found


def files(rows: Iterable[File], act: str, trigger: str, base: str, code: str) -> Markup:
    """The rows of a table of the desk, each to be ticked for `act`; `trigger` is what was asked for, `base` the address
    of the list of dossiers.
    """
    word, made = _words(code), []
    for file in rows:
        case, name = file.case, escape(file.case.full_name)
        number, address, is_asked = case.code, f"{base}/{file.case.code}", trigger == act
        answer = ""
        if is_asked and file.refused:
            items = "".join(f"<li>{escape(text)}</li>" for text in file.refused)
            answer = f'<div class="flash error"><ul>{items}</ul></div>'
        elif is_asked and file.fine:
            answer = f'<p class="flash done">{word["fine"]}</p>'
        box = (
            f'<td data-label="{word["pick"]}"><input type="checkbox" name="pick" value="{number}"'
            f' aria-label="{name}"{" checked" if is_asked and file.picked else ""}>'
            f'<input type="hidden" name="version-{number}" value="{case.version}"></td>'
        )
        note = (
            f'<textarea name="note-{number}" rows="3" maxlength="2000"'
            f' aria-label="{word["note_on"] % {"name": name}}">{escape(file.note)}</textarea>'
        )
        if file.barred:
            box, note = "<td></td>", f'<p class="sub">{escape(file.barred)}</p>'
        made.append(
            f'<tr id="r-{number}">{box}'
            f"<td>{_who(case, address)} {_stands(case, code)}</td>"
            f'<td data-label="{word["check"]}">{_about(file, address, code)}{answer}</td>'
            f'<td data-label="{word["note"]}">{note}</td></tr>\n'
        )
    return Markup("".join(made))  # noqa: S704 - every part is escaped above


def issued(rows: Iterable[Issued], base: str, code: str) -> Markup:
    """The rows of decisions on their way."""
    word = _words(code)
    made = [
        f"<tr><td>{_who(one.case, f'{base}/{one.case.code}')}</td>"
        f'<td class="code" data-label="{word["decided"]}">{day(one.case.facts.admitted_on)}</td>'
        f'<td data-label="{word["ceremony"]}">{day(one.due) if one.due else word["received"]}</td></tr>\n'
        for one in rows
    ]
    return Markup("".join(made))  # noqa: S704 - every part is escaped above


def filters(code: str) -> dict[str, Callable[..., Any]]:
    """The filters that make these pieces, for the templates of a language."""
    return {"decision_files": partial(files, code=code), "decisions_issued": partial(issued, code=code)}
