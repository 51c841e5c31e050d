"""The digital file of a dossier (1361-CV/BTCTW): a zip of its scans under the prescribed names, and checking one.

The list of what is in it stands in the comment of the zip, so that no file is there that the letter does not know.
"""

import io
import re
import zipfile
import zlib
from collections import Counter
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import msgspec

from dossiers import encryption
from dossiers.casework.case import Case
from dossiers.languages import gettext as _
from dossiers.names import without_marks
from dossiers.papers import judging
from dossiers.papers.judging import Bound
from dossiers.people import reading as people
from dossiers.reading import bundle
from dossiers.reading.bundle import Piece, Sources, Unready
from dossiers.units import tree
from workflow import digital_file

NO_CODE, NO_NUMBER = "chua-co-ma-to-chuc", "chua-co-so-dinh-danh"
"""What stands in the folder's name for what is not known, or not shown to who asks: no digits somebody may believe."""

_COMMENT = 65_535
"""Bytes a comment of a zip may have."""


class Filed(msgspec.Struct, frozen=True):
    """A file of it: its name, the hash and size of its content, and of which paper it is: form, event, place."""

    name: str
    sha256: str
    size: int
    form: str
    seq: int
    nr: int
    scan: int


class Listed(msgspec.Struct, frozen=True):
    """What a digital file says of itself: whose, at which version of the dossier, its files; the forms of papers that
    had no scan, and of those the list of kinds does not know. `mark` is the instance's, over all else.
    """

    code: str
    version: int
    folder: str
    files: tuple[Filed, ...]
    missing: tuple[str, ...]
    unknown: tuple[str, ...]
    mark: str = ""

    def marked(self) -> "Listed":
        """The same with the mark it should have."""
        bare = msgspec.structs.replace(self, mark="")
        return msgspec.structs.replace(bare, mark=encryption.mark("digital_file", msgspec.json.encode(bare).decode()))


@dataclass(frozen=True)
class Made:
    """A digital file, what it says of itself, and sentences for who asked for it."""

    content: bytes
    listed: Listed
    told: tuple[str, ...]


def folder(case: Case, sensitive: bool) -> tuple[str, list[str]]:
    """The folder of a dossier's file, and what is said where a part of its name is not known."""
    told = []
    unit = tree.current()[case.unit_id]
    code, number = unit.org_code, people.candidate(case.person_id).identity_number if sensitive else None
    if not code:
        told.append(_("%(unit)s chưa có mã tổ chức; thư mục mang tên %(name)s.", unit=unit.name, name=NO_CODE))
    if not sensitive:
        told.append(_("Số định danh được che với vai trò của bạn; thư mục mang tên %(name)s.", name=NO_NUMBER))
    elif not number:
        told.append(_("Chưa có số định danh; thư mục mang tên %(name)s.", name=NO_NUMBER))
    name = "".join(re.findall("[A-Za-z0-9]+", without_marks(case.full_name)))
    return f"{code or NO_CODE}/{number or NO_NUMBER}_{name}", told


def numbered(case: Case, found: list[Piece]) -> tuple[list[tuple[str, Piece]], list[str]]:
    """The papers of the list in its order, each with its file's name; and the forms it does not know."""
    assert case.state is not None
    known: list[tuple[int, str, Piece]] = []
    unknown: list[str] = []
    for piece in found:
        number = digital_file.number(piece.kind, case.facts, case.state) if piece.kind else None
        if number is None:
            unknown.append(piece.row.form)
            continue
        words = re.sub("[^A-Za-z0-9 -]+", " ", without_marks(piece.title)).split()
        known.append((number, f"{number:02d}.{' '.join(words)}", piece))
    known.sort(key=lambda one: one[0])
    times, seen = Counter(name for _number, name, _piece in known), Counter[str]()
    named = []
    for _number, name, piece in known:
        seen[name] += 1
        named.append((f"{name}.{seen[name]}.pdf" if times[name] > 1 else f"{name}.pdf", piece))
    return named, unknown


def make(case: Case, sensitive: bool) -> Made:
    """The digital file of a dossier; `sensitive`: the folder may name the personal number.

    Raises Unready (no paper has a scan, a scan waits), files.Damaged or judging.Unfit.
    """
    found = bundle.pieces(case)
    bundle.check(found)
    named, unknown = numbered(case, found)
    with_scan = [(name, piece, piece.scan) for name, piece in named if piece.scan is not None]
    missing = [piece.row.form for _name, piece in named if piece.scan is None]
    if not with_scan:
        raise Unready(_("Chưa giấy tờ nào của hồ sơ %(code)s có bản chụp; chưa lập được hồ sơ số.", code=case.code))
    sources = Sources([scan for _name, _piece, scan in with_scan])
    contents = judging.bound_each(sources.files, [Bound("", sources.scan(scan)) for *_rest, scan in with_scan])
    where, told = folder(case, sensitive)
    files = tuple(
        Filed(name, sha256(content).hexdigest(), len(content), piece.row.form, piece.row.seq, piece.row.nr, scan.seq)
        for (name, piece, scan), content in zip(with_scan, contents, strict=True)
    )
    listed = Listed(case.code, case.version, where, files, tuple(missing), tuple(unknown)).marked()
    comment = msgspec.json.encode(listed)
    if len(comment) > _COMMENT:
        raise Unready(_("Hồ sơ có quá nhiều giấy tờ cho một tệp."))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as pack:
        for file, content in zip(files, contents, strict=True):
            pack.writestr(zipfile.ZipInfo(f"{where}/{file.name}"), content, zipfile.ZIP_DEFLATED)
        pack.comment = comment
    if missing:
        told.append(_("Chưa có bản chụp: %(forms)s.", forms=", ".join(missing)))
    if unknown:
        told.append(
            _("Không có trong danh mục %(source)s: %(forms)s.", source="1361-CV/BTCTW", forms=", ".join(unknown))
        )
    return Made(out.getvalue(), listed, tuple(told))


class NoDigitalFile(Exception):
    """What was given is no digital file of ours; the message says why."""


def opened(path: Path) -> tuple[Listed, list[str]]:
    """What a digital file says of itself, and what is wrong with it as it lies there. Raises NoDigitalFile."""
    try:
        with zipfile.ZipFile(path) as pack:
            listed = msgspec.json.decode(pack.comment, type=Listed)
            return listed, _wrong(pack, listed)
    except zipfile.BadZipFile:
        raise NoDigitalFile("is no zip") from None
    except msgspec.DecodeError:
        raise NoDigitalFile("is a zip without the list a digital file carries") from None


def _wrong(pack: zipfile.ZipFile, listed: Listed) -> list[str]:
    found = [] if listed.marked().mark == listed.mark else ["its list bears no mark of this instance"]
    wanted = {f"{listed.folder}/{file.name}": file for file in listed.files}
    infos = pack.infolist()
    there = Counter(info.filename for info in infos)
    found += [f"{file.name}: no name of the digital file" for file in listed.files if not _named_well(file.name)]
    found += [f"{name}: missing" for name in wanted if name not in there]
    found += [f"{name}: does not belong to it" for name in there if name not in wanted]
    found += [f"{name}: is there {times} times" for name, times in there.items() if times > 1]
    found += [
        f"{info.filename}: changed"
        for info in infos
        if info.filename in wanted and not _is_whole(pack, info, wanted[info.filename])
    ]
    return found


def _named_well(name: str) -> bool:
    return digital_file.NAME.fullmatch(name) is not None


def _is_whole(pack: zipfile.ZipFile, info: zipfile.ZipInfo, file: Filed) -> bool:
    if info.file_size != file.size:
        return False
    try:
        with pack.open(info) as content:
            data = content.read(file.size + 1)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, ValueError, EOFError, zlib.error):
        return False
    return len(data) == file.size and sha256(data).hexdigest() == file.sha256


def against(listed: Listed, case: Case) -> list[str]:
    """Where a digital file is not what the dossier has now: scans attached, replaced or gone since it was made."""
    named, _unknown = numbered(case, bundle.pieces(case))
    now = {name: piece.scan.seq for name, piece in named if piece.scan is not None}
    then = {file.name: file.scan for file in listed.files}
    found = [f"{name}: scanned since" for name in now if name not in then]
    found += [f"{name}: the dossier has no such scan any more" for name in then if name not in now]
    return found + [f"{name}: another scan since" for name in now if name in then and now[name] != then[name]]
