"""Puts pages of files that were cleaned before together to one PDF."""

import io
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pikepdf

from cleaning.pictures import opened


def join(files: list[tuple[str, bytes]], leaves: Sequence[Sequence[int]]) -> bytes:
    """One PDF of pages (file, page from 1, turn), each from a file that was cleaned before."""
    return bind(files, [("", leaves)])


def bind(files: list[tuple[str, bytes]], parts: Sequence[tuple[str, Sequence[Sequence[int]]]]) -> bytes:
    """One PDF of parts, each with its bookmark ("": none) and its pages; page 0 stands for all of a PDF."""
    made = pikepdf.new()
    sources = {nr: pikepdf.open(io.BytesIO(data)) for nr, (kind, data) in enumerate(files) if kind == "pdf"}
    marks: list[tuple[str, int]] = []
    for title, leaves in parts:
        if title and leaves:
            marks.append((title, len(made.pages)))
        for nr, page, turn in leaves:
            first = len(made.pages)
            if nr not in sources:
                _add_picture(made, files[nr][1], files[nr][0])
            elif page:
                made.pages.append(sources[nr].pages[page - 1])
            else:
                made.pages.extend(sources[nr].pages)
            for added in range(first, len(made.pages) if turn else first):
                made.pages[added].rotate(turn, relative=True)
    if marks:
        with made.open_outline() as outline:
            outline.root.extend(pikepdf.OutlineItem(title, at) for title, at in marks)
        made.Root.PageMode = pikepdf.Name.UseOutlines
    out = io.BytesIO()
    made.save(out, deterministic_id=True)
    return out.getvalue()


@dataclass(frozen=True)
class _Packed:
    """What a PNG holds as PDF can show it without unpacking: how many colours, bits of each, their space, its lines."""

    colours: int
    bits: int
    space: Any
    content: bytes


def _packed(png: bytes) -> _Packed | None:
    """The lines of a PNG as they are packed there; None for one that has to be unpacked: see-through, or interlaced."""
    bits, kind, interlaced = png[24], png[25], png[28]
    if interlaced or bits == 16 or kind not in (0, 2, 3):
        return None
    at, lines, palette = 8, [], b""
    while at + 8 <= len(png):
        size, name = int.from_bytes(png[at : at + 4], "big"), png[at + 4 : at + 8]
        content = png[at + 8 : at + 8 + size]
        if name == b"tRNS":
            return None
        if name == b"PLTE":
            palette = content
        elif name == b"IDAT":
            lines.append(content)
        at += 12 + size
    space: Any = pikepdf.Name.DeviceRGB if kind == 2 else pikepdf.Name.DeviceGray
    if kind == 3:
        space = pikepdf.Array([
            pikepdf.Name.Indexed, pikepdf.Name.DeviceRGB, len(palette) // 3 - 1, pikepdf.String(palette),
        ])  # fmt: skip
    return _Packed(3 if kind == 2 else 1, bits, space, b"".join(lines))


def _add_picture(made: Any, data: bytes, kind: str) -> None:
    """A page as wide as A4, or as high if the picture is a wide one, with the picture on it."""
    picture = opened(data, 10_000)
    packed = _packed(data) if kind == "png" else None
    if packed is None and kind == "png":
        picture = picture.convert("1" if picture.mode == "1" else "RGB")
        if picture.mode == "RGB":
            saved = io.BytesIO()
            picture.save(saved, "JPEG", quality=92)
            data, kind = saved.getvalue(), "jpeg"
    width, height = picture.size
    colours = {"1": "/DeviceGray", "L": "/DeviceGray", "CMYK": "/DeviceCMYK"}.get(picture.mode, "/DeviceRGB")
    image = {
        "/Type": pikepdf.Name.XObject, "/Subtype": pikepdf.Name.Image, "/Width": width, "/Height": height,
        "/ColorSpace": pikepdf.Name(colours), "/BitsPerComponent": 1 if picture.mode == "1" else 8,
    }  # fmt: skip
    if packed is not None:
        lines = {"/Predictor": 15, "/Colors": packed.colours, "/BitsPerComponent": packed.bits, "/Columns": width}
        image |= {
            "/ColorSpace": packed.space,
            "/BitsPerComponent": packed.bits,
            "/DecodeParms": pikepdf.Dictionary(lines),
        }
        stream = pikepdf.Stream(made, packed.content, {**image, "/Filter": pikepdf.Name.FlateDecode})
    elif kind == "jpeg":
        stream = pikepdf.Stream(made, data, {**image, "/Filter": pikepdf.Name.DCTDecode})
        if colours == "/DeviceCMYK":
            stream.Decode = [1, 0] * 4  # as Photoshop writes them
    else:
        stream = pikepdf.Stream(made, zlib.compress(picture.tobytes()), {**image, "/Filter": pikepdf.Name.FlateDecode})
    across, up = (595, round(595 * height / width)) if height >= width else (842, round(842 * height / width))
    page = made.add_blank_page(page_size=(across, up))
    page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im=made.make_indirect(stream)))
    page.Contents = made.make_stream(f"q {across} 0 0 {up} 0 0 cm /Im Do Q".encode())
