"""PDF: only its pages are copied; what acts, points outside, hides or says who made it is gone."""

import io
import zipfile
import zlib
from typing import Any

import pikepdf

from cleaning.common import INFLATED, Page, Refused, check_pixels, check_rest
from cleaning.pictures import bare_jpeg

_ACTING = (
    "/AA", "/JS", "/OpenAction", "/EF", "/AF", "/Metadata", "/PieceInfo", "/XFA", "/Alternates", "/OPI", "/Ref",
    "/Thumb", "/LastModified", "/PresSteps", "/Annots", "/B", "/DPart", "/SeparationInfo", "/StructParents",
    "/StructParent",
)  # fmt: skip
"""What pages and what stands on them could act by, point outside with, or say of their making."""


def pdf(data: bytes, megapixels: int, most: int) -> Page:
    """The pages of a PDF, notes and filled forms drawn into them, and nothing else of it. Raises Refused."""
    end = data.rfind(b"%%EOF")
    if end < 0:
        raise Refused("unreadable")
    rest = data[end + 5 :]
    check_rest(rest)
    if len(rest.strip()) > 64 or _is_zip(data):
        raise Refused("two_files")
    try:
        source = pikepdf.open(io.BytesIO(data))
    except pikepdf.PasswordError:
        raise Refused("encrypted") from None
    with source:
        if source.is_encrypted:
            raise Refused("encrypted")
        if not len(source.pages):
            raise Refused("empty")
        if len(source.pages) > most:
            raise Refused("pages")
        if "/AcroForm" in source.Root:
            if "/XFA" in source.Root.AcroForm:
                del source.Root.AcroForm["/XFA"]
            source.generate_appearance_streams()
        source.flatten_annotations("screen")
        made = pikepdf.new()
        for page in source.pages:
            for key in _ACTING:
                if key in page.obj:
                    del page.obj[key]
        made.pages.extend(source.pages)
        for one in made.objects:
            _harmless(one, megapixels)
        out = io.BytesIO()
        made.save(out, deterministic_id=True, min_version=source.pdf_version)
        return Page("pdf", out.getvalue(), len(made.pages))


def _is_zip(data: bytes) -> bool:
    """Whether it also reads as a zip: one is found from its end."""
    return b"PK\x05\x06" in data[-66_000:] and zipfile.is_zipfile(io.BytesIO(data))


def _harmless(one: Any, megapixels: int) -> None:
    """Take out of an object, and what stands directly in it, what acts or points outside; pictures lose their data."""
    stack = [(one, 0)]
    while stack:
        found, depth = stack.pop()
        if isinstance(found, pikepdf.Array):
            inner = list(found)
        elif isinstance(found, (pikepdf.Dictionary, pikepdf.Stream)):
            for key in _ACTING:
                if key in found:
                    del found[key]
            if str(found.get("/S", "")) in _ACTIONS:
                for key in list(found.keys()):
                    del found[key]
            inner = [found[key] for key in found.keys()]  # noqa: SIM118 - a pikepdf dictionary is no mapping
        else:
            continue
        if isinstance(found, pikepdf.Stream):
            _harmless_stream(found, megapixels)
        stack += [(part, depth + 1) for part in inner if depth < 60 and not getattr(part, "is_indirect", True)]


_ACTIONS = frozenset(
    f"/{name}"
    for name in (
        "JavaScript", "Launch", "URI", "SubmitForm", "ImportData", "GoToR", "GoToE", "Rendition", "Movie", "Sound",
        "RichMediaExecute", "Named", "Hide", "ResetForm", "Trans", "GoTo3DView",
    )
)  # fmt: skip


def _harmless_stream(stream: Any, megapixels: int) -> None:
    for key in ("/F", "/FFilter", "/FDecodeParms"):  # content that is fetched from elsewhere
        if key in stream:
            del stream[key]
    filters = stream.get("/Filter")
    names = [str(f) for f in filters] if isinstance(filters, pikepdf.Array) else [str(filters)] if filters else []
    if "/Crypt" in names or len(names) > 2 or names.count("/FlateDecode") > 1:
        raise Refused("unpacks")
    if str(stream.get("/Subtype", "")) == "/PS":
        stream.write(b"")
        return
    if str(stream.get("/Subtype", "")) == "/Image":
        check_pixels(int(stream.get("/Width", 0)), int(stream.get("/Height", 0)), megapixels)
        if names == ["/DCTDecode"]:
            raw = bytes(stream.read_raw_bytes())
            try:
                bare = bare_jpeg(raw)
            except Refused:
                return  # as a scanner wrote it; a viewer copes or does not
            if len(bare) < len(raw):
                stream.write(bare, filter=pikepdf.Name.DCTDecode, decode_parms=stream.get("/DecodeParms"))
    elif "/FlateDecode" in names:
        _check_inflated(bytes(stream.read_raw_bytes()))


def _check_inflated(raw: bytes) -> None:
    unpacker, left, data = zlib.decompressobj(), INFLATED, raw
    try:
        while data and not unpacker.eof:
            left -= len(unpacker.decompress(data, 1_000_000))
            if left < 0:
                raise Refused("unpacks")
            data = unpacker.unconsumed_tail
    except zlib.error:
        return  # damaged: a viewer shows what it can
