"""What becomes of a file that was sent: cleaned by a program of its own, or refused with a reason people can read."""

import json
import re
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import current_app

from dossiers.config import ROOT
from dossiers.languages import gettext as _

PATIENCE = 60
"""Seconds after which a file that is still being cleaned is given up."""

_COMMAND = [sys.executable, "-B", "-E", "-s", "-m", "cleaning"]

_KINDS = {
    "pdf": "pdf", "docx": "docx", "jpg": "picture", "jpeg": "picture", "jfif": "picture", "png": "picture",
    "tif": "picture", "tiff": "picture", "heic": "picture", "heif": "picture",
}  # fmt: skip
"""What a file says it is by how its name ends."""

_FAMILY = {"pdf": "pdf", "docx": "docx"}
_NOT_IN_NAMES = re.compile("[\x00-\x1f\x7f/\\\\\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Control characters, parts of a path, and what makes a name read from right to left."""


@dataclass(frozen=True)
class Sent:
    """A file as it was sent: its name, and its content."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Kept:
    """A file as it will be kept; `turn` is by how much its page is to be turned to stand upright."""

    kind: str
    content: bytes
    pages: int
    turn: int = 0


class Unfit(ValueError):
    """A file that is not taken; the message is a sentence for people."""


def judge(sent: Sequence[Sent]) -> list[Kept]:
    """What is kept of these files, page by page in their order. Raises Unfit for the first that is not taken."""
    for file in sent:
        _check_name(file.name)
        if len(file.content) > 1_000_000 * int(current_app.config["SCAN_MEGABYTES"]):
            raise Unfit(_sentence("size", file.name))
    config = current_app.config
    asked = {"task": "clean", "megapixels": config["SCAN_MEGAPIXELS"], "pages": config["SCAN_PAGES"]}
    answers = _run(asked, [file.content for file in sent])
    kept: list[Kept] = []
    for file, (said, contents) in zip(sent, answers, strict=False):
        if "refused" in said:
            raise Unfit(_sentence(said["refused"], file.name))
        pages = [
            Kept(one["kind"], c, one["pages"], one["turn"]) for one, c in zip(said["files"], contents, strict=True)
        ]
        _check_suffix(file.name, pages[0].kind)
        kept += pages
    if len(answers) < len(sent):  # it broke on this one
        raise Unfit(_sentence("unpacks", sent[len(answers)].name))
    return kept


def joined(files: Sequence[tuple[str, bytes]], leaves: Iterable[tuple[int, int, int]]) -> bytes:
    """One PDF of pages (file, page from 1, turn) of kept files (kind, content). Raises Unfit if it cannot be made."""
    asked = {"task": "join", "kinds": [kind for kind, _content in files], "leaves": [*leaves]}
    return _made(asked, [content for _kind, content in files])


@dataclass(frozen=True)
class Bound:
    """A part of a bundle: its bookmark ("": none) and its pages (file, page from 1, turn); page 0: all of a PDF."""

    title: str
    leaves: Sequence[tuple[int, int, int]]


def bound(files: Sequence[tuple[str, bytes]], parts: Iterable[Bound]) -> bytes:
    """One PDF of parts, made of kept files and of PDF of ours (kind, content). Raises Unfit if it cannot be made."""
    return _bind("bind", files, parts)[0]


def bound_each(files: Sequence[tuple[str, bytes]], parts: Iterable[Bound]) -> list[bytes]:
    """The same, a PDF for each part. Raises Unfit if one cannot be made."""
    return _bind("bind_each", files, parts)


def _bind(task: str, files: Sequence[tuple[str, bytes]], parts: Iterable[Bound]) -> list[bytes]:
    told = [(part.title, [*part.leaves]) for part in parts]
    return _all_made(
        {"task": task, "kinds": [kind for kind, _content in files], "parts": told}, [one for _kind, one in files]
    )


def words_of(docx: bytes) -> list[str]:
    """The paragraphs of a kept text of Word. Raises Unfit if it cannot be read."""
    return [str(text) for text in json.loads(_made({"task": "read"}, [docx]))]


def drawn(texts: Sequence[dict[str, Any]], face: str) -> bytes:
    """Composed texts, as plain values, in one text of Word. Raises Unfit if it cannot be made."""
    return _made({"task": "draw", "texts": list(texts), "face": face}, [])


def turned(content: bytes, turn: int) -> bytes:
    """A PNG, turned clockwise. Raises Unfit if it cannot be made."""
    return _made({"task": "turn", "turn": turn}, [content])


def answer(asked: dict[str, Any], file: bytes, seconds: int) -> tuple[dict[str, Any], list[bytes]] | None:
    """What the program says of one file and makes of it; None when it took so many seconds of the processor, or on a
    busy machine twice as many by the clock, and was ended.
    """
    answers = _run({**asked, "seconds": seconds}, [file], 2 * seconds + 5)  # it takes some to begin
    return answers[0] if answers else None


def _made(asked: dict[str, Any], files: list[bytes]) -> bytes:
    return _all_made(asked, files)[0]


def _all_made(asked: dict[str, Any], files: list[bytes]) -> list[bytes]:
    answers = _run(asked, files)
    if not answers:
        raise Unfit(_("Không ghép được các trang của bản chụp này."))
    return answers[0][1]


def _run(
    asked: dict[str, Any], files: list[bytes], patience: float | None = None
) -> list[tuple[dict[str, Any], list[bytes]]]:
    """What the program answers, file by file, as far as it came."""
    head = json.dumps({**asked, "sizes": [len(file) for file in files]}).encode() + b"\n"
    try:
        done = subprocess.run(  # noqa: S603 - as above
            _COMMAND,
            input=b"".join((head, *files)),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=ROOT,
            env={},
            timeout=patience or PATIENCE,
            check=False,
        )
        output = done.stdout
    except subprocess.TimeoutExpired as late:
        output = late.stdout or b""
    return list(_answers(output))


def _answers(output: bytes) -> Iterable[tuple[dict[str, Any], list[bytes]]]:
    at = 0
    while (end := output.find(b"\n", at)) >= 0:
        said = json.loads(output[at:end])
        at, contents = end + 1, []
        sizes = [one["size"] for one in said["files"]] if "files" in said else [said["size"]] if "size" in said else []
        for size in sizes:
            contents.append(output[at : at + size])
            at += size
        if at > len(output):
            return  # it was stopped within this one
        yield said, contents


def _check_name(name: str) -> None:
    if _NOT_IN_NAMES.search(name) or name.startswith(".") or ".." in name or len(name) > 255:
        raise Unfit(_("Tên tệp có ký tự không dùng được (đường dẫn, ký tự ẩn); đổi tên tệp rồi gửi lại."))


def _check_suffix(name: str, kind: str) -> None:
    """A file that says by its name to be of another kind is one somebody dressed up."""
    _stem, dot, suffix = name.rpartition(".")
    if dot and _KINDS.get(suffix.lower(), suffix.lower()) != _FAMILY.get(kind, "picture"):
        raise Unfit(_sentence("suffix", name))


def _sentence(why: str, name: str) -> str:
    """Why a file is not taken."""
    config = current_app.config
    shown = name if len(name) <= 60 else name[:57] + "…"
    texts = {
        "empty": _("Tệp trống, không có trang nào."),
        "kind": _("Không phải tệp PDF, JPEG, PNG, HEIC, TIFF hay Word (.docx)."),
        "suffix": _("Nội dung tệp khác với đuôi tên tệp; lưu lại đúng loại rồi gửi."),
        "size": _("Lớn hơn %(n)s MB; chụp với độ phân giải thấp hơn hoặc chia nhỏ.", n=config["SCAN_MEGABYTES"]),
        "pages": _("Nhiều hơn %(n)s trang; chia thành nhiều tệp.", n=config["SCAN_PAGES"]),
        "pixels": _("Ảnh lớn hơn %(n)s triệu điểm; chụp với độ phân giải thấp hơn.", n=config["SCAN_MEGAPIXELS"]),
        "encrypted": _("Tệp đặt mật khẩu hoặc bị khóa; lưu lại không mật khẩu rồi gửi."),
        "two_files": _("Trong tệp có giấu một tệp khác hoặc mã lệnh; không nhận."),
        "macros": _("Tệp Word có macro hoặc đối tượng nhúng; lưu lại không macro rồi gửi."),
        "unpacks": _("Tệp bung ra quá lớn hoặc quá lâu; không nhận."),
        "unreadable": _("Tệp hỏng, không đọc được; chụp hoặc lưu lại."),
        "infected": _("Phần mềm diệt vi-rút báo tệp có mã độc; không nhận."),
    }
    return f"{shown}: {texts.get(why, texts['unreadable'])}" if shown else texts.get(why, texts["unreadable"])


def infected(name: str) -> Unfit:
    """The refusal of a file in which the virus scanner found something."""
    return Unfit(_sentence("infected", name))
