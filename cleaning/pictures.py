"""Pictures: JPEG and PNG keep their pixels and lose all else; HEIC and TIFF become one or the other, a file a page."""

import io
import re
import struct
from typing import Any

from cleaning.common import Page, Refused, check_pixels, check_rest


def opened(data: bytes, megapixels: int) -> Any:
    """The picture, opened and not yet unpacked, of no more pixels than are allowed. Raises Refused."""
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = None  # the limit is ours, and said before anything is unpacked
    picture = Image.open(io.BytesIO(data))
    check_pixels(*picture.size, megapixels)
    return picture


_TURNS = {1: 0, 3: 180, 6: 90, 8: 270}


def jpeg(data: bytes, megapixels: int) -> Page:
    """A JPEG without what its camera says of it; how it was held becomes a turn. Raises Refused."""
    from PIL import ImageOps

    bare = bare_jpeg(data)
    orientation = opened(data, megapixels).getexif().get(0x0112, 1)
    if orientation in (2, 4, 5, 7):  # a mirror's picture: nothing that only turns it would do
        made = io.BytesIO()
        ImageOps.exif_transpose(opened(data, megapixels)).save(made, "JPEG", quality=92)
        return Page("jpeg", bare_jpeg(made.getvalue()))
    opened(bare, megapixels).load()
    return Page("jpeg", bare, turn=_TURNS.get(orientation, 0))


_NEXT_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_DROPPED = frozenset({*range(0xE1, 0xEE), 0xEF, 0xFE})
"""Segments of applications (Exif, XMP, colour profiles, Photoshop) and comments; 0xE0 and 0xEE say how to decode."""


def bare_jpeg(data: bytes) -> bytes:
    """A JPEG's own segments and nothing else, its pixels untouched."""
    made, at = bytearray(data[:2]), 2
    while True:
        while data[at : at + 2] == b"\xff\xff":
            at += 1
        marker = data[at + 1 : at + 2]
        if data[at : at + 1] != b"\xff" or not marker:
            raise Refused("unreadable")
        if marker == b"\xd9":
            check_rest(data[at + 2 :])
            return bytes(made + b"\xff\xd9")
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        if length < 2 or at + 2 + length > len(data):
            raise Refused("unreadable")
        if marker[0] not in _DROPPED:
            made += data[at : at + 2 + length]
        at += 2 + length
        if marker == b"\xda":
            end = _NEXT_MARKER.search(data, at)
            if end is None:
                raise Refused("unreadable")
            made += data[at : end.start()]
            at = end.start()


_KEPT_CHUNKS = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND")


def png(data: bytes, megapixels: int) -> Page:
    """A PNG without texts and dates. Raises Refused."""
    content = bare_png(data)
    opened(content, megapixels).load()
    return Page("png", content)


def bare_png(data: bytes) -> bytes:
    """A PNG's own chunks and nothing else. Raises Refused."""
    made, at = bytearray(data[:8]), 8
    while at + 12 <= len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        name, end = data[at + 4 : at + 8], at + 12 + length
        if end > len(data):
            break
        if name in _KEPT_CHUNKS:
            made += data[at:end]
        if name == b"IEND":
            check_rest(data[end:])
            return bytes(made)
        at = end
    raise Refused("unreadable")


def converted(data: bytes, kind: str, megapixels: int, most: int) -> list[Page]:
    """The pages of a HEIC or TIFF as files a browser shows. Raises Refused."""
    from PIL import ImageOps, ImageSequence

    if kind == "heic":
        import pillow_heif

        pillow_heif.register_heif_opener(thumbnails=False)
    picture = opened(data, megapixels)
    frames = ImageSequence.Iterator(picture) if kind == "tiff" else (picture,)
    made: list[Page] = []
    for frame in frames:
        if len(made) == most:
            raise Refused("pages")
        check_pixels(frame.width, frame.height, megapixels)
        upright = ImageOps.exif_transpose(frame)
        made.append(_saved(upright))
    return made


def _saved(picture: Any) -> Page:
    made = io.BytesIO()
    if picture.mode == "1":
        picture.info.clear()
        picture.save(made, "PNG")
        return Page("png", bare_png(made.getvalue()))
    picture.convert("L" if picture.mode in ("L", "LA", "I;16") else "RGB").save(made, "JPEG", quality=92)
    return Page("jpeg", bare_jpeg(made.getvalue()))


def turned(data: bytes, turn: int) -> bytes:
    """A PNG turned clockwise."""
    made = io.BytesIO()
    opened(data, 10_000).rotate(-turn, expand=True).save(made, "PNG")
    return bare_png(made.getvalue())
