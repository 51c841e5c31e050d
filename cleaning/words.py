"""DOCX: its parts but for who made it; one with macros, objects or what unpacks too big is refused."""

import io
import re
import zipfile

from cleaning.common import PARTS, UNZIPPED, Refused

_MAIN = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_OBJECTS = re.compile(r"(vbaproject|activex|embeddings/|oleobject|\.bin$|\.exe$|\.js$|\.vbs$)", re.IGNORECASE)
_EMPTY = {
    "docProps/core.xml": b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><cp:coreProperties xmlns:cp='
    b'"http://schemas.openxmlformats.org/package/2006/metadata/core-properties"/>',
    "docProps/app.xml": b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Properties xmlns='
    b'"http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"/>',
    "docProps/custom.xml": b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Properties xmlns='
    b'"http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"/>',
}
_OUTSIDE = re.compile(rb"<Relationship\b[^>]*TargetMode\s*=\s*[\"']External[\"'][^>]*/?>")
_NAMED = re.compile(rb'(w:author|w:initials|w:lastModifiedBy|w15:author)="[^"]*"')


def docx(data: bytes) -> bytes:
    """A text of Word without authors and without what it would fetch by itself. Raises Refused."""
    try:
        pack = zipfile.ZipFile(io.BytesIO(data))
    except zipfile.BadZipFile:
        raise Refused("unreadable") from None
    with pack:
        infos = pack.infolist()
        names = [info.filename for info in infos]
        if any(info.flag_bits & 1 for info in infos):
            raise Refused("encrypted")
        if "[Content_Types].xml" not in names or "word/document.xml" not in names:
            raise Refused("kind")
        if len(infos) > PARTS or sum(info.file_size for info in infos) > UNZIPPED:
            raise Refused("unpacks")
        if len(set(names)) < len(names) or any(_leads_out(name) for name in names):
            raise Refused("unreadable")
        if infos[0].header_offset != 0 or any(_OBJECTS.search(name) for name in names):
            raise Refused("macros" if infos[0].header_offset == 0 else "two_files")
        made, left = io.BytesIO(), UNZIPPED
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as out:
            for info in infos:
                content = _part(pack, info, left)
                left -= len(content)
                if info.filename.startswith("docProps/"):
                    content = _EMPTY.get(info.filename, b"")
                out.writestr(
                    zipfile.ZipInfo(info.filename), _harmless_part(info.filename, content), zipfile.ZIP_DEFLATED
                )
        return made.getvalue()


def has_outside(content: bytes) -> bool:
    """Whether a part names something outside the file."""
    return _OUTSIDE.search(content) is not None


def _leads_out(name: str) -> bool:
    return name.startswith(("/", "\\")) or ".." in name.replace("\\", "/").split("/") or ":" in name


def _part(pack: zipfile.ZipFile, info: zipfile.ZipInfo, left: int) -> bytes:
    with pack.open(info) as part:
        content = part.read(left + 1)
    if len(content) > left:
        raise Refused("unpacks")
    return content


def _harmless_part(name: str, content: bytes) -> bytes:
    if not name.endswith((".xml", ".rels")):
        return content
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise Refused("unpacks")
    if name == "[Content_Types].xml" and (_MAIN not in content or b"macroEnabled" in content):
        raise Refused("macros" if b"macroEnabled" in content else "kind")
    if name.endswith(".rels"):
        # a link the reader follows stays; what the program would fetch by itself goes
        return _OUTSIDE.sub(lambda link: link[0] if b"/hyperlink" in link[0] else b"", content)
    return _NAMED.sub(rb'\1=""', content)
