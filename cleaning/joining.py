"""Puts pages of files that were cleaned before together to one PDF."""

import io
import zlib
from collections.abc import Sequence
from typing import Any

import pikepdf

from cleaning.pictures import opened


def join(files: list[tuple[str, bytes]], leaves: Sequence[Sequence[int]]) -> bytes:
    """One PDF of pages (file, page from 1, turn), each from a file that was cleaned before."""
    made = pikepdf.new()
    sources = {nr: pikepdf.open(io.BytesIO(data)) for nr, (kind, data) in enumerate(files) if kind == "pdf"}
    for nr, page, turn in leaves:
        if nr in sources:
            made.pages.append(sources[nr].pages[page - 1])
        else:
            _add_picture(made, files[nr][1], files[nr][0])
        if turn:
            made.pages[-1].rotate(turn, relative=True)
    out = io.BytesIO()
    made.save(out, deterministic_id=True)
    return out.getvalue()


def _add_picture(made: Any, data: bytes, kind: str) -> None:
    """A page as wide as A4, or as high if the picture is a wide one, with the picture on it."""
    picture = opened(data, 10_000)
    if kind == "png":
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
    if kind == "jpeg":
        stream = pikepdf.Stream(made, data, {**image, "/Filter": pikepdf.Name.DCTDecode})
        if colours == "/DeviceCMYK":
            stream.Decode = [1, 0] * 4  # as Photoshop writes them
    else:
        stream = pikepdf.Stream(made, zlib.compress(picture.tobytes()), {**image, "/Filter": pikepdf.Name.FlateDecode})
    across, up = (595, round(595 * height / width)) if height >= width else (842, round(842 * height / width))
    page = made.add_blank_page(page_size=(across, up))
    page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im=made.make_indirect(stream)))
    page.Contents = made.make_stream(f"q {across} 0 0 {up} 0 0 cm /Im Do Q".encode())
